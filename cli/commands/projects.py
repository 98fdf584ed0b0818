"""``unregister-project``, ``move-project`` and ``projects``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.commands.blocks import GUESSED, type_cell
from cli.configuration import Configuration
from cli.confirm import confirm
from cli.options import ProjectArgument, TagsOption, TypesOption, YesOption, path_of
from cli.session import Session, tell
from schema.tags import tag_texts

if TYPE_CHECKING:
    from cli.output import Answer
    from cli.results.projects import Listed
    from cli.screen import Block
    from collector.projects.registry import Project


def unregister_project(
    context: typer.Context,
    project: ProjectArgument,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also delete its data from the warehouse.")
    ] = False,
    yes: YesOption = False,
) -> None:
    """Stop collecting from a project; its history stays.

    Answers leave it out unless --all-projects is given. --purge deletes its history.
    """
    from aggregator.answers.shared import NoFilters, NoTotals
    from aggregator.refresh import refresh as recompute
    from cli import state_writer
    from cli.results import projects as results
    from cli.results.projects import project_fields
    from cli.screen import Verbatim
    from collector.projects import registry
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        chosen = registry.find_project(con, project)
        held = registry.rows_held(con)[chosen.project_id]
    if purge and not yes:
        _confirm(chosen, held)
    with session.warehouse.writing() as con:
        chosen = registry.find_project(con, chosen.project_id)
        held = registry.rows_held(con)[chosen.project_id]
        if purge:
            removed = registry.purge(con, chosen)
        else:
            registry.unregister(con, chosen)
            removed = 0
        zone = reporting_zone(con)
        kept = registry.rows_held(con)[chosen.project_id]
    lines = []
    if purge:
        # Its skills are in the statistics until those are recomputed.
        recompute(session.warehouse, now=session.now, compared_days=Configuration().compared_days)
        state_writer.replace_all(session.warehouse, session.now)
        lines.append(f"Purged {chosen.name}: {text.count(removed)} rows deleted.")
        lines += _still_held(session, chosen)
    else:
        lines.append(
            f"Unregistered {chosen.name}. Its {text.count(kept)} rows are kept but"
            " excluded from answers (--all-projects includes them)."
        )
    if handed := held - removed - kept:
        lines.append(f"{handed:,} rows that are also in other projects now count for those.")
    tell(
        session,
        "unregister-project",
        zone,
        results.UnregisterProject(
            filters=NoFilters(),
            data=[
                results.Unregistered(
                    **{**project_fields(chosen, held, zone), "is_active": False},
                    rows_deleted=removed,
                )
            ],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(line) for line in lines],
        warnings=lines[1:],
        done=f"{chosen.name} was {'purged' if purge else 'unregistered'}.",
    )


def _still_held(session: Session, purged: Project) -> list[str]:
    """Where the deleted rows can still be found."""
    from schema import backups

    warehouse = session.warehouse
    lines = ["The data stays in the file until you run `skillhouse compact`."]
    for kept in backups.copies(warehouse):
        if backups.may_hold(warehouse, kept, purged.project_id):
            lines.append(f"It is still in {kept}; delete that file when you no longer need it.")
    return lines


def _confirm(project: Project, rows: int) -> None:
    confirm(
        f"Delete {rows:,} rows of {text.plain(project.name)} permanently?",
        what=f"--purge deletes {rows} rows of {project.name!r} permanently.",
    )


def move_project(
    context: typer.Context,
    project: ProjectArgument,
    new_path: Annotated[
        Path, typer.Argument(metavar="NEW_PATH", help="Its new path.", parser=path_of)
    ],
) -> None:
    """Record the new path of a moved repository.

    Its history continues.
    """
    from aggregator.answers.shared import NoFilters, NoTotals
    from cli.results import projects as results
    from cli.results.projects import project_fields
    from cli.screen import Verbatim
    from collector.projects import moving, registry
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.writing() as con:
        moved = moving.move(con, registry.find_project(con, project), new_path)
        rows = registry.rows_held(con)[moved.project_id]
        zone = reporting_zone(con)
    result = results.MoveProject(
        filters=NoFilters(),
        data=[results.Project(**project_fields(moved, rows, zone))],
        totals=NoTotals(),
    )
    tell(
        session,
        "move-project",
        zone,
        result,
        lambda: [Verbatim(f"{moved.name} is now at {moved.path}.")],
        done=f"{moved.name} was moved.",
    )


def projects(
    context: typer.Context, project_type: TypesOption = None, tag: TagsOption = None
) -> None:
    """The registered projects, their rows and last refresh."""
    from cli.results.projects import projects as answer_of

    session: Session = context.obj
    with session.warehouse.reading() as con:
        result = answer_of(con, session, project_type or (), tag or ())
    session.output.emit(result, lambda: _registry(result, session))


def _registry(result: Answer, session: Session) -> list[Block]:
    from cli.screen import Column, Line, Table

    lines = [Line(line) for line in result.warnings if line != result.first_line]
    if not result.data:
        return [*lines]
    columns: list[Column[Listed]] = [
        Column("Id", lambda project: project.project_id),
        Column("Name", lambda project: project.project_name, name=True),
        Column(
            "Type",
            lambda project: type_cell(project.project_type, guessed=project.type_guessed),
            drop=3,
        ),
        Column.count("Rows", lambda project: project.rows),
        Column("Last use", lambda project: text.day(project.last_use_at, result.timezone), drop=1),
        Column("Collected", lambda project: text.age(project.last_sync_at, session.now), drop=2),
        Column("State", _state),
        Column("Project zone", lambda project: project.timezone, drop=6),
        Column("Path", lambda project: project.project_path, name=True, drop=5),
    ]
    rows: list[Listed] = [*result.data]
    if any(row.tags for row in rows):
        columns.insert(3, Column("Tags", lambda row: ", ".join(tag_texts(row.tags)), drop=4))
    blocks: list[Block] = [*lines, Table(columns, rows)]
    if any(row.type_guessed for row in rows):
        blocks.append(Line(f"{GUESSED} = type guessed from the project's files", quiet=True))
    return blocks


def _state(project: Listed) -> str:
    if not project.is_active:
        return "unregistered"
    if project.silent:
        return "silent"
    return "worktree" if project.is_worktree else "active"
