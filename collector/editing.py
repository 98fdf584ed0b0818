"""Changes of a registered project: its name, type, tags and time zone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from collector.parameters import Counting
from collector.registry import Project, check_name, check_type, find_project, rezone
from collector.sharing import decide_owners
from collector.transcripts.counting import set_counting
from schema.connection import transaction
from schema.errors import UsageError
from schema.statements import statement
from schema.tags import parse_tag, tag_text, tag_texts
from schema.warehouse import Connection
from schema.zones import check_zone


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
