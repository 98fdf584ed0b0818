"""``register-project``, ``unregister-project``, ``move-project`` and ``projects``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.commands.transcript_blocks import sessions_line
from cli.diagnostics import ExitCode, say
from cli.options import ProjectArgument, path_of
from cli.session import Session, answer
from collector.parameters import Counting
from schema.errors import UsageError

if TYPE_CHECKING:
    from cli.output import Answer
    from cli.results.projects import Listed
    from cli.screen import Block
    from collector.registry import Project, Registration

SOURCE_NAMES = {
    "session_buddy": "skill metrics file",
    "kaizen": "agent metrics file",
    "crackerjack": "older skill file",
    "skills_db": "skill database",
    "workflows": "workflow file",
}


def register_project(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The top folder of the project.", parser=path_of)
    ],
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Its name (default: the folder's name)."),
    ] = None,
    project_type: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="Its type: cli, web, library, ..."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Time zone of its local times (default: this machine's).",
        ),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="K=V", help="A tag. May be repeated.")
    ] = None,
    transcripts: Annotated[
        Counting | None,
        typer.Option(
            "--transcripts",
            help="Agent transcripts to count: all, none, or auto (only what its files lack).",
        ),
    ] = None,
) -> None:
    """Register a repository. skillhouse never writes to it."""
    from aggregator.answers.shared import NoFilters, NoTotals
    from cli.results import projects as results
    from cli.results.projects import project_fields
    from collector.registry import register
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.writing() as con:
        done = register(
            con,
            path,
            now=session.now,
            default_timezone=session.settings.timezone,
            name=name,
            project_type=project_type,
            timezone=timezone,
            tags=_tags(tag or []),
            transcripts=transcripts,
        )
        sessions = sessions_line(con, done.project.path)
        zone = reporting_zone(con)
    session.output.emit(
        answer(
            session,
            "register-project",
            zone,
            results.RegisterProject(
                filters=NoFilters(),
                data=[
                    results.Registered(
                        **project_fields(done.project, zone),
                        created=done.created,
                        found=done.found,
                        worktree_of=done.worktree_of,
                        moved_from=done.moved_from,
                        also_at=done.also_at,
                        copy_of=done.copy_of,
                    )
                ],
                totals=NoTotals(),
            ),
            warnings=[f"{refusal.path} {refusal.reason}" for refusal in done.refused],
        ),
        lambda: _registration(done, sessions),
        done=f"{done.project.name} is registered.",
    )
    if done.refused:
        for refusal in done.refused:
            say(f"Problem: {refusal.path} {refusal.reason}; it is skipped.")
        raise typer.Exit(ExitCode.PROBLEMS)


def _tags(pairs: list[str]) -> dict[str, str]:
    tags = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--tag {pair!r} is not key=value.", "For example: --tag team=core")
        tags[key] = value
    return tags


def _registration(done: Registration, sessions: str | None) -> list[Block]:
    from cli.screen import Verbatim

    project = done.project
    verb = "Registered" if done.created else "Already registered:"
    lines = [f"{verb} {project.name} ({project.project_id}) at {project.path}"]
    if done.also_at:
        lines.append(f"{done.also_at} is the same folder; its records count once.")
    if done.moved_from:
        lines.append(f"Moved from {done.moved_from}; its history continues.")
    if done.copy_of:
        names = ", ".join(done.copy_of)
        lines += [
            f"Its metrics start like those of {names}. Records in both count once.",
            "If this is a copy you do not need:",
            f"  skillhouse unregister-project {project.project_id}",
        ]
    if done.worktree_of:
        lines.append(f"It is a git worktree of {done.worktree_of}. Records in both count once.")
    if done.found:
        files = ", ".join(_files(source, number) for source, number in done.found.items())
        lines.append(f"Found {files}. Project zone: {project.timezone}.")
        lines.append("Next: skillhouse refresh")
    else:
        lines.append(
            "Found no metrics yet (.session-buddy/skill_metrics.json or skills.db,"
            " .kaizen/metrics/); skillhouse collects them once they exist."
        )
    if sessions is not None:
        lines.append(sessions)
    return [Verbatim(line) for line in lines]


def _files(source: str, number: int) -> str:
    name = SOURCE_NAMES.get(source, f"{source} file")
    return f"{number} {name}{'s' if number != 1 else ''}"


def unregister_project(
    context: typer.Context,
    project: ProjectArgument,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also delete its data from the warehouse.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Stop collecting from a project; its history stays.

    Answers leave it out unless --all-projects is given. --purge deletes its history.
    """
    from aggregator.answers.shared import NoFilters, NoTotals
    from aggregator.refresh import refresh as recompute
    from cli.results import projects as results
    from cli.results.projects import project_fields
    from cli.screen import Verbatim
    from collector import registry
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        chosen = registry.find_project(con, project)
    if purge and not yes:
        _confirm(chosen)
    with session.warehouse.writing() as con:
        chosen = registry.find_project(con, chosen.project_id)
        if purge:
            removed = registry.purge(con, chosen)
        else:
            registry.unregister(con, chosen)
            removed = 0
        zone = reporting_zone(con)
        kept = registry.find_project(con, chosen.project_id).rows if not purge else 0
    lines = []
    if purge:
        # Its skills are in the statistics until those are recomputed.
        recompute(session.warehouse, now=session.now)
        lines.append(f"Purged {chosen.name}: {text.count(removed)} rows deleted.")
        lines += _still_held(session, chosen)
    else:
        lines.append(
            f"Unregistered {chosen.name}. Its {text.count(kept)} rows are kept but"
            " excluded from answers (--all-projects includes them)."
        )
    if handed := chosen.rows - removed - kept:
        lines.append(f"{handed:,} rows that are also in other projects now count for those.")
    session.output.emit(
        answer(
            session,
            "unregister-project",
            zone,
            results.UnregisterProject(
                filters=NoFilters(),
                data=[
                    results.Unregistered(
                        **{**project_fields(chosen, zone), "is_active": False},
                        rows_deleted=removed,
                    )
                ],
                totals=NoTotals(),
            ),
            warnings=lines[1:],
        ),
        lambda: [Verbatim(line) for line in lines],
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


def _confirm(project: Project) -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            f"--purge deletes {project.rows} rows of {project.name!r} permanently.",
            "Not a terminal: add --yes to confirm.",
        )
    question = f"Delete {project.rows:,} rows of {text.plain(project.name)} permanently?"
    typer.confirm(question, abort=True, err=True)


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
    from collector import registry
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.writing() as con:
        moved = registry.move(con, registry.find_project(con, project), new_path)
        zone = reporting_zone(con)
    result = results.MoveProject(
        filters=NoFilters(),
        data=[results.Project(**project_fields(moved, zone))],
        totals=NoTotals(),
    )
    session.output.emit(
        answer(session, "move-project", zone, result),
        lambda: [Verbatim(f"{moved.name} is now at {moved.path}.")],
        done=f"{moved.name} was moved.",
    )


