"""Public reports show nothing that is not for others."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.baselines.snapshots import save
from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from cli.folding import K
from collector.collect import collect
from collector.registry import register
from command_line import Program
from conftest import NOW, execution, write_executions, write_skills
from schema.warehouse import Warehouse
from test_publishing import TIME, TOLD, _records, secrets_of


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse in which everything that is not for others says ``canary``."""
    root = tmp_path_factory.mktemp("told")
    warehouse = Warehouse(root / "data" / "warehouse.duckdb", "UTC")
    for number, name in enumerate(("CanaryWorks", "canary-two")):
        folder = root / "home" / "canaryuser" / f"canary-folder-{number}"
        write_skills(folder, {"invocations": _records(number), "last_updated": ""})
        runs = [
            # Of equal records the second project's would be a copy of the first one's.
            execution(
                f"2026-11-{day:02}T{TIME}Z",
                agent="canaryuser/agent",
                success=day % 2 > 0,
                execution_time_s=1 + number,
            )
            for day in range(1, 15)
        ]
        write_executions(folder, "canaryuser-agent", runs)
        with warehouse.writing() as con:
            register(
                con,
                folder,
                now=NOW,
                default_timezone="UTC",
                name=name,
                project_type=f"canarytype{number}",
                tags={"team": "canarytag"},
            )
    collect(warehouse, now=NOW)
    refresh(warehouse, now=NOW)
    with warehouse.writing() as con:
        before = Question(ALL_TIME, scope(con), "all", NOW - timedelta(days=10))
        save(con, before, "canary-kept")
    return root


@pytest.fixture
def run(
    telling: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    program = Program(tmp_path, capsys, monkeypatch)
    program.warehouse = telling / "data" / "warehouse.duckdb"
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(program.warehouse))
    monkeypatch.setenv("HOME", str(telling / "home" / "canaryuser"))
    return program


def test_no_public_report_tells_what_is_not_for_others(run: Program, telling: Path) -> None:
    """Neither in its data nor anywhere else in the file; the one for oneself tells it."""
    public, own = run.root / "public.html", run.root / "own.html"

    assert run("report", "--html", str(public), "--public").code == 0
    assert run("report", "--html", str(own)).code == 0
    html, data = _report(public)
    _, all_of_it = _report(own)

    for text in (html, data):
        assert "canary" not in re.sub(r"\s", "", text).lower()
        assert not [each for each in secrets_of(telling) if each in text]
    assert not re.search(r"\d\d:\d\d", data)
    assert "UTC" not in data
    assert [each for each in TOLD if each in data]
    assert "canary" in all_of_it.lower() and [e for e in secrets_of(telling) if e in all_of_it]


def test_a_public_report_counts_no_group_below_five(run: Program) -> None:
    """Not by project either, and there are no counts by week to tell it from."""
    target = run.root / "public.html"

    run("report", "--html", str(target), "--public")
    data = json.loads(_report(target)[1])
    months = data["months"]
    counts = ("successful_completions", "failures", "abandoned", "unknown")
    rows = list(zip(*(months[each] for each in counts), strict=True))

    assert data["weeks"]["name"] == [] and data["status"]["data"] == []
    assert rows and all(sum(row) >= K for row in rows)
    # Five uses in all, and fewer in each project.
    assert "rare-one" not in [name for _, name in months["names"]]


def _report(file: Path) -> tuple[str, str]:
    """A report without its data, and its data."""
    html = file.read_text("utf-8")
    before, _, rest = html.partition('<script id="data" type="text/plain">')
    packed, _, after = rest.partition("</script>")
    return before + after, gzip.decompress(base64.b64decode(packed)).decode()
