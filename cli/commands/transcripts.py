"""``transcripts``: which transcripts of agents this warehouse may read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer
from typer._types import TyperChoice

from aggregator import text
from cli.configuration import Configuration
from cli.confirm import confirm
from cli.options import path_of
from cli.session import Session, tell
from collector.parameters import Tool
from schema.errors import UsageError

if TYPE_CHECKING:
    from cli.results.transcripts import Filters, Root
    from cli.screen import Block
    from collector.transcripts.opt_in import EnabledRoot, Place

PANEL = "Transcripts"
TOOLS: tuple[Tool, ...] = get_args(Tool)

SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        click_type=TyperChoice(TOOLS),
        metavar="[TOOL]...",
        help="claude_code, codex or copilot; default: all.",
    ),
]
RootOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--root",
        metavar="PATH",
        help="Another folder of one tool's transcripts. May be repeated.",
        parser=path_of,
    ),
]


def show(context: typer.Context) -> None:
    """Which folders may be read, and what they contain.

    No transcript is opened.
    """
    from cli.results import transcripts as results
    from collector.transcripts import opt_in
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        known = opt_in.enabled(con)
        zone = reporting_zone(con)
    _report(session, "transcripts-show", known, zone, results.Filters(sources=None, roots=None))


def enable(context: typer.Context, tool: SourcesArgument = None, root: RootOption = None) -> None:
    """Read transcripts from the next refresh on.

    Only names, ids, times, outcomes and counts are stored, never what was said. Nothing is written
    where they lie.
    """
    from cli.results import transcripts as results
    from collector.transcripts import opt_in
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    places = _places(tool, root)
    with session.warehouse.writing() as con:
        opt_in.enable(con, places, session.now)
        known = opt_in.enabled(con)
        zone = reporting_zone(con)
    _report(
        session,
        "transcripts-enable",
        known,
        zone,
        results.Filters(sources=_names(tool), roots=_paths(root)),
        last="Next: skillhouse refresh",
    )


def disable(
    context: typer.Context,
    tool: SourcesArgument = None,
    root: RootOption = None,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also delete all that was collected from these tools.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a purge.")] = False,
) -> None:
    """Stop reading transcripts; what was collected stays.

    It is deleted with --purge.
    """
    from aggregator.refresh import refresh as recompute
    from cli.results import transcripts as results
    from collector.transcripts import opt_in
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.reading() as con:
        before = opt_in.enabled(con)
    tools = _tools(tool or list(TOOLS))
    if root:
        places = _places(tool, root)
    else:
        places = [opt_in.Place(each.source, each.path) for each in before if each.source in tools]
    if purge and root:
        raise UsageError(
            "--purge deletes what was collected from all of a tool's transcripts.",
            "Leave --root out.",
        )
    if purge and not yes:
        _confirm()
    deleted = 0
    with session.warehouse.writing() as con:
        gone = opt_in.disable(con, places)
        if purge:
            deleted = opt_in.purge(con, tools)
        known = opt_in.enabled(con)
        zone = reporting_zone(con)
    if purge:
        # Names are in the statistics until those are computed again.
        recompute(session.warehouse, now=session.now, compared_days=Configuration().compared_days)
    lines = [f"{text.counted(len(gone), 'folder')} will no longer be read."]
    if purge:
        lines.append(f"{text.counted(deleted, 'row')} deleted.")
    _report(
        session,
        "transcripts-disable",
        known,
        zone,
        results.Filters(sources=_names(tool), roots=_paths(root)),
        last=" ".join(lines),
        deleted=deleted,
    )


def _report(
    session: Session,
    command: str,
    known: list[EnabledRoot],
    zone: str,
    filters: Filters,
    *,
    last: str | None = None,
    deleted: int = 0,
) -> None:
    from cli.results import transcripts as results
    from collector.transcripts import opt_in

    by_place = {(each.source, each.path): each for each in known}
    places: list[Place] = [opt_in.Place(*place) for place in by_place]
    for place in opt_in.default_places(os.environ, Path.home()):
        if (place.source, place.path) not in by_place:
            places.append(place)
    rows = [
        results.root_of(
            place, by_place.get((place.source, place.path)), opt_in.contents_of(place), zone
        )
        for place in sorted(places, key=lambda each: (each.source, each.path))
    ]
    result = results.Transcripts(
        filters=filters,
        data=rows,
        totals=results.RootTotals(
            enabled=sum(row.enabled for row in rows),
            files=sum(row.files for row in rows),
            rows_deleted=deleted,
        ),
    )
    tell(
        session,
        command,
        zone,
        result,
        lambda: _screen(rows, session, last),
        done=None if last is None else "The setting is stored.",
    )


def _screen(rows: list[Root], session: Session, last: str | None) -> list[Block]:
    from cli.screen import Column, Line, Table
    from collector.transcripts.opt_in import NAMES

    columns: list[Column[Root]] = [
        Column("Tool", lambda row: NAMES[row.source]),
        Column("State", lambda row: "read" if row.enabled else "not read"),
        Column.count("Files", lambda row: row.files),
        Column("Size", lambda row: text.size(row.size_bytes), right=True, drop=2),
        Column("Oldest", lambda row: text.age(row.oldest_at, session.now), drop=1),
        Column("Last read", lambda row: text.age(row.last_read_at, session.now)),
        Column("Folder", lambda row: row.path, name=True, drop=3),
    ]
    lines = [] if last is None else [last]
    if not any(row.enabled for row in rows):
        lines.append("No transcripts are read. To enable them: skillhouse transcripts enable")
    return [Table(columns, rows), *map(Line, lines)]


def _places(tool: list[str] | None, root: list[Path] | None) -> list[Place]:
    from collector.transcripts import opt_in

    return opt_in.chosen_places(_tools(tool or []), root or [], os.environ, Path.home())


def _names(tool: list[str] | None) -> list[Tool] | None:
    return _tools(tool) if tool else None


def _tools(named: list[str]) -> list[Tool]:
    return [tool for tool in TOOLS if tool in named]


def _paths(root: list[Path] | None) -> list[str] | None:
    return [os.path.abspath(each) for each in root] if root else None


def _confirm() -> None:
    question = "--purge deletes all that was collected from these transcripts."
    confirm(f"{question} Go on?", what=question)


transcripts = typer.Typer(
    help="Which agents' transcripts are read.\n\nClaude Code, Codex and Copilot CLI are supported.",
    no_args_is_help=True,
    add_completion=False,
)
for each in (show, enable, disable):
    transcripts.command(each.__name__, rich_help_panel=PANEL)(each)
