"""``skills``: the catalogue of skills on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import (
    FILE_STATE,
    RELATION,
    SKILLS_BUDGET,
    SKILLS_LIMIT,
    FileState,
    RelationKind,
)
from cli.ask import ProjectsOptions, ask
from cli.commands.find import FileKindOption, FilesCategoryOption
from cli.options import OptionalNameArgument, option

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.skills.catalogue import Catalogue, Entry, Listing
    from cli.screen import Block

SHOWN_OVER = 5
SHOWN_LISTINGS = 3


def skills(
    context: typer.Context,
    *,
    name: OptionalNameArgument,
    options: ProjectsOptions,
    kind: FileKindOption,
    category: FilesCategoryOption = None,
    state: Annotated[FileState | None, option(FILE_STATE)],
    relation: Annotated[RelationKind | None, option(RELATION)],
    limit: Annotated[int, option(SKILLS_LIMIT)],
    budget: Annotated[int | None, option(SKILLS_BUDGET, metavar="N")],
) -> None:
    """The skills on disk, and changes of their text.

    With a NAME: its files, and how well it worked before and after each change.
    """
    ask(
        context,
        "skills",
        options,
        lambda result: _screen(result.data, result.query, result.warnings),
        name=name,
        kind=kind,
        category=category,
        state=state,
        relation=relation,
        limit=limit,
        budget=budget,
    )


def _screen(found: Catalogue, query: Query, warnings: list[str]) -> list[Block]:
    from aggregator.answers.text_changes import change_sentence
    from cli.screen import Column, Line, Table

    if not found.entries:
        lines = warnings or ["No skill file matches these filters."]
        return [Line(each) for each in lines]
    columns: list[Column[Entry]] = [
        Column("Skill", lambda each: each.version.name, name=True),
        Column("Kind", lambda each: each.version.kind, drop=5),
        Column("Project", lambda each: each.version.project_name, name=True),
        Column("State", lambda each: each.state),
        Column("Category", lambda each: each.category or text.NOT_AVAILABLE, drop=4),
        Column.count("Uses", lambda each: each.outcomes.total_invocations),
        Column.rate("Success", lambda each: each.outcomes.success_rate),
        Column("Last used", lambda each: text.day(each.last_used, query.zone), drop=3),
        Column(
            "Related",
            lambda each: ", ".join(
                dict.fromkeys(f"{r.kind} of {r.name} in {r.project_name}" for r in each.relations)
            ),
            drop=2,
            sentence=True,
        ),
    ]
    changes = {
        (change.kind, change.name, change.after): change
        for each in found.entries
        for change in each.changes
    }
    shown = len(found.entries)
    more = f", {shown:,} shown" if shown < found.found else ""
    files = (
        f"{text.counted(found.found, 'file')} with {text.counted(found.texts, 'different text')}"
        f"{more}"
    )
    return [
        Table(columns, found.entries),
        *(
            Line(f"{change.name}: {change_sentence(change, query.zone)}")
            for change in changes.values()
        ),
        *(Line(line) for line in _listing_lines([each for each in found.listings if each.over])),
        Line(files, quiet=True),
    ]


def _listing_lines(over: Sequence[Listing]) -> list[str]:
    """The listings that do not fit, the longest first."""
    longest = sorted(over, key=lambda each: -each.characters)
    lines = [_over(each) for each in longest[:SHOWN_LISTINGS]]
    more = len(over) - SHOWN_LISTINGS
    return [*lines, f"The same in {text.counted(more, 'other project')}."] if more > 0 else lines


def _over(listing: Listing) -> str:
    names = ", ".join(listing.over[:SHOWN_OVER])
    more = len(listing.over) - SHOWN_OVER
    others = f" and {more} more" if more > 0 else ""
    return (
        f"{listing.project_name}: descriptions have {listing.characters:,} characters, about"
        f" {listing.budget:,} fit; without description: {names}{others}"
    )
