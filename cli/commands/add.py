"""``add``, which is ``register-project``: folders, or every repository below one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.edit_project import CountingOption
from cli.confirm import can_ask, confirm
from cli.diagnostics import ExitCode, note, progress, report_problems
from cli.options import TagsToAddOption, TypeToSetOption, YesOption, path_of
from cli.session import Session, tell
from schema.errors import ProjectError, UsageError
from schema.tags import parse_tags

if TYPE_CHECKING:
    from cli.commands.add_plan import Plan
    from cli.screen import Block
    from collector.projects.registering import Registration


def register_project(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="The top folder of each project.", parser=path_of),
    ] = None,
    scan: Annotated[
        list[Path] | None,
        typer.Option(
            "--scan",
            metavar="FOLDER",
            help="Find the repositories below this folder. May be repeated.",
            parser=path_of,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Its name (default: the folder's name)."),
    ] = None,
    project_type: TypeToSetOption = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Time zone of its local times (default: this machine's).",
        ),
    ] = None,
    tag: TagsToAddOption = None,
    transcripts: CountingOption = None,
    yes: YesOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be registered; store nothing.")
    ] = False,
) -> None:
    """Register repositories. skillhouse never writes to them.

    --scan finds the repositories below a folder, shows what they hold, and asks. It does not follow
    links or enter hidden folders, node_modules and the like. `add` and `register-project` are the
    same command.
    """
    from cli.commands.add_plan import plan_of

    session: Session = context.obj
    if not paths and not scan:
        raise UsageError("No folder is named.", "For example: skillhouse add --scan ~/code")
    if name is not None and (scan or len(paths or ()) != 1):
        raise UsageError("--name names one project.", "Give one PATH, or leave out --name.")
    tags = parse_tags(tag or ())
    with progress(not session.output.quiet and session.output.for_people, "Searching"):
        plan = plan_of(session.warehouse, paths or (), scan or (), yes=yes)
    plan.project_type = project_type
    is_asked = bool(plan.scanned and plan.wanted) and not yes and not dry_run
    if is_asked:
        _ask(session, plan)
    done: dict[str, Registration | ProjectError] = {}
    if plan.wanted and not dry_run:
        from collector.projects.registering import register_all

        with session.warehouse.writing() as con:
            done = register_all(
                con,
                plan.wanted,
                now=session.now,
                default_timezone=session.settings.timezone,
                name=name,
                project_type=project_type,
                timezone=timezone,
                tags=tags,
                transcripts=transcripts,
            )
    _report(session, plan, done, dry_run=dry_run, was_shown=is_asked)


def _ask(session: Session, plan: Plan) -> None:
    """Show what was found, and go on if the person wants it; UsageError without a terminal."""
    from cli.commands.add_plan import found_line
    from cli.commands.add_screen import folder_blocks, rows_of
    from cli.screen import show

    if can_ask() and session.output.for_people:
        rows = rows_of(plan, {})
        # Not through a pager: the question stands below it.
        show(folder_blocks(rows, plan), replace(session.output.look, pager=""))
    folders = sum(plan.state_of(path) != "already registered" for path in plan.folders)
    which = "them" if len(plan.wanted) == folders else f"{len(plan.wanted):,} of them"
    confirm(f"{found_line(plan)} Register {which}?", what=found_line(plan), default=True)


def _report(
    session: Session,
    plan: Plan,
    done: Mapping[str, Registration | ProjectError],
    *,
    dry_run: bool,
    was_shown: bool,
) -> None:
    """The answer, the notes and the problems."""
    from cli.commands.add_screen import registration_blocks, rows_of, scan_blocks
    from cli.results import projects as results
    from collector.files.trees import printable
    from collector.projects.registering import Registration
    from collector.projects.registry import rows_held
    from schema.warehouse import reporting_zone

    zone, held = session.warehouse.zone_of_new(), Counter[str]()
    if session.warehouse.exists():
        with session.warehouse.reading() as con:
            zone, held = reporting_zone(con), rows_held(con)
    rows = rows_of(plan, done)
    registered = [one for one in done.values() if isinstance(one, Registration)]
    problems, skipped = [*plan.problems], []
    for path, one in done.items():
        if isinstance(one, ProjectError):
            problems.append(f"{printable(path)}: {one.message}")
        else:
            skipped += [f"{each.path} {each.reason}" for each in one.refused]
    result = results.RegisterProject(
        filters=results.AddFilters(scan=plan.scanned, dry_run=dry_run),
        data=[
            results.Registered(
                **results.project_fields(one.project, held[one.project.project_id], zone),
                created=one.created,
                found=one.found,
                worktree_of=one.worktree_of,
                moved_from=one.moved_from,
                also_at=one.also_at,
                copy_of=one.copy_of,
            )
            for one in registered
        ],
        totals=results.AddTotals(
            repositories=sum(row.kind == "repository" for row in rows),
            with_metrics=sum(bool(row.found) for row in rows),
            registered_now=sum(row.state == "registered" for row in rows),
            already_registered=sum(row.state == "already registered" for row in rows),
            folders=rows,
        ),
    )

    def screen() -> list[Block]:
        if len(rows) == len(registered) == 1 and not plan.scanned:
            return registration_blocks(registered[0], plan)
        return scan_blocks(rows, plan, dry_run=dry_run, was_shown=was_shown)

    tell(
        session,
        "register-project",
        zone,
        result,
        screen,
        warnings=[*plan.notes, *problems, *skipped],
        done="The projects are registered." if done else None,
    )
    for each in plan.notes:
        note(session.output, each)
    problems += [f"{each}; it is skipped." for each in skipped]
    report_problems(problems)
    if problems:
        raise typer.Exit(ExitCode.PROBLEMS)
