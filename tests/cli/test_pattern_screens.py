"""What ``patterns`` shows: in any window, where there is nothing, and with names of any kind."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from command_line import House, Program, cells, faults
from conftest import invocation, write_skills
from session_worlds import agents, mixed, session_world

WHOLE = ("--idle-minutes", "1000000")
"""The house has sessions of weeks, with pauses of days."""

SUBS = {
    "sessions": [*WHOLE],
    "transitions": ["--min-times", "1", "--all", *WHOLE],
    "pairs": ["--min-sessions", "1", "--all", *WHOLE],
    "bottlenecks": ["--all"],
    "alternatives": ["--min-offered", "1", "--all"],
}
BY_SUB = pytest.mark.parametrize("sub", SUBS)


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    house.copy_to(run.warehouse)
    return run


@BY_SUB
def test_it_says_what_is_missing(run: Program, sub: str) -> None:
    """Before a project is registered, before it was collected, and where nothing was used."""
    unregistered = run.lay_empty()("patterns", sub)
    folder = run.folder("app")
    write_skills(
        folder, {"invocations": [invocation(at="2026-11-19T09:00:00")], "last_updated": ""}
    )
    run("register-project", str(folder))
    uncollected = run("patterns", sub)
    run("refresh")
    nothing = run("patterns", sub, "--period", "2020-01")

    assert unregistered.lines[0].startswith("No project is registered yet")
    assert uncollected.lines[0] == "Nothing has been collected yet: skillhouse refresh"
    assert nothing.lines[0] == "No uses recorded in this period (month 2020-01)."
    assert {each.code for each in (unregistered, uncollected, nothing)} == {0}


@pytest.mark.parametrize(
    ("sub", "told"),
    [
        ("sessions", "Not enough data: no session ("),
        ("transitions", "Not enough data: no transition was seen 10 times ("),
        ("pairs", "Not enough data: no pair was used in 10 sessions ("),
        ("bottlenecks", "Not enough data: no use records a workflow path or a phase ("),
        ("alternatives", "Not enough data: no use records alternatives or a position"),
    ],
)
def test_too_little_is_an_answer(run: Program, sub: str, told: str) -> None:
    """Uses without sessions, paths and offers: insufficient data, of how many uses, exit code 0."""
    folder = run.folder("app")
    records = [
        invocation(at=f"2026-11-{day:02}T09:00:00", session_id=None) for day in range(12, 20)
    ]
    write_skills(folder, {"invocations": records, "last_updated": ""})
    run("register-project", str(folder))
    run("refresh")

    done = run("patterns", sub)
    answer = run("patterns", sub, "--json").json

    assert done.lines[0].startswith(told)
    assert done.lines == [done.lines[0]]
    assert done.lines[0].endswith("(8 uses, 0 in sessions; last 90 days).")
    assert (done.code, done.err, answer["data"]) == (0, "", [])
    assert answer["totals"]["uses_scanned"] == 8
    assert faults(answer, f"patterns-{sub}") == []


@BY_SUB
@pytest.mark.parametrize("columns", [80, 200])
def test_it_fits_the_window(
    run: Program, monkeypatch: pytest.MonkeyPatch, sub: str, columns: int
) -> None:
    """No line is wider, wide characters and long names included."""
    projects = mixed("screens", 150)
    long = "a-skill-whose-name-is-so-long-that-it-does-not-fit-beside-any-number-at-all-" * 2
    projects["home"] += [
        invocation(name, f"2026-11-1{day}T09:00:00", session_id=f"\x1b[31m{long}{day}")
        for day in range(9)
        for name in (long, "検索と要約を行うとても長い名前の技能それは端末の幅を超える")
    ]
    session_world(run.root, projects, agents("screens", 60))
    monkeypatch.setenv("COLUMNS", str(columns))

    done = run("patterns", sub, *SUBS[sub], "--limit", "60")

    assert done.code == 0
    assert max(cells(line) for line in done.lines) <= columns
    assert "\x1b" not in done.out


@BY_SUB
def test_a_piped_answer_is_whole_and_plain(lived_in: Program, sub: str) -> None:
    """The first line is what was found (one path alone has no others); nothing on stderr."""
    done = lived_in("patterns", sub, *SUBS[sub])

    assert done.lines[0].startswith("Not enough data: no path") == (sub == "bottlenecks")
    assert any(" uses read, " in line for line in done.lines)
    assert "\x1b" not in done.out
    assert "Hidden columns" not in done.out
    assert (done.code, done.err) == (0, "")


@BY_SUB
def test_the_evidence_is_a_line_that_works(lived_in: Program, sub: str) -> None:
    """What an answer names as evidence is answered, over the same days and projects."""
    for options in ([], ["--all-time"], ["--project", "alpha", "--days", "30"]):
        answer = lived_in("patterns", sub, *SUBS[sub], *options, "--json").json
        assert answer["data"]
        for row in answer["data"][:3]:
            line = shlex.split(row["evidence"])
            assert line[0] == "skillhouse"
            shown = lived_in(*line[1:], "--json")
            assert (shown.code, shown.err) == (0, "")
            assert shown.json["data"]
            if sub != "bottlenecks" and line[1] == "patterns":
                assert shown.json["filters"]["since"] == answer["filters"]["since"]
            assert shown.json["filters"]["projects"] == answer["filters"]["projects"]


def test_one_session_is_shown_in_order(lived_in: Program) -> None:
    """``patterns sessions ID``: each use with its outcome, in both projects that have it."""
    done = lived_in("patterns", "sessions", "s-1", *WHOLE)
    answer = lived_in("patterns", "sessions", "s-1", *WHOLE, "--json").json

    assert done.lines[0].startswith("s-1 (")
    assert "code-review" in done.out
    assert faults(answer, "patterns-sessions") == []
    assert len(answer["data"]) == 2
    for row in answer["data"]:
        moments = [use["invoked_at"] for use in row["uses"]]
        assert moments == sorted(moments)
        assert row["total_invocations"] == len(moments)


def test_sessions_are_sorted_as_asked(lived_in: Program) -> None:
    """Each order has its own first; the first line is of the worst."""
    first = {
        sort: lived_in("patterns", "sessions", "--sort", sort, *WHOLE, "--json").json["data"][0]
        for sort in ("worst", "longest", "busiest")
    }
    answer = lived_in("patterns", "sessions", *WHOLE, "--json").json

    assert first["longest"]["length_ms"] == answer["totals"]["longest_ms"]
    assert first["busiest"]["total_invocations"] == answer["totals"]["most_uses"]
    worst = first["worst"]["session_id"]
    assert lived_in("patterns", "sessions", *WHOLE).lines[0].startswith(f"Worst session: {worst} (")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["transitions", "deplyo"], "Did you mean deploy?"),
        (["pairs", "deplyo"], "Did you mean deploy?"),
        (["sessions", "--with", "deplyo"], "Did you mean deploy?"),
        (["sessions", "no-such"], "list sessions: `skillhouse patterns sessions`"),
        (["sessions", "--all-time", "--days", "3"], "Use one of --all-time, --period"),
        (["pairs", "--period", "2026-11", "--until", "2026-11-01"], "Use one of --all-time"),
        (["bottlenecks", "--project", "alpah"], "Did you mean alpha?"),
        (["transitions", "--since", "20.11.2026"], "--since: '20.11.2026' is not a day."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_answered_with_what_to_do(
    lived_in: Program, line: list[str], told: str
) -> None:
    """Exit code 2, a sentence and a hint, nothing on stdout."""
    done = lived_in("patterns", *line)

    assert (done.out, done.code) == ("", 2)
    assert told in done.err
    assert len(done.err.splitlines()) == 2


def test_a_session_of_weeks_is_shown_in_parts(lived_in: Program) -> None:
    """Without the option each pause begins a part, by its number; together they are the whole."""
    whole = lived_in("patterns", "sessions", "s-1", *WHOLE, "--json").json["data"]
    parts = lived_in("patterns", "sessions", "s-1", "--json").json["data"]
    screen = lived_in("patterns", "sessions", "s-1")

    assert len(parts) > len(whole) == 2
    for session in whole:
        own = [each for each in parts if each["project_id"] == session["project_id"]]
        assert [each["part"] for each in own] == list(range(1, len(own) + 1))
        uses = [use["invoked_at"] for each in own for use in each["uses"]]
        assert uses == [use["invoked_at"] for use in session["uses"]]
    assert "s-1 part 2 (" in screen.out


def test_what_has_no_finding_is_one_line(lived_in: Program) -> None:
    """Where nothing stands out: a line that says so and over which days; the rows with --all."""
    for sub, option in (("pairs", "--min-sessions"), ("transitions", "--min-times")):
        done = lived_in("patterns", sub, option, "1", *WHOLE)
        rows = lived_in("patterns", sub, *SUBS[sub])

        assert done.lines == [done.lines[0]]
        assert done.lines[0].startswith("None of ")
        assert done.lines[0].endswith(" (last 90 days). --all lists the rows.")
        assert len(rows.lines) > 5
