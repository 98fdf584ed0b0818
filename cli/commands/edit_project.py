"""``edit-project``: another name, type, time zone or other tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ProjectArgument, TagsToAddOption, TypeToSetOption, complete_tag
from cli.session import Session, tell
from collector.parameters import Counting
from schema.errors import UsageError
from schema.tags import parse_tags, tag_texts

if TYPE_CHECKING:
    from collector.projects.registry import Project

CountingOption = Annotated[
    Counting | None,
    typer.Option(
        "--transcripts",
        help="Agent transcripts to count: all, none, or auto (only what its files lack).",
    ),
]


def edit_project(
    context: typer.Context,
    project: ProjectArgument,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Its new name.")
    ] = None,
    project_type: TypeToSetOption = None,
    no_type: Annotated[
        bool, typer.Option("--no-type", help="Remove its type; it is not guessed again.")
    ] = False,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone", metavar="ZONE", help="Time zone of its local times; re-reads them."
        ),
    ] = None,
    tag: TagsToAddOption = None,
    untag: Annotated[
        list[str] | None,
        typer.Option(
            "--untag",
            metavar="TAG",
            help="A tag to remove: KEY or KEY:VALUE. May be repeated.",
            autocompletion=complete_tag,
        ),
    ] = None,
    transcripts: CountingOption = None,
) -> None:
    """Change a project's name, type, tags or time zone.

    Its history stays. A new time zone applies to all its local times, also to those collected
    before, and answers follow at once.
    """
    from aggregator.answers.shared import NoFilters, NoTotals
    from cli.results import projects as results
    from cli.screen import Verbatim
    from collector.projects.editing import edit
    from collector.projects.registry import find_project, rows_held
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    if project_type is not None and no_type:
        raise UsageError("--type and --no-type cannot be combined.", "Use one of them.")
    changes = (name, project_type, timezone, tag, untag, transcripts)
    if not no_type and not any(each is not None for each in changes):
        raise UsageError(
            "Nothing to change.",
            "For example: skillhouse edit-project api --type python --tag team:core",
        )
    session.warehouse.expect()
    with session.warehouse.writing() as con:
        before = find_project(con, project)
        after = edit(
            con,
            before,
            name=name,
            project_type=project_type,
            without_type=no_type,
            timezone=timezone,
            tags=parse_tags(tag or ()),
            without_tags=untag or (),
            transcripts=transcripts,
        )
        zone = reporting_zone(con)
        rows = rows_held(con)[after.project_id]
    tell(
        session,
        "edit-project",
        zone,
        results.EditProject(
            filters=NoFilters(),
            data=[results.Project(**results.project_fields(after, rows, zone))],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(line) for line in _changes(before, after)],
        done=f"{after.name} was changed.",
    )


def _changes(before: Project, after: Project) -> list[str]:
    """What is different now, one line each."""
    pairs = (
        ("Name", before.name, after.name),
        ("Type", _type(before), _type(after)),
        ("Project zone", before.timezone, after.timezone),
        ("Tags", _tags(before), _tags(after)),
        ("Transcripts", before.transcripts, after.transcripts),
    )
    changed = [f"{what}: {new} (was {old})" for what, old, new in pairs if old != new]
    return [f"{after.name} ({after.project_id})", *(changed or ["Nothing changed."])]


def _type(project: Project) -> str:
    return f"{project.project_type or 'none'}{' (guessed)' if project.is_type_guessed else ''}"


def _tags(project: Project) -> str:
    return ", ".join(tag_texts(project.tags)) or "none"
