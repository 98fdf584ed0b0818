"""``compare``: one skill or agent across projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from aggregator.parameters import COMPARE_BY
from cli.ask import SpanOptions, ask
from cli.commands.blocks import compared_table, finding_lines, group_table, nothing
from cli.options import BegunByOption, NameArgument, SourceOption, complete_group, option

if TYPE_CHECKING:
    from aggregator.answers.compare import Answer
    from aggregator.findings.parts import Part
    from aggregator.measures import Measures
    from aggregator.query import Result
    from aggregator.reports.compare import Comparison
    from cli.screen import Block


def compare(
    context: typer.Context,
    *,
    name: NameArgument,
    options: SpanOptions,
    trigger: BegunByOption,
    source: SourceOption,
    by: Annotated[str | None, option(COMPARE_BY, metavar="GROUP", complete=complete_group)],
) -> None:
    """One skill or agent across projects, their types or tags.

    A project with several tags counts in each of their groups with --by tag; with --by tag:KEY
    each project counts once.
    """
    ask(
        context,
        "compare",
        options,
        _screen,
        part_of_name=name,
        trigger=trigger,
        source=source,
        by=by,
    )


def _screen(result: Result[Comparison, Answer]) -> list[Block]:
    from cli.screen import Heading, Line

    found, query, filters = result.data, result.query, result.json.filters
    if not found.by_project:
        return nothing(query)
    groups = _groups(found, filters.by)
    return [
        Heading(f"{filters.name}: {query.question.span.label()}"),
        *(Line(each) for each in result.warnings),
        *finding_lines(found.verdict, found.findings, query),
        *(group_table(each.measures, query, *each.titles) for each in groups),
        *(
            compared_table([*each.parts.values()], found.findings, query, *each.titles)
            for each in groups
        ),
        Line(query.footer(), quiet=True),
    ]


class Groups(NamedTuple):
    """One way to group projects: the title of its column and the name of what has none."""

    measures: list[Measures]
    parts: dict[str, Part]
    titles: tuple[str, str]


def _groups(found: Comparison, by: str | None) -> list[Groups]:
    projects = Groups(found.by_project, found.projects, ("Project", ""))
    types = Groups(found.by_type, found.types, ("Project type", "(no type)"))
    if by is None:
        return [projects, types]
    tags = Groups(found.by_tag, found.tags, (found.tag_key or "Tag", "(no tag)"))
    return [{"project": projects, "type": types}.get(by, tags)]
