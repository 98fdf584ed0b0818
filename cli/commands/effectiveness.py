"""``effectiveness``: one skill or agent in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from aggregator import text
from cli.ask import SpanOptions, ask
from cli.commands.blocks import (
    LISTED,
    compared_table,
    count_table,
    finding_lines,
    group_table,
    nothing,
)
from cli.options import BegunByOption, NameArgument, SourceOption
from cli.sparkline import sparkline

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.adoption import Adoption
    from aggregator.reports.effectiveness import ByOrigin, ByPath, Effectiveness
    from cli.screen import Block, Table


def effectiveness(
    context: typer.Context,
    *,
    name: NameArgument,
    options: SpanOptions,
    trigger: BegunByOption,
    source: SourceOption,
) -> None:
    """One skill or agent in detail.

    Outcomes, durations, trend, projects, workflow paths, errors and follow-ups.
    """
    ask(
        context,
        "effectiveness",
        options,
        lambda result: _screen(result.data, result.query),
        part_of_name=name,
        trigger=trigger,
        source=source,
    )


def _screen(found: Effectiveness | None, query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if found is None:
        return nothing(query)
    m = found.measures
    blocks: list[Block] = [
        Heading(f"{m.skill_name} ({m.kind}): {query.question.span.label()}"),
        Line(
            f"Success {text.percent(m.success_rate)}"
            f" (95% interval {text.interval(m.success_interval)},"
            f" {text.counted(m.known, 'outcome')})"
        ),
        Line(
            f"{text.count(m.total_invocations)} uses: {text.count(m.successes)}"
            f" succeeded, {text.count(m.failures)} failed, {text.count(m.abandoned)} abandoned,"
            f" {text.count(m.unknown)} unknown"
        ),
        Line(
            f"Duration: median {text.duration(m.p50_duration_ms)},"
            f" 95th percentile {text.duration(m.p95_duration_ms)},"
            f" mean {text.duration(m.avg_duration_ms)}"
        ),
        Line(
            f"Follow-ups per use {text.decimal(m.avg_followup_actions)},"
            f" quality {text.decimal(m.avg_quality_score)},"
            f" {text.counted(m.sessions, 'session')}, {text.counted(m.projects, 'project')}"
        ),
    ]
    if found.adoption is not None:
        blocks.append(Line(_adoption_line(found.adoption)))
    blocks[1:1] = finding_lines(found.verdict, found.findings, query)
    in_findings = len(found.verdict.findings)
    blocks += [Line(f"- {insight}") for insight in found.insights[in_findings:]]
    if found.verdict.cells:
        blocks.append(compared_table(found.compared_by_project, found.findings, query))
        if any(part.projects > 1 for part in found.compared_by_type):
            blocks.append(compared_table(found.compared_by_type, found.findings, query, "Type"))
    blocks.append(group_table(found.by_project, query))
    paths = found.by_workflow_path[:LISTED]
    if any(path.workflow_path is not None for path in paths):
        columns: list[Column[ByPath]] = [
            Column("By workflow path", lambda path: path.workflow_path or "(no path)", name=True),
            Column.count("Uses", lambda path: path.total_invocations),
            Column.rate("Success", lambda path: path.success_rate),
            Column.count("Abandoned", lambda path: path.abandoned, drop=1),
        ]
        blocks.append(Table(columns, paths))
    blocks += _origin_tables(found)
    if found.errors:
        blocks.append(count_table("Errors", found.errors))
    if found.followups:
        blocks.append(count_table("Follow-up actions", found.followups))
    return [*blocks, Line(query.footer(), quiet=True)]


def _adoption_line(found: Adoption) -> str:
    curve = sparkline([week.projects for week in found.weeks], low=0)
    return (
        f"New since {found.first_day}: used in {found.projects} of"
        f" {text.counted(found.active, 'active project')}, by week {curve}"
    )


def _origin_tables(found: Effectiveness) -> list[Block]:
    """By source and by who began it, where transcripts tell of it; and what runs cost."""
    from cli.screen import Line
    from schema.columns import TRANSCRIPT_SOURCES

    if not any(each.value in TRANSCRIPT_SOURCES for each in found.by_source):
        return []
    blocks: list[Block] = [
        _origin_table("By source", "(not known)", found.by_source),
        _origin_table("Begun by", "(not recorded)", found.by_trigger),
    ]
    if found.tokens is not None:
        runs = text.counted(found.tokens.runs, "run")
        blocks.append(Line(f"{found.tokens.total:,} tokens in {runs} with token counts"))
    return blocks


def _origin_table(title: str, none: str, origins: list[ByOrigin]) -> Table[ByOrigin]:
    from cli.screen import Column, Table

    columns: list[Column[ByOrigin]] = [
        Column(title, lambda each: each.value or none, name=True),
        Column.count("Uses", lambda each: each.total_invocations),
        # A transcript tells that the work came to its end, not that it was good.
        Column.rate("Completed", lambda each: each.success_rate),
        Column.count("Failed", lambda each: each.failures, drop=2),
        Column.count("Abandoned", lambda each: each.abandoned, drop=1),
        Column(
            "Tokens",
            lambda each: "" if each.tokens is None else text.count(each.tokens.total),
            right=True,
            drop=3,
        ),
    ]
    return Table(columns, origins)
