"""``compare``: one skill or agent across projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from aggregator.parameters import (
    ALL_PROJECTS,
    COMPARE_BY,
    DAYS,
    KIND,
    PERIOD,
    SINCE,
    SOURCE,
    TRIGGER,
    UNTIL,
    WINDOW,
)
from cli.commands.blocks import compared_table, finding_lines, group_table, nothing
from cli.options import (
    AllProjectsOption,
    BegunByOption,
    DaysOption,
    KindOption,
    NameArgument,
    PeriodOption,
    ProjectsOption,
    SinceOption,
    SourceOption,
    TagsOption,
    TypesOption,
    UntilOption,
    WindowOption,
    complete_group,
    option,
)
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from aggregator.findings.parts import Part
    from aggregator.measures import Measures
    from aggregator.reports.compare import Comparison
    from cli.screen import Block


def compare(
    context: typer.Context,
    name: NameArgument,
    window: WindowOption = WINDOW.default,
    period: PeriodOption = PERIOD.default,
    since: SinceOption = SINCE.default,
    until: UntilOption = UNTIL.default,
    days: DaysOption = DAYS.default,
    project: ProjectsOption = None,
    project_type: TypesOption = None,
    tag: TagsOption = None,
    kind: KindOption = KIND.default,
    trigger: BegunByOption = TRIGGER.default,
    source: SourceOption = SOURCE.default,
    by: Annotated[
        str | None, option(COMPARE_BY, metavar="GROUP", complete=complete_group)
    ] = COMPARE_BY.default,
    all_projects: AllProjectsOption = ALL_PROJECTS.default,
) -> None:
    """One skill or agent across projects, their types or tags.

    A project with several tags counts in each of their groups with --by tag; with --by tag:KEY
    each project counts once.
    """
    from cli.screen import Heading, Line

    session: Session = context.obj
    span = Window(window, period, since, until, days)
    options = QueryOptions(
        span, project or (), kind, all_projects, types=project_type or (), tags=tag or ()
    )
    with reading(session, "aggregator.answers.compare") as con:
        from aggregator.answers import compare as answers
        from aggregator.measures import full_name

        name = full_name(con, name)
        result = answers.compare(
            con,
            resolve(con, session.now, options),
            name,
            trigger=trigger,
            source=source,
            by=by,
        )
    found, query = result.data, result.query

    groups = _groups(found, by)

    def screen() -> list[Block]:
        if not found.by_project:
            return nothing(query)
        return [
            Heading(f"{name}: {query.question.span.label()}"),
            *(Line(each) for each in result.warnings),
            *finding_lines(found.verdict, found.findings, query),
            *(group_table(each.measures, query, *each.titles) for each in groups),
            *(
                compared_table([*each.parts.values()], found.findings, query, *each.titles)
                for each in groups
            ),
            Line(query.footer(), quiet=True),
        ]

    session.output.emit(answered(session, "compare", result), screen)


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
