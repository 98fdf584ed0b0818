"""Workflow paths and phases in which more uses fail or are abandoned than elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from aggregator.changes import ENOUGH, LEAST_CHANGE, Word
from aggregator.measures import Question
from aggregator.outcomes import NO_OUTCOMES, Outcomes
from aggregator.parameters import LIMIT, LOST, Lost
from aggregator.reports.patterns.rows import (
    LEVEL,
    Name,
    Scanned,
    rows_asked,
    scanned,
)
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality, wilson
from schema.warehouse import Connection

Place = Literal["path", "phase"]
Verdict = Literal["bottleneck", "not a bottleneck", "insufficient data"]
WORDS: Mapping[Verdict, Word] = {
    "bottleneck": "worse",
    "not a bottleneck": "no clear change",
    "insufficient data": "not enough data",
}
"""The verdicts in the words of ``aggregator.changes``."""


@dataclass(frozen=True)
class Losses:
    """Failed and abandoned uses, of those whose outcome is known."""

    lost: int
    known: int

    @property
    def rate(self) -> float | None:
        return self.lost / self.known if self.known else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval of the rate."""
        return wilson(self.lost, self.known)


@dataclass(frozen=True)
class Bottleneck:
    """A path or a phase against all others of its sort.

    ``change`` is here minus elsewhere, ``low`` and ``high`` its 95 % interval. ``most`` is the
    skill that loses most here. ``alike`` is the rate elsewhere of the skills used here, weighted by
    their known outcomes here, of which ``alike_known`` are of skills used elsewhere as well. A
    place that is no worse than ``alike`` is not a bottleneck of its own: its skills are.
    """

    place: Place
    at: str
    outcomes: Outcomes
    here: Losses
    elsewhere: Losses
    change: float | None
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict
    most: Name
    most_lost: Losses
    alike: float | None
    alike_known: int


@dataclass(frozen=True)
class Bottlenecks:
    """Places, bottlenecks first, of ``places`` in all; how many uses name a path, a phase."""

    rows: list[Bottleneck]
    places: int
    bottlenecks: int
    with_path: int
    with_phase: int
    scanned: Scanned


@dataclass(frozen=True)
class Part:
    """How uses of one name ended at a place."""

    name: Name
    outcomes: Outcomes


def bottlenecks(
    con: Connection,
    question: Question,
    *,
    lost: Lost = LOST.default,
    limit: int = LIMIT.default,
) -> Bottlenecks:
    """Places by the lower bound of what is lost there, those that are bottlenecks first.

    ``lost`` says what counts: what failed, what was abandoned, or either. Corrected for all places.
    """
    rows = rows_asked(con, question, "bottlenecks")
    parts: dict[tuple[Place, str], list[Part]] = {
        (place, at): [Part((row[2], row[3]), Outcomes(*row[4:])) for row in group]
        for (place, at), group in groupby(rows, key=lambda row: (row[0], row[1]))
    }
    found = judged(parts, lost)
    uses = {
        place: sum(
            p.outcomes.total_invocations for key in parts if key[0] == place for p in parts[key]
        )
        for place in ("path", "phase")
    }
    return Bottlenecks(
        found[:limit],
        len(found),
        sum(each.verdict == "bottleneck" for each in found),
        uses["path"],
        uses["phase"],
        scanned(con, question),
    )


def judged(parts: dict[tuple[Place, str], list[Part]], lost: Lost) -> list[Bottleneck]:
    """Every place with its verdict, bottlenecks first, then by the lower bound of what is lost."""
    here = {key: _losses((p.outcomes for p in each), lost) for key, each in parts.items()}
    whole: dict[Place, dict[Name, Losses]] = {"path": {}, "phase": {}}
    for (place, _), each in parts.items():
        for part in each:
            added = _losses([part.outcomes], lost)
            whole[place][part.name] = _plus(whole[place].get(part.name, Losses(0, 0)), added)
    of_place = {
        place: Losses(sum(n.lost for n in names.values()), sum(n.known for n in names.values()))
        for place, names in whole.items()
    }
    elsewhere = {key: _minus(of_place[key[0]], losses) for key, losses in here.items()}
    compared = [k for k in parts if min(here[k].known, elsewhere[k].known) >= ENOUGH]
    p_values = [
        equality(here[k].lost, here[k].known, elsewhere[k].lost, elsewhere[k].known)
        for k in compared
    ]
    sure = dict(zip(compared, zip(p_values, adjusted(p_values), strict=True), strict=True))
    found = [
        _bottleneck(key, each, here[key], elsewhere[key], sure.get(key), whole[key[0]], lost)
        for key, each in parts.items()
    ]
    found.sort(key=_order)
    return found


def _order(found: Bottleneck) -> tuple[bool, float, int, str, str]:
    bounds = found.here.interval
    low = bounds[0] if bounds else -1.0
    return (found.verdict != "bottleneck", -low, -found.here.known, found.at, found.place)


def _bottleneck(
    key: tuple[Place, str],
    parts: Sequence[Part],
    here: Losses,
    elsewhere: Losses,
    sure: tuple[float, float] | None,
    whole: dict[Name, Losses],
    lost: Lost,
) -> Bottleneck:
    bounds = difference(here.lost, here.known, elsewhere.lost, elsewhere.known)
    low, high = bounds or (None, None)
    rate, other = here.rate, elsewhere.rate
    change = None if rate is None or other is None else rate - other
    verdict: Verdict = "insufficient data"
    if sure is not None and change is not None:
        named = sure[1] <= LEVEL and change >= LEAST_CHANGE
        verdict = "bottleneck" if named else "not a bottleneck"
    by_name = {part.name: _losses([part.outcomes], lost) for part in parts}
    most = min(by_name, key=lambda name: (-by_name[name].lost, -by_name[name].known, name))
    weighed, alike_known = 0.0, 0
    for name, losses in by_name.items():
        rest = _minus(whole[name], losses)
        if rest.rate is not None:
            weighed += losses.known * rest.rate
            alike_known += losses.known
    return Bottleneck(
        *key,
        sum((part.outcomes for part in parts), start=NO_OUTCOMES),
        here,
        elsewhere,
        change,
        low,
        high,
        *(sure or (1.0, 1.0)),
        verdict,
        most,
        by_name[most],
        weighed / alike_known if alike_known else None,
        alike_known,
    )


def _losses(counted: Iterable[Outcomes], lost: Lost) -> Losses:
    whole = sum(counted, start=NO_OUTCOMES)
    failed = whole.failures if lost in ("any", "failed") else 0
    abandoned = whole.abandoned if lost in ("any", "abandoned") else 0
    return Losses(failed + abandoned, whole.known)


def _plus(one: Losses, other: Losses) -> Losses:
    return Losses(one.lost + other.lost, one.known + other.known)


def _minus(one: Losses, other: Losses) -> Losses:
    return Losses(one.lost - other.lost, one.known - other.known)
