"""What scripts rely on: JSON held to its schemas, exit codes, streams, and harmless output."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import cli.main
import cli.session
from cli.answers.types import answer_names
from cli.reference import walk
from command_line import TOP, House, Program, Ran, faults, start
from command_lines import LINES
from conftest import execution, invocation, write_executions, write_skills
from joined import agreement, store_of


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


NEEDS_A_NAME = (
    "experiment-arm",
    "experiment-report",
    "experiment-stop",
    "categories-remove",
    "unregister-project",
    *("move-project", "edit-project"),
    "effectiveness",
    "compare",
    "migrate-check",
)
MAKES_A_WAREHOUSE = (
    "register-project",
    "collect",
    "refresh",
    "restore",
    "transcripts-enable",
)
NOTHING_HERE = (
    *("schedule-uninstall", "anomalies", "discover"),
    *("skills", "categories-list", "categories-remove"),
    *("team-top-skills", "team-baselines", "team-changes", "team-suggest", "team-clusters"),
    "team-rollup",
)
"""Nothing was installed, no agent worked, no skill is on disk, no category is left, no team was
joined and no member's file is wrong; three weeks are too few for anything to be unusual."""
ASKS_NO_WAREHOUSE = (
    "config-list",
    "config-get",
    "config-set",
    "config-unset",
    "mcp-install",
    "mcp-uninstall",
    "team-rollup",
)
NEEDS_A_BASELINE = ("baseline-list", "baseline-show", "baseline-compare", "baseline-delete")
OF_MEMBERS = {f"team-{each}" for each in ("init", "join", "preview", "publish", "forget", "status")}
"""They need a team: test_team_commands.py has their lines, and holds them to their schemas."""
NEEDS_AN_EXPERIMENT = ("experiment-arm", "experiment-list", "experiment-report", "experiment-stop")
BY_COMMAND = pytest.mark.parametrize("command", LINES)


def words(run: Program, command: str) -> list[str]:
    new = run.root / "new"
    new.mkdir(exist_ok=True)
    backup = run.root / "kept.duckdb"
    if command == "team-rollup" and not (run.root / "store").exists():
        store_of(run.root, agreement(), {})
    if command == "restore" and run.warehouse.exists():
        shutil.copyfile(run.warehouse, backup)
    if command in NEEDS_A_BASELINE and run.warehouse.exists():
        run("baseline", "save", "kept")
    if command in NEEDS_AN_EXPERIMENT and run.warehouse.exists():
        run("experiment", "create", "trial", "--control", "deploy", "--treatment", "lint")
    if command == "categories-remove" and run.warehouse.exists():
        run("categories", "set", "kept", "x*")
    return [
        word.format(
            new=new,
            backup=backup,
            file=run.root / "top.csv",
            page=run.root / "report.html",
            store=run.root / "store",
        )
        for word in LINES[command]
    ]


# ---------------------------------------------------------------- JSON


def test_every_command_that_answers_has_a_schema() -> None:
    """One type a command; the others serve, are for people, or print a schema.

    What was done when has no command: it is exported, and drawn.
    """
    commands = {"-".join(words) for words, _ in walk(typer.main.get_command(cli.main.app))}

    assert set(LINES) == set(answer_names()) - {"activity"} - OF_MEMBERS
    assert commands - set(LINES) - OF_MEMBERS == {"demo", "dashboard", "schedule-run", "schema"}
    assert set(LINES) <= commands


@BY_COMMAND
def test_json_is_what_its_schema_says(lived_in: Program, command: str) -> None:
    """Every field, no other, nothing else on stdout."""
    done = lived_in(*words(lived_in, command), "--json")

    assert (done.code, done.err) == (0, "")
    assert faults(done.json, command) == []
    assert done.json["data"] or command in NOTHING_HERE


