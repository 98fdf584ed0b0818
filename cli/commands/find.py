"""``find``: the right skill for a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import FILE_KIND, FIND_LIMIT, FileKind
from cli.ask import FilesOptions, ask
from cli.options import option

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.skills.find import Found, Match
    from cli.screen import Block

SHOWN_DESCRIPTION = 240

FileKindOption = Annotated[FileKind | None, option(FILE_KIND)]
FilesCategoryOption = Annotated[
    str | None,
    typer.Option("--category", metavar="CATEGORY", help="Only this category (skills lists them)."),
]


def find(
    context: typer.Context,
    *,
    question: Annotated[str, typer.Argument(metavar="QUERY", help="The task, in a sentence.")],
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="WORDING", help="The same in other words. May be repeated."),
    ] = None,
    options: FilesOptions,
    elsewhere: Annotated[
        bool,
        typer.Option(
            "--elsewhere", help="What works in other projects and is missing in --project."
        ),
    ] = False,
    kind: FileKindOption,
    category: FilesCategoryOption = None,
    limit: Annotated[int, option(FIND_LIMIT)],
    gone: Annotated[
        bool, typer.Option("--gone", help="Also skills whose files are no longer there.")
    ] = False,
) -> None:
    """Find the right skill for a task, and whether it works.

    The question is compared with names, descriptions and words of all skills on disk; it is not
    stored. Two wordings find more than one: add --also.
    """
    ask(
        context,
        "find",
        options,
        lambda result: _screen(result.data, result.query, result.warnings, elsewhere=elsewhere),
        question=question,
        also=also or (),
        elsewhere=elsewhere,
        kind=kind,
        category=category,
        limit=limit,
        gone=gone,
    )


def _screen(found: Found, query: Query, warnings: list[str], *, elsewhere: bool) -> list[Block]:
    from aggregator.answers.find import NOTHING_FITS
    from cli.screen import Column, Line, Table

    searched = (
        f"Searched {text.counted(found.skills_searched, 'skill')} in"
        f" {text.counted(found.projects, 'project')}."
    )
    shown = [each for each in warnings if each != NOTHING_FITS]
    if not found.matches:
        missing = (
            "No skill that works elsewhere is missing here."
            if elsewhere
            else "No skill file matches these filters."
            if not found.skills_searched
            else "No good match: no skill has any of these words. Add other words with --also."
        )
        return [Line(each) for each in (*(shown or [missing]), searched)]
    ranked = list(enumerate(found.matches, start=1))
    columns: list[Column[tuple[int, Match]]] = [
        Column("#", lambda row: str(row[0]), right=True),
        Column("Skill", lambda row: row[1].candidate.name, name=True),
        Column("Kind", lambda row: row[1].candidate.kind, drop=5),
        Column("Fit", lambda row: row[1].fit),
        Column("Why", lambda row: ", ".join(row[1].matched_words), drop=3, sentence=True),
        Column("Where", lambda row: where(row[1]), name=True, drop=2),
        Column.count("Uses", lambda row: row[1].outcomes.total_invocations),
        Column.rate("Success", lambda row: row[1].outcomes.success_rate),
        Column.interval(lambda row: row[1].outcomes.success_interval, drop=4),
        Column("Last used", lambda row: text.day(row[1].last_used, query.zone), drop=6),
    ]
    first = [] if found.fits else [Line(NOTHING_FITS)]
    best = found.matches[0]
    lines = (
        [Line(f"{best.candidate.name}: {_shortened(best.text.description)}")]
        if (best.text and best.text.description)
        else []
    )
    against = [
        Line(f"{match.candidate.name}: {penalty.reason}, score x {penalty.factor}")
        for match in found.matches
        for penalty in match.penalties
    ]
    return [*first, Table(columns, ranked), *lines, *against, Line(searched, quiet=True)]


def where(match: Match) -> str:
    """The projects that have it: the first by name, and how many more."""
    names = list(dict.fromkeys(place.project_name for place in match.places))
    if not names:
        return "no file"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _shortened(description: str) -> str:
    if len(description) <= SHOWN_DESCRIPTION:
        return description
    return description[:SHOWN_DESCRIPTION].rsplit(" ", 1)[0] + " ..."
