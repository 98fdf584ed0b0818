"""``recommend``: what to do next."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from cli import text
from cli.commands.blocks import nothing
from cli.options import AllProjectsOption, KindName, KindOption, ProjectsOption, row_limit
from cli.query_options import QueryOptions, resolve
from cli.session import Session, answered, reading
from cli.watched import reading_rows
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.answers.advice import Wording
    from aggregator.query import Query
    from aggregator.reports.recommendations.recommend import Recommendations
    from aggregator.reports.recommendations.recommendation import Action
    from cli.screen import Block


class ActionName(Enum):
    """What is to be done about something. Not text itself: texts have a ``split`` of their own."""

    fix = "fix"
    retire = "retire"
    adopt = "adopt"
    watch = "watch"
    split = "split"

    @property
    def action(self) -> Action:
        return self._value_


def recommend(
    context: typer.Context,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    kind_of: Annotated[
        ActionName | None, typer.Option("--kind-of", help="Only things of this kind.")
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            min=1,
            callback=row_limit,
            metavar="N",
            help="How many things to show.",
        ),
    ] = 20,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As a section for an agent's brief.")
    ] = False,
    all_projects: AllProjectsOption = False,
) -> None:
    """What to do next: fix, split, adopt, watch or retire."""
    session: Session = context.obj
    if markdown and session.output.as_json:
        raise UsageError("Markdown and JSON are two forms of one answer.", "Ask for one of them.")
    if markdown and kind_of is not None:
        raise UsageError("A brief has things of every kind.", "Leave out --kind-of or --markdown.")
    options = QueryOptions(projects=project or (), kind=kind.value, all_projects=all_projects)
    if markdown:
        from cli.output import write

        with reading(session, "cli.brief") as con:
            from cli.brief import brief

            section = reading_rows(
                session, con, lambda: brief(con, resolve(con, session.now, options), limit=limit)
            )
        write(section)
        return
    with reading(session, "aggregator.answers.recommend") as con:
        from aggregator.answers import recommend as answers
        from aggregator.answers.advice import Wording

        action = None if kind_of is None else kind_of.action
        result = reading_rows(
            session,
            con,
            lambda: answers.recommend(
                con, resolve(con, session.now, options), action=action, limit=limit
            ),
        )
    wording = Wording(result.data.evidence, result.query.details)
    session.output.emit(
        answered(session, "recommend", result), lambda: _screen(result.data, result.query, wording)
    )


def _screen(found: Recommendations, query: Query, wording: Wording) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.evidence.presences and not found.optimizers:
        return nothing(query)
    blocks: list[Block] = [Heading(headline(found))]
    for number, told in enumerate(found.rows, start=1):
        blocks.append(Heading(f"{number}. {wording.what(told)}"))
        blocks.append(Line(wording.statement(told)))
        effect = wording.effect(told)
        if effect is not None:
            blocks.append(Line(effect))
        blocks.append(Line(wording.command(told), quiet=True))
    hidden = sum(found.counts.values()) - len(found.rows)
    if hidden:
        blocks.append(Heading(f"{text.count(hidden)} more: --limit {hidden + len(found.rows)}"))
    if found.optimizers:
        columns = (
            Column("About", name=True),
            Column("Project", name=True),
            Column("Written"),
            Column("Says", name=True),
            Column("Priority", drop=2),
            Column("Its impact", right=True, drop=1),
        )
        rows = [
            (
                advice.agent,
                wording.project(advice.project_id) or "",
                text.day(advice.recommended_at, query.zone),
                advice.message,
                advice.priority or text.NOT_AVAILABLE,
                text.decimal(advice.expected_impact),
            )
            for advice in found.optimizers
        ]
        blocks.append(Heading("What the projects' own optimizers say (theirs, not judged here):"))
        blocks.append(Table(columns, rows))
    evidence = found.evidence
    projects = text.counted(len(evidence.projects), "project")
    judged = f"Judged by {evidence.days} complete days of {projects}; today is still open."
    blocks.append(Line(judged, quiet=True))
    return [*blocks, Line(query.footer(), quiet=True)]


def headline(found: Recommendations) -> str:
    """What was found, with n."""
    from aggregator.answers.recommend import ACTIONS_IN_ORDER

    total, days = sum(found.counts.values()), found.evidence.days
    if total:
        each = [f"{found.counts[a]} to {a}" for a in ACTIONS_IN_ORDER if found.counts.get(a)]
        return f"{text.counted(total, 'thing')} to do: {', '.join(each)}"
    if not found.judged:
        return (
            f"Insufficient data: none of {text.counted(found.names, 'name')} has 10 known outcomes"
            f" in the last {days} complete days"
        )
    return (
        f"Nothing to do: {text.counted(found.judged, 'name')} with"
        f" {text.counted(found.known, 'known outcome')} in the last {days} complete days"
        " give no reason"
    )
