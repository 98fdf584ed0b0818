"""Reading the skill files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator import text
from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import Count, ProjectId, ProjectName
    from collector.skill_files.scan import ProjectScan


class IndexFilters(Struct):
    """What was asked."""

    projects: list[str] | None
    """The projects as they were named; null: all active ones."""
    user: bool | None
    """Whether the user's own folders may be read from now on; null: as before."""


class IndexedProject(Struct):
    """The skill files of one project, or of the user."""

    project_id: ProjectId | None
    """The project; null: the user's own folders."""
    project_name: ProjectName
    skill_files: Count
    """Skills, agents and commands on disk."""
    skill_files_read: Count
    """Those of them that were new or had changed."""
    skill_files_gone: Count
    """Files that are no longer there."""
    warnings: list[str]
    """What a person should look at."""


class IndexTotals(Struct):
    """Over all rows, shown or not."""

    files: Count
    """Skills, agents and commands on disk."""
    texts: Count
    """Different texts among all that were ever read."""
    vectors: Count
    """Texts of which a sentence model made a vector; 0: words alone are compared."""


class IndexSkills(Struct):
    """The skill files as they are now."""

    filters: IndexFilters
    data: list[IndexedProject]
    totals: IndexTotals


def indexed(found: ProjectScan, name: str, user: str) -> IndexedProject:
    """What was read of one project."""
    return IndexedProject(
        project_id=None if found.project_id == user else found.project_id,
        project_name=name,
        skill_files=found.files,
        skill_files_read=len(found.read),
        skill_files_gone=len(found.gone),
        warnings=[text.plain(str(remark)) for remark in (*found.problems, *found.notes)],
    )


class CategoryFilters(Struct):
    """What was asked."""

    category: str | None
    """The category that was set or removed; null: none."""
    patterns: list[str] | None
    """Its patterns; null: none were given."""


class OwnCategory(Struct):
    """One of your own categories."""

    category: str
    """Its name."""
    patterns: list[str]
    """Names of skills, with * for any characters."""


class CategoryTotals(Struct):
    """Over all rows, shown or not."""

    categories: Count
    """Categories of your own."""


class Categories(Struct):
    """Your own categories of skills."""

    filters: CategoryFilters
    data: list[OwnCategory]
    totals: CategoryTotals
