"""What each command shows a person: sentences and tables, in any window, with or without data."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from command_line import LONG, WIDE, House, Program, cells, is_command


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program where nothing is registered yet."""
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    """The program with two active projects that have been collected, and one unregistered."""
    house.copy_to(run.warehouse)
    return run


ASKING = [
    ["projects"],
    ["collect"],
    ["refresh"],
    ["aggregate"],
    ["top-skills"],
    ["effectiveness", "deploy"],
    ["compare", "deploy"],
    ["summary"],
    ["status"],
    ["doctor"],
]
BY_NAME = pytest.mark.parametrize("line", ASKING, ids=lambda line: line[0])


# ---------------------------------------------------------------- a first session


def test_a_first_session(run: Program, house: House) -> None:
    """Register, collect, ask, leave."""
    alpha = str(house.root / "alpha")

    registered = run("register-project", alpha, "--type", "cli", "--timezone", "UTC")
    again = run("register-project", alpha)
    collected = run("refresh")
    asked = run("top-skills", "--days", "30", "--limit", "2")
    left = run("unregister-project", "alpha")
    nothing = run("top-skills")

    assert registered.lines[0].startswith("Registered alpha (")
    assert registered.lines[1:] == [
        "Found 1 skill metrics file. Project zone: UTC.",
        "Next: skillhouse refresh",
    ]
    assert again.lines[0].startswith("Already registered: alpha (")
    assert collected.lines == [
        "Project  Files  Files unchanged  Read  New  Updated  Unchanged  Rejected  Ignored",
        "alpha        1                0    42   42        0          0         0        0",
        "42 new, 0 updated and 0 rejected records from 1 project",
        "Statistics updated (42 days).",
    ]
    assert asked.lines == [
        "2 of 4 skills and agents, 42 uses in 1 project: 2026-10-22 to 2026-11-20",
        "",
        "#  Name         Kind   Uses  Share  Success  95% interval  Median    p95  Quality"
        "  Projects  Sessions  Last used",
        "1  code-review  skill    20  47.6%   100.0%       84-100%   1.5 s  1.5 s      n/a"
        "         1         7  2026-11-20",
        "2  deploy       skill    20  47.6%    30.0%        15-52%   1.5 s  1.5 s      n/a"
        "         1         1  2026-11-20",
        "2026-10-22 to 2026-11-20 | zone UTC | collected just now (2026-11-20 12:00)",
    ]
    assert left.lines == [
        "Unregistered alpha. Its 42 rows are kept but excluded from answers"
        " (--all-projects includes them)."
    ]
    assert nothing.lines[0] == "No project is registered yet: skillhouse register-project PATH"
    assert {each.code for each in (registered, again, collected, asked, left, nothing)} == {0}
    assert {each.err for each in (registered, again, collected, asked, left, nothing)} == {""}


# ---------------------------------------------------------------- each command


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (["projects"], ["alpha", "cli", "unregistered", "12 hours ago"]),
        (["collect"], ["+ 2 without new records", "0 new, 0 updated and 0 rejected"]),
        (["refresh"], ["0 new, 0 updated", "Statistics already up to date."]),
        (["aggregate"], ["Statistics already up to date."]),
        (["aggregate", "--full"], ["Statistics updated ("]),
        (
            ["top-skills"],
            ["code-review", "95% interval", "5 skills and agents, 98 uses in 2 projects"],
        ),
        (["effectiveness", "deploy"], ["deploy (skill)", "Success 30.0%", "ToolError", "alpha"]),
        (["effectiveness", "reviewer"], ["reviewer (agent)", "quality 0.50"]),
        (["compare", "deploy"], ["alpha", "beta", "Project type", "cli", "(no type)"]),
        (["summary"], ["98 uses of 4 skills and 1 agent in 2 projects", "Last 7 days"]),
        (["status"], ["Warehouse", "102, 0 rejected", "up to date", "alpha"]),
        (["doctor"], [".session-buddy/skill_metrics.json", "alpha (", "Totals"]),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
)
def test_a_command_shows_its_answer_on_stdout(
    lived_in: Program, line: list[str], shown: list[str]
) -> None:
    """The answer, exit code 0, and nothing on stderr."""
    lived_in.now = lived_in.now.replace(hour=23, minute=59)

    done = lived_in(*line)

    assert (done.code, done.err) == (0, "")
    for text in shown:
        assert text.replace("12 hours", "11 hours") in done.out


