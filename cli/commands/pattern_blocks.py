"""Parts of screens that the ``patterns`` commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli import text
from cli.commands.blocks import nothing

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.contrast import Contrast
    from aggregator.reports.patterns.rows import Scanned
    from cli.screen import Block


def none_found(query: Query, scanned: Scanned, what: str) -> list[Block]:
    """The screen of an empty answer; ``what`` says why there is none."""
    from cli.screen import Line

    if not scanned.uses and not scanned.archived:
        return nothing(query)
    return [Line(f"Not enough data: {what}."), *ending(query, scanned)]


def ending(query: Query, scanned: Scanned, hint: str = "") -> list[Block]:
    """Warnings, then how much was read and from when; ``hint`` names a command for details."""
    from aggregator.answers.patterns.shared import warnings
    from cli.screen import Line

    lines: list[Block] = [Line(f"Note: {told}") for told in warnings(query, scanned)]
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
