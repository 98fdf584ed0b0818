"""Parts of screens that the ``patterns`` commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator import text
from cli.commands.blocks import nothing

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.contrast import Contrast
    from aggregator.reports.patterns.rows import Scanned
    from cli.screen import Block


def none_found(
    query: Query, scanned: Scanned, what: str, *, filtered: bool | None = None
) -> list[Block]:
    """The screen of an answer without enough data; ``what`` says why.

    ``filtered``: see ``nothing``.
    """
    if not scanned.uses and not scanned.archived:
        return nothing(query, filtered=filtered)
    uses = f"{text.counted(scanned.uses, 'use')}, {scanned.uses_in_sessions:,} in sessions"
    return one_line(query, scanned, f"Not enough data: {what} ({uses}; {span_of(query)}).")


def no_finding(query: Query, scanned: Scanned, what: str) -> list[Block]:
    """The screen of an answer in which nothing stands out: one line, and warnings if there are any.

    ``what`` is a sentence without its end.
    """
    return one_line(query, scanned, f"{what} ({span_of(query)}). --all lists the rows.")


def one_line(query: Query, scanned: Scanned, line: str) -> list[Block]:
    """A line, and warnings if there are any."""
    from cli.screen import Line

    return [Line(line), *_notes(query, scanned)]


def span_of(query: Query) -> str:
    """The span in words, as it was asked for."""
    return f"last {query.last_days} days" if query.last_days else query.question.span.label()


def in_span(sentence: str, query: Query) -> str:
    """The first sentence of a screen, with the span that it is about."""
    return f"{sentence.removesuffix('.')} ({span_of(query)})"


def _notes(query: Query, scanned: Scanned) -> list[Block]:
    from aggregator.answers.patterns.shared import warnings
    from cli.screen import Line

    shown = [each for each in warnings(query, scanned) if each != query.unobserved]
    return [Line(f"Note: {each}") for each in shown]


def ending(query: Query, scanned: Scanned, hint: str = "") -> list[Block]:
    """Warnings, then how much was read and from when; ``hint`` names a command for details."""
    from cli.screen import Line

    lines = _notes(query, scanned)
    read = f"{text.counted(scanned.uses, 'use')} read, {scanned.uses_in_sessions:,} in sessions"
    since = f" | records kept since {scanned.rows_since}" if scanned.rows_since else ""
    lines.append(Line(f"{read}{since} | {query.footer()}", quiet=True))
    return [*lines, Line(hint, quiet=True)] if hint else lines


def rate_of(rate: float | None, interval: tuple[float, float] | None, known: int) -> str:
    """``81.0% of 84 (71-88%)``: a rate, its number of outcomes and its interval."""
    return f"{text.percent(rate)} of {known:,} ({text.interval(interval)})"


def elsewhere(contrast: Contrast) -> float | None:
    """The success rate it is compared with."""
    sides = contrast.sides
    return sides.successes_elsewhere / sides.known_elsewhere if sides.known_elsewhere else None
