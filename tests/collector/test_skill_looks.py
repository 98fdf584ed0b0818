"""A project of which nothing looks different is not searched again; any change is noticed."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from collector.skill_files import looks
from conftest import NOW, Fleet
from skill_trees import write_skill


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test are old enough to be trusted at once."""
    monkeypatch.setattr(looks, "COARSE", 0)
    monkeypatch.setattr(looks, "FINE", 0)


def entered(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The skill folders that a run lists."""
    listed: list[str] = []
    real = os.scandir

    def watched(path: str) -> object:
        listed.append(str(path))
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr("collector.skill_files.walk.os.scandir", watched)
        fleet.collect()
    return [each for each in listed if "skills" in each or "agents" in each]


def files(fleet: Fleet) -> list[tuple[object, ...]]:
    return fleet.query(
        "select path, description, plugins from skill_files join skill_texts using (digest)"
        " where gone_at is null order by all"
    )


def furnished(fleet: Fleet) -> Path:
    app = fleet.project()
    for name in ("one", "two"):
        write_skill(app, name, f"Does {name}.")
    write_skill(app, "helper", "Helps.", path=".claude/agents/deep/helper.md")
    (app / ".claude-plugin").mkdir()
    (app / ".claude-plugin/plugin.json").write_text('{"name": "old"}')
    write_skill(app, "sold", "Is sold.", path="skills/sold/SKILL.md")
    return app


def rewritten(file: Path) -> None:
    """Other content of the same size, with the time of change that it had."""
    before = file.stat()
    file.write_text(file.read_text().replace("Does", "Doth"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new skill": lambda app: write_skill(app, "three", "Does three."),
    "a skill with another tool": lambda app: write_skill(
        app, "new", "New.", path=".cursor/skills/new/SKILL.md"
    ),
    "a kind that was not there": lambda app: write_skill(
        app, "ship", "Ships.", path=".claude/commands/ship.md"
    ),
    "a file deep in a folder": lambda app: write_skill(
        app, "other", "Others.", path=".claude/agents/deep/other.md"
    ),
    "a file in a new folder of a plugin": lambda app: write_skill(
        app, "p", "P.", path="plugins/p/skills/p/SKILL.md"
    ),
    "a file that is gone": lambda app: (app / ".claude/skills/one/SKILL.md").unlink(),
    "a folder that is gone": lambda app: shutil.rmtree(app / ".claude/skills/two"),
    "a folder with another name": lambda app: (app / ".claude/skills/one").rename(
        app / ".claude/skills/uno"
    ),
    "a longer text": lambda app: write_skill(app, "one", "Does one very well."),
    "another plugin": lambda app: (app / ".claude-plugin/plugin.json").write_text(
        '{"name": "new"}'
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(fleet: Fleet, change: str) -> None:
    """After a change the warehouse holds what a run that reads everything would store."""
    app = furnished(fleet)
    fleet.collect()
    fleet.collect()
    before = files(fleet)
    CHANGES[change](app)
    fleet.collect()
    after = files(fleet)
    fleet.collect(full=True)

    assert after != before
    assert after == files(fleet)


def test_what_looks_the_same_is_not_searched(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run lists no skill folder, counts the files all the same, and stays so."""
    furnished(fleet)
    assert entered(fleet, monkeypatch)
    assert entered(fleet, monkeypatch) == []
    [project] = fleet.collect().projects
    assert (project.skill_files, project.skill_files_read) == (4, 0)


def test_a_change_that_keeps_size_and_time_makes_it_search(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project is searched; the file itself is known by its size and time, as agreed."""
    app = furnished(fleet)
    fleet.collect()
    rewritten(app / ".claude/skills/one/SKILL.md")
    assert entered(fleet, monkeypatch)


@pytest.mark.parametrize("kind", ["link", "pipe", "large"])
def test_what_has_to_be_said_is_said_every_time(fleet: Fleet, kind: str, tmp_path: Path) -> None:
    """A project with something refused is searched at every run, and says so at every run."""
    app = furnished(fleet)
    place = app / ".claude/skills/odd"
    place.mkdir()
    if kind == "link":
        (place / "SKILL.md").symlink_to(write_skill(tmp_path / "outside", "out"))
    elif kind == "pipe":
        os.mkfifo(place / "SKILL.md")
    else:
        (place / "SKILL.md").write_bytes(b"x" * (2 << 20))
    told = [
        [each.path for each in (*project.problems, *project.notes)]
        for _ in range(3)
        for project in fleet.collect().projects
    ]
    assert told == [[".claude/skills/odd/SKILL.md"]] * 3


def test_a_fresh_change_is_not_trusted(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was changed just now may change once more without looking different: it is searched."""
    monkeypatch.undo()
    app = furnished(fleet)
    later = time.time_ns() + 10**10
    os.utime(app / ".claude/skills/one/SKILL.md", ns=(later, later))
    fleet.collect()
    [(digest,)] = fleet.query("select digest from skill_scans")
    assert digest is None


def test_other_rules_search_again(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that looks for more searches what looks the same."""
    furnished(fleet)
    fleet.collect()
    monkeypatch.setattr("collector.skill_files.scan.SEARCH_VERSION", 99)
    assert entered(fleet, monkeypatch)


def test_the_last_run_that_found_a_text_is_known(fleet: Fleet) -> None:
    """Runs that search nothing count: a text was there until the last of them."""
    app = furnished(fleet)
    for hours in range(3):
        fleet.collect(now=NOW + timedelta(hours=hours))
    write_skill(app, "one", "Does one better.")
    fleet.collect(now=NOW + timedelta(hours=9))
    found = fleet.query(
        "select epoch(last_seen_at - $$2026-11-20 12:00+00$$::timestamptz) / 3600"
        " from skill_files where gone_at is not null"
    )
    assert found == [(2,)]


MARKETPLACE = {
    "name": "shop",
    "metadata": {"pluginRoot": "./plugins"},
    "plugins": [
        {"name": "papers", "source": "./", "skills": ["./skills/pdf", "./skills/docx"]},
        {"name": "whole", "source": "./plugins/whole"},
        {"name": "renamed", "source": "short"},
        {"name": "away", "source": {"source": "github", "repo": "a/b"}},
        {"name": "out", "source": "../../etc"},
        {"name": "<b>\u001b[31mred</b>", "source": "./plugins/whole"},
        {"name": 7, "source": "./"},
        "nothing",
    ],
}


def test_plugins_of_a_marketplace(fleet: Fleet) -> None:
    """Each file has the names of the plugins that bring it: from both manifests, and its folder."""
    app = fleet.project()
    for path in (
        "skills/pdf/SKILL.md",
        "skills/loose/SKILL.md",
        "plugins/whole/skills/do/SKILL.md",
        "plugins/short/agents/look.md",
        ".claude/skills/own/SKILL.md",
    ):
        write_skill(app, path.split("/")[-2], path=path)
    for folder, content in {
        ".claude-plugin/marketplace.json": json.dumps(MARKETPLACE),
        "plugins/whole/.claude-plugin/plugin.json": '\ufeff{"name": "as-it-says"}',
        "plugins/short/.claude-plugin/plugin.json": "[" * 100_000,
    }.items():
        (app / folder).parent.mkdir(parents=True, exist_ok=True)
        (app / folder).write_text(content, encoding="utf-8")

    assert fleet.collect().problems == []

    found = {row[0]: row[1] for row in fleet.query("select path, plugins from skill_files")}
    assert found == {
        "skills/pdf/SKILL.md": ["papers"],
        "skills/loose/SKILL.md": [],
        "plugins/whole/skills/do/SKILL.md": ["[31mred", "as-it-says", "whole"],
        "plugins/short/agents/look.md": ["renamed", "short"],
        ".claude/skills/own/SKILL.md": [],
    }
