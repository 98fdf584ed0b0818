"""``discover``: where agents worked; the first run of somebody who has only transcripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.commands.refresh import finish, transcript_lines
from cli.configuration import Configuration
from cli.confirm import can_ask, confirm
from cli.diagnostics import note, progress, say
from cli.session import Session, tell
from schema.errors import ProjectError, UsageError
from schema.statements import statement

if TYPE_CHECKING:
    from cli.results.transcripts import Folder
    from cli.screen import Block
    from collector.results import CollectResult
    from collector.transcripts.discovery import Discovered, Discovery
    from collector.transcripts.opt_in import EnabledRoot, Place
    from collector.transcripts.seen import Seen

SHOWN = 30
"""Folders on a screen; JSON has all."""


ELSEWHERE = (
    "If they are elsewhere: skillhouse transcripts enable claude_code --root PATH",
    "Repositories with metrics files: skillhouse add --scan FOLDER",
    "To see it on sample data: skillhouse demo",
)
"""What to do where no transcripts are found."""


def discover(
    context: typer.Context,
    register: Annotated[
        bool,
        typer.Option(
            "--register", help="Register new repositories, enable transcripts and refresh."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before registering.")] = False,
) -> None:
    """Find where Claude Code, Codex or Copilot worked.

    Reads the transcripts once, and stores nothing unless --register is given.
    """
    from cli.results import transcripts as results
    from collector.transcripts import discovery, opt_in
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    known: list[EnabledRoot] = []
    names: dict[str, str] = {}
    gone: dict[str, str] = {}
    if session.warehouse.exists():
        with session.warehouse.reading() as con:
            known = opt_in.enabled(con)
            registered_rows = con.execute(statement("schema/registered.sql")).fetchall()
            names = {path: name for _, name, path, _ in registered_rows}
            gone = dict(con.execute(statement("collector/sql/transcripts/folders.sql")).fetchall())
            zone = reporting_zone(con)
    else:
        # The first look of somebody who has nothing yet.
        zone = session.warehouse.zone_of_new()
    places = _places(known)
    with progress(not session.output.quiet and session.output.for_people, "Reading"):
        found = discovery.discover(places, names, gone, Path.home())
    new = [each for each in found.folders if each.state == "new" and each.is_repository]
    registered: set[str] = set()
    done: CollectResult | None = None
    if register:
        there = [opt_in.Place(each.source, each.path) for each in places if _is_there(each)]
        if not there:
            raise UsageError(
                "No transcripts were found: " + ", ".join(each.path for each in places) + ".",
                "\n".join(ELSEWHERE),
            )
        if not yes:
            _confirm(new)
        registered, done = _register(session, new, there, found.seen)
        with session.warehouse.reading() as con:
            zone = reporting_zone(con)
    rows = [results.folder_of(each, zone, each.path in registered) for each in found.folders]
    result = results.Discover(
        filters=results.DiscoverFilters(register_new=register),
        data=rows,
        totals=results.FolderTotals(
            folders=len(rows),
            files=found.files,
            skill_uses=sum(row.skill_uses for row in rows),
            agent_runs=sum(row.agent_runs for row in rows),
            registered_now=len(registered),
            inserted=done.transcripts.inserted if done and done.transcripts else 0,
        ),
    )
    tell(
        session,
        "discover",
        zone,
        result,
        lambda: _after(session, rows, done) if done else _screen(rows, found, session),
        warnings=found.refused,
        done="The projects are registered, and their uses are stored."
        if done is not None
        else None,
    )
    for refused in found.refused:
        note(session.output, refused)
    if done is not None:
        finish(session, done)


def _places(known: list[EnabledRoot]) -> list[Place]:
    """The folders that may be read, and those in which the tools keep their transcripts."""
    from collector.transcripts import opt_in

    places = {opt_in.Place(each.source, each.path): None for each in known}
    places |= dict.fromkeys(opt_in.default_places(os.environ, Path.home()))
    return sorted(places, key=lambda each: (each.source, each.path))


def _is_there(place: Place) -> bool:
    return os.path.isdir(place.path)


def _confirm(new: list[Discovered]) -> None:
    projects = text.counted(len(new), "new project")
    what = f"--register registers {projects} and enables their transcripts."
    if can_ask():
        for each in new:
            say(f"  {text.plain(each.path)}")
    confirm(f"{what} Go on?", what=what)


def _register(
    session: Session, new: list[Discovered], places: list[Place], seen: Seen
) -> tuple[set[str], CollectResult]:
    """Register what is new, enable the folders, refresh; returns the paths that were registered."""
    from aggregator.refresh import archive
    from aggregator.refresh import refresh as recompute
    from collector.collect import collect
    from collector.projects.registering import register_all
    from collector.transcripts import opt_in

    registered: set[str] = set()
    with session.warehouse.writing() as con:
        results = register_all(
            con,
            [each.path for each in new],
            now=session.now,
            default_timezone=session.settings.timezone,
        )
        for path, one in results.items():
            if isinstance(one, ProjectError):
                say(f"Problem: {text.plain(path)}: {one.message}")
            else:
                registered.add(path)
        opt_in.enable(con, places, session.now)
    with progress(not session.output.quiet and session.output.for_people, "Reading") as bar:
        done = collect(session.warehouse, now=session.now, progress=bar, seen=seen)
    rollups = recompute(
        session.warehouse, now=session.now, compared_days=Configuration().compared_days
    )
    archive(session.warehouse, rollups, now=session.now)
    return registered, done


def _after(session: Session, rows: list[Folder], done: CollectResult) -> list[Block]:
    """What was registered, and the summary of it all."""
    from aggregator.answers import summary as answers
    from cli.commands.summary import summary_screen
    from cli.query_options import QueryOptions, resolve
    from cli.screen import Line

    with session.warehouse.reading() as con:
        result = answers.summary(con, resolve(con, session.now, QueryOptions()))
    new = sum(row.registered_now for row in rows)
    return [
        Line(f"Registered {text.counted(new, 'new project')}."),
        *transcript_lines(done),
        *summary_screen(result.data, result.query),
    ]


def _screen(rows: list[Folder], found: Discovery, session: Session) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not rows:
        return [
            Line("No sessions of Claude Code, Codex or Copilot CLI were found."),
            *map(Line, ELSEWHERE),
        ]
    columns: list[Column[Folder]] = [
        Column("Folder", lambda row: row.path, name=True),
        Column(
            "State", lambda row: f"worktree of {row.worktree_of}" if row.worktree_of else row.state
        ),
        Column.count("Sessions", lambda row: row.sessions, drop=1),
        Column.count("Skill uses", lambda row: row.skill_uses),
        Column.count("Agent runs", lambda row: row.agent_runs),
        Column("Last used", lambda row: text.age(row.last_used_at, session.now), drop=2),
    ]
    lines = [f"{text.counted(len(rows), 'folder')} in {text.counted(found.files, 'transcript')}."]
    if any(row.state == "new" and row.is_repository for row in rows):
        lines.append("Next: skillhouse discover --register")
    lines.append("Nothing was stored.")
    return [Table(columns, rows[:SHOWN]), *map(Line, lines)]
