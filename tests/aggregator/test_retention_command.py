"""The command `retention`, and refreshes with a retention."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aggregator.refresh import refresh
from command_line import Program
from conftest import NOW, Fleet, write_skills
from test_retention import daily, raw_days_left


@pytest.fixture
def lived_in(fleet: Fleet) -> Fleet:
    """A project with a use of ``a`` on each of the last 60 days, collected and refreshed."""
    write_skills(fleet.project(), {"invocations": daily(60), "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return fleet


@pytest.fixture
def run(
    lived_in: Fleet, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> Program:
    """The program, where nobody can be asked and there are rows of 60 days."""
    program = Program(tmp_path, capsys, monkeypatch)
    assert program.warehouse == lived_in.warehouse.path
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    return program


def test_nothing_goes_before_someone_said_yes(run: Program, lived_in: Fleet) -> None:
    """Exit code 2 without a yes, and nothing is set; agreed to once, fewer days ask again."""
    refused = run("retention", "--raw-days", "30")
    unset = run("status", "--json").json["data"][0]["retention"]
    agreed = run("retention", "--raw-days", "30", "--yes", "--json").json["data"][0]
    more, fewer = (run("retention", "--raw-days", days) for days in ("40", "20"))

    assert (refused.code, refused.out) == (2, "")
    assert "(29 now)" in refused.err
    assert "--yes" in refused.err
    assert unset["raw_days"] is None
    assert (agreed["raw_days"], agreed["rows_due"], agreed["rows_archived"]) == (30, 29, 0)
    assert (more.code, fewer.code) == (0, 2)
    assert len(raw_days_left(lived_in.warehouse)) == 60


def test_a_refresh_lets_rows_go_and_answers_stay(run: Program, lived_in: Fleet) -> None:
    """The nightly job applies what was agreed to; `status` and `retention` say what happened."""
    questions = (["top-skills"], ["effectiveness", "a", "--period", "2026-10"], ["summary"])
    before = [run(*words, "--json").json["data"] for words in questions]
    run("retention", "--raw-days", "30", "--yes")

    done = run("refresh", "--json").json
    again = run("refresh", "--json").json

    assert [each["totals"]["rows_archived"] for each in (done, again)] == [29, 0]
    assert [run(*words, "--json").json["data"] for words in questions] == before
    assert "29 uses before 2026-10-21 are archived." in run("retention").out
    assert "rows are kept for 30 days (since 2026-10-21)" in run("status").out
    assert "uses before 2026-10-21 are archived" in run("doctor").out


def test_a_dry_run_changes_nothing(run: Program, lived_in: Fleet) -> None:
    """It says what would go, and neither sets nor applies."""
    said = run("retention", "--raw-days", "30", "--apply", "--dry-run")
    seen = run("retention", "--json").json["data"][0]

    assert "Would delete 29 rows older than 21 Oct 2026." in said.out
    assert (seen["raw_days"], seen["rows_archived"], seen["uses_archived"]) == (None, 0, 0)
    assert len(raw_days_left(lived_in.warehouse)) == 60


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--raw-days", "6", "--yes"], "between 7 and 36500"),
        (["--apply"], "No retention is set"),
        (["--off", "--raw-days", "30"], "Use one"),
    ],
    ids=["too few", "not set", "both"],
)
def test_what_makes_no_sense_is_refused(run: Program, words: list[str], told: str) -> None:
    """Exit code 2 and a sentence."""
    done = run("retention", *words)

    assert (done.code, done.out) == (2, "")
    assert told in done.err
