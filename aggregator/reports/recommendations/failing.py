"""Names that fail in some parts, projects or workflow paths, though they work in the others.

Which parts stand out is for ``aggregator.contrasts`` to say; here they are put together by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregator.changes import ENOUGH
from aggregator.contrasts import sides, standing_out
from aggregator.presence import Name
from aggregator.reports.recommendations.recommendation import Rate, together
from schema.frozen import dataclass

WORKS = 0.7
"""Success rate from which something is said to work where it is contrasted with what fails."""


@dataclass(frozen=True)
class Failing:
    """The parts where ``name`` fails, with their rates, and the rate elsewhere.

    ``p_value`` is the largest of the parts', corrected for all parts of all skills and agents.
    """

    name: Name
    parts: tuple[tuple[str, Rate], ...]
    elsewhere: Rate
    p_value: float


def failing_parts(names: Iterable[tuple[Name, Mapping[str, Rate]]]) -> list[Failing]:
    """Names with parts whose rate stands out below, if they work in the other parts."""
    by_name = dict(names)
    p_values: dict[Name, dict[str, float]] = {}
    for contrast in standing_out(*sides(by_name)):
        side = contrast.side
        if side.gap < 0:
            found = p_values.setdefault((side.kind, side.skill_name), {})
            found[side.part] = contrast.adjusted_p
    failing = []
    for name, parts in p_values.items():
        rates = by_name[name]
        elsewhere = together(rate for part, rate in rates.items() if part not in parts)
        if elsewhere.known >= ENOUGH and elsewhere.successes / elsewhere.known >= WORKS:
            chosen = tuple((part, rates[part]) for part in sorted(parts))
            failing.append(Failing(name, chosen, elsewhere, max(parts.values())))
    return failing
