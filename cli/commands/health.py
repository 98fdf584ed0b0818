"""``health``: what needs attention, over everything or for one skill or agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import HEALTH_LIMIT, NEW_DAYS, UNUSED_DAYS
from cli.ask import AboutOptions, ask
from cli.commands.blocks import compared_table, count_table, finding_lines, nothing, worth_a_look
from cli.options import NameOrAllArgument, option
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.answers.health import Found
    from aggregator.answers.health_reasons import Reason
    from aggregator.outcomes import Outcomes
    from aggregator.query import Query
    from aggregator.reports.health import Board, Health
    from cli.screen import Block

LISTED = 5
"""Entries of each list that a screen shows; JSON has all."""

FINDINGS_LISTED = 10
"""Skills and agents that a screen gives reasons for, unless a limit is given."""


def health(
    context: typer.Context,
    *,
    name: NameOrAllArgument,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how the score is computed.")
    ] = False,
    unused_days: Annotated[int, option(UNUSED_DAYS)],
    new_days: Annotated[int, option(NEW_DAYS)],
    limit: Annotated[int | None, option(HEALTH_LIMIT)],
    options: AboutOptions,
) -> None:
    """What needs attention, and why.

    Scores, trends and lists of unused and new skills and agents, from the last 120 days before
    today. With NAME, also by project and by error.
    """
    if explain and name is None:
        raise UsageError(
            "--explain needs a skill or an agent.", "Add its name: skillhouse health NAME --explain"
        )
    ask(
        context,
        "health",
        options,
        lambda result: _screen(result.data, result.query, explain=explain, limit=limit),
        part_of_name=name,
        unused_days=unused_days,
        new_days=new_days,
        limit=limit,
        is_long=True,
    )


def _screen(found: Found, query: Query, *, explain: bool, limit: int | None) -> list[Block]:
    if found.detail is not None:
        return _board_screen(found, query, explain=explain)
    return _dashboard(found, query, limit) if found.dashboard.names else nothing(query)


def _reasons(found: Found, each: Health) -> list[Reason]:
    return found.reasons[each.board.kind, each.board.skill_name]


# ---------------------------------------------------------------- everything


def _dashboard(found: Found, query: Query, limit: int | None) -> list[Block]:
    from aggregator.answers.health import TODAY_EXCLUDED, most_urgent
    from aggregator.reports.health import top_performers
    from cli.screen import Heading, Line

    names = found.dashboard.names
    shown, listed = limit or FINDINGS_LISTED, limit or LISTED
    ordered = most_urgent(names)
    attention = [each for each in ordered if each.needs_attention]
    blocks: list[Block] = [Heading(_headline(found, attention)), Line(_bands(found))]
    for each in attention[:shown]:
        blocks += [Line(""), *_attention(found, each)]
    looks = [each for each in ordered if each.verdict.worth_a_look]
    if looks:
        blocks.append(Heading(worth_a_look(found.dashboard.findings)))
        for each in looks[:shown]:
            lines = finding_lines(each.verdict, found.dashboard.findings, query)
            blocks += [Line(f"{each.board.skill_name}:"), *lines]
    hidden = len(attention[shown:]) + len(looks[shown:])
    if hidden:
        blocks.append(Heading(f"{text.count(hidden)} more: --limit 0"))
    if best := top_performers(names, listed):
        blocks.append(_table("Top performers", best))
    improved = [each for each in names if each.board.change.verdict == "improving"]
    degraded = [each for each in names if each.board.change.verdict == "degrading"]
    for title, changed in (("Better", improved), ("Worse", degraded)):
        if changed:
            blocks.append(_table(title, changed[:limit]))
    blocks += [Line(""), *_lists(found, query), *_texts(found, query), Line(TODAY_EXCLUDED)]
    return [*blocks, Line(query.footer(), quiet=True)]


def _headline(found: Found, attention: list[Health]) -> str:
    """The result in a few sentences."""
    names = found.dashboard.names
    findings = [
        f"{each.board.skill_name} {_reasons(found, each)[0].words}" for each in attention[:LISTED]
    ]
    if len(attention) > LISTED:
        findings.append(f"and {len(attention) - LISTED} more")
    if attention:
        needs = "needs" if len(attention) == 1 else "need"
        begin = f"{len(attention)} of {text.skills_and_agents(len(names))} {needs} attention:"
        begin += f" {', '.join(findings)}."
    else:
        begin = f"None of {text.skills_and_agents(len(names))} needs attention."
    sentences = [begin]
    if disused := [each.board.skill_name for each in names if each.unused]:
        verb = "is" if len(disused) == 1 else "are"
        listed = ", ".join(disused[:LISTED]) + (", ..." if len(disused) > LISTED else "")
        sentences.append(f"{len(disused)} {verb} unused ({listed}).")
    if edited := [
        name
        for (_, name), changes in found.changes.items()
        if any(change.change.verdict == "degrading" for change in changes)
    ]:
        listed = ", ".join(edited[:LISTED]) + (", ..." if len(edited) > LISTED else "")
        their = "its text" if len(edited) == 1 else "their texts"
        sentences.append(f"{len(edited)} got worse after {their} changed ({listed}).")
    if better := sum(each.board.change.verdict == "improving" for each in names):
        sentences.append(f"{better} got better.")
    return " ".join(sentences)


def _bands(found: Found) -> str:
    from aggregator.reports.health import average_score

    names = found.dashboard.names
    scores = [each.board.score for each in names if each.board.score is not None]
    average = average_score(names)
    if average is None:
        return "No scores yet: a score needs 10 outcomes."
    counts = ", ".join(
        f"{sum(score.band == band for score in scores)} {words}"
        for band, words in (
            ("excellent", "excellent (90-100)"),
            ("good", "good (70-89)"),
            ("needs work", "needs work (50-69)"),
            ("critical", "critical (below 50)"),
        )
    )
    return f"Average score {average:.0f} ({text.skills_and_agents(len(scores))}): {counts}."


def _attention(found: Found, each: Health) -> list[Block]:
    """One that needs attention: score, reasons with numbers, command for details."""
    from cli.screen import Line, Verbatim

    blocks: list[Block] = [Line(f"{each.board.skill_name} (score {_score(each.board)})")]
    for reason in _reasons(found, each):
        blocks += [Line(f"- {reason.sentence}"), Verbatim(f"  {reason.evidence}", quiet=True)]
    return blocks


def _score(board: Board) -> str:
    """The number alone: a band next to a finding would contradict it."""
    return text.count(board.score.value if board.score else None)


def _table(title: str, names: list[Health]) -> Block:
    from aggregator.findings import words
    from cli.screen import Column, Table

    columns: list[Column[Health]] = [
        Column(title, lambda each: each.board.skill_name, name=True),
        Column("Kind", lambda each: each.board.kind, drop=6),
        Column.count(
            "Score", lambda each: each.board.score.value if each.board.score else None, drop=1
        ),
        Column.count("Outcomes", lambda each: each.board.whole.known, drop=2),
        Column.rate("Success", lambda each: each.board.whole.success_rate),
        Column.interval(lambda each: each.board.whole.success_interval, drop=4),
        Column.rate("30 days", lambda each: each.board.recent.success_rate, drop=3),
        Column.rate("7 days", lambda each: each.board.week.success_rate, drop=5),
        Column("Change", lambda each: words.word(each.verdict)),
    ]
    return Table(columns, names)


def _lists(found: Found, query: Query) -> list[Block]:
    """Unused ones, new ones, and those without enough data."""
    from aggregator.findings.words import renamed
    from cli.screen import Line

    board = found.dashboard
    lines = [f"Renamed: {renamed(each, query.project_names)}" for each in board.renames]
    for each in (each for each in board.names if each.unused):
        seen = each.presence
        lines.append(
            f"Unused: {each.board.skill_name} for {text.counted(seen.days_ago(board.today), 'day')}"
            f" (since {seen.last_day}), after {text.counted(seen.total_invocations, 'use')}"
            f" on {text.counted(seen.days_used, 'day')}"
        )
    if fresh := [
        f"{each.board.skill_name} (since {each.presence.first_day},"
        f" {text.counted(each.presence.total_invocations, 'use')})"
        for each in board.names
        if each.new
    ]:
        lines.append(f"New in the last {board.new_days} days: {', '.join(fresh)}")
    little = [
        f"{each.board.skill_name} ({each.board.whole.known} of 10 outcomes)"
        for each in board.names
        if each.board.score is None and not each.unused
    ]
    if little:
        more = f" and {len(little) - LISTED} more" if len(little) > LISTED else ""
        lines.append(f"Not enough data: {', '.join(little[:LISTED])}{more}")
    return [Line(line) for line in lines]


# ---------------------------------------------------------------- one skill or agent


def _board_screen(found: Found, query: Query, *, explain: bool) -> list[Block]:
    from aggregator.answers.health import TODAY_EXCLUDED
    from aggregator.answers.score_steps import explained
    from cli.screen import Heading, Line, Verbatim

    assert found.detail is not None
    one = found.detail.health
    spans = found.dashboard.spans
    blocks: list[Block] = [Heading(_board_headline(found, one, query)), Line(_made_of(one))]
    if explain:
        blocks += [Line(f"- {step}") for step in explained(one.board, spans)]
    blocks += finding_lines(one.verdict, found.dashboard.findings, query)
    commands = {reason.evidence: None for reason in _reasons(found, one)}
    blocks += [Verbatim(f"  {each}", quiet=True) for each in commands]
    blocks.append(_rates(found))
    if found.detail.by_project:
        blocks.append(_projects(found, query))
    if any(part.projects > 1 for part in found.detail.types):
        blocks.append(compared_table(found.detail.types, found.dashboard.findings, query, "Type"))
    if one.board.errors:
        blocks.append(count_table("Errors", one.board.errors))
    blocks += _texts(found, query)
    return [*blocks, Line(TODAY_EXCLUDED), Line(query.footer(), quiet=True)]


def _texts(found: Found, query: Query) -> list[Block]:
    """Changes of texts that may be why, and names that mean different skills."""
    from aggregator.answers.text_changes import change_sentence
    from cli.screen import Line

    changes = [
        f"{name}: {change_sentence(change, query.zone)}"
        for (_, name), of_name in found.changes.items()
        for change in of_name
        if change.level or change.change.verdict == "improving"
    ]
    return [Line(each) for each in (*changes, *found.notes)]


def _board_headline(found: Found, one: Health, query: Query) -> str:
    from aggregator.findings import words

    board = one.board
    findings = [words.headline(each, query.project_names) for each in one.verdict.findings]
    if one.unused:
        days = text.counted(one.presence.days_ago(found.dashboard.today), "day")
        findings.append(f"has been unused for {days} (since {one.presence.last_day})")
    if not findings and board.score is None:
        findings.append("does not have enough data")
    if not findings and board.score is not None:
        change = words.word(one.verdict)
        findings.append(
            f"is {board.score.band} ({change})"
            if board.score.value >= 70
            else f'may be below "good", not enough data to be sure ({change})'
        )
    if one.new:
        findings.append(f"is new since {one.presence.first_day}")
    return f"{board.skill_name} ({board.kind}) {', and '.join(findings)}"


def _made_of(one: Health) -> str:
    board = one.board
    if board.score is None:
        return f"No score: {text.counted(board.whole.known, 'outcome')}, at least 10 are needed."
    score = board.score
    # A band next to a finding would contradict it.
    band = "" if one.verdict.findings else f" ({score.band})"
    return (
        f"Score {score.value} of 100{band} from"
        f" {text.counted(score.known, 'outcome')}: success"
        f" {float(score.success_points):.1f} of 50, recent trend {float(score.recent_points):.1f}"
        f" of 30, error variety {float(score.error_points):.1f} of 20"
    )


def _rates(found: Found) -> Block:
    from aggregator.findings import words
    from cli.screen import Column, Table

    assert found.detail is not None
    board, spans = found.detail.health.board, found.dashboard.spans
    columns: list[Column[tuple[str, Outcomes, str]]] = [
        Column("Days", lambda each: each[0]),
        Column.count("Uses", lambda each: each[1].total_invocations),
        Column.count("Outcomes", lambda each: each[1].known),
        Column.rate("Success", lambda each: each[1].success_rate),
        Column.interval(lambda each: each[1].success_interval, drop=1),
        Column("", lambda each: each[2], drop=2),
    ]
    rows = [
        ("Last 7", board.week, ""),
        (f"Last {spans.recent.days}", board.recent, words.word(found.detail.health.verdict)),
        (f"The {spans.earlier.days} before", board.change.before, ""),
        (f"Last {spans.whole.days}", board.whole, ""),
    ]
    return Table(columns, rows)


def _projects(found: Found, query: Query) -> Block:
    from cli.screen import Column, Table

    assert found.detail is not None
    from aggregator.findings import words

    names = query.project_names
    parts = {part.part: part for part in found.detail.parts}
    spans = found.dashboard.spans

    def findings_of(board: Board) -> str:
        return ", ".join(words.what(each) for each in parts[board.group].findings)

    columns: list[Column[Board]] = [
        Column("Project", lambda board: names.get(board.group, board.group), name=True),
        Column.count("Score", lambda board: board.score.value if board.score else None, drop=1),
        Column.count("Outcomes", lambda board: board.whole.known, drop=2),
        Column.rate("Success", lambda board: board.whole.success_rate),
        Column.interval(lambda board: board.whole.success_interval, drop=3),
        Column(
            f"Last {spans.recent.days} days",
            lambda board: words.rate(board.change.now),
            right=True,
            drop=4,
        ),
        Column(
            f"{spans.earlier.days} before",
            lambda board: words.rate(board.change.before),
            right=True,
            drop=5,
        ),
        Column("Finding", findings_of, sentence=True),
    ]
    return Table(columns, found.detail.by_project)
