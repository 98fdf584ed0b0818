"""``skills``: the catalogue of skills on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, cast

import typer

from aggregator import text
from aggregator.parameters import ALL_PROJECTS, SKILLS_BUDGET, SKILLS_LIMIT
from cli.commands.find import CategoryOption, FileKindOption, file_kind
from cli.options import (
    AllProjectsOption,
    OptionalNameArgument,
    ProjectsOption,
    RowsLimitOption,
    TagsOption,
    TypesOption,
    option,
)
from cli.query_options import QueryOptions, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.skills.catalogue import Catalogue, Entry, Listing, RelationKind, State
    from cli.screen import Block

SHOWN_OVER = 5
SHOWN_LISTINGS = 3
STATES = ("used", "unused", "never", "gone", "hidden", "changed")
RELATIONS = ("copy", "version", "renamed", "overlap", "namesake")


def _one_of(allowed: tuple[str, ...]) -> Callable[[str | None], str | None]:
    def check(value: str | None) -> str | None:
        if value is not None and value not in allowed:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(allowed)}.")
        return value

    return check


def skills(
    context: typer.Context,
    name: OptionalNameArgument = None,
    project: ProjectsOption = None,
    project_type: TypesOption = None,
    tag: TagsOption = None,
    kind: FileKindOption = None,
    category: CategoryOption = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help=f"Only in this state: {', '.join(STATES)}.",
            callback=_one_of(STATES),
        ),
    ] = None,
    relation: Annotated[
        str | None,
        typer.Option(
            "--relation",
            metavar="RELATION",
            help=f"Only with this relation to another: {', '.join(RELATIONS)}.",
            callback=_one_of(RELATIONS),
        ),
    ] = None,
    limit: RowsLimitOption = SKILLS_LIMIT.default,
    budget: Annotated[int | None, option(SKILLS_BUDGET, metavar="N")] = SKILLS_BUDGET.default,
    all_projects: AllProjectsOption = ALL_PROJECTS.default,
) -> None:
    """The skills on disk, and changes of their text.

    With a NAME: its files, and how well it worked before and after each change.
    """
    session: Session = context.obj
    with reading(session, "aggregator.answers.skills") as con:
        from aggregator.answers import skills as answers

        query = resolve(
            con,
            session.now,
            QueryOptions(
                projects=project or (),
                all_projects=all_projects,
                types=project_type or (),
                tags=tag or (),
            ),
        )
        result = answers.skills(
            con,
            query,
            name=name,
            kind=file_kind(kind),
            category=category,
            state=cast("State | None", state),
            relation=cast("RelationKind | None", relation),
            limit=limit,
            budget=budget,
        )
    session.output.emit(
        answered(session, "skills", result), lambda: _screen(result.data, query, result.warnings)
    )


def _screen(found: Catalogue, query: Query, warnings: list[str]) -> list[Block]:
    from aggregator.answers.text_changes import change_sentence
    from cli.screen import Column, Line, Table

    if not found.entries:
        lines = warnings or ["No skill file with these filters."]
        return [Line(each) for each in lines]
    columns: list[Column[Entry]] = [
        Column("Skill", lambda each: each.version.name, name=True),
        Column("Kind", lambda each: each.version.kind, drop=5),
        Column("Project", lambda each: each.version.project_name, name=True),
        Column("State", lambda each: each.state),
        Column("Category", lambda each: each.category or text.NOT_AVAILABLE, drop=4),
        Column("Uses", lambda each: text.count(each.outcomes.total_invocations), right=True),
        Column("Success", lambda each: text.percent(each.outcomes.success_rate), right=True),
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
