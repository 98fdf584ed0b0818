"""Public reports show nothing that is not for others."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

import pytest

from canary import TOLD, secrets_of
from cli.folding import K
from command_line import Program


@pytest.fixture
def run(telling_program: Program) -> Program:
    return telling_program


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
