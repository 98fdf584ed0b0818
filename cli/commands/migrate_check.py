"""``migrate-check``: compares a project's JSON files with its databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from aggregator import text
from cli.diagnostics import ExitCode, report_problems
from cli.options import ProjectArgument
from cli.output import iso
from cli.session import Session, tell

if TYPE_CHECKING:
    from cli.screen import Block
    from collector.checks.document_vs_database import Comparison, Difference, Identity, StoreRead

SHOWN = 20
"""Uses that are listed; the counts are of all."""


def migrate_check(context: typer.Context, project: ProjectArgument) -> None:
    """Compare a project's JSON files with its databases."""
    from cli.results import migrate_check as results
    from collector.checks.document_vs_database import compare
    from collector.projects.registry import find_project
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        chosen = find_project(con, project)
        zone = reporting_zone(con)
    found = compare(chosen, now=session.now)
    problems = [*map(str, found.problems), *_losses(found)]
    tell(
        session,
        "migrate-check",
        zone,
        results.MigrateCheck(
            filters=results.Filters(project=chosen.project_id),
            data=[results.row_of(found, zone)],
            totals=results.Totals(lost=found.lost),
        ),
        lambda: _screen(found, zone),
        warnings=problems,
    )
    report_problems(problems)
    if problems:
        raise typer.Exit(ExitCode.PROBLEMS)


def _losses(found: Comparison) -> list[str]:
    if not found.comparable:
        return []
    name = found.project.name
    said = []
    if found.missing:
        many = text.counted(len(found.missing), "use")
        said.append(f"{name}: {many} only in JSON files")
    if found.behind:
        many = text.counted(len(found.behind), "use")
        said.append(f"{name}: {many} newer in JSON files than in the database")
    return said


def _screen(found: Comparison, zone: str) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    project = found.project
    blocks: list[Block] = [Heading(f"{project.name} ({project.project_id}) at {project.path}")]
    stores = [*found.documents, *found.databases]
    if stores:
        columns: list[Column[StoreRead]] = [
            Column("File", lambda s: s.path, name=True),
            Column("Format", lambda s: s.shape or "", drop=1),
            Column("State", lambda s: s.state),
            Column.count("Uses", lambda s: s.records),
        ]
        blocks.append(Table(columns, stores))
    if not found.comparable:
        return [*blocks, Line(f"Nothing to compare: {_absent(found)} in this project.")]
    blocks += [
        Line(f"{text.count(found.both)} in both"),
        Line(f"{text.count(len(found.missing))} only in JSON files"),
        Line(f"{text.count(len(found.added))} only in databases"),
    ]
    blocks += [Line(f"  only in JSON files: {_named(each, zone)}") for each in _first(found)]
    blocks += [Line(f"  {_say(each, zone)}") for each in found.differences[:SHOWN]]
    if len(found.missing) > SHOWN or len(found.differences) > SHOWN:
        blocks.append(Line(f"  ... (the first {SHOWN} of each kind are shown)"))
    verdict = (
        f"Keep the JSON files: {text.counted(found.lost, 'use')} missing or older in the databases."
        if found.lost
        else "The databases contain everything: the JSON files are no longer needed."
    )
    return [*blocks, Line(verdict)]


def _absent(found: Comparison) -> str:
    if found.documents and found.databases:
        return "one side cannot be read"
    if found.documents:
        return "no database"
    if found.databases:
        return "no JSON file"
    return "no JSON file and no database"


def _first(found: Comparison) -> list[Identity]:
    return found.missing[:SHOWN]


def _named(identity: Identity, zone: str) -> str:
    again = f", occurrence {identity.occurrence}" if identity.occurrence > 1 else ""
    session = identity.session_id or "none"
    return f"{identity.skill_name} at {iso(identity.invoked_at, zone)}, session {session}{again}"


def _say(each: Difference, zone: str) -> str:
    from cli.results.migrate_check import value_of

    document, database = value_of(each.document), value_of(each.database)
    fuller = "; the JSON file is newer" if each.behind else ""
    return (
        f"{each.field} of {_named(each.identity, zone)}:"
        f" JSON file {_shown(document)}, database {_shown(database)}{fuller}"
    )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "none" if value is None else str(value)
