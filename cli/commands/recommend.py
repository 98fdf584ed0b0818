"""``recommend``: what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import ACTION, ADVICE_LIMIT, ALL, Action
from cli.ask import AboutOptions, ask
from cli.commands.blocks import nothing
from cli.options import option
from cli.query_options import resolve
from cli.session import Session, reading
from cli.watched import reading_rows
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.recommendations.optimizer import Advice
    from aggregator.reports.recommendations.recommend import Recommendations
    from cli.screen import Block


def recommend(
    context: typer.Context,
    *,
    options: AboutOptions,
    action: Annotated[Action | None, option(ACTION)],
    kind_of: Annotated[
        Action | None, typer.Option("--kind-of", hidden=True, help="Same as --action.")
    ] = None,
    limit: Annotated[int, option(ADVICE_LIMIT)],
    everything: Annotated[
        bool, typer.Option("--all", help="Show all, and what to adopt from similar projects.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown for an agent's instructions.")
    ] = False,
) -> None:
    """What to do next: fix, split, adopt, watch or retire."""
    session: Session = context.obj
    if markdown and not session.output.for_people:
        raise UsageError("--markdown and --json cannot be combined.", "Use one of them.")
    if action is not None and kind_of is not None:
        raise UsageError("--action and --kind-of mean the same.", "Use --action.")
    chosen = action or kind_of
    if everything:
        limit = ALL
    if markdown and chosen is not None:
        raise UsageError("--markdown lists every action.", "Leave out --action or --markdown.")
    if markdown:
        from cli.output import write

        with reading(session, "cli.brief") as con:
            from cli.brief import brief

            section = reading_rows(
                session, con, lambda: brief(con, resolve(con, session.now, options), limit=limit)
            )
        write(section)
        return
    ask(
        context,
        "recommend",
        options,
        lambda result: _screen(result.data, result.query),
        action=chosen,
        limit=limit,
        is_long=True,
    )


def _screen(found: Recommendations, query: Query) -> list[Block]:
    from aggregator.answers.advice import Wording
    from aggregator.findings.words import renamed
    from cli.screen import Column, Heading, Line, Table, Verbatim

    if not found.evidence.presences and not found.optimizers:
        return nothing(query)
    wording = Wording(found.evidence, query.details)
    blocks: list[Block] = [Heading(headline(found))]
    for number, row in enumerate(found.rows, start=1):
        blocks.append(Heading(f"{number}. {wording.what(row)}"))
        blocks.append(Line(wording.statement(row)))
        effect = wording.effect(row)
        if effect is not None:
            blocks.append(Line(effect))
        blocks.append(Verbatim(wording.command(row), quiet=True))
    for each in found.evidence.renames:
        blocks.append(Line(f"Renamed: {renamed(each, query.project_names)}"))
    hidden = sum(found.counts.values()) - len(found.rows)
    if hidden:
        blocks.append(Heading(f"{text.count(hidden)} more: --all"))
    if found.optimizers:
        columns: list[Column[Advice]] = [
            Column("About", lambda advice: advice.agent, name=True),
            Column("Project", lambda advice: wording.project(advice.project_id) or "", name=True),
            Column("Written", lambda advice: text.day(advice.recommended_at, query.zone), drop=3),
            Column("Recommendation", lambda advice: advice.message, sentence=True),
            Column("Priority", lambda advice: advice.priority or text.NOT_AVAILABLE, drop=2),
            Column.decimal("Expected impact", lambda advice: advice.expected_impact, drop=1),
        ]
        blocks.append(Heading("From the projects' optimizers (not checked by skillhouse)"))
        blocks.append(Table(columns, found.optimizers))
    evidence = found.evidence
    projects = text.counted(len(evidence.projects), "project")
    judged = f"Based on the last {evidence.days} days, {projects} (today excluded)."
    blocks.append(Line(judged, quiet=True))
    return [*blocks, Line(query.footer(), quiet=True)]


def headline(found: Recommendations) -> str:
    """The result with its numbers."""
    from aggregator.answers.recommend import ACTIONS_IN_ORDER

    total, days = sum(found.counts.values()), found.evidence.days
    if total:
        each = [f"{found.counts[a]} to {a}" for a in ACTIONS_IN_ORDER if found.counts.get(a)]
        return f"{text.counted(total, 'recommendation')}: {', '.join(each)}"
    if not found.judged:
        return (
            f"Not enough data: none of {text.skills_and_agents(found.names)} has 10 outcomes"
            f" in the last {days} days"
        )
    return (
        f"Nothing to do: checked {text.skills_and_agents(found.judged)} with"
        f" {text.counted(found.known, 'outcome')} in the last {days} days"
    )
