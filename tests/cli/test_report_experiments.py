"""The report shows experiments as ``experiment list`` tells them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from browser import needs_a_browser, opened, started
from command_line import Program
from conftest import NOW
from reports import copy_of_two_types, write_report

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = [needs_a_browser, pytest.mark.xdist_group("report"), pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)> \u202e"


def test_experiments_are_told_as_the_command_tells_them(
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sentence, notes, rates and week of each; markup in a name is text; without any, no table."""
    warehouse = copy_of_two_types(tmp_path_factory, tmp_path)
    run = Program(tmp_path, capsys, monkeypatch)
    with started() as browser:
        with opened(browser, write_report(warehouse, tmp_path / "none.html")) as report:
            assert report.page.locator("#experiments-table").count() == 0

        run.now = NOW - timedelta(weeks=6)
        plan = ("--by", "project", "--treatment", "docs", "--weeks", "4")
        assert run("experiment", "create", "first", "--control", "deploy", *plan).code == 0
        run.now = NOW
        more = ("--control", "reviewer", "--treatment", f"reviewer{HOSTILE}")
        assert run("experiment", "create", f"second{HOSTILE}".strip(), *more).code == 2
        assert run("experiment", "create", "second", *more[:3], "<b>bold</b>").code == 0
        listed = run("experiment", "list", "--json").json["data"]
        with opened(browser, write_report(warehouse, tmp_path / "some.html")) as report:
            rows = report.page.locator("#experiments-table tbody tr").all_inner_texts()

    assert len(rows) == len(listed) == 2
    for shown, row in zip(rows, listed, strict=True):
        assert row["in_words"] in shown
        assert all(note in " ".join(shown.split()) for note in row["notes"])
        assert f"{row['week']} of {row['of_weeks']}" in shown
        for arm in row["arms"]:
            rate = arm["success_rate"]
            assert ("n/a" if rate is None else f"{rate * 100:.1f}%") in shown
