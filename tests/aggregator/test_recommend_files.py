"""What files add to the recommendations: where to copy from, and what is never used."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.recommendations.on_disk import with_files
from aggregator.reports.recommendations.recommend import recommend
from aggregator.reports.recommendations.recommendation import Recommendation
from conftest import NOW, Fleet, invocation, write_skills
from skill_trees import write_skill

OLD = (NOW - timedelta(days=200)).timestamp()


def uses(name: str, number: int, times: int = 60) -> list[dict[str, object]]:
    day = NOW - timedelta(days=20)
    return [
        invocation(name, (day + timedelta(minutes=11 * n, seconds=number)).isoformat()[:19])
        for n in range(times)
    ]


def advice(fleet: Fleet, **wanted: Any) -> list[Recommendation]:
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        asked = Question(ALL_TIME, scope(con), "all", NOW)
        return recommend(con, asked, **wanted).rows


def test_adopt_says_where_to_copy_it_from(fleet: Fleet) -> None:
    """The file in a project where it works; what is on disk here already is not proposed."""
    one, two, three = fleet.projects("one", "two", "three")
    write_skill(one, "deploy", "Ship it.")
    fleet.collect()
    ids = {str(name): str(id_) for name, id_ in fleet.query(NAMES)}
    proposed = Recommendation(
        "adopt",
        "works in like projects",
        "skill",
        "deploy",
        ids["three"],
        places=(ids["two"], ids["one"]),
    )
    with fleet.warehouse.reading() as con:
        [found] = with_files(con, [proposed])
        [bare] = with_files(con, [replace(proposed, skill_name="unknown")])
    assert found.copy_from == ((ids["one"], ".claude/skills/deploy/SKILL.md"),)
    assert bare.copy_from == ()

    write_skill(three, "deploy", "Ship it.")
    fleet.collect()
    with fleet.warehouse.reading() as con:
        assert with_files(con, [proposed]) == []
    assert two.is_dir()


NAMES = "select project_name, project_id from projects"


def test_what_is_never_used_is_named_by_its_size(fleet: Fleet) -> None:
    """Old files that nobody used, the largest in the listing first; new ones may still be."""
    one = fleet.project("one")
    write_skills(one, {"invocations": uses("used", 1)})
    for name, length in (("small", 50), ("large", 900), ("used", 400), ("hidden", 500)):
        hidden = {"disable_model_invocation": "true"} if name == "hidden" else {}
        os.utime(write_skill(one, name, "x" * length, **hidden), (OLD, OLD))
    write_skill(one, "new", "x" * 400)
    found = [each for each in advice(fleet, action="retire") if each.listing_characters]
    assert [(each.skill_name, each.listing_characters) for each in found] == [
        ("large", 900 + len("large")),
        ("small", 50 + len("small")),
    ]


def test_nothing_is_said_where_no_uses_are_recorded(fleet: Fleet) -> None:
    """A project without records may use all of its skills."""
    app = fleet.project()
    os.utime(write_skill(app, "deploy", "Ship it."), (OLD, OLD))
    assert advice(fleet, action="retire") == []
