"""The files next to the warehouse that a prompt reads: right at any moment, or not used at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli import state_file, state_writer
from command_line import TOP, Program
from conftest import NOW, Fleet, invocation, write_skills
from schema.connection import transaction
from schema.schedule import daily_at, every, store_schedule
from schema.settings import load_settings
from schema.warehouse import Warehouse
from test_service import service

HOUR = timedelta(hours=1)

ALONE = """
import sys
sys.argv = ["skillhouse", "status", "--line"]
old = set(sys.modules)
import atexit, os
leave = os._exit
def end(code):
    sys.stderr.write(" ".join(sorted({each.split(".")[0] for each in set(sys.modules) - old})))
    sys.stderr.flush()
    leave(code)
os._exit = end
from skillhouse.start import run
run()
"""


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def collected(fleet: Fleet, run: Program) -> Program:
    """A warehouse that was refreshed by the program."""
    write_skills(fleet.project("app"), {"invocations": [invocation()], "last_updated": ""})
    assert run("refresh").code == 0
    return run


def from_file(run: Program) -> tuple[str, int] | None:
    lines = state_file.read(str(run.warehouse), state_file.STATUS)
    return None if lines is None else state_file.line_of(lines, run.now.timestamp())


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    minutes=st.integers(-5_000, 30_000),
    schedule=st.sampled_from([None, daily_at("02:30"), every("6h"), every("7d")]),
)
def test_the_file_says_what_the_warehouse_says_at_any_moment(
    collected: Program, minutes: int, schedule: object
) -> None:
    """Ages, overdue and the next run are those of the moment of reading."""
    collected.now = NOW
    warehouse = Warehouse(collected.warehouse, "UTC")
    with warehouse.writing() as con, transaction(con):
        store_schedule(con, schedule)  # type: ignore[arg-type]
    state_writer.write(warehouse, NOW)
    collected.now = NOW + timedelta(minutes=minutes)
    told = from_file(collected)

    asked = collected("status", "--line")

    assert told is not None
    known = [each for each in asked.out.strip().split(", ") if not each.startswith("next")]
    assert told[0].split(", ")[: len(known)] == known
    assert told[1] == asked.code
    # The file has the runs of the next days; later the data is overdue anyway.
    assert ("next" in told[0]) == ("next" in asked.out) or "overdue" in told[0]


def test_a_refresh_leaves_the_line_and_any_change_takes_it_back(collected: Program) -> None:
    """Private, whole, and of this state of the warehouse only; asking makes it anew."""
    files = [Path(f"{collected.warehouse}{kind}") for kind in (".status", ".names")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert from_file(collected) == ("skillhouse: fine, 1 project, collected just now", 0)
    assert "skill code-review" in files[1].read_text()

    collected("unregister-project", "app")
    changed = from_file(collected)
    asked = collected("status", "--line")

    assert changed is None
    assert asked.out == "skillhouse: no projects\n"
    assert from_file(collected) == ("skillhouse: no projects", 0)
    assert [
        each for each in collected.warehouse.parent.iterdir() if "unfinished" in each.name
    ] == []


def test_a_purged_project_is_in_neither_file(collected: Program) -> None:
    """They are written again at once, without the project and the skills that only it used."""
    names = Path(f"{collected.warehouse}.names")
    assert "project app" in names.read_text() and "skill code-review" in names.read_text()

    assert collected("unregister-project", "app", "--purge", "--yes").code == 0

    for kind in (".status", ".names"):
        left = Path(f"{collected.warehouse}{kind}").read_text()
        assert "app" not in left and "code-review" not in left


@pytest.mark.parametrize("content", ["", "1 2 3 4\nnonsense", "\x00\xff", "1"])
def test_a_damaged_file_is_not_used(collected: Program, content: str) -> None:
    head = state_file.fingerprint(str(collected.warehouse))
    file = Path(f"{collected.warehouse}.status")
    for text in (content, f"{head}\n{content}"):
        file.write_bytes(text.encode("latin-1"))
        os.environ["SKILLHOUSE_WAREHOUSE"] = str(collected.warehouse)

        found = state_file.line_for(["status", "--line"])

        assert found is None
        assert collected("status", "--line").out.startswith("skillhouse: fine, 1 project")


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["status", "--line", "--json"],
        ["status", "--line", "--help"],
        ["top-skills", "--line"],
        ["--line"],
        ["status", "--line", "--warehouse"],
    ],
    ids=" ".join,
)
def test_other_lines_are_the_program_s(collected: Program, words: list[str]) -> None:
    assert state_file.line_for(["status", "--line"]) is not None
    assert state_file.line_for(words) is None


@pytest.mark.skipif(sys.platform != "linux", reason="folders of Linux")
@pytest.mark.parametrize("setting", [None, 'warehouse = "~/of-settings.duckdb"', 'kind = "all"'])
@pytest.mark.parametrize("variable", [None, "named.duckdb"])
@pytest.mark.parametrize("data", [None, "data"])
def test_the_short_cut_finds_the_warehouse_of_the_settings(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: str | None,
    variable: str | None,
    data: str | None,
) -> None:
    """Environment, then settings, then the platform's folder, as every other command."""
    from cli.configuration import Configuration

    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in (
        ("SKILLHOUSE_WAREHOUSE", variable and str(tmp_path / variable)),
        ("XDG_DATA_HOME", data and str(tmp_path / data)),
        ("XDG_CONFIG_HOME", None),
        ("SKILLHOUSE_CONFIG", None),
    ):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    if setting is not None:
        (tmp_path / ".config" / "skillhouse").mkdir(parents=True)
        (tmp_path / ".config" / "skillhouse" / "config.toml").write_text(f"{setting}\n")

    found = state_file.default_warehouse()

    assert found == str(load_settings(configured=Configuration().text).warehouse_path)


def test_a_prompt_imports_nothing_but_words(collected: Program) -> None:
    """Neither Typer nor DuckDB, nor anything else that takes time."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=TOP,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": f"{TOP}:{TOP / 'cli' / 'python-package'}",
            "SKILLHOUSE_WAREHOUSE": str(collected.warehouse),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.startswith("skillhouse: fine, 1 project, collected ")
    light = {"__future__", "cli", "gc", "importlib", "schema", "skillhouse", "time", "warnings"}
    assert set(done.stderr.split()) <= light | {"atexit"}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_schedule_that_was_tried_and_stopped_is_not_overdue(
    collected: Program, number: int
) -> None:
    """It says its schedule and next run, is due no more when stopped, and goes on when started."""
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("whoever runs the tests ignores this signal, and so do their children")
    with service(collected.warehouse, "--every", "6h") as running:
        began = running.until("schedule")
        running.end(number)
    collected.now = NOW + 1000 * HOUR
    stopped = collected("status")
    shown = collected("schedule", "show")
    line = collected("status", "--line")
    with service(collected.warehouse) as running:
        again = running.until("schedule")
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
    killed = collected("status", "--line")

    assert began["schedule"] == again["schedule"] == "every 6h"
    assert began["next"]
    assert stopped.code == line.code == 0
    assert "Next run   none; the service was stopped (every 6h): skillhouse schedule run" in (
        stopped.lines
    )
    assert any(each.endswith("none; the service was stopped") for each in shown.lines)
    assert "overdue" not in line.out
    # One that was killed is not known to have been stopped.
    assert "next" in killed.out