def test_unregister_move_and_register_tell_what_they_did(lived_in: Program) -> None:
    """One sentence each."""
    new_home = lived_in.folder("elsewhere")

    moved = lived_in("move-project", "beta", str(new_home))
    left = lived_in("unregister-project", "beta")
    purged = lived_in("unregister-project", "beta", "--purge", "--yes")
    other = lived_in("register-project", str(new_home), "--name", "other")

    assert moved.out == f"beta is now at {new_home}.\n"
    assert left.out.startswith("Unregistered beta. Its 56 rows are kept")
    assert purged.lines == [
        "Purged beta: 56 rows deleted.",
        "The data stays in the file until you run `skillhouse compact`.",
    ]
    assert other.out.startswith("Registered other (")
    assert "Found no metrics yet" in other.out
    assert "beta" not in lived_in("projects").out


def test_the_demo_shows_the_whole_job_and_what_to_type_next(
    run: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a place of its own, where it can be asked further: no warehouse of ours is made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(run.root / "cache"))
    monkeypatch.setenv("HOME", str(run.root / "home"))
    done = run("demo")

    assert (done.code, done.err) == (0, "")
    for command in ("refresh", "summary", "top-skills --limit 10", "effectiveness test-runner"):
        assert f"$ skillhouse {command}" in done.lines
    assert done.lines[-5:] == [
        "With your own repositories:",
        "  skillhouse discover --register     # find and register them, and see the results",
        "  skillhouse add --scan ~/code       # or all below a folder, then: skillhouse refresh",
        "  skillhouse schedule install        # refresh every night",
        "  skillhouse top-skills --days 30    # see the results",
    ]
    assert "  skillhouse --demo health" in done.lines
    asked = run("--demo", "--json", "health")
    assert (asked.code, asked.err) == (0, "")
    assert asked.json["totals"]["needs_attention"]
    assert run("top-skills", "--demo", "--limit", "1").code == 0
    assert run("--demo", "--warehouse", "x", "health").code == 2
    assert not run.warehouse.exists()


# ---------------------------------------------------------------- nothing there yet


@BY_NAME
def test_a_command_says_what_to_do_where_nothing_is_registered(
    run: Program, line: list[str]
) -> None:
    """A sentence and exit code 0; a name is wrong usage."""
    done = run.lay_empty()(*line)

    if line[0] in ("effectiveness", "compare"):
        assert (done.out, done.code) == ("", 2)
        assert done.err.startswith("Error: No skill or agent is named 'deploy'.\n")
    elif line[0] == "aggregate":
        assert (done.out, done.err, done.code) == ("Statistics already up to date.\n", "", 0)
    else:
        assert "No project is registered yet: skillhouse register-project PATH" in done.out
        assert (done.err, done.code) == ("", 0)


@pytest.mark.parametrize("command", ["collect", "refresh"])
def test_a_pass_over_nothing_in_a_new_file_is_told(run: Program, command: str) -> None:
    """Another warehouse may have been meant: exit code 1 names the one that was made."""
    done = run(command)

    assert "No project is registered yet: skillhouse register-project PATH" in done.out
    assert "is a new warehouse without any project" in done.err
    assert done.code == 1
    assert run.warehouse.exists()


def test_what_was_registered_but_not_collected_is_to_be_refreshed(run: Program) -> None:
    """An empty answer names the next step."""
    run("register-project", str(run.folder("app")))

    for line in (["top-skills"], ["summary"]):
        done = run(*line)
        assert (done.lines[0], done.code) == (
            "Nothing has been collected yet: skillhouse refresh",
            0,
        )


def test_a_span_without_data_says_so(lived_in: Program) -> None:
    """An empty span is an answer, not an error."""
    for line in (["top-skills"], ["effectiveness", "deploy"], ["compare", "deploy"]):
        done = lived_in(*line, "--period", "2025-01")
        assert done.lines[0] == "No uses recorded in this period (month 2025-01)."
        assert (done.err, done.code) == ("", 0)


