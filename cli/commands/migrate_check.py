"""``migrate-check``: was anything lost on the way from documents to a database?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli import text
from cli.diagnostics import ExitCode, report_problems
from cli.options import ProjectArgument
from cli.output import iso
from cli.session import Session, answer

if TYPE_CHECKING:
    from cli.screen import Block
    from collector.document_vs_database import Comparison, Difference, Identity

SHOWN = 20
"""Invocations named one by one; the counts are of all."""


def migrate_check(context: typer.Context, project: ProjectArgument) -> None:
    """Whether a project's JSON and databases tell the same."""
    from cli.results import migrate_check as results
    from collector.document_vs_database import compare
    from collector.registry import find_project
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        chosen = find_project(con, project)
        zone = reporting_zone(con)
    found = compare(chosen, now=session.now)
    problems = [*map(str, found.problems), *_losses(found)]
    session.output.emit(
        answer(
            session,
            "migrate-check",
            zone,
            results.MigrateCheck(
                filters=results.Filters(project=chosen.project_id),
                data=[results.row_of(found, zone)],
                totals=results.Totals(lost=found.lost),
            ),
            warnings=problems,
        ),
        lambda: _screen(found, zone),
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
        many = text.counted(len(found.missing), "invocation")
        said.append(f"{name}: {many} in the documents and in no database")
    if found.behind:
        many = text.counted(len(found.behind), "invocation")
        said.append(f"{name}: {many} further along in the documents than in the database")
    return said


def _screen(found: Comparison, zone: str) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    project = found.project
    blocks: list[Block] = [Heading(f"{project.name} ({project.project_id}) at {project.path}")]
    stores = [*found.documents, *found.databases]
    if stores:
        columns = (
            Column("File", name=True),
            Column("Shape", drop=1),
            Column("State"),
            Column("Invocations", right=True),
        )
        rows = [(s.path, s.shape or "", s.state, text.count(s.records)) for s in stores]
        blocks.append(Table(columns, rows))
    if not found.comparable:
        return [*blocks, Line(f"{_absent(found)} in this project, so nothing to compare.")]
    blocks += [
        Line(f"{text.count(found.both)} in both"),
        Line(f"{text.count(len(found.missing))} only in the documents"),
        Line(f"{text.count(len(found.added))} only in the databases"),
    ]
    blocks += [Line(f"  only in the documents: {_named(each, zone)}") for each in _first(found)]
    blocks += [Line(f"  {_told(each, zone)}") for each in found.differences[:SHOWN]]
    if len(found.missing) > SHOWN or len(found.differences) > SHOWN:
        blocks.append(Line(f"  and more: the first {SHOWN} of each kind are shown"))
    verdict = (
        f"{text.counted(found.lost, 'invocation')} would be lost, or known less of, without the"
        " documents."
        if found.lost
        else "Nothing would be lost without the documents."
    )
    return [*blocks, Line(verdict)]


def _absent(found: Comparison) -> str:
    if found.documents and found.databases:
        return "One side cannot be read"
    if found.documents:
        return "There is no database"
    if found.databases:
        return "There is no JSON document"
    return "There is neither a JSON document nor a database"


def _first(found: Comparison) -> list[Identity]:
    return found.missing[:SHOWN]


def _named(identity: Identity, zone: str) -> str:
    again = f", occurrence {identity.occurrence}" if identity.occurrence > 1 else ""
    session = identity.session_id or "none"
    return f"{identity.skill_name} at {iso(identity.invoked_at, zone)}, session {session}{again}"


def _told(each: Difference, zone: str) -> str:
    from cli.results.migrate_check import value_of

    document, database = value_of(each.document), value_of(each.database)
    fuller = "; the document is further along" if each.behind else ""
    return (
        f"{each.field} of {_named(each.identity, zone)}:"
        f" document {_shown(document)}, database {_shown(database)}{fuller}"
    )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "none" if value is None else str(value)
