"""``recommend``, from files to the screen, JSON and the section for a brief."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.changes import recent_and_earlier
from aggregator.measures import Question, scope
from aggregator.reports.recommendations.evidence import Evidence, gather
from aggregator.reports.recommendations.recommend import recommend
from cli.demo.fleet import STORIES
from command_line import Program, Ran, cells, faults, is_command
from conftest import NOW, execution, invocation, write_executions, write_skills
from fleets import at_each_moment, demo_fleet
from observed import open_day
from oracle import Row, in_range
from worlds import STATES, World, generated_world, in_state, sample_world

ODD = "-*a|b*_c_<i>`d`[x](http://e.f)\x1b[31m\n# @you & $co"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def uses(
    name: str,
    good: Callable[[int], bool],
    days: range = range(1, 118),
    **fields: Callable[[int], Any],
) -> list[dict[str, object]]:
    """One use of ``name`` on each of so many days before NOW."""
    return [
        invocation(
            name,
            (NOW - timedelta(days=ago)).replace(tzinfo=None).isoformat(),
            completed=good(ago),
            error_type=None if good(ago) else "ToolError",
            session_id=f"s-{name[:3]}-{ago}",
            **{key: make(ago) for key, make in fields.items()},
        )
        for ago in days
    ]


def collected(run: Program, types: dict[str, str], records: dict[str, list[Any]]) -> None:
    """Each project's uses are some seconds apart from the others': equal ones would be copies."""
    for place, (name, kind) in enumerate(types.items()):
        own = [record | {"invoked_at": _later(record, place)} for record in records[name]]
        write_skills(run.folder(name), {"invocations": own, "last_updated": ""})
        assert run("register-project", str(run.root / name), "--type", kind).code == 0
    assert run("refresh").code == 0


def _later(record: dict[str, str], seconds: int) -> str:
    moment = datetime.fromisoformat(record["invoked_at"]) + timedelta(seconds=seconds)
    return moment.isoformat()


def told(done: Ran) -> list[tuple[str, str, str | None]]:
    assert (done.code, done.err, faults(done.json, "recommend")) == (0, "", [])
    rows = [row for row in done.json["data"] if row["origin"] == "skillhouse"]
    return [(row["action"], row["skill_name"], row["project_name"]) for row in rows]


def mostly(ago: int) -> bool:
    return ago % 20 != 0


def badly(ago: int) -> bool:
    return ago % 3 == 0


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("state", STATES[:2])
@pytest.mark.parametrize("make", [sample_world, generated_world])
@pytest.mark.parametrize("zone", ["UTC", "Australia/Sydney"])
def test_the_evidence_is_what_the_files_say(
    tmp_path_factory: pytest.TempPathFactory,
    make: Callable[[pytest.TempPathFactory, str], World],
    zone: str,
    state: str,
) -> None:
    """Outcomes by project and by path, counted in plain Python, of all projects and of one."""
    world = make(tmp_path_factory, zone)
    now = max(row.invoked_at for row in world.rows if row.invoked_at < world.now)
    with in_state(world, state) as con:
        everywhere = scope(con)
        for chosen in (everywhere, scope(con, [everywhere.projects[0].project_id])):
            found = gather(con, Question(ALL_TIME, chosen, "all", now))
            names = {p.project_id: p.name for p in everywhere.projects}
            targets = {names[p.project_id] for p in chosen.projects}
            asked = [row for row in world.rows if row.project in targets]
            recent, earlier = recent_and_earlier(open_day(asked, world.zone, now, world.now))
            rows = in_range(world.rows, earlier.since, recent.until, world.zone)
            late = set(in_range(world.rows, recent.since, recent.until, world.zone))

            assert rows
            assert _by_project(found, names) == _counted(
                [row for row in rows if row.project in targets], late
            )
            assert {
                (*name, path): tuple(rate)
                for name, rates in found.paths.items()
                for path, rate in rates.items()
            } == _counted_by_path([row for row in rows if row.project in targets])


def _by_project(found: Evidence, names: dict[str, str]) -> dict[Any, Any]:
    return {
        (each.kind, each.skill_name, names[project]): (
            cell.now.successes,
            cell.now.known,
            cell.now.successes + cell.before.successes,
            cell.now.known + cell.before.known,
        )
        for each in found.verdicts
        for project, cell in each.cells.items()
    }


def _counted(rows: list[Row], late: set[Row]) -> dict[Any, Any]:
    counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        good, is_known = row.outcome == "success", row.outcome != "unknown"
        numbers = counts[row.kind, row.name, row.project]
        for place, one in enumerate(
            (good and row in late, is_known and row in late, good, is_known)
        ):
            numbers[place] += one
    return {key: tuple(numbers) for key, numbers in counts.items()}


def _counted_by_path(rows: list[Row]) -> dict[Any, Any]:
    good: Counter[Any] = Counter()
    known: Counter[Any] = Counter()
    for row in rows:
        key = (row.kind, row.name, row.workflow_path or "")
        good[key] += row.outcome == "success"
        known[key] += row.outcome != "unknown"
    return {key: (good[key], known[key]) for key in known}


# ---------------------------------------------------------------- what is found


def test_each_kind_of_thing_is_found_in_files(run: Program) -> None:
    """A fix, a split and a retire, each by name, and nothing of what is well."""
    old = range(150, 300)
    a = [
        *uses("steady", mostly),
        *uses("broken-here", badly),
        *uses("two-ways", lambda ago: mostly(ago) if ago % 2 else badly(ago),
              workflow_path=lambda ago: "quick" if ago % 2 else "full"),
        *uses("forgotten", mostly, old),
    ]  # fmt: skip
    b = [*uses("steady", mostly), *uses("broken-here", mostly), *uses("helpful", mostly)]
    c = [*uses("steady", mostly), *uses("broken-here", mostly), *uses("helpful", mostly)]
    collected(run, {"a": "cli", "b": "cli", "c": "cli"}, {"a": a, "b": b, "c": c})

    done = run("recommend", "--json")
    rows = {row["skill_name"]: row for row in done.json["data"]}

    assert sorted(told(done), key=str) == [
        ("fix", "broken-here", "a"),
        ("retire", "forgotten", None),
        ("split", "two-ways", None),
    ]
    assert [row["rank"] for row in done.json["data"]] == [1, 2, 3]
    assert rows["two-ways"]["places"] == ["full"]
    assert rows["forgotten"]["unused_days"] == 150
    assert rows["broken-here"]["compared_success_rate"] == pytest.approx(224 / 234)


def test_a_project_is_told_what_is_to_be_done_there(run: Program) -> None:
    """Compared with the others even where only one is asked about."""
    a = [*uses("steady", mostly), *uses("broken-here", badly)]
    b = [*uses("steady", mostly), *uses("broken-here", mostly), *uses("helpful", mostly)]
    collected(run, {"a": "cli", "b": "cli", "c": "cli"}, {"a": a, "b": b, "c": b})

    assert told(run("recommend", "--project", "a", "--json")) == [("fix", "broken-here", "a")]
    assert told(run("recommend", "--project", "b", "--json")) == []
    assert told(run("recommend", "--kind-of", "fix", "--json")) == [("fix", "broken-here", "a")]


def test_the_evidence_of_a_project_is_that_of_the_project(run: Program) -> None:
    """The line asks about what was asked about, and shows that rate."""
    a = uses("slipping", lambda ago: badly(ago) if ago <= 30 else mostly(ago))
    collected(run, {"a": "cli", "b": "cli"}, {"a": a, "b": uses("slipping", mostly)})

    [row] = [
        row
        for row in run("recommend", "--project", "a", "--json").json["data"]
        if row["reason"] == "got worse"
    ]
    shown = run("--json", *shlex.split(row["evidence"])[1:]).json["data"][0]

    assert (row["known_outcomes"], row["success_rate"]) == (30, 10 / 30)
    assert (shown["total_invocations"], shown["success_rate"]) == (30, 10 / 30)


def test_there_is_nothing_to_do_where_all_is_well(run: Program) -> None:
    """And it says of how much that is true."""
    collected(run, {"a": "cli"}, {"a": uses("steady", mostly)})

    done = run("recommend")

    assert done.lines[0] == (
        "Nothing to do: checked 1 skill or agent with 117 outcomes in the last 120 days"
    )


def test_few_outcomes_are_said_to_be_few(run: Program) -> None:
    collected(run, {"a": "cli"}, {"a": uses("new-one", mostly, range(1, 6))})

    done = run("recommend")

    assert done.lines[0].startswith("Not enough data: none of 1 skill or agent has 10 outcomes")


def test_today_is_open_and_judges_nothing(run: Program) -> None:
    """A morning of failures is no reason yet."""
    morning = [
        invocation("steady", f"2026-11-20T0{n % 10}:{n:02}:00", completed=False, error_type="E")
        for n in range(40)
    ]
    collected(run, {"a": "cli"}, {"a": [*uses("steady", mostly), *morning]})

    assert told(run("recommend", "--json")) == []


@at_each_moment
def test_the_demo_s_stories_are_found_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime
) -> None:
    """Whatever the seed and the day: the degrading, the one failing in a project, the unused."""
    with demo_fleet(tmp_path_factory, now, seed).refreshed.reading() as con:
        found = recommend(con, Question(ALL_TIME, scope(con), "all", now))
    names = {p.project_id: p.name for p in found.evidence.projects}

    assert {(r.reason, r.skill_name, names.get(r.project_id or "")) for r in found.rows} == {
        ("got worse", STORIES.degrading, None),
        ("fails in one project", STORIES.failing, STORIES.failing_project),
        ("unused", STORIES.dormant, None),
    }
    assert found.optimizers


# ---------------------------------------------------------------- how it is told


@pytest.fixture
def odd(run: Program) -> Program:
    """A project that has things to do about names that are hard to show, and an optimizer."""
    a = [*uses(ODD, lambda ago: badly(ago) if ago <= 30 else mostly(ago)), *uses("-v", badly)]
    b = [*uses("steady", mostly), *uses("-v", mostly), *uses("forgotten", mostly, range(150, 300))]
    collected(run, {"a": "cli", "o|d* `b`": "web"}, {"a": a, "o|d* `b`": b})
    runs = [execution(f"2026-11-{day:02}T10:00:00Z", agent="steady") for day in range(1, 15)]
    write_executions(run.root / "a", "steady", runs)
    entries = [
        {"agent": "steady", "metrics_count": 3, "timestamp": stamp, "recommendations": items}
        for stamp, items in (
            ("2026-09-01T03:00:00Z", [{"message": "superseded"}]),
            ("2026-10-01T03:00:00Z", [
                {"message": f"say {ODD}", "priority": "high", "expected_impact": 0.5, "type": "t"},
                "in bare words", {"message": 7}, 8, None,
                {"message": "odd", "expected_impact": "much", "priority": 1},
            ]),
        )
    ]  # fmt: skip
    write_executions(run.root / "a", "optimizer", entries).rename(
        run.root / "a/.kaizen/metrics/optimizer/recommendations.jsonl"
    )
    assert run("refresh").code == 0
    return run


def test_an_optimizer_s_words_stay_its_own(odd: Program) -> None:
    """After ours, with project, date and its own numbers; only its latest entry."""
    rows = odd("recommend", "--json").json["data"]
    theirs = [row for row in rows if row["origin"] == "optimizer"]

    assert rows[-len(theirs) :] == theirs
    assert [(r["statement"], r["priority"], r["expected_impact"]) for r in theirs] == [
        (f"say {ODD}", "high", 0.5),
        ("odd", None, None),
    ]
    assert {(r["project_name"], r["recommended_at"], r["rank"], r["action"]) for r in theirs} == {
        ("a", "2026-10-01T03:00:00+00:00", None, None)
    }
    screen = odd("recommend")
    heading = screen.lines.index("From the projects' optimizers (not checked by skillhouse)")
    assert "say" not in "".join(screen.lines[:heading])
    assert any("2026-10-01" in line for line in screen.lines[heading:])


def test_each_line_of_evidence_is_a_line_that_runs(odd: Program) -> None:
    """As a shell reads it, whatever the name; and it shows the rate that was told."""
    rows = odd("recommend", "--json").json["data"]
    kinds = {row["kind"] for row in rows}

    assert kinds == {"skill", "agent"}
    for row in rows:
        program, *words = shlex.split(row["evidence"])
        done = odd("--json", *words)
        assert (program, done.code, done.err) == ("skillhouse", 0, "")
        if row["action"] == "fix" and row["reason"] == "got worse":
            assert done.json["data"][0]["success_rate"] == row["success_rate"]
            assert done.json["data"][0]["skill_name"] == row["skill_name"]


def test_the_screen_keeps_to_its_width_and_cannot_be_steered(
    odd: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    done = odd("recommend")

    assert done.lines[0] == "3 recommendations: 2 to fix, 1 to retire"
    assert max(cells(line) for line in done.lines if not is_command(line)) <= 80
    assert "\x1b" not in done.out


def test_the_brief_is_markdown_in_which_names_are_only_names(odd: Program) -> None:
    """The same at every call; no name makes a heading, a cell, a link, a tag or emphasis."""
    done = odd("recommend", "--markdown")

    assert (done.code, done.err) == (0, "")
    assert done.out == odd("--no-color", "recommend", "--markdown").out
    assert [line for line in done.lines if line.startswith("#")] == [
        "## Skills and agents",
        "### To do",
        "### From the projects' optimizers (not checked by skillhouse)",
    ]
    tables = [line for line in done.lines if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {10}
    shown = r"-\*a\|b\*\_c\_\<i\>\`d\`\[x\](http\://e.f)\\x1b\[31m\\n\# \@you \& \$co"
    assert shown in done.out
    assert "\x1b" not in done.out
    assert "Nothing" not in done.out


def test_the_brief_of_a_project_is_about_it(odd: Program) -> None:
    done = odd("recommend", "--markdown", "--project", "o|d* `b`")

    assert r"In o\|d\* \`b\`, 2026-07-23 to 2026-11-19" in done.out
    assert "steady | skill | 95.7% | 117" in done.out
    assert "1. **Retire forgotten.**" in done.out


def test_two_forms_at_once_are_wrong_usage(odd: Program) -> None:
    assert odd("recommend", "--markdown", "--json").code == 2
    assert odd("recommend", "--markdown", "--kind-of", "fix").code == 2
    assert odd("recommend", "--project", "odd").code == 2


def test_before_anything_is_there_it_says_what_to_do(run: Program) -> None:
    """Nothing registered, then nothing collected."""
    run.lay_empty()
    assert run("recommend").lines[0] == (
        "No project is registered yet: skillhouse register-project PATH"
    )
    assert "Nothing to do: checked 0 skills and agents" in run("recommend", "--markdown").out
    assert run("register-project", str(run.folder("empty"))).code == 0
    assert run("recommend").lines[0] == "Nothing has been collected yet: skillhouse refresh"
    assert date.fromisoformat(run("recommend", "--json").json["totals"]["recent_until"]) == date(
        2026, 11, 19
    )


def test_what_to_adopt_is_told_on_request(run: Program) -> None:
    """What three projects alike use on the same path, with more success than what is used here."""
    here = uses("older", lambda ago: ago % 3 != 0, workflow_path=lambda ago: "quick")
    there = uses("newer", mostly, workflow_path=lambda ago: "quick")
    collected(run, dict.fromkeys("abcd", "cli"), {"a": here, "b": there, "c": there, "d": there})

    asked = told(run("recommend", "--action", "adopt", "--json"))

    assert asked == [("adopt", "newer", "a")]
    assert ("adopt", "newer", "a") in told(run("recommend", "--all", "--json"))
    assert "adopt" not in {action for action, _, _ in told(run("recommend", "--json"))}
    assert run("recommend", "--action", "adopt").lines[0] == "1 recommendation: 1 to adopt"
