"""``recommend`` with what members of one's team use: few, sure, and from this machine alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import skillhouse
import skillhouse.warehouse
from aggregator.statistics.ratios import ratio_sums
from command_line import Program
from fleets import DEMO, Demo, demo_fleet
from joined import agreement, as_member, demo_in_a_team, members_of, rolled_up
from members import Row
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

RATES = {
    "code-review": 0.9,
    "adr": 0.9,
    "bisect": 0.92,
    "changelog-lint": 0.94,
    "docs-build": 0.96,
    "mostly-fails": 0.5,
}
MEMBERS = members_of(5, 12, RATES, DEMO, uses=20)
ROLLUP = DEMO - timedelta(days=2)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_fleet(tmp_path_factory)


@pytest.fixture(scope="module")
def lived(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's warehouse in a team of twelve; its store is gone after the fetch."""
    root = tmp_path_factory.mktemp("advised")
    path = demo_in_a_team(root, demo, _apart(), ROLLUP)
    (root / "store").rename(root / "gone")
    return path


def _apart() -> dict[str, list[Row]]:
    """Twelve members who use everything but one skill, and five others who use that one alone."""
    found = dict(MEMBERS)
    for number, rows in enumerate(
        members_of(6, 5, {"rare-one": 1.0}, DEMO, uses=20).values(), start=500
    ):
        name = f"{number:012x}"
        found[name] = [(name, *row[1:]) for row in rows]
    return found


@pytest.fixture
def run(
    lived: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    return as_member(Program(tmp_path, capsys, monkeypatch), lived, monkeypatch)


def of_team(document: dict[str, object]) -> list[dict[str, object]]:
    rows = document["data"]
    assert isinstance(rows, list)
    return [row for row in rows if row["basis"] is not None]


def test_asked_what_to_adopt_it_tells_the_most_used_with_their_numbers(run: Program) -> None:
    """At most three, the most used first; each with the members, and the rate that follows from the
    members' own rows."""
    rows = of_team(run("recommend", "--action", "adopt", "--json").json)

    assert [row["skill_name"] for row in rows] == ["adr", "bisect", "changelog-lint"]
    monday = (ROLLUP - timedelta(days=ROLLUP.weekday())).date()
    for row in rows:
        assert (row["action"], row["reason"]) == ("adopt", "used by most members")
        assert (row["basis"], row["members"], row["of_members"]) == ("all members", 12, 17)
        assert row["evidence"] == "skillhouse team suggest"
        units = []
        for own in MEMBERS.values():
            counted = [
                each
                for each in own
                if each[4] == row["skill_name"] and each[2] >= monday - timedelta(weeks=13)
            ]
            known = sum(each[9] for each in counted if each[7] in ("success", "failure"))
            units.append((sum(each[9] for each in counted if each[7] == "success"), known))
        sums = ratio_sums(units)
        assert row["known_outcomes"] == sum(known for _, known in units)
        assert row["success_rate"] == pytest.approx(sums.rate)
        assert sums.interval is not None
        assert row["success_rate_low"] == pytest.approx(sums.interval[0])
        assert row["success_rate_high"] == pytest.approx(sums.interval[1])


def test_unasked_it_tells_one_and_last(run: Program) -> None:
    """What others use is no fault: one line of it after the findings, also to a person."""
    rows = [row for row in run("recommend", "--json").json["data"] if row["rank"]]
    everything = run("recommend", "--limit", "50", "--json").json["data"]
    own = [row for row in everything if row["rank"]]

    assert [row["skill_name"] for row in own if row["basis"]] == ["adr"]
    assert own[-1]["basis"] == "all members"
    assert len(rows) <= 5
    screen = run("recommend", "--limit", "50").out
    assert "12 of 17 members in Atlas use it" in " ".join(screen.split())
    assert "skillhouse team suggest" in screen


def test_what_fails_or_few_use_or_is_used_here_is_not_told_of(run: Program) -> None:
    """Neither a skill that fails, nor one that fewer than half use, nor one of one's own."""
    told = {row["skill_name"] for row in of_team(run("recommend", "--all", "--json").json)}

    assert told == {"adr", "bisect", "changelog-lint"}
    suggested = run("team", "suggest", "--limit", "20", "--json").json["data"]
    assert {"mostly-fails", "rare-one"} <= {row["skill_name"] for row in suggested}
    assert of_team(run("recommend", "--all", "--kind", "agent", "--json").json) == []


def test_nothing_of_it_goes_to_others(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The section for a committed file and what is anonymised have none; switched off, nothing."""
    assert "Atlas" not in run("recommend", "--markdown", "--limit", "50").out
    exported = run("export", "recommend", "--public", "--format", "json").out
    assert "adr" not in exported
    monkeypatch.setenv("SKILLHOUSE_TEAM", "off")
    assert of_team(run("recommend", "--all", "--json").json) == []


def test_members_alike_are_those_of_ones_own_cluster(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a team of clusters it counts the members of one's own, who are found here."""
    path = tmp_path / "warehouse.duckdb"
    demo.copied_to(path)
    mine = ("code-review", "test-runner", "ours-alone")
    rates = dict.fromkeys((*mine, "other-a", "other-b", "other-c"), 0.95)
    members = members_of(
        7, 104, rates, DEMO, weeks=2, uses=12, roles=(mine, ("other-a", "other-b", "other-c"))
    )
    rolled_up(tmp_path, Warehouse(path, "UTC"), agreement(), members, ROLLUP)

    monkeypatch.setattr(skillhouse.warehouse, "now_utc", lambda: DEMO)
    warehouse = skillhouse.open(path)
    rows = warehouse.recommend(action="adopt").data

    [row] = [row for row in rows if row.basis == "members like me"]
    assert (row.skill_name, row.reason) == ("ours-alone", "used by members alike")
    assert row.members is not None
    assert row.of_members is not None
    assert 26 <= row.members <= row.of_members <= 56
