"""Uses of what plugins bring, ``plugin:skill``, meet the files of the plugin."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.recommendations.recommend import recommend
from aggregator.skills.catalogue import Wanted, catalogue
from aggregator.skills.find import Wanted as Searched
from aggregator.skills.find import find
from aggregator.skills.versions import version_changes
from conftest import NOW, Fleet, invocation, write_skills
from schema.warehouse import Connection
from skill_trees import write_skill
from test_skill_versions import EDITED, uses

MARKET = {
    "name": "shop",
    "plugins": [{"name": "papers", "source": "./", "skills": ["./skills/pdf"]}],
}


@pytest.fixture
def sold(fleet: Fleet) -> list[Path]:
    """A marketplace with two plugins, and a project where both are installed and used."""
    shop, app = fleet.projects("shop", "app")
    (shop / ".claude-plugin").mkdir()
    (shop / ".claude-plugin/marketplace.json").write_text(json.dumps(MARKET))
    write_skill(shop, "pdf", "Fill forms in PDF documents.", path="skills/pdf/SKILL.md")
    write_skill(shop, "lint", "Lint code.", path="plugins/quality/skills/lint/SKILL.md")
    write_skill(shop, "idle", "Never used.", path="plugins/quality/skills/idle/SKILL.md")
    write_skill(shop, "look", "Looks.", path="plugins/quality/agents/deep/look.md")
    write_skill(app, "lint", "Brush lint off clothes and coats.")
    (app / ".claude/commands/git").mkdir(parents=True)
    (app / ".claude/commands/git/ship.md").write_text("Ship it.")
    return [shop, app]


def asked(con: Connection) -> Question:
    return Question(ALL_TIME, scope(con), "all", NOW)


def test_uses_with_a_prefix_meet_their_file(fleet: Fleet, sold: list[Path]) -> None:
    """Wherever a plugin is installed: its file is used, a namesake is not, nor what nobody used."""
    history = [
        *uses("papers:pdf", NOW - timedelta(days=5), 3, 1),
        *uses("quality:lint", NOW - timedelta(days=120), 2, 0),
        *uses("git:ship", NOW - timedelta(days=5), 4, 0),
        *uses("other:pdf", NOW - timedelta(days=5), 7, 0),
    ]
    write_skills(sold[1], {"invocations": history})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = catalogue(con, asked(con), Wanted(50)).entries
        [by_name] = catalogue(con, asked(con), Wanted(50, name="papers:pdf")).entries
    assert {
        (each.version.name, each.version.project_name): (
            each.state,
            each.outcomes.total_invocations,
        )
        for each in found
    } == {
        ("pdf", "shop"): ("used", 4),
        ("lint", "shop"): ("unused", 2),
        ("idle", "shop"): ("never", 0),
        ("look", "shop"): ("never", 0),
        ("lint", "app"): ("never", 0),
        ("ship", "app"): ("used", 4),
    }
    assert by_name.version.path == "skills/pdf/SKILL.md"


def test_find_counts_them_and_does_not_list_them_again(fleet: Fleet, sold: list[Path]) -> None:
    """One answer with its file and its uses; a prefix of no plugin is a name without a file."""
    history = [
        *uses("papers:pdf", NOW - timedelta(days=5), 3, 1),
        *uses("other:pdf", NOW - timedelta(days=5), 7, 0),
    ]
    write_skills(sold[1], {"invocations": history})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = find(con, asked(con), NOW.date(), ["fill pdf forms"], Searched(9)).matches
    assert [(each.candidate.name, each.outcomes.total_invocations) for each in found] == [
        ("pdf", 4),
        ("other:pdf", 7),
    ]
    assert found[0].effectiveness.is_own


def test_a_change_of_a_plugin_s_text_is_tested_by_them(fleet: Fleet, sold: list[Path]) -> None:
    """Uses of every project count, before and after, once each."""
    shop, app = sold
    fleet.collect(now=EDITED - timedelta(days=1))
    file = write_skill(shop, "pdf", "Fill forms in PDF files.", path="skills/pdf/SKILL.md")
    os.utime(file, (EDITED.timestamp(), EDITED.timestamp()))
    history = uses("papers:pdf", EDITED - timedelta(days=15), 126, 24)
    history += uses("papers:pdf", EDITED + timedelta(seconds=1), 88, 62)
    write_skills(app, {"invocations": history})
    fleet.collect()
    with fleet.warehouse.reading() as con:
        [change] = version_changes(con, asked(con))
    assert (change.change.before.known, change.change.now.known) == (150, 150)
    assert change.level == "needs attention"
    assert "papers:pdf" in change.names


def test_what_is_used_with_a_prefix_is_not_to_be_retired(fleet: Fleet, sold: list[Path]) -> None:
    """``recommend`` names the file that nobody used, not the one used by its plugin's name."""
    shop, _ = sold
    write_skill(shop, "own", "Own.", path="skills/own/SKILL.md")
    old = (NOW - timedelta(days=200)).timestamp()
    for file in shop.rglob("*.md"):
        os.utime(file, (old, old))
    history = [
        *uses("own", NOW - timedelta(days=60), 40, 2),
        *(
            invocation(
                "papers:pdf", (NOW - timedelta(days=9, minutes=n)).isoformat()[:19], completed=True
            )
            for n in range(40)
        ),
    ]
    write_skills(shop, {"invocations": history})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = recommend(con, asked(con), action="retire")
    retired = {each.skill_name for each in found.rows if each.action == "retire"}
    assert "idle" in retired
    assert not retired & {"pdf", "own"}
