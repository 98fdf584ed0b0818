"""Parts of screens that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.findings.find import Findings
    from aggregator.findings.finding import Verdict
    from aggregator.findings.parts import Part
    from aggregator.measures import Measures
    from aggregator.query import Query
    from cli.screen import Block, Table

LISTED = 10
"""Errors, follow-ups and paths that a screen shows; JSON has all."""


WHERE_USES_COME_FROM = (
    "Uses come from the transcripts of Claude Code, Codex and Copilot CLI, and from files that the",
    "tools session-buddy and crackerjack (skills) and kaizen (agents) write into projects.",
    "To look for transcripts: skillhouse discover",
)


GUESSED = "?"
"""Behind a type that was guessed."""


def type_cell(project_type: str | None, *, guessed: bool) -> str:
    """A type as tables show it."""
    return f"{project_type or ''}{GUESSED if guessed and project_type else ''}"


def is_filtered(query: Query) -> bool:
    """Whether a query is about some projects only, or one kind."""
    return not query.question.scope.is_default or query.question.kind != "all"


def nothing(query: Query, *, filtered: bool | None = None) -> list[Block]:
    """The screen of an empty answer, and what to do about it.

    ``filtered``: whether a filter was given; None: as the query says.
    """
    from cli.screen import Line

    span = query.question.span.label()
    if hints := query.first_steps():
        lines = [*hints, *WHERE_USES_COME_FROM]
    elif query.nothing_recorded:
        lines = ["No uses recorded yet.", *WHERE_USES_COME_FROM]
    elif is_filtered(query) if filtered is None else filtered:
        lines = [f"No uses match these filters ({span})."]
    else:
        lines = [f"No uses recorded in this period ({span})."]
    return [*(Line(line) for line in lines), Line(query.footer(), quiet=True)]


def count_table(title: str, counts: list[tuple[str, int]]) -> Table[tuple[str, int]]:
    """The most frequent texts, with how often each was recorded."""
    from cli.screen import Column, Table

    columns: list[Column[tuple[str, int]]] = [
        Column(title, lambda each: each[0], name=True),
        Column.count("Times", lambda each: each[1]),
    ]
    return Table(columns, counts[:LISTED])


def group_table(
    groups: list[Measures], query: Query, title: str = "Project", without: str = "(no type)"
) -> Table[Measures]:
    """One row of measures per project, type or tag; ``without`` names the group of no type."""
    from cli.screen import Column, Table

    names = {p.project_id: p.name for p in query.question.scope.projects}
    columns: list[Column[Measures]] = [
        Column(title, lambda m: names.get(m.group, m.group) or without, name=True),
        Column.count("Uses", lambda m: m.total_invocations),
        Column.rate("Success", lambda m: m.success_rate),
        Column.interval(lambda m: m.success_interval, drop=1),
        Column.count("Failed", lambda m: m.failures, drop=3),
        Column.count("Abandoned", lambda m: m.abandoned, drop=4),
        Column.duration("Median", lambda m: m.p50_duration_ms, drop=2),
        Column.duration("p95", lambda m: m.p95_duration_ms, drop=5),
        Column("Last used", lambda m: text.day(m.last_used, query.zone), drop=6),
    ]
    return Table(columns, groups)


def finding_lines(verdict: Verdict, found: Findings, query: Query) -> list[Block]:
    """What is said of one skill or agent, one line a finding; what is not sure is marked."""
    from aggregator.findings import words
    from cli.screen import Line

    names, recent, earlier = query.project_names, found.recent, found.earlier
    if not verdict.findings:
        return [Line(f"Now: {words.in_words(verdict, names, recent, earlier)}")]
    lines: list[Block] = []
    for each in verdict.findings:
        label = "" if each.level is None else f"{each.level.capitalize()}: "
        sentence = words.sentence(each, names, recent, earlier)
        lines.append(Line(f"- {label}{sentence}"))
    return lines


def compared_table(
    parts: Sequence[Part],
    found: Findings,
    query: Query,
    title: str = "Project",
    without: str = "(no type)",
) -> Table[Part]:
    """Projects, types or tags now and before, with what is found there; the first if nothing is."""
    from aggregator.findings import words
    from cli.screen import Column, Table

    names = query.project_names
    recent, earlier = found.recent.days, found.earlier.days

    def findings_of(part: Part) -> str:
        return ", ".join(words.what(each) for each in part.findings)

    columns: list[Column[Part]] = [
        Column(title, lambda each: names.get(each.part, each.part) or without, name=True),
        Column(f"Last {recent} days", lambda each: words.rate(each.change.now), right=True),
        Column(
            f"{earlier} before", lambda each: words.rate(each.change.before), right=True, drop=5
        ),
        Column("Change", lambda each: text.points(each.change.change), right=True, drop=1),
        Column.duration("Duration", lambda each: each.pace.now.typical_duration_ms, drop=3),
        Column.duration("Before", lambda each: each.pace.before.typical_duration_ms, drop=4),
        Column("Finding", findings_of, sentence=True),
    ]
    changed = [part for part in parts if part.findings]
    shown = changed or parts[:LISTED]
    return Table(columns, shown, unchanged=len(parts) - len(shown))


def worth_a_look(found: Findings) -> str:
    """The heading above what is not sure, with how much of it chance alone would bring."""
    expected = f"{found.expected_looks:.1f}"
    return f"Worth a look (not sure; by chance alone {expected} expected)"
