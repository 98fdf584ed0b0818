"""The answers about a team: from whole numbers of all members, on one's own machine."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import skillhouse
import skillhouse.warehouse
from aggregator.statistics.ratios import ratio_sums
from aggregator.statistics.stratified import association
from command_line import Program
from fleets import DEMO, Demo, demo_fleet
from joined import agreement, as_member, demo_in_a_team, members_of, rolled_up
from mcp_agent import agent, as_sent, structured, text
from members import Row
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

RATES = {
    "code-review": 0.9,
    "test-runner": 0.97,
    "dependency-upgrade": 0.8,
    "security-audit": 0.7,
    "write-changelog": 0.95,
    "nobody-here-uses-it": 0.6,
}
MEMBERS = members_of(1, 14, RATES, DEMO, recent={"security-audit": 0.3})


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_fleet(tmp_path_factory)


@pytest.fixture(scope="module")
def lived(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's warehouse as a member of a team of fourteen, whose rollup it has fetched."""
    return demo_in_a_team(
        tmp_path_factory.mktemp("joined"), demo, MEMBERS, DEMO - timedelta(days=2)
    )


@pytest.fixture
def run(
    lived: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    return as_member(Program(tmp_path, capsys, monkeypatch), lived, monkeypatch)


def units_of(skill: str, rows: list[Row], **where: object) -> list[tuple[int, int]]:
    """Successes and known outcomes of each member."""
    columns = {"team": 1, "week": 2, "project_type": 5}
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        there = all(row[columns[name]] == value for name, value in where.items())
        if there and row[4] == skill and row[7] in ("success", "failure"):
            found[row[0]][0] += row[9] if row[7] == "success" else 0
            found[row[0]][1] += row[9]
    return [(s, n) for s, n in found.values()]


def recent_rows() -> list[Row]:
    monday = (DEMO - timedelta(days=2 + (DEMO - timedelta(days=2)).weekday())).date()
    since = monday - timedelta(weeks=13)
    return [row for rows in MEMBERS.values() for row in rows if since <= row[2] < monday]


def test_the_ranking_is_that_of_all_members(run: Program) -> None:
    """Counts, rates and intervals by member, computed from the members' rows themselves."""
    found = run("team", "top-skills", "--json")

    assert found.code == 0, found.err
    rows = {row["skill_name"]: row for row in found.json["data"]}
    assert set(rows) == set(RATES)
    assert [row["rank"] for row in found.json["data"]] == list(range(1, 7))
    for skill, row in rows.items():
        sums = ratio_sums(units_of(skill, recent_rows()))
        assert (row["members"], row["total_invocations"]) == (14, sums.known)
        assert row["success_rate"] == sums.rate
        assert (row["success_rate_low"], row["success_rate_high"]) == sums.interval
        assert 6_000 < row["p50_duration_ms"] < 200_000_000
        assert row["first_week"] < row["last_week"]
    assert rows["test-runner"]["category"] == "quality"
    totals = found.json["totals"]
    assert (totals["team_name"], totals["team_members"], totals["age_s"]) == ("Atlas", 14, 172800)


def test_a_team_a_type_a_week_and_a_category_are_parts_of_it(run: Program) -> None:
    week = max(row[2] for row in recent_rows())
    for words, where in (
        (("--team", "mobile"), {"team": "mobile"}),
        (("--type", "web"), {"project_type": "web"}),
        (("--week", str(week + timedelta(days=3))), {"week": week}),
    ):
        found = run("team", "top-skills", *words, "--json").json
        assert found["data"]
        for row in found["data"]:
            sums = ratio_sums(units_of(row["skill_name"], recent_rows(), **where))
            assert (row["members"], row["success_rate"]) == (sums.units, sums.rate)
    quality = run("team", "top-skills", "--category", "quality", "--json").json["data"]
    assert {row["skill_name"] for row in quality} == {"code-review", "test-runner"}
    best = run("team", "top-skills", "--sort", "effectiveness", "--limit", "1", "--json").json
    assert best["data"][0]["skill_name"] == "write-changelog"
    assert best["totals"]["listed"] == 6

    both = run("team", "top-skills", "--team", "mobile", "--type", "web")
    assert (both.code, "cannot be combined" in both.err) == (2, True)
    nobody = run("team", "top-skills", "--team", "no such team")
    assert (nobody.code, "Shown: mobile, platform." in nobody.err) == (2, True)
    assert run("team", "top-skills", "--week", "soon").code == 2


def test_my_skills_stand_against_the_team_s_of_the_same_types(run: Program) -> None:
    """Mine are the warehouse's; the difference is that of the strata; one skill alone has the same
    row as among all."""
    found = run("team", "baselines", "--json").json
    rows = {row["skill_name"]: row for row in found["data"]}
    sql = (
        "select skill_name, p.project_type, count(*) filter (outcome = 'success') as s,"
        " count(*) filter (outcome <> 'unknown') as n from skill_usage join projects p using"
        " (project_id) where kind = 'skill' and source_file_id is not null and week between"
        f" '{found['totals']['since']}' and '{found['totals']['until']}' group by all"
    )
    mine: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for each in run("sql", sql, "--json").json["data"]:
        mine[each["skill_name"]][each["project_type"]] = (each["s"], each["n"])
    compared = [name for name in RATES if name in mine and name in rows]
    assert len(compared) >= 2
    for name in compared:
        row = rows[name]
        own = mine[name]
        assert row["mine"]["success_rate"] == pytest.approx(
            sum(s for s, _ in own.values()) / sum(n for _, n in own.values())
        )
        strata = []
        for of_type, (s, n) in own.items():
            theirs = ratio_sums(units_of(name, recent_rows(), project_type=of_type))
            if theirs.known and n:
                strata.append((s, n, s + theirs.successes, n + theirs.known))
        if row["difference"] is not None and len(strata) == len(own):
            assert row["difference"] == pytest.approx(association(strata).difference)
        assert run("team", "baselines", name, "--json").json["data"] == [row]
    assert rows["test-runner"]["verdict"] == "worse"
    order = ["worse", "better", "like the community", "insufficient data"]
    verdicts = [order.index(row["verdict"]) for row in found["data"]]
    assert verdicts == sorted(verdicts)


def test_what_got_worse_in_the_whole_team_is_named(run: Program) -> None:
    rows = run("team", "changes", "--json").json["data"]

    assert [row["skill_name"] for row in rows if row["verdict"] == "degrading"] == [
        "security-audit"
    ]
    assert rows[0]["change_in_words"] == "worse"
    assert rows[0]["change"] == pytest.approx(-0.4, abs=0.12)
    assert rows[0]["change_low"] < rows[0]["change"] < rows[0]["change_high"] < 0


def test_suggested_is_what_others_use_and_i_do_not(run: Program) -> None:
    found = run("team", "suggest", "--json").json
    names = {row["skill_name"] for row in found["data"]}

    assert "nobody-here-uses-it" in names
    assert "test-runner" not in names
    row = next(row for row in found["data"] if row["skill_name"] == "nobody-here-uses-it")
    assert (row["basis"], row["members"], row["of_members"]) == ("all members", 14, 14)
    nothing = run("team", "clusters", "--json").json
    assert nothing["data"] == []
    assert "below 100 members" in nothing["warnings"][0]


WEEK = str(max(row[2] for row in recent_rows()) + timedelta(days=3))
FILTERS: dict[str, dict[str, Any]] = {
    "a team": {"team": "mobile"},
    "a type": {"project_type": "web"},
    "a week": {"week": WEEK},
    "a category": {"category": "quality", "sort": "members"},
    "an order": {"sort": "effectiveness", "limit": 2},
    "nothing": {},
}


def test_agents_and_python_filter_as_the_command_does(run: Program, lived: Path) -> None:
    """Each filter gives the same rows from all three; a filter of another question is refused, as
    are values that the command refuses."""
    team = skillhouse.open().team
    with agent(lived) as ask:
        for filters in FILTERS.values():
            words = [f"--{name.removeprefix('project_')}={each}" for name, each in filters.items()]
            found = run("team", "top-skills", *words, "--json").json
            asked = structured(ask("get_team", **filters))["answers"][0]
            assert asked["data"] == as_sent(found["data"])
            assert asked["filters"] == found["filters"]
            assert team.top_skills(**filters).json() == found
        for wrong, said in (
            ({"question": "baselines", "week": WEEK}, "baselines does not take week"),
            ({"name": "code-review"}, "top-skills does not take name"),
            ({"question": "clusters", "team": "mobile", "sort": "members"}, "team and sort"),
            ({"team": "mobile", "week": WEEK}, "cannot be combined"),
            ({"team": "no such team"}, "Shown: mobile, platform"),
            ({"week": "soon"}, "is not a week"),
        ):
            refused = ask("get_team", **wrong)
            assert refused.is_error and said in text(refused)


QUESTIONS = ("top-skills", "baselines", "changes", "suggest", "clusters")


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_screen_says_whose_numbers_and_how_old(run: Program, question: str) -> None:
    """And the answers of Python are those of the program."""
    screen = run("team", question)
    assert screen.code == 0, screen.err
    assert "Atlas: 14 members" in screen.out
    assert "2 days ago" in screen.out
    team = skillhouse.open().team
    found = getattr(team, question.replace("-", "_"))()
    assert found.json() == run("team", question, "--json").json


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_a_team_every_answer_says_what_to_do(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    question: str,
) -> None:
    program = Program(tmp_path, capsys, monkeypatch).lay_empty()

    found = program("team", question, "--json")

    assert (found.code, found.json["data"]) == (0, [])
    assert found.json["totals"]["team_name"] is None
    assert "skillhouse team join" in found.json["warnings"][0]
    assert "skillhouse team join" in program("team", question).out


def test_a_team_of_a_hundred_has_clusters_and_mine(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    demo: Demo,
) -> None:
    """Planted roles come out; mine is the one whose skills the warehouse has, and what its members
    use beside them is suggested first."""
    mine = ["code-review", "test-runner", "dependency-upgrade", "plan-sprint"]
    others = [f"other-{number}" for number in range(4)]
    more = [f"more-{number}" for number in range(4)]
    rates = dict.fromkeys((*mine, *others, *more), 0.8)
    program = Program(tmp_path, capsys, monkeypatch)
    program.now = DEMO
    demo.copied_to(program.warehouse)
    members = members_of(2, 102, rates, DEMO, weeks=6, uses=5, roles=(mine, others, more))
    rolled_up(tmp_path, Warehouse(program.warehouse, "UTC"), agreement(), members, DEMO)

    found = program("team", "clusters", "--json").json

    sets = [{each["skill_name"] for each in row["skills"]} for row in found["data"]]
    assert sorted(map(sorted, sets)) == sorted(map(sorted, (mine, others, more)))
    [own] = [row for row in found["data"] if row["is_mine"]]
    assert {each["skill_name"] for each in own["skills"]} == set(mine)
    suggested = program("team", "suggest", "--json").json["data"]
    assert (suggested[0]["skill_name"], suggested[0]["basis"]) == ("plan-sprint", "members like me")
    assert "(mine)" in program("team", "clusters").out


USED = dict.fromkeys(("code-review", "test-runner", "dependency-upgrade"), 0.8)
ALSO = dict.fromkeys(("refactor", "release-notes", "ruff-check"), 0.8)
NOTHING: dict[str, tuple[int, dict[str, float], str, str | None]] = {
    "too few": (4, RATES, "used by enough members to be shown yet: it takes 5.", "below 100"),
    "all used": (14, USED, "because below 100 members there are no clusters.", "below 100"),
    "no clusters": (102, USED, "because this team has no clusters.", "by chance"),
    "all used by some": (102, USED | ALSO, "everything that is shown of members like you.", None),
}


@pytest.mark.parametrize(("count", "rates", "said", "of_clusters"), NOTHING.values(), ids=NOTHING)
def test_where_nothing_is_suggested_it_says_why(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    demo: Demo,
    count: int,
    rates: dict[str, float],
    said: str,
    of_clusters: str | None,
) -> None:
    """In one sentence or two, on the screen and in JSON; it is no choice that leaves nothing."""
    program = Program(tmp_path, capsys, monkeypatch)
    program.now = DEMO
    demo.copied_to(program.warehouse)
    roles = () if of_clusters else (list(USED), list(ALSO))
    members = members_of(2, count, rates, DEMO, weeks=2, uses=5, roles=roles)
    rolled_up(tmp_path, Warehouse(program.warehouse, "UTC"), agreement(), members, DEMO)

    for question, why in (("suggest", said), ("clusters", of_clusters)):
        if why is None:
            continue
        found = program("team", question, "--json").json
        screen = " ".join(program("team", question).out.split())
        assert found["data"] == [] and why in found["warnings"][-1]
        assert found["warnings"][-1] in screen and "choice" not in screen


def test_a_rollup_is_run_from_the_command_line(run: Program, lived: Path, tmp_path: Path) -> None:
    """By the URL or as a member, with what was refused; its store out of reach is told as that."""
    store = lived.parent.parent / "store"
    (store / "members" / "aaaaaaaaaaaa.parquet").write_bytes(b"nothing")

    found = run("team", "rollup", "--json")
    named = run("team", "rollup", str(store))

    assert found.code == 0, found.err
    assert found.json["totals"]["members"] == 14
    assert found.json["data"] == [{"member": "aaaaaaaaaaaa", "reason": "not a whole Parquet file"}]
    assert named.code == 0
    assert "Refused" in named.out
    (store / "members" / "aaaaaaaaaaaa.parquet").unlink()
    nowhere = run("team", "rollup", str(tmp_path / "nowhere"))
    assert (nowhere.code, str(tmp_path / "nowhere") in nowhere.err) == (75, True)
    assert run("team", "rollup", "--engine", "spark").code == 2
    wrong = run("team", "rollup", "--engine", "spark", "--spark", "http://host")
    assert wrong.code == 2
    assert json.loads(json.dumps(found.json)) == found.json


def test_a_switch_silences_what_is_known_of_the_team(
    run: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are empty and say why; a rollup is refused."""
    monkeypatch.setenv("SKILLHOUSE_TEAM", "off")

    found = run("team", "top-skills", "--json").json

    assert found["data"] == []
    assert "SKILLHOUSE_TEAM is set" in found["warnings"][0]
    assert run("team", "rollup").code == 1
