"""A member against all members, on the member's own machine."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from aggregator.calendar import Span
from aggregator.measures import Question, ask
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import Z_95, wilson
from aggregator.statistics.ratios import drawn_towards
from aggregator.statistics.stratified import association, difference_error
from aggregator.team.clusters import Skill
from aggregator.team.shared_rates import Community
from aggregator.team.showing import REST, Key, Rated
from schema.warehouse import Connection

LEAST_KNOWN = 10
"""Known outcomes of one's own, of those that can be compared, below which nothing is said."""

LEVEL = 0.05
LEAST_DIFFERENCE = 0.05
"""A smaller difference is not named, even where it is significant."""

Standing = Literal["better", "like the community", "worse", "insufficient data"]

Stratum = tuple[int, int, int, int]
"""My successes and known outcomes, and the community's."""


@dataclass(frozen=True)
class Own:
    """My uses of one skill in the weeks of the baseline; ``by_type``: type, successes, known."""

    key: Key
    uses: int
    by_type: Sequence[tuple[str, int, int]]
    p50_ms: float | None

    @property
    def successes(self) -> int:
        return sum(successes for _, successes, _ in self.by_type)

    @property
    def known(self) -> int:
        return sum(known for *_, known in self.by_type)

    @property
    def rate(self) -> float | None:
        return self.successes / self.known if self.known else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.successes, self.known)


@dataclass(frozen=True)
class Compared:
    """One of my skills against the community's.

    ``interval`` is that of the cell's rate; ``expected`` the community's rate at my types of
    projects, ``drawn`` my own drawn towards it.
    ``percentile``: the share (0..100) of the other shown skills whose rate is surely lower.
    """

    own: Own
    cell: Rated
    interval: tuple[float, float] | None
    expected: float | None
    drawn: float | None
    difference: float | None
    low: float | None
    high: float | None
    adjusted_p: float | None
    percentile: float | None
    verdict: Standing


def uses_by_name(con: Connection, question: Question, community: Community) -> dict[Skill, int]:
    """How often this warehouse used what, in the weeks that the community's rates are of."""
    asked = question.over(_weeks_of(community))
    return {
        (kind, name): uses
        for kind, name, uses in ask(con, "team/mine_by_name", asked, by="name", grain="weekly")
    }


def own_uses(con: Connection, question: Question, community: Community) -> list[Own]:
    """What this warehouse has of the weeks that the community's rates are of."""
    type_of = {
        each.project_id: community.agreement.type_of(each.project_type)
        for each in question.scope.projects
    }
    types: dict[Key, dict[str, list[int]]] = {}
    whole: dict[Key, tuple[int, float | None]] = {}
    for kind, name, measured, project, uses, successes, known, p50 in ask(
        con, "team/mine", question.over(_weeks_of(community))
    ):
        key = (kind, name, measured)
        if project is None:
            whole[key] = uses, p50
            continue
        sums = types.setdefault(key, {}).setdefault(type_of[project], [0, 0])
        sums[0] += successes
        sums[1] += known
    return [
        Own(
            key,
            uses,
            [(name, *sums) for name, sums in sorted(types[key].items())],  # type: ignore[misc]
            p50,
        )
        for key, (uses, p50) in sorted(whole.items())
    ]


def _weeks_of(community: Community) -> Span:
    header = community.header
    return Span(header.baseline_from, header.until - timedelta(days=1))


def compared(own: Iterable[Own], community: Community) -> list[Compared]:
    """My skills of which the community knows, all of them tested and corrected together."""
    whole, types = community.whole_and_types
    mine = [each for each in own if each.key in whole]
    intervals = {key: cell.sums.interval for key, cell in whole.items()}
    percentiles = percentiles_of(intervals)
    strata = [strata_of(each, whole[each.key], types.get(each.key, {})) for each in mine]
    tests = [difference_of(each) for each in strata]
    tried = [place for place, test in enumerate(tests) if test is not None]
    corrected = dict(
        zip(tried, adjusted([test[3] for test in tests if test is not None]), strict=True)
    )
    found = []
    for place, (each, of_types, test) in enumerate(zip(mine, strata, tests, strict=True)):
        cell = whole[each.key]
        expected = expected_rate(of_types)
        p_value = corrected.get(place)
        difference, low, high = test[:3] if test else (None, None, None)
        found.append(
            Compared(
                each,
                cell,
                intervals[each.key],
                expected,
                None
                if expected is None
                else drawn_towards(each.successes, each.known, expected, cell.sums.correlation),
                difference,
                low,
                high,
                p_value,
                percentiles.get(each.key),
                _verdict(difference, p_value),
            )
        )
    return found


def strata_of(own: Own, whole: Rated, types: Mapping[str, Rated]) -> list[Stratum]:
    """My known outcomes and the community's of the same type of project.

    A type that is not shown alone is compared with what stands together as the rest; where no types
    are shown, all projects are one stratum.
    """
    if not types:
        return [(own.successes, own.known, whole.successes, whole.known)]
    found = []
    for name, successes, known in own.by_type:
        cell = types.get(name) or types.get(REST)
        if cell is not None and known and cell.known:
            found.append((successes, known, cell.successes, cell.known))
    return found


def expected_rate(strata: Sequence[Stratum]) -> float | None:
    """The community's rate, were its projects of my types; None where nothing can be compared."""
    mine = sum(known for _, known, _, all_known in strata if all_known)
    if not mine:
        return None
    return sum(n * s_all / n_all for _, n, s_all, n_all in strata if n_all) / mine


def difference_of(strata: Sequence[Stratum]) -> tuple[float, float, float, float] | None:
    """The difference over all types, its 95% interval and its p-value; None with too few outcomes.

    The community has my own uses in it, so what is found errs towards no difference.
    """
    if sum(known for _, known, _, _ in strata) < LEAST_KNOWN:
        return None
    tables = [(s, n, s + s_all, n + n_all) for s, n, s_all, n_all in strata]
    together, error = association(tables), difference_error(tables)
    if together.difference is None or error is None:
        return None
    value, half = together.difference, Z_95 * error
    return value, max(-1.0, value - half), min(1.0, value + half), together.either


def _verdict(difference: float | None, adjusted_p: float | None) -> Standing:
    if difference is None or adjusted_p is None:
        return "insufficient data"
    if adjusted_p > LEVEL or abs(difference) < LEAST_DIFFERENCE:
        return "like the community"
    return "better" if difference > 0 else "worse"


def percentiles_of(
    intervals: Mapping[Key, tuple[float, float] | None],
) -> dict[Key, float]:
    """Each shown skill's place among the others measured in the same way, 0 to 100.

    By the lower end of the rate's interval; skills that are equal count half.
    """
    lows: dict[str, list[tuple[float, Key]]] = {}
    for key, interval in intervals.items():
        if interval is not None:
            lows.setdefault(key[2], []).append((interval[0], key))
    found = {}
    for group in lows.values():
        ordered = sorted(low for low, _ in group)
        others = len(group) - 1
        for low, key in group if others else ():
            below, up_to = bisect_left(ordered, low), bisect_right(ordered, low)
            found[key] = 100 * (below + (up_to - below - 1) / 2) / others
    return found
