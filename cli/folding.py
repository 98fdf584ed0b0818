"""Rows too small to be shown, put together until they are not, so that counts still add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aggregator.statistics.proportions import wilson
from cli.answers.shapes import Field

Row = Mapping[str, object]

K = 5
"""Uses below which a group is too small to be shown."""

OTHER = "other"

WEIGHTS = (
    "total_invocations",
    "uses",
    "times",
    "count",
    "known_outcomes",
    "n",
    "sessions_together",
)
"""Fields that say on how many uses an object rests; the first one that it has."""

ADDITIVE = frozenset(
    {*WEIGHTS, "successful_completions", "failures", "abandoned", "unknown", "successes", "share"}
)
"""Numbers of a row that add up over rows. Others, such as medians, are null in ``other``."""


def folded(
    rows: list[dict[str, object]],
    weight: str,
    parts: Sequence[str],
    is_other: Callable[[Row], bool],
    limit: int | None,
) -> tuple[list[dict[str, object]], list[list[dict[str, object]]]]:
    """The rows to be shown, and the groups that are to become a row each.

    First within each of ``parts``; what is still too small there is put together over all of them.
    """

    def uses(row: Row) -> float:
        return number(row.get(weight))

    def part_of(row: Row) -> tuple[str, ...]:
        return tuple(str(row.get(name)) for name in parts)

    hidden = {
        id(row)
        for place, row in enumerate(rows)
        if uses(row) < K or is_other(row) or (limit is not None and place >= limit)
    }
    groups: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for row in rows:
        if id(row) in hidden:
            groups.setdefault(part_of(row), []).append(row)
    too_small: list[dict[str, object]] = []
    others = []
    for key, group in groups.items():
        _grow(group, [row for row in rows if part_of(row) == key], hidden, uses)
        if sum(map(uses, group)) < K:
            too_small += group
        else:
            others.append(group)
    if too_small:
        while others and sum(map(uses, too_small)) < K:
            too_small += others.pop()
        _grow(too_small, rows, hidden, uses)
        if sum(map(uses, too_small)) >= K:
            others.append(too_small)
    return [row for row in rows if id(row) not in hidden], others


def _grow(
    group: list[dict[str, object]],
    candidates: list[dict[str, object]],
    hidden: set[int],
    uses: Callable[[Row], float],
) -> None:
    """Take the smallest rows that are still shown into a group until it has ``K`` uses.

    A group of none is left alone: it gives nothing away.
    """
    for row in sorted(candidates, key=uses):
        if sum(map(uses, group)) >= K:
            return
        if id(row) not in hidden:
            hidden.add(id(row))
            group.append(row)


def together(
    fields: Sequence[Field], rows: list[dict[str, object]], kept: Sequence[str]
) -> dict[str, object]:
    """The row ``other``: sums, rates computed from them, and what all rows have in common."""
    folded: dict[str, object] = {}
    for field in fields:
        values = [row.get(field.name) for row in rows]
        if field.name in kept:
            folded[field.name] = values[0] if len({str(value) for value in values}) == 1 else None
        elif field.name in ADDITIVE and field.kind in ("integer", "number"):
            folded[field.name] = sum(value for value in values if isinstance(value, int | float))
        else:
            folded[field.name] = OTHER if field.kind == "text" else None
    outcomes = [folded.get(name) for name in ("successful_completions", "failures", "abandoned")]
    if "success_rate" in folded and None not in outcomes:
        good = int(number(outcomes[0]))
        known = int(sum(map(number, outcomes)))
        low, high = wilson(good, known) or (None, None)
        folded["success_rate"] = good / known if known else None
        folded |= {
            name: value
            for name, value in (("success_rate_low", low), ("success_rate_high", high))
            if name in folded
        }
    return folded


def weight_of(fields: Sequence[Field]) -> str | None:
    names = {field.name for field in fields if field.kind == "integer"}
    return next((name for name in WEIGHTS if name in names), None)


def number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
