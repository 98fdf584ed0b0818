"""``index-skills``: read the skill files now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aggregator import text
from cli.commands.refresh import ProjectsArgument
from cli.diagnostics import ExitCode, note, report_problems
from cli.options import path_of
from cli.session import Session, tell
from schema.errors import SystemRefused, UsageError
from schema.first_steps import none_registered
from schema.settings import absolute, home
from schema.statements import row_count

if TYPE_CHECKING:
    from cli.results.skill_files import IndexedProject
    from cli.screen import Block
    from schema.sentence_model import ModelFiles


def index_skills(
    context: typer.Context,
    project: ProjectsArgument = None,
    user: Annotated[
        bool | None,
        typer.Option(
            "--user/--no-user",
            help="Also read your own skills (~/.claude, ~/.agents, ~/.codex), now and at every"
            " refresh; --no-user forgets them.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FOLDER",
            help="Compare meanings with the sentence model in this folder (model.onnx and"
            " tokenizer.json), beside words.",
            parser=path_of,
        ),
    ] = None,
    no_model: Annotated[
        bool,
        typer.Option(
            "--no-model", help="Use no sentence model, not even the one of the `semantic` extra."
        ),
    ] = False,
) -> None:
    """Read the skills on disk now, as each refresh does.

    Kept are names, descriptions and keyed hashes of words; no text of a file's body. With the extra
    semantic installed, or with --model, also what a sentence model makes of name and description.
    No model is ever downloaded.
    """
    from cli.results import skill_files as results
    from collector.projects.registry import projects
    from collector.skill_files.index import Consent, index
    from collector.skill_files.scan import USER
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    folder = home()
    if user and folder is None:
        raise SystemRefused("There is no home folder.", "Set HOME.")
    if model is not None and no_model:
        raise UsageError("--model and --no-model cannot be combined.", "Use one of them.")
    chosen: ModelFiles | Literal["unchanged"] | None = None if no_model else "unchanged"
    if model is not None:
        from schema.sentence_model import in_folder

        chosen = in_folder(absolute(model))
    consent: Consent = "unchanged" if user is None else "given" if user else "withdrawn"
    indexed = index(
        session.warehouse,
        project or [],
        now=session.now,
        home=str(folder),
        user=consent,
        model=chosen,
    )
    done = indexed.projects
    with session.warehouse.reading() as con:
        names = {each.project_id: each.name for each in projects(con)} | {USER: USER}
        zone = reporting_zone(con)
        texts, vectors = (row_count(con, each) for each in ("skill_texts", "skill_vectors"))
    trouble = [indexed.trouble] if indexed.trouble else []
    rows = [results.indexed(each, names[each.project_id], USER) for each in done]
    tell(
        session,
        "index-skills",
        zone,
        results.IndexSkills(
            filters=results.IndexFilters(projects=project or None, user=user),
            data=rows,
            totals=results.IndexTotals(
                files=sum(each.skill_files for each in rows), texts=texts, vectors=vectors
            ),
        ),
        lambda: _screen(rows, texts, vectors),
        warnings=[*(str(each) for found in done for each in found.problems), *trouble],
        done="The skill files were read.",
    )
    for each in (remark for found in done for remark in found.notes):
        note(session.output, str(each))
    problems = [*(str(each) for found in done for each in found.problems), *trouble]
    report_problems(problems)
    if problems:
        raise typer.Exit(ExitCode.PROBLEMS)


def _screen(rows: list[IndexedProject], texts: int, vectors: int) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not rows:
        return [Line(none_registered())]
    columns: list[Column[IndexedProject]] = [
        Column("Project", lambda each: each.project_name, name=True),
        Column.count("Files", lambda each: each.skill_files),
        Column.count("New or changed", lambda each: each.skill_files_read),
        Column.count("Gone", lambda each: each.skill_files_gone),
    ]
    files = sum(each.skill_files for each in rows)
    line = f"{text.counted(files, 'skill file')} with {text.counted(texts, 'different text')}"
    if vectors:
        line = f"{line}; meanings of {vectors:,} are compared, too"
    changed = [each for each in rows if each.skill_files_read or each.skill_files_gone]
    return [Table(columns, changed, unchanged=len(rows) - len(changed)), Line(line)]
