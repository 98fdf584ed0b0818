"""Long reading: how far it is, on a terminal only, and how it ends when somebody presses Ctrl-C."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from cli.watched import watched
from command_line import Program
from conftest import NOW, invocation, write_skills

LONG = "select sum(sqrt(i)) from range(100_000_000_000) as t(i)"


def test_reading_that_is_interrupted_leaves_the_connection_free() -> None:
    """Whoever presses Ctrl-C gets the prompt: the statement ends, none follows, nothing is busy."""
    told: list[int] = []
    followed: list[int] = []

    def interrupt(done: int, total: int) -> None:
        told.append(total)
        raise KeyboardInterrupt

    def read() -> None:
        con.execute(LONG).fetchall()
        followed.append(1)

    with duckdb.connect() as con:
        with pytest.raises(KeyboardInterrupt):
            watched(con, interrupt, read)
        assert con.execute("select 1").fetchall() == [(1,)]
    assert (told, followed) == ([100], [])


def test_what_is_interrupted_between_two_statements_ends_in_the_next() -> None:
    """An answer is several statements, and none may be running when Ctrl-C comes."""
    pressed: list[int] = []

    def interrupt(done: int, total: int) -> None:
        pressed.append(done)
        raise KeyboardInterrupt

    def read() -> None:
        while not pressed:
            pass
        con.execute(LONG).fetchall()

    with duckdb.connect() as con:
        with pytest.raises(KeyboardInterrupt):
            watched(con, interrupt, read)
        assert con.execute("select 1").fetchall() == [(1,)]


def test_reading_that_fails_fails_where_it_was_asked_for() -> None:
    """An error of the statement is not lost in the thread that runs it."""
    with duckdb.connect() as con, pytest.raises(duckdb.Error, match="no_such"):
        watched(
            con,
            lambda done, total: None,
            lambda: con.execute("select * from no_such").fetchall(),
        )


@pytest.mark.parametrize(
    "command",
    [
        ("summary",),
        ("recommend",),
        ("recommend", "--markdown"),
        ("health", "commit"),
        ("patterns", "transitions"),
        ("patterns", "pairs"),
        ("patterns", "heatmap"),
        ("patterns", "bottlenecks"),
        ("patterns", "alternatives"),
        ("patterns", "sessions"),
        ("patterns", "sessions", "s-1"),
        ("baseline", "compare", "--durations"),
    ],
    ids=" ".join,
)
def test_reading_rows_shows_how_far_it_is(
    command: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where it takes time, on a terminal; nothing for programs, or with --quiet."""
    run = Program(tmp_path, capsys, monkeypatch)
    write_skills(
        run.folder("web"),
        {
            "invocations": [
                invocation("commit", (NOW - timedelta(days=1)).replace(tzinfo=None).isoformat())
            ]
        },
    )
    assert run("register-project", str(run.root / "web")).code == 0
    assert run("refresh").code == 0
    if command[0] == "baseline":
        assert run("baseline", "save").code == 0
    # Nothing here takes a second: everything is long enough.
    monkeypatch.setattr("cli.diagnostics._BAR_AFTER_S", -1)
    monkeypatch.setattr("cli.watched._LOOK_EVERY_S", 1e-4)

    piped = run(*command)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = run(*command)
    quiet = run(*command, "--quiet")

    assert "\rReading records [" in shown.err
    assert "Reading records" not in piped.err + quiet.err
    assert (shown.out, shown.code) == (piped.out, 0) == (quiet.out, quiet.code)