@BY_COMMAND
def test_json_has_the_same_shape_where_there_is_nothing(run: Program, command: str) -> None:
    """Valid by the same schema; a name or file that is not there is wrong usage, and no answer."""
    line = words(run, command)[: None if command != "refresh" else 1]
    done = run.lay_empty()(*line, "--json")

    if command in (*NEEDS_A_NAME, "restore", "baseline-save", *NEEDS_A_BASELINE[1:]):
        assert (done.out, done.code) == ("", 2)
        return
    assert (done.code, done.err) == (0, "")
    assert faults(done.json, command) == []
    if command in ("projects", "top-skills", "summary", "trends"):
        assert done.json["warnings"] == [
            "No project is registered yet: skillhouse register-project PATH"
        ]


@BY_COMMAND
def test_a_warehouse_that_is_not_there_is_an_error(run: Program, command: str) -> None:
    """A path that was mistyped is no empty answer: exit code 1, and no file is made for it."""
    line = words(run, command)[: None if command != "refresh" else 1]

    done = run(*line)

    if command == "discover":
        # The first look of somebody who has nothing yet.
        assert (done.code, done.err) == (0, "")
        assert not run.warehouse.exists()
        return
    if command in ASKS_NO_WAREHOUSE:
        assert (done.code, done.err) == (0, "")
        assert not run.warehouse.exists()
        return
    if command == "path":
        # It says where the warehouse would be.
        assert (done.out, done.code) == (f"{run.warehouse}\n", 0)
        assert "There is no warehouse yet" in done.err
        return
    if command in MAKES_A_WAREHOUSE:
        # There is no backup to restore here, and no project to collect from.
        codes = {"register-project": 0, "transcripts-enable": 0, "restore": 2}
        assert done.code == codes.get(command, 1)
        assert "There is no warehouse" not in done.err
        if command in ("collect", "refresh"):
            assert "is a new warehouse without any project" in done.err
        return
    assert done.code == 1
    assert (done.out == "") == (command != "schedule-install")
    assert done.err.splitlines() == [
        f"Error: There is no warehouse at {run.warehouse}.",
        "Make one with skillhouse register-project PATH, or name another with --warehouse.",
    ]
    assert not run.warehouse.parent.exists()


DOES_SOMETHING = (
    "register-project",
    "unregister-project",
    *("move-project", "edit-project"),
    *("transcripts-enable", "transcripts-disable"),
    "collect",
    "aggregate",
    "refresh",
    "baseline-save",
    "baseline-delete",
    "schedule-uninstall",
    "export",
    "report",
    "backup",
    "restore",
    "compact",
    "retention",
    "config-set",
    "config-unset",
    "index-skills",
    "categories-set",
    "categories-remove",
    "team-rollup",
    "experiment-create",
    "experiment-stop",
)


@BY_COMMAND
def test_quiet_leaves_answers_and_takes_reports_away(lived_in: Program, command: str) -> None:
    """What does something prints nothing when all is well; what is asked is answered as ever."""
    before = lived_in.warehouse.read_bytes()
    loud = lived_in(*words(lived_in, command))
    lived_in.warehouse.write_bytes(before)
    quiet = lived_in("--quiet", *words(lived_in, command))

    assert (quiet.err, quiet.code) == ("", 0)
    assert quiet.out == ("" if command in DOES_SOMETHING else loud.out)
    assert loud.out


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("top-skills", ["--period", "2026-11", "--kind", "skill", "--project", "alpha"]),
        ("top-skills", ["--period", "2026-W45", "--sort", "effectiveness", "--limit", "1"]),
        ("top-skills", ["--since", "2026-11-02", "--until", "2026-11-05", "--min-uses", "2"]),
        ("top-skills", ["--period", "2025-01"]),
        ("top-skills", ["--all-projects"]),
        ("effectiveness", ["deploy", "--days", "7"]),
        ("effectiveness", ["deploy", "--period", "2025-01"]),
        ("effectiveness", ["reviewer"]),
        ("compare", ["deploy", "--period", "2025-01"]),
        ("compare", ["old-one", "--all-projects"]),
        ("summary", ["--kind", "agent"]),
        ("trends", ["deploy", "--grain", "daily", "--periods", "30"]),
        ("trends", ["--project", "alpha", "--grain", "monthly", "--limit", "1"]),
        ("trends", ["--all-projects", "--kind", "agent", "--periods", "2"]),
        ("workflows", ["tidy", "--kind", "skill"]),
        ("workflows", ["--days", "3"]),
        ("recommend", ["--action", "adopt", "--project", "alpha"]),
        ("recommend", ["--limit", "1", "--all-projects"]),
        ("health", ["deploy", "--explain"]),
        ("health", ["reviewer", "--project", "beta", "--kind", "agent"]),
        ("health", ["--all-projects", "--unused-days", "1", "--new-days", "3"]),
        ("aggregate", ["--timezone", "Asia/Kathmandu"]),
        ("doctor", ["alpha", "beta"]),
        ("retention", []),
        ("retention", ["--off"]),
        ("retention", ["--raw-days", "7", "--dry-run"]),
        ("runs", ["1"]),
        ("runs", ["--project", "alpha", "--failed", "--limit", "3"]),
    ],
    ids=lambda value: "".join(value) if isinstance(value, list) else value,
)
def test_json_stays_valid_with_options(lived_in: Program, command: str, options: list[str]) -> None:
    """Spans, filters, an empty answer, an agent's nulls."""
    done = lived_in(command, *options, "--json")

    assert done.code == 0
    assert faults(done.json, command) == []


