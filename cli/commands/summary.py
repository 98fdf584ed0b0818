"""``summary``: the whole warehouse on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from aggregator import text
from cli.ask import AboutOptions, ask
from cli.commands.blocks import LISTED, nothing, worth_a_look

if TYPE_CHECKING:
    from aggregator.findings.finding import Verdict
    from aggregator.query import Query
    from aggregator.reports.summary import Summary, Totals, Week
    from aggregator.reports.top_skills import Ranked
    from cli.screen import Block


def summary(
    context: typer.Context,
    *,
    options: AboutOptions,
) -> None:
    """The whole warehouse on one screen."""
    ask(
        context,
        "summary",
        options,
        lambda result: summary_screen(result.data, result.query),
        is_long=True,
    )


def summary_screen(found: Summary, query: Query) -> list[Block]:
    from aggregator.answers.summary import silent_line
    from cli.screen import Column, Heading, Line, Table

    if not found.top:
        return nothing(query)
    columns: list[Column[tuple[str, Totals]]] = [
        Column("", lambda each: each[0]),
        Column.count("Uses", lambda each: each[1].total_invocations),
        Column.rate("Success", lambda each: each[1].success_rate),
        Column.count("Skills", lambda each: each[1].skills, drop=2),
        Column.count("Agents", lambda each: each[1].agents, drop=3),
        Column.count("Projects", lambda each: each[1].projects, drop=1),
        Column.count("Sessions", lambda each: each[1].sessions, drop=4),
    ]
    rows = [
        ("All time", found.all_time),
        ("Last 7 days" if found.is_up_to_date else found.recent.span.label(), found.recent),
        ("The 7 days before", found.before),
    ]
    top_columns: list[Column[Ranked]] = [
        Column("Most used", lambda row: row.measures.skill_name, name=True),
        Column("Kind", lambda row: row.measures.kind, drop=2),
        Column.count("Uses", lambda row: row.measures.total_invocations),
        Column.rate("Success", lambda row: row.measures.success_rate),
        Column.duration("Median", lambda row: row.measures.p50_duration_ms, drop=3),
        Column("Last used", lambda row: text.day(row.measures.last_used, query.zone), drop=1),
    ]
    all_time = found.all_time
    headline = (
        f"{text.counted(all_time.total_invocations, 'use')}"
        f" of {text.counted(all_time.skills, 'skill')}"
        f" and {text.counted(all_time.agents, 'agent')}"
        f" in {text.counted(all_time.projects, 'project')}"
    )
    return [
        Heading(_this_week(found) or headline),
        *(Line(line) for line in silent_line(found, query)),
        *_weeks(found),
        *([Line(headline)] if _this_week(found) else []),
        Table(columns, rows),
        Table(top_columns, found.top),
        *_changed(found, query),
        *_next(found, query),
        Line(query.footer(), quiet=True),
    ]


def _this_week(found: Summary) -> str:
    """This week against the last one; empty if nothing is known of either."""
    last, current = found.weeks[-1], found.open_week
    of_last = "Last week" if found.is_up_to_date else f"Week of {last.span.since}"
    weeks = [(of_last, last)]
    if found.is_up_to_date:
        weeks.insert(0, ("This week so far", current))
    return " ".join(f"{label}: {_used(week)}." for label, week in weeks if week.uses is not None)


def _used(week: Week) -> str:
    uses = text.counted(week.counts.total_invocations, "use")
    rate = week.counts.success_rate
    return uses if rate is None else f"{uses}, {text.percent(rate)} succeeded"


def _weeks(found: Summary) -> list[Block]:
    """Uses by week, if there is more than one week to show."""
    from cli.screen import Line
    from cli.sparkline import sparkline

    uses = [week.uses for week in found.weeks]
    if sum(map(bool, uses)) < 2:
        return []
    return [Line(f"By week {sparkline(uses, low=0)} ({len(uses)} full weeks)")]


def _changed(found: Summary, query: Query) -> list[Block]:
    """What changed, and what is worth a look, if there is anything."""
    from aggregator.findings import words
    from cli.screen import Heading, Line

    compared, names = found.findings, query.project_names

    def lines(verdicts: list[Verdict]) -> list[Block]:
        return [
            Line(
                f"- {each.skill_name}"
                f" {words.in_words(each, names, compared.recent, compared.earlier)}"
            )
            for each in verdicts[:LISTED]
        ]

    blocks: list[Block] = []
    if found.changed:
        blocks += [Heading("What changed"), *lines(found.changed)]
        if len(found.changed) > LISTED:
            blocks.append(Line(f"{len(found.changed) - LISTED} more: skillhouse trends"))
    if found.looks:
        blocks += [Heading(worth_a_look(compared)), *lines(found.looks)]
    return blocks


def _next(found: Summary, query: Query) -> list[Block]:
    """The first recommendations, if there are any."""
    from aggregator.answers.advice import Wording
    from cli.screen import Heading, Line, Verbatim

    if not found.advice.rows:
        return []
    wording = Wording(found.advice.evidence, query.details)
    blocks: list[Block] = [Heading("What to do next (all: skillhouse recommend)")]
    for row in found.advice.rows:
        blocks.append(Line(f"{wording.what(row)}. {wording.statement(row)}"))
        blocks.append(Verbatim(f"  {wording.command(row)}", quiet=True))
    return [*blocks, Line("")]
