"""What statistics by name cannot tell: one name for different skills, and changes of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from aggregator.measures import Question
from aggregator.skills.files import Version, versions
from aggregator.skills.versions import VersionChange, version_changes
from schema.frozen import dataclass
from schema.statements import has_rows, statement
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.skills.similar import Vectors

Name = tuple[str, str]
"""Kind, as uses are recorded, and name."""


@dataclass(frozen=True)
class SkillText:
    """One of the skills of a name: the projects (ids) where the name means it."""

    digest: str
    projects: tuple[str, ...]


@dataclass(frozen=True)
class OnDisk:
    """What is known from files. ``namesakes`` are names with the different skills they mean."""

    namesakes: dict[Name, tuple[SkillText, ...]] = field(default_factory=dict)
    changes: tuple[VersionChange, ...] = ()

    def changes_of(self, kind: str, name: str) -> list[VersionChange]:
        """The changes of a name's texts, the newest first."""
        return [each for each in self.changes if each.kind == kind and name in each.names]

    def warnings(self, name: str | None = None) -> list[str]:
        """A sentence for each name (or the one) whose statistics add up different skills."""
        return [
            f"{each} is the name of {len(found)} different skills, added up here"
            f" (see skills {each})"
            for (_, each), found in sorted(self.namesakes.items())
            if name in (None, each)
        ]


def on_disk(con: Connection, question: Question, name: str | None = None) -> OnDisk:
    """What files say of names (or of one) in the projects asked about."""
    if not has_rows(con, "skill_files"):
        return OnDisk()
    return OnDisk(namesakes(con, question, name), tuple(version_changes(con, question)))


def namesakes(
    con: Connection, question: Question, name: str | None = None
) -> dict[Name, tuple[SkillText, ...]]:
    """Names (or the one) that mean different skills in the projects asked about."""
    shared = con.execute(statement("aggregator/skills/sql/shared_names.sql")).fetchall()
    rows = [row for row in shared if name in (None, row[0])]
    if not rows:
        return {}
    here = set(question.scope.ids)
    by_name: dict[Name, list[Version]] = {}
    for each in versions(con, names=[each for (each,) in rows]):
        if each.is_there and (each.is_users or each.project_id in here):
            by_name.setdefault((each.used_as, each.name), []).append(each)
    # Imported here: mostly no name has several texts.
    from aggregator.skills.similar import vectors

    several = {name: files for name, files in by_name.items() if len({f.digest for f in files}) > 1}
    known = vectors(con, sorted({f.digest for files in several.values() for f in files}))
    found = {name: _different(files, known) for name, files in several.items()}
    return {name: texts for name, texts in found.items() if len(texts) > 1}


def _different(files: Sequence[Version], known: Vectors) -> tuple[SkillText, ...]:
    """The different skills among files of one name: those alike are one."""
    from aggregator.skills.similar import NAMESAKE

    groups: list[tuple[str, set[str]]] = []
    for each in files:
        for digest, projects in groups:
            if known.cosine(digest, each.digest) >= NAMESAKE:
                projects.add(each.project_id)
                break
        else:
            groups.append((each.digest, {each.project_id}))
    return tuple(SkillText(digest, tuple(sorted(projects))) for digest, projects in groups)