def test_a_schema_notices_a_missing_a_new_and_a_wrong_field(lived_in: Program) -> None:
    """The schemas are strict, so the tests above mean something."""
    answer = lived_in("top-skills", "--json").json
    row = answer["data"][0]

    for wrong in (
        {key: value for key, value in row.items() if key != "share"},
        {**row, "more": 1},
        {**row, "success_rate": 1.2},
        {**row, "first_used": "yesterday"},
        {**row, "sessions": None},
    ):
        assert len(faults({**answer, "data": [wrong]}, "top-skills")) >= 1
    assert faults({**answer, "more": 1}, "top-skills")
    assert faults({key: answer[key] for key in answer if key != "totals"}, "top-skills")


def test_instants_carry_the_zone_that_the_answer_names(lived_in: Program) -> None:
    """A warehouse that reports in Kathmandu says +05:45 in every field."""
    lived_in("aggregate", "--timezone", "Asia/Kathmandu")

    answer = lived_in("top-skills", "--json").json

    assert answer["timezone"] == "Asia/Kathmandu"
    assert answer["generated_at"] == "2026-11-20T17:45:00+05:45"
    assert answer["data"][0]["first_used"] == "2026-11-01T14:45:00+05:45"


# ---------------------------------------------------------------- --all-projects and --purge


def test_history_of_an_unregistered_project_is_shown_when_asked_for(lived_in: Program) -> None:
    """Left out by default, in with --all-projects; naming it alone is refused with a hint."""
    plain = lived_in("top-skills", "--json").json
    everything = lived_in("top-skills", "--json", "--all-projects").json
    refused = lived_in("effectiveness", "old-one", "--project", "gone")
    named = lived_in("effectiveness", "old-one", "--project", "gone", "--all-projects", "--json")

    assert plain["totals"] == {"total_invocations": 98, "skills": 5, "projects": 2}
    assert everything["totals"] == {"total_invocations": 102, "skills": 6, "projects": 3}
    assert (refused.code, refused.out) == (2, "")
    assert "--all-projects" in refused.err
    assert named.json["totals"] == {"total_invocations": 1}