def projects(context: typer.Context) -> None:
    """The registered projects, their rows and last refresh."""
    from cli.answers.projects_and_status import projects as answer_of

    session: Session = context.obj
    with session.warehouse.reading() as con:
        result = answer_of(con, session)
    session.output.emit(result, lambda: _registry(result, session))


def _registry(result: Answer, session: Session) -> list[Block]:
    from cli.screen import Column, Line, Table

    lines = [Line(line) for line in result.warnings if line != result.first_line]
    if not result.data:
        return [*lines]
    columns: list[Column[Listed]] = [
        Column("Id", lambda project: project.project_id),
        Column("Name", lambda project: project.project_name, name=True),
        Column("Type", lambda project: project.project_type or "", drop=3),
        Column("Rows", lambda project: text.count(project.rows), right=True),
        Column("Last use", lambda project: text.day(project.last_use_at, result.timezone), drop=1),
        Column("Collected", lambda project: text.age(project.last_sync_at, session.now), drop=2),
        Column("State", _state),
        Column("Project zone", lambda project: project.timezone, drop=5),
        Column("Path", lambda project: project.project_path, name=True, drop=4),
    ]
    return [*lines, Table(columns, [*result.data])]


def _state(project: Listed) -> str:
    if not project.is_active:
        return "unregistered"
    if project.silent:
        return "silent"
    return "worktree" if project.is_worktree else "active"