# ---------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("line", "near"),
    [
        (["effectiveness", "deplyo"], "deploy"),
        (["compare", "code-reveiw"], "code-review"),
        (["collect", "alhpa"], "alpha"),
        (["refresh", "alhpa"], "alpha"),
        (["doctor", "btea"], "beta"),
        (["unregister-project", "alpah"], "alpha"),
        (["move-project", "alpah", "."], "alpha"),
        (["top-skills", "--project", "alpah"], "alpha"),
        (["effectiveness", "deploy", "--project", "alpah"], "alpha"),
        (["compare", "deploy", "--project", "alpah"], "alpha"),
        (["summary", "--project", "alpah"], "alpha"),
        (["aggregate", "--timezone", "Europe/Berln"], "Europe/Berlin"),
        (["register-project", ".", "--timezone", "Asia/Katmandoo"], "Asia/Katmandu"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
)
def test_an_unknown_name_suggests_the_nearest(
    lived_in: Program, line: list[str], near: str
) -> None:
    """Exit code 2, nothing on stdout, the nearest known name in the hint."""
    done = lived_in(*line)

    assert (done.out, done.code) == ("", 2)
    message, hint = done.err.splitlines()
    assert message.startswith("Error: ")
    assert hint.startswith("Did you mean ")
    assert near in hint


SPANS = ["top-skills"], ["effectiveness", "deploy"], ["compare", "deploy"]


@pytest.mark.parametrize("line", SPANS, ids=lambda line: line[0])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--period", "2026-13"], "--period: '2026-13' is not a period."),
        (["--period", "2026-W54"], "a week (2026-W47, last-week), a month (2026-11, this-month)"),
        (["--period", "next week"], "or the last days or hours (7d, 2w, 3mo, 24h)."),
        (["--since", "2026-02-30"], "--since: '2026-02-30' is not a day."),
        (["--until", "20.11.2026"], "--until: '20.11.2026' is not a day."),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "Swap the first and the last day."),
        (["--days", "0"], "--days: 0 is not between 1 and 36500."),
        (["--days", "7", "--period", "2026-11"], "Use one of --window, --period, --since/--until"),
        (["--window", "daily", "--days", "1"], "Use one of --window, --period, --since/--until"),
        (["--period", "2026-11", "--until", "2026-11-01"], "Use one of --window, --period"),
    ],
    ids=lambda value: "".join(value).replace(" ", "-") if isinstance(value, list) else "",
)
def test_a_bad_date_is_answered_with_the_forms_that_are_read(
    lived_in: Program, line: list[str], options: list[str], told: str
) -> None:
    """Exit code 2, nothing on stdout, the accepted forms on stderr."""
    done = lived_in(*line, *options)

    assert (done.out, done.code) == ("", 2)
    assert told in done.err
    assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    "line",
    [
        ["top-skills", "--sort", "luck"],
        ["top-skills", "--limit", "-1"],
        ["top-skills", "--kind", "both"],
        ["top-skills", "--days", "many"],
        ["top-skills", "extra"],
        ["effectiveness"],
        ["no-such-command"],
        ["register-project", "/no/such/folder"],
        ["register-project", ".", "--tag", ":novalue"],
        ["top-skills", "--project", "gone"],
        ["register-project", ""],
        ["move-project", "alpha", ""],
        ["--warehouse", "", "projects"],
        ["unregister-project", "", "--purge", "--yes"],
        ["collect", ""],
        ["effectiveness", "not-utf-8-\udcff"],
    ],
    ids=ascii,
)
def test_other_wrong_usage_ends_with_2(
    lived_in: Program, house: House, monkeypatch: pytest.MonkeyPatch, line: list[str]
) -> None:
    """Nothing on stdout, an explanation on stderr, no traceback; "" is not this folder."""
    monkeypatch.chdir(house.root / "alpha")

    done = lived_in(*line)

    assert (done.out, done.code) == ("", 2)
    assert done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("line", SPANS, ids=lambda line: line[0])
def test_the_ends_of_the_calendar_are_days_like_others(lived_in: Program, line: list[str]) -> None:
    """Nothing was used then, and nothing overflows."""
    for span in (
        ["--period", "9999-12"],
        ["--period", "9999-W52"],
        ["--period", "0001-01"],
        ["--period", "0001-W01"],
        ["--since", "9999-12-28", "--until", "9999-12-31"],
        ["--since", "9999-12-01", "--until", "9999-12-31"],
        ["--until", "0001-01-01"],
    ):
        done = lived_in(*line, *span)
        assert (done.code, done.err) == (0, "")
        assert done.lines[0].startswith("No uses recorded in this period (")


# ---------------------------------------------------------------- any window