def test_a_purge_where_nobody_can_be_asked_needs_a_yes(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2 and nothing deleted; with --yes the rows and the project go."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)

    refused = lived_in("unregister-project", "alpha", "--purge")
    still = lived_in("projects", "--json").json
    purged = lived_in("unregister-project", "alpha", "--purge", "--yes", "--json").json
    lived_in("aggregate")

    assert (refused.out, refused.code) == ("", 2)
    assert "--yes" in refused.err
    assert [row["is_active"] for row in still["data"]] == [True, True, False]
    assert purged["data"][0]["rows_deleted"] == 42
    assert lived_in("projects", "--json").json["totals"] == {"projects": 2, "rows": 60}
    assert lived_in("top-skills", "--json").json["totals"]["total_invocations"] == 56


# ---------------------------------------------------------------- names that would do harm

HARM = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202eevil\u2066\x7f\r\nline"
STEERING = [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]


def assert_harmless(done: Ran) -> None:
    steering = set(done.out + done.err) & set(map(chr, STEERING)) - {"\n"}
    assert steering == set()
    assert "Traceback" not in done.err


def test_hostile_texts_are_shown_escaped_everywhere(run: Program) -> None:
    """Names, types, errors, follow-ups, paths and agents: in tables, in JSON, on stderr."""
    app = run.folder("evil\x1b[31m\u202e")
    record = invocation(
        HARM,
        completed=False,
        error_type=f"E{HARM}",
        follow_up_actions=[f"F{HARM}"],
        workflow_path=f"W{HARM}",
    )
    bad = {"skill_name": HARM, "invoked_at": HARM}
    write_skills(app, {"invocations": [record, bad], "last_updated": ""})
    write_executions(app, "agent\x1b[0m\u202e", [execution(agent=f"A{HARM}")])
    name = f"P{HARM}"

    ran = [run("register-project", str(app), "--name", name, "--type", f"T{HARM}")]
    for line in (
        ["refresh", "--full"],
        ["projects"],
        ["collect", "--full"],
        ["top-skills"],
        ["effectiveness", HARM],
        ["compare", HARM],
        ["effectiveness", f"A{HARM}"],
        ["summary"],
        ["trends"],
        ["trends", HARM, "--grain", "monthly"],
        ["status"],
        ["runs"],
        ["runs", "1"],
        ["doctor"],
        ["effectiveness", f"{HARM}x"],
        ["doctor", f"{name}x"],
        ["top-skills", "--project", f"{HARM}\x1b"],
        ["top-skills", "--period", HARM],
        ["no-such\x1b[31m-command"],
        ["top-skills", "--sort", HARM],
        ["register-project", str(app), "--timezone", HARM],
        ["register-project", str(app / HARM)],
        ["move-project", name, str(app)],
    ):
        ran += [run(*line), run(*line, "--json")]
    ran.append(run("unregister-project", name, "--purge", "--yes"))

    for each in ran:
        assert_harmless(each)
    assert "\\x1b[31mred" in ran[7].out
    assert ran[8].json["data"][0]["skill_name"] == HARM


def test_text_in_any_script_stays_as_it_is(run: Program) -> None:
    """Escaping is for what steers a terminal, not for what is not ASCII."""
    app = run.folder("проект")
    write_skills(app, {"invocations": [invocation("检索 naïve 👩‍💻")], "last_updated": ""})
    run("register-project", str(app))
    run("refresh")

    assert "检索 naïve 👩‍💻" in run("top-skills").out
    assert "проект" in run("projects").out
    assert run("top-skills", "--json").json["data"][0]["skill_name"] == "检索 naïve 👩‍💻"


# ---------------------------------------------------------------- as a process of its own


def test_the_program_runs_as_a_process(house: House, tmp_path: Path) -> None:
    """Answers on stdout, errors on stderr, no codes in a pipe, whatever the locale."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    env = {"SKILLHOUSE_WAREHOUSE": str(warehouse), "LC_ALL": "C", "PYTHONUTF8": "0"}

    table = start("top-skills", env=env)
    answer = start("--json", "top-skills", env=env)
    wrong = start("top-skills", "--period", "never", env=env)
    purge = start("unregister-project", "alpha", "--purge", env=env)
    version = start("--version", env=env)

    assert (table.code, table.err) == (0, "")
    assert "code-review" in table.out
    assert "\x1b" not in table.out
    assert faults(json.loads(answer.out), "top-skills") == []
    assert (wrong.code, wrong.out) == (2, "")
    assert (purge.code, purge.out) == (2, "")
    assert "--yes" in purge.err
    assert version.out.startswith("skillhouse ")


def test_a_reader_that_goes_away_is_no_error(house: House, tmp_path: Path) -> None:
    """``skillhouse ... | head`` ends without a word."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "top-skills", "--json"],
            cwd=TOP,
            env={"SKILLHOUSE_WAREHOUSE": str(warehouse), "SKILLHOUSE_TIMEZONE": "UTC"},
            stdout=gone,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    assert done.stderr == ""
