"""What an agent is not told, and how much it is told at most: paths, sizes, pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.refresh import refresh
from cli.mcp_server.pages import Cursor, page, read_cursor
from cli.mcp_server.parts import Part
from cli.mcp_server.privacy import Redaction
from cli.mcp_server.short_text import short_text
from conftest import NOW, THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from mcp_agent import CHARACTERS, Agent, agent, length, structured, text
from schema.errors import UsageError
from schema.warehouse import Warehouse, now_utc
from test_mcp import ABOUT_A_NAME, READ

pytestmark = pytest.mark.xdist_group("mcp_limits")

CANARY = "canary"
PATH_IN_A_TEXT = f"/home/{CANARY}/secret file.py"
SESSION = "5f2504e0-4f89-11d3-9a0c-0305e82c3301"
SKILL = "/deploy"


def fleet_at(root: Path) -> Fleet:
    return Fleet(root / f"{CANARY}s" / "of mine", Warehouse(root / CANARY / "w.duckdb", "UTC"))


# ---------------------------------------------------------------- paths and sessions


@pytest.fixture(scope="module")
def spied_on(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A fleet with a canary wherever something could tell where it lives, or which session."""
    fleet = fleet_at(tmp_path_factory.mktemp("spied"))
    today = now_utc()
    records = [
        invocation(
            SKILL if number % 2 else "plan",
            (today - timedelta(hours=number)).isoformat(),
            session_id=f"{SESSION[:-2]}{number % 5:02}",
            completed=number % 3 > 0,
            error_type=f"Error in {PATH_IN_A_TEXT}" if number % 3 == 0 else None,
            follow_up_actions=[f"open '{PATH_IN_A_TEXT}'", f"resume {SESSION}"],
            workflow_path=PATH_IN_A_TEXT,
        )
        for number in range(120)
    ]
    folder = fleet.project("app")
    write_skills(folder, {"invocations": records})
    lines = [execution((today - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ"))]
    write_executions(folder, "reviewer", lines)
    advice = folder / ".kaizen" / "metrics" / "optimizer" / "recommendations.jsonl"
    advice.parent.mkdir(parents=True)
    advice.write_text(
        json.dumps(
            {
                "agent": "reviewer",
                "metrics_count": 3,
                "timestamp": today.isoformat(),
                "recommendations": [
                    {"type": "prompt", "message": f"see {PATH_IN_A_TEXT}", "priority": "high"}
                ],
            }
        )
        + "\n"
    )
    fleet.collect(now=today)
    refresh(fleet.warehouse, now=today)
    return fleet


def asked_of_every_tool(ask: Agent, project: Path) -> Iterator[str]:
    """All that the tools say, with and without a project named by its path."""
    for tool in sorted(READ):
        name = {"name": SKILL} if tool in ABOUT_A_NAME else {}
        if tool == "find_skills":
            name = {"query": SKILL}
        for about in ({}, {"projects": [str(project)]}):
            if about and tool in ("list_registered_projects", "health_check", "find_skills"):
                continue
            done = ask(tool, **name, **about)
            assert not done.is_error, text(done)
            yield json.dumps(done.structured_content) + text(done)
    for wrong in ({"projects": [f"{project}-not"]}, {"cursor": str(project)}):
        yield text(ask("get_top_skills", **wrong))
    for resource in ask.do(ask.client.list_resources()).resources:
        yield str(ask.do(ask.client.read_resource(resource.uri)))


def test_no_path_and_no_session_is_told(spied_on: Fleet) -> None:
    """In no field, sentence, command or error; names stay, those that look like a path as well."""
    with agent(spied_on.warehouse.path) as ask:
        told = list(asked_of_every_tool(ask, spied_on.root / "app"))

    for each in told:
        assert CANARY not in each
        assert SESSION[:-2] not in each
    assert sum(SKILL in each for each in told) > 10


def test_paths_are_told_where_they_are_asked_for(spied_on: Fleet) -> None:
    """So the test above looks where they would be."""
    with agent(spied_on.warehouse.path, "--show-paths") as ask:
        told = "".join(asked_of_every_tool(ask, spied_on.root / "app"))

    for each in (
        str(spied_on.root / "app"),
        str(spied_on.warehouse.path),
        f"Error in {PATH_IN_A_TEXT}",
        f"resume {SESSION}",
        f"see {PATH_IN_A_TEXT}",
        f"--project '{spied_on.root / 'app'}'",
    ):
        assert json.dumps(each)[1:-1] in told, each


def test_a_command_that_names_a_project_by_its_path_still_works(spied_on: Fleet) -> None:
    """The id stands for the path."""
    with agent(spied_on.warehouse.path) as ask:
        [health, _] = ask.answers(
            "get_skill_summary", name="plan", projects=[f"{spied_on.root}/app"]
        )
        [projects] = ask.answers("list_registered_projects")

    [project] = projects["data"]
    assert f"--project '{project['project_id']}'" in health["data"][0]["evidence"]


@pytest.mark.parametrize(
    ("told", "private"),
    [
        ("read /home/a/app/x.json.", "read p1/x.json."),
        ("in /home/a/app.", "in p1."),
        ("'/home/a/app' is one", "'p1' is one"),
        ("/home/a/app-two/x", "(a path)"),
        ("'/home/some body/x y' is no folder", "'(a path)' is no folder"),
        ("at file:///home/b/x now", "at (a path) now"),
        (r"at C:\Users\b\x now", "at (a path) now"),
        ("~/code/x", "(a path)"),
        ("use /review, 3/4 and/or n/a", "use /review, 3/4 and/or n/a"),
        ("http://127.0.0.1:80/mcp", "http://127.0.0.1:80/mcp"),
        (f"resume {SESSION}", "resume (an id)"),
    ],
)
def test_texts_lose_their_paths_and_nothing_else(told: str, private: str) -> None:
    """Whoever wrote them."""
    assert Redaction((("/home/a/app", "p1"),)).text(told) == private


# ---------------------------------------------------------------- sizes


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Names of a megabyte and of every kind, two dozen projects, sixty skills in two of them."""
    fleet = fleet_at(tmp_path_factory.mktemp("huge"))
    today = now_utc()
    evil = ["x" * 1_000_000, "\u202e\x1b[31m" * 300, "<script>" * 400, "検" * 5_000, '"\\' * 500]
    for number in range(24):
        many = [*evil, *(f"skill-{at:02}-{'y' * 150}" for at in range(55))]
        names = [*(many if number < 2 else []), "plan"]
        records = [
            invocation(
                name,
                (today - timedelta(hours=at % 40, days=number % 3)).isoformat(),
                session_id=f"s-{number}-{at % 9}",
                error_type=f"E{at}" * 90 if at % 2 else None,
                completed=not at % 2,
                follow_up_actions=["f" * 2_000, f"action {at}"],
                workflow_path=f"path {at} {'z' * 400}",
            )
            for at, name in enumerate(names * (2 if number == 0 else 1))
        ]
        write_skills(fleet.project(f"p{number}-{'w' * 180}"), {"invocations": records})
    fleet.collect(now=today)
    refresh(fleet.warehouse, now=today)
    return fleet


def test_no_answer_is_longer_than_it_may_be(huge: Fleet) -> None:
    """Every tool, with as many rows as can be asked for."""
    with agent(huge.warehouse.path, "--show-paths") as ask:
        for tool in sorted(READ):
            asked: dict[str, object] = {"name": "plan"} if tool in ABOUT_A_NAME else {}
            if tool == "find_effective_patterns":
                asked["min_times"] = 1
            if tool == "find_skills":
                asked["query"] = "plan"
            if tool in (
                "get_top_skills",
                "list_registered_projects",
                "compare_skill_across_projects",
            ):
                asked["limit"] = 100
            done = ask(tool, **asked)
            assert not done.is_error, text(done)
            assert length(done) <= CHARACTERS, tool
            assert "\x1b" not in text(done)
            assert "\u202e" not in text(done)


def test_what_was_left_out_is_said_and_the_cursor_leads_to_it(huge: Fleet) -> None:
    """Every name once, in the order of the ranking; long ones are cut and say how long they are."""
    with agent(huge.warehouse.path) as ask:
        first = ask("get_top_skills", limit=100)
        [top] = ask.answers("get_top_skills", limit=100)
        one = structured(ask("analyze_skill_effectiveness", name="plan"))

    about = structured(first)["page"]
    assert about["next_cursor"]
    assert about["parts"][0]["returned"] < about["parts"][0]["total"] == 61
    assert about["next_cursor"] in text(first)
    assert [row["rank"] for row in top["data"]] == list(range(1, 62))
    assert any("... (1,000,000 characters)" in row["skill_name"] for row in top["data"])
    assert one["page"]["shortened"]
    assert one["answers"][0]["data"][0]["total_invocations"] == 25


rows = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.text(max_size=3_000),
            "n": st.integers(),
            "in": st.lists(st.text(max_size=900), max_size=40),
        }
    ),
    max_size=12,
)


@settings(max_examples=25 * THOROUGH)
@given(st.lists(rows, min_size=1, max_size=3), st.integers(1, 30))
def test_pages_hold_every_row_once_and_fit(
    lists: list[list[dict[str, object]]], limit: int
) -> None:
    """Whatever the rows are: each page has at least one, and none takes more room than it may."""
    parts = [
        Part({"command": "x", "data": data, "filters": {}, "totals": {}, "warnings": []}, "now")
        for data in lists
    ]
    room, counted, cursor = 12_000, [0] * len(parts), None
    for _ in range(100):
        shown = page(parts, "q", limit, NOW, cursor, room=room)
        told = json.dumps(shown.structured, ensure_ascii=False, separators=(",", ":"))
        assert len(told) <= room
        assert short_text(shown.answers, shown.about).is_complete
        got = [len(answer["data"]) for answer in shown.answers]
        assert [each["first"] for each in shown.about["parts"]] == [
            at + 1 if more else None for at, more in zip(counted, got, strict=True)
        ]
        counted = [at + more for at, more in zip(counted, got, strict=True)]
        if shown.about["next_cursor"] is None:
            break
        assert any(got)
        cursor = read_cursor(shown.about["next_cursor"], "q", NOW)

    assert counted == [len(data) for data in lists]


# ---------------------------------------------------------------- cursors


def test_a_list_that_a_pass_has_changed_is_begun_anew(tmp_path: Path) -> None:
    """A pass that brought nothing new changes no list; one that did is told."""
    fleet = fleet_at(tmp_path)
    records = [invocation(f"skill-{number}") for number in range(5)]
    folder = fleet.project("app")
    write_skills(folder, {"invocations": records})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    with agent(fleet.warehouse.path) as ask:
        begun = structured(ask("get_top_skills", limit=2))
        cursor = begun["page"]["next_cursor"]
        fleet.collect(full=True)
        refresh(fleet.warehouse, now=NOW, full=True)
        second = structured(ask("get_top_skills", limit=2, cursor=cursor))
        of_another = ask("get_top_skills", limit=2, cursor=cursor, sort="recent")
        write_skills(folder, {"invocations": [*records, invocation("skill-0", session_id="s-2")]})
        fleet.collect()
        refresh(fleet.warehouse, now=NOW)
        stale = ask("get_top_skills", limit=2, cursor=second["page"]["next_cursor"])

    assert [row["rank"] for row in second["answers"][0]["data"]] == [3, 4]
    assert second["answers"][0]["generated_at"] == begun["answers"][0]["generated_at"]
    assert text(of_another).startswith("This cursor belongs to another query.")
    assert stale.is_error
    assert text(stale) == (
        "The data has changed since the first page of this list. Repeat the call without a cursor."
    )


@settings(max_examples=50 * THOROUGH)
@given(st.text() | st.binary().map(lambda raw: raw.hex()))
def test_no_text_is_taken_for_a_cursor(anything: str) -> None:
    """It is refused in a sentence."""
    with pytest.raises(UsageError, match="This is not a valid cursor"):
        read_cursor(anything, "q", NOW)


def test_a_cursor_lasts_half_a_day() -> None:
    """Longer than any talk; what it is about is long past then."""
    cursor = str(Cursor("q", "d", NOW, (1, 2)))

    assert read_cursor(cursor, "q", NOW + timedelta(hours=11)).sent == (1, 2)
    for age in (timedelta(hours=13), timedelta(hours=-1)):
        with pytest.raises(UsageError, match="too old"):
            read_cursor(cursor, "q", NOW + age)
