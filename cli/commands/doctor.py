"""``doctor``: what was read from each file, and problems with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.commands.transcript_blocks import root_blocks, root_problems
from cli.diagnostics import ExitCode, report_problems
from cli.options import complete_project
from cli.session import Session, tell
from schema.first_steps import none_registered
from schema.statements import has_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.screen import Block
    from collector.checks.doctor import FileCheck, ProjectCheck
    from collector.projects.registry import Project
    from collector.results import Remark
    from collector.skill_files.scan import Before
    from collector.transcripts.check import RootCheck
    from schema.warehouse import Connection


def doctor(
    context: typer.Context,
    project: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROJECT]...",
            help="Only these projects: ids, names or paths.",
            autocompletion=complete_project,
        ),
    ] = None,
) -> None:
    """What was read from each file, and what was rejected.

    Per project and file: format, records, rejected records and other findings, and whether the
    totals of the tool that wrote it match. Skill files are looked at now: those that cannot be read
    are named.
    """
    from cli.results import doctor as results
    from cli.results.transcripts import checked_root
    from collector.checks import doctor as examine
    from collector.projects.registry import find_project, projects
    from collector.skill_files import scan as skill_files
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        chosen = [find_project(con, name) for name in project] if project else projects(con)
        checks = [examine.check(con, each) for each in chosen]
        roots = [] if project else _check_roots(con)
        zone = reporting_zone(con)
        known = skill_files.before(con)
    active = [each for each in chosen if each.is_active]
    unread = _unread_skills(session, active, replace(known, user_home=None) if project else known)
    problems = [problem for check in checks for problem in _problems(check)]
    problems += [str(each) for of_place in unread.values() for each in of_place]
    problems += [problem for root in roots for problem in root_problems(root, session.now)]
    tell(
        session,
        "doctor",
        zone,
        results.Doctor(
            filters=results.Filters(projects=project or None),
            data=[
                results.row_of(check, unread.get(check.project.project_id, []), zone)
                for check in checks
            ],
            totals=results.Totals(
                projects=len(checks),
                files=sum(len(check.files) for check in checks),
                problems=len(problems),
                transcripts=[checked_root(root, zone) for root in roots],
            ),
        ),
        lambda: [*_doctor_screen(checks, unread), *root_blocks(roots, session.now, zone)],
        warnings=problems,
    )
    report_problems(problems)
    if problems:
        raise typer.Exit(ExitCode.PROBLEMS)


def _check_roots(con: Connection) -> list[RootCheck]:
    """The enabled folders of transcripts; without any, nothing of theirs is imported."""
    if not has_rows(con, "transcript_roots"):
        return []
    from collector.transcripts.check import check_roots

    return check_roots(con)


def _problems(check: ProjectCheck) -> list[str]:
    name = check.project.name
    found = []
    for file in check.files:
        if file.state != "read":
            found.append(f"{name}: {file.path} is {_state(file)}")
        elif file.detail:
            found.append(f"{name}: {file.path}: {file.detail}")
        if file.rejected:
            found.append(f"{name}: {file.path} has {file.rejected} rejected records")
        found += [
            f"{name}: {file.path}: {each.measure} of {each.name} does not match:"
            f" {each.writer:g} in the tool's totals, {each.collected:g} in its records"
            for each in file.disagreements
            if not each.explanation
        ]
    return found


def _state(file: FileCheck) -> str:
    return f"{file.state} ({file.detail})" if file.detail else file.state


def _unread_skills(
    session: Session, projects: list[Project], known: Before
) -> dict[str, list[Remark]]:
    """By project id the skill files that cannot be read, and why; the user's own under USER."""
    from collector.skill_files.scan import scan

    found = scan(session.warehouse, projects, known)
    return {each.project_id: each.problems for each in found.projects if each.problems}


def _doctor_screen(checks: list[ProjectCheck], unread: Mapping[str, list[Remark]]) -> list[Block]:
    from cli.screen import Heading, Line

    if not checks:
        return [Line(none_registered())]
    blocks: list[Block] = []
    for check in checks:
        project = check.project
        blocks.append(Heading(f"{project.name} ({project.project_id}) at {project.path}"))
        blocks += _project_blocks(check)
        remarks = unread.get(project.project_id, [])
        blocks += [Line(f"  {each.path} {each.message}") for each in remarks]
    return blocks


def _project_blocks(check: ProjectCheck) -> list[Block]:
    from cli.screen import Column, Line, Table

    shared = [Line(f"  {line}") for line in _shared_lines(check)]
    if check.left_out:
        left_out = text.counted(check.left_out, "use")
        reason = "the project's files have them, or its setting excludes them"
        shared.append(Line(f"  not counted: {left_out} from transcripts ({reason})"))
    if not check.files:
        return [Line("  no metrics files found at the last refresh"), *shared]
    columns: list[Column[FileCheck]] = [
        Column("File", lambda file: file.path, name=True),
        Column("Format", _format, drop=2),
        Column("State", lambda file: file.state),
        Column.count("Records", lambda file: file.records),
        Column.count("Rejected", lambda file: file.rejected),
        Column.count("Ignored", lambda file: file.ignored, drop=1),
        Column("Totals", _agreement, drop=3),
    ]
    blocks: list[Block] = [Table(columns, check.files)]
    if check.archived_before is not None:
        blocks.append(
            Line(
                f"  uses before {check.archived_before} are archived;"
                " older records in the files are ignored"
            )
        )
    blocks += shared
    blocks += [Line(f"  {line}") for file in check.files for line in _oddities(file)]
    blocks += [
        Line(f"  similar names: {', '.join(map(text.exact, names))}") for names in check.twins
    ]
    return blocks


def _shared_lines(check: ProjectCheck) -> list[str]:
    """Which rows are shared with another project. A note, not a problem."""
    return [
        f"{each.rows:,} rows are also in {each.other}; they count once, for {each.counted_for}"
        for each in check.shared
    ]


_FORMATS = {
    "crackerjack": "skill metrics",
    "session-buddy": "skill metrics",
    "export": "exported skill metrics",
    "session-buddy-local": "skill metrics, local times",
    "session-buddy-utc": "skill metrics, times with offset",
    "planned": "skill metrics by skill",
    "executions": "agent runs",
    "recommendations": "recommendations",
}
"""What people call the formats, by their names in JSON; the others are called as their files."""


def _format(file: FileCheck) -> str:
    shape = file.shape or ""
    return _FORMATS.get(shape, shape.replace("_", " "))


def _agreement(file: FileCheck) -> str:
    if file.reconciled is None:
        return "none"
    if not file.reconciled:
        return "differ"
    return "match" if not file.disagreements else "see below"


def _oddities(file: FileCheck) -> list[str]:
    from collector.checks.doctor import explain_finding

    lines = []
    if file.detail:
        lines.append(f"{file.path}: {file.detail}")
    lines += [
        f"{file.path}: {times:,} {explain_finding(code)}" for code, times in file.findings.items()
    ]
    lines += [
        f"{file.path}: record {position} rejected: {reason}" for position, reason in file.rejects
    ]
    if file.rejected > len(file.rejects):
        lines.append(f"{file.path}: and {file.rejected - len(file.rejects):,} more rejected")
    lines += [
        f"{file.path}: {each.measure} of {each.name}: {each.writer:g} in the tool's totals,"
        f" {each.collected:g} collected" + (f" ({each.explanation})" if each.explanation else "")
        for each in file.disagreements
    ]
    return lines
