"""Which projects an answer is about."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.project_choice import choose
from schema.errors import UsageError
from schema.frozen import dataclass
from schema.projects import resolve_project
from schema.statements import statement
from schema.warehouse import Connection


@dataclass(frozen=True)
class ProjectLabel:
    """A project as an answer names it."""

    project_id: str
    name: str
    project_type: str | None
    is_active: bool
    metadata: str = "{}"

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, values by key."""
        import json  # Not at the top: only a question about tags needs it.

        tags: dict[str, str] = json.loads(self.metadata)
        return tags


@dataclass(frozen=True)
class Scope:
    """Which projects an answer is about. ``is_default``: all active ones, as they are stored.

    ``is_everything``: there are no other projects, so rows need not be filtered by project.
    ``types`` and ``tags`` are what they were chosen by; ``is_named``: also by name.
    """

    projects: tuple[ProjectLabel, ...]
    is_default: bool
    is_everything: bool = False
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    is_named: bool = False

    @property
    def ids(self) -> list[str]:
        return [project.project_id for project in self.projects]


def labels(con: Connection) -> list[ProjectLabel]:
    """Every registered project as answers name it, by name."""
    rows = con.execute(statement("aggregator/reports/project_labels.sql")).fetchall()
    return [ProjectLabel(*row) for row in rows]


def scope(
    con: Connection,
    names: Sequence[str] = (),
    *,
    include_inactive: bool = False,
    types: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> Scope:
    """The projects that ids, names or paths name; all active ones when none is named.

    Of these only those of one of the ``types``, and with the ``tags``: of several of one key one,
    of several keys all. Raises UnknownName, also for a type or tag that no project has, and
    UsageError for an unregistered project unless ``include_inactive``.
    """
    known = labels(con)
    if not names and not types and not tags:
        chosen = tuple(p for p in known if p.is_active or include_inactive)
        return Scope(
            chosen, all(p.is_active for p in chosen), is_everything=len(chosen) == len(known)
        )
    found = tuple(known)
    if names:
        wanted = {resolve_project(con, name, in_part=True) for name in names}
        found = tuple(project for project in known if project.project_id in wanted)
    for project in found if names else ():
        if not project.is_active and not include_inactive:
            raise UsageError(
                f"{project.name!r} is unregistered: its history is kept but excluded from answers.",
                "Include unregistered projects to see it.",
                parameter="all_projects",
            )
    if types or tags:
        found = choose(found, known, types, tags, include_inactive=include_inactive)
    return Scope(
        found, is_default=False, types=tuple(types), tags=tuple(tags), is_named=bool(names)
    )
