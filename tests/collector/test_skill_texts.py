"""A set of skills that many projects have is stored once."""

from __future__ import annotations

import pytest

from collector.skill_files.index import index
from conftest import NOW, THOROUGH, Fleet

PROJECTS = min(300, 30 * THOROUGH)


@pytest.mark.slow
def test_one_set_of_skills_in_many_projects_is_stored_once(fleet: Fleet) -> None:
    """Fifty skills in 30 projects, or in 300: a row for each file, and fifty texts."""
    texts = [f"---\nname: skill-{n}\ndescription: Does {n}.\n---\n\nIts body.\n" for n in range(50)]
    for folder in fleet.projects(*(f"p{number}" for number in range(PROJECTS))):
        skills = folder / ".claude" / "skills"
        skills.mkdir(parents=True)
        for number, content in enumerate(texts):
            (skills / f"skill-{number}.md").write_text(content)
    index(fleet.warehouse, now=NOW)
    counts = "select (select count(*) from skill_files), (select count(*) from skill_texts)"
    assert fleet.query(counts) == [(50 * PROJECTS, 50)]
