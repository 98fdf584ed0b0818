"""Changes of a registered project: its name, type, tags and time zone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from collector.parameters import Counting
from collector.projects.registry import Project, find_project
from collector.projects.sharing import decide_owners
from collector.transcripts.counting import set_counting
from schema import interpretation
from schema.connection import transaction
from schema.errors import ProjectError, UsageError
from schema.spelling import command
from schema.statements import statement
from schema.tags import parse_tag, tag_text, tag_texts
from schema.warehouse import Connection
from schema.zones import check_zone

NAME_LIMIT = 100


def edit(
    con: Connection,
    project: Project,
    *,
    name: str | None = None,
    project_type: str | None = None,
    without_type: bool = False,
    timezone: str | None = None,
    tags: Mapping[str, str] | None = None,
    without_tags: Sequence[str] = (),
    transcripts: Counting | None = None,
) -> Project:
    """The project with what is given changed; its id and its history stay. All of it or nothing.

    Raises ProjectError for a name or type that it cannot have, UsageError for a zone, or for a tag
    to be removed that it does not have.
    """
    changes: dict[str, str | None] = dict(tags or {})
    for text in without_tags:
        key, value = parse_tag(text)
        if key not in project.tags or value not in ("", project.tags[key]):
            has = ", ".join(tag_texts(project.tags)) or "none"
            raise UsageError(
                f"{project.name!r} does not have the tag {tag_text(key, value)!r}.",
                f"Its tags: {has}.",
            )
        changes.setdefault(key, None)
    check_type(project_type)
    if timezone is not None:
        check_zone(timezone)
    with transaction(con):
        if name is not None and name != project.name:
            check_name(con, name)
        rezone(con, project, timezone)
        con.execute(
            statement("collector/sql/edit_project.sql"),
            {
                "project_id": project.project_id,
                "name": name,
                "type": project_type,
                "without_type": without_type,
                "tags": json.dumps(changes),
            },
        ).fetchall()
        decide_owners(con)
        if transcripts is not None:
            set_counting(con, project.project_id, transcripts)
    return find_project(con, project.project_id)


def check_name(con: Connection, name: str) -> None:
    """ProjectError for a name that no project can have, or that one has."""
    if not name.strip() or len(name) > NAME_LIMIT:
        raise ProjectError(f"A project's name has 1 to {NAME_LIMIT} characters.", "Choose another.")
    if name in names_taken(con):
        raise ProjectError(f"The name {name!r} is taken.", "Choose another.", parameter="name")


def check_type(project_type: str | None) -> None:
    """ProjectError for a type that none can have."""
    if project_type is None:
        return
    if not project_type.strip() or len(project_type) > NAME_LIMIT:
        raise ProjectError(
            f"A project's type has 1 to {NAME_LIMIT} characters.",
            "For example: python, node or web",
        )


def rezone(con: Connection, project: Project, timezone: str | None) -> None:
    """Read the project's local times in another zone from now on; None changes nothing.

    UsageError where some of them are archived.
    """
    if timezone is None or timezone == project.timezone:
        return
    archived = con.execute(
        statement("collector/sql/archived_since.sql"),
        {"id": project.project_id},
    ).fetchall()
    if archived:
        raise UsageError(
            f"Uses of {project.name!r} before {archived[0][0]} are archived; local times read in"
            " another zone could count a second time.",
            f"To read them again: {command('unregister-project', project.project_id, purge=True)},"
            " then register again. Records that are no longer in the files would be lost.",
        )
    con.execute(
        statement("collector/sql/set_zone.sql"),
        {"zone": timezone, "id": project.project_id},
    )
    interpretation.reread_local_times(con)


def names_taken(con: Connection) -> set[str]:
    return {name for _, name, *_ in con.execute(statement("schema/registered.sql")).fetchall()}