@BY_NAME
def test_nothing_is_cut_and_nothing_is_styled_in_a_pipe(lived_in: Program, line: list[str]) -> None:
    """Where nobody asks for a width, a line is as long as it takes, without escape codes."""
    done = lived_in(*line)

    assert "\x1b" not in done.out + done.err
    assert "…" not in done.out
    if line[0] in ("top-skills",):
        assert LONG in done.out
        assert WIDE in done.out


@BY_NAME
@pytest.mark.parametrize("columns", [200, 120, 80, 60, 40])
def test_no_line_is_longer_than_the_window(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch, line: list[str], columns: int
) -> None:
    """Names are cut and columns left out; numbers never are."""
    monkeypatch.setenv("COLUMNS", str(columns))

    done = lived_in(*line)

    assert done.code == 0
    assert [text for text in done.lines if cells(text) > columns and not is_command(text)] == []


@pytest.mark.parametrize("name", [LONG, WIDE], ids=["long", "wide"])
@pytest.mark.parametrize("columns", [80, 60, 40])
def test_a_long_name_fits_the_window_in_headings_too(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch, name: str, columns: int
) -> None:
    """A heading is broken where it must be, by the cells that characters take."""
    monkeypatch.setenv("COLUMNS", str(columns))

    for command in ("effectiveness", "compare"):
        done = lived_in(command, name)
        assert [text for text in done.lines if cells(text) > columns] == []


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_a_narrow_table_cuts_names_at_their_end_and_keeps_numbers_right(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """A long name's beginning stays, numbers end where their heading ends, the rest is named."""
    monkeypatch.setenv("COLUMNS", str(columns))

    lines = lived_in("top-skills").lines

    at = lines.index("") + 1
    header, rows = lines[at], lines[at + 1 : at + 6]
    [cut] = [row for row in rows if "a-skil" in row]
    assert "a-skill-whose-name-is" in cut
    assert "…" in cut
    for title in ("Uses", "Success"):
        end = header.index(title) + len(title)
        for row in rows:
            # A wide character fills two cells and is one character.
            place = end - (cells(row) - len(row))
            assert row[place - 1] != " "
            assert row[place : place + 2].strip() == ""
    assert lines[at + 6].startswith("Hidden columns: ")
    assert "(widen the terminal or use --json)" in " ".join(lines)


def test_a_wide_window_leaves_nothing_out(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All thirteen columns, all names whole."""
    monkeypatch.setenv("COLUMNS", "250")

    done = lived_in("top-skills")

    assert LONG in done.out
    assert "Sessions" in done.lines[2]
    assert "wider window" not in done.out


def test_colors_are_for_terminals_that_want_them(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bold and dim on a terminal; nothing with --no-color or NO_COLOR."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")

    colored = lived_in("top-skills")
    plain = lived_in("top-skills", "--no-color")
    monkeypatch.setenv("NO_COLOR", "1")
    silent = lived_in("top-skills")

    assert "\x1b[1m" in colored.out
    assert "\x1b" not in plain.out + silent.out
    assert plain.out == silent.out
    assert [text for text in plain.lines if text not in colored.out] == []


@pytest.mark.parametrize(
    "line",
    [
        ["--json", "top-skills", "--days", "7"],
        ["top-skills", "--json", "--days", "7"],
        ["top-skills", "--days", "7", "--json"],
    ],
    ids=["before", "between", "after"],
)
def test_global_options_may_stand_anywhere(lived_in: Program, line: list[str]) -> None:
    """Before the command, among its options, at the end."""
    done = lived_in(*line)

    assert done.json["filters"]["since"] == "2026-11-14"


def test_the_warehouse_may_be_named_anywhere(run: Program, house: House, tmp_path: Path) -> None:
    """--warehouse PATH and --warehouse=PATH, before and after, win over the environment."""
    other = tmp_path / "other" / "file.duckdb"
    house.copy_to(other)

    for line in (
        ["--warehouse", str(other), "projects"],
        ["projects", "--warehouse", str(other)],
        ["projects", f"--warehouse={other}", "--quiet"],
    ):
        assert "alpha" in run(*line).out
    assert "alpha" not in run("projects").out


def test_after_two_dashes_a_word_is_a_word(lived_in: Program) -> None:
    """A skill may be called --json."""
    done = lived_in("effectiveness", "--", "--json")

    assert done.code == 2
    assert done.err.startswith("Error: No skill or agent is named '--json'.")
