"""Which of the counted cells may be seen: of enough members, none of whom is most of it.

Nothing that is hidden follows from what is shown. Sums are published over all weeks of the
baseline, over the recent weeks and over those before; teams, types and weeks add up to them. So
what may not be shown of a skill's teams or types stands together as ``(rest)``, joined by the
smallest part where it is too little alone; where that is still too little, none of these parts is
shown. Weeks are held to the same rule within each stretch whose sum can be known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from aggregator.statistics.ratios import RatioSums
from aggregator.team.engines.engine import Row

REST = "(rest)"
EMPTY: Mapping[str, date] = MappingProxyType({})
LEAST_DURATIONS = 50
"""Durations below which no percentile is shown."""

Key = tuple[str, str, str]
"""Kind, skill, and how it was measured."""


class Rated(NamedTuple):
    """A published cell."""

    cut: str
    part: str
    kind: str
    skill: str
    measured: str
    members: int
    uses: int
    successes: int
    failures: int
    abandoned: int
    unknown: int
    units: int
    ss: int
    sn: int
    nn: int

    @property
    def key(self) -> Key:
        return self.kind, self.skill, self.measured

    @property
    def known(self) -> int:
        return self.successes + self.failures + self.abandoned

    @property
    def sums(self) -> RatioSums:
        return RatioSums(self.units, self.successes, self.known, self.ss, self.sn, self.nn)


class Cell(NamedTuple):
    """A row of ``cells.sql``, shown or not."""

    cut: str
    span: int
    part: str
    kind: str
    skill: str
    measured: str
    members: int
    uses: int
    successes: int
    failures: int
    abandoned: int
    unknown: int
    largest: int
    units: int
    ss: int
    sn: int
    nn: int
    timed_members: int
    timed: int
    timed_largest: int
    shown: int

    @property
    def key(self) -> Key:
        return self.kind, self.skill, self.measured

    @property
    def published(self) -> Rated:
        """What is published of a cell: not how much of it is one member's."""
        return _rated(self, self.part)


class Rest(NamedTuple):
    """A row of ``rests.sql``: parts that may not be shown, with the ``joined`` smallest others."""

    joined: int
    cut: str
    span: int
    kind: str
    skill: str
    measured: str
    members: int
    uses: int
    successes: int
    failures: int
    abandoned: int
    unknown: int
    largest: int
    units: int
    ss: int
    sn: int
    nn: int

    @property
    def key(self) -> Key:
        return self.kind, self.skill, self.measured

    @property
    def published(self) -> Rated:
        return _rated(self, REST)


def _rated(of: Cell | Rest, part: str) -> Rated:
    return Rated(of.cut, part, *of.key, *(getattr(of, name) for name in Rated._fields[5:]))


@dataclass(frozen=True)
class Shown:
    """The rows of the community's tables, in a fixed order."""

    cells: list[Row]
    durations: list[Row]
    changes: list[Row]
    pairs: list[Row]


def may_be_shown(members: int, largest: int, amount: int, least_members: int) -> bool:
    """The rule for any group: enough members, none with more than 80 % of the amount."""
    return members >= least_members and 5 * largest <= 4 * amount


def rests_on_enough(units: int, least_members: int) -> bool:
    """The rule for a rate: of enough members with a known outcome, or there is no rate."""
    return not units or units >= least_members


def shown(
    tables: dict[str, list[Row]], least_members: int, in_experiments: Mapping[str, date] = EMPTY
) -> Shown:
    """What may be published of the tables that came back from an engine.

    ``in_experiments``: skills of which an experiment's arms are shown, and the first day of these.
    They tell further sums of weeks: of such a skill single weeks and changes are shown only if all
    weeks are.
    """
    cells = [Cell(*row) for row in tables["cells"]]
    rests: dict[tuple[str, int, Key], list[Rest]] = defaultdict(list)
    for row in tables["rests"]:
        rest = Rest(*row)
        rests[rest.cut, rest.span, rest.key].append(rest)
    whole = {cell.key for cell in cells if cell.cut == "all" and cell.shown}
    told_apart = whole - {
        cell.key for cell in cells if cell.cut == "span" and cell.span and not cell.shown
    }
    shown_cells: list[Cell] = [cell for cell in cells if cell.cut == "all" and cell.shown]
    joined: list[Rest] = []
    parted = (cell for cell in cells if cell.cut in ("team", "type", "week"))

    def place(cell: Cell) -> tuple[str, int, Key]:
        return cell.cut, cell.span, cell.key

    for (cut, span, key), group in groupby(sorted(parted, key=place), place):
        if key not in whole:
            continue
        if cut == "week" and not span:
            # No sum is published that these weeks are a part of.
            shown_cells += [cell for cell in group if cell.shown]
        elif cut != "week" or key in told_apart:
            parts, others = _together(list(group), rests[cut, span, key], least_members)
            shown_cells += parts
            # Of weeks the rest has no name of its own: there is one in each stretch.
            if others is not None and cut != "week":
                joined.append(others)
    apart = _weeks_told_apart(cells, shown_cells, in_experiments)
    shown_cells = [cell for cell in shown_cells if not _is_week_of(cell, apart)]
    told_apart = {key for key in told_apart if key[1] not in apart}
    return Shown(
        sorted([*(cell.published for cell in shown_cells), *(rest.published for rest in joined)]),
        _durations(shown_cells, tables["durations"], least_members),
        [
            row
            for row in tables["changes"]
            if row[:3] in told_apart and _is_change(row, least_members)
        ],
        _pairs(tables, skills_in_full(cells), least_members),
    )


def _weeks_told_apart(
    cells: Iterable[Cell], shown_cells: Iterable[Cell], in_experiments: Mapping[str, date]
) -> dict[str, date]:
    """The skills in experiments of which a week may not be shown, and their first day."""
    seen = {(cell.part, cell.key) for cell in shown_cells if cell.cut == "week"}
    hidden = {
        cell.skill
        for cell in cells
        if _is_week_of(cell, in_experiments) and (cell.part, cell.key) not in seen
    }
    return {skill: day for skill, day in in_experiments.items() if skill in hidden}


def _is_week_of(cell: Cell, first_days: Mapping[str, date]) -> bool:
    """Whether it is a week that sums of all weeks or of an experiment of its skill contain."""
    if cell.cut != "week" or cell.skill not in first_days:
        return False
    return bool(cell.span) or cell.part >= first_days[cell.skill].isoformat()


def hidden_skills(tables: dict[str, list[Row]]) -> set[str]:
    """Names of which not all is shown, of any kind and however it was measured."""
    cells = [Cell(*row) for row in tables["cells"]]
    return {cell.skill for cell in cells if cell.cut == "all" and not cell.shown}


def skills_in_full(cells: Iterable[Cell]) -> set[tuple[str, str]]:
    """Skills of which all is shown, however it was measured: how many members use one is told of
    these alone."""
    every = [cell for cell in cells if cell.cut == "all"]
    return {cell.key[:2] for cell in every} - {cell.key[:2] for cell in every if not cell.shown}


def _together(
    parts: Sequence[Cell], rests: Iterable[Rest], least_members: int
) -> tuple[list[Cell], Rest | None]:
    """The parts to be shown, smallest first, and the others as one; nothing if that fails."""
    seen = sorted((cell for cell in parts if cell.shown), key=lambda cell: (cell.uses, cell.part))
    if len(seen) == len(parts):
        return seen, None
    for rest in sorted(rests):
        if (
            rest.joined < len(seen)
            and may_be_shown(rest.members, rest.largest, rest.uses, least_members)
            and rests_on_enough(rest.units, least_members)
        ):
            return seen[rest.joined :], rest
    return [], None


def _durations(cells: Iterable[Cell], rows: Iterable[Row], least_members: int) -> list[Row]:
    """Percentiles of cells that are shown. Of how many durations is not told: how many uses have
    none would follow, and so would a part that is not shown."""
    whole = {
        (cell.cut, cell.part, *cell.key)
        for cell in cells
        if cell.timed >= LEAST_DURATIONS
        and may_be_shown(cell.timed_members, cell.timed_largest, cell.timed, least_members)
    }
    found = []
    for *place, _, p50, p95 in rows:
        if tuple(place) in whole:
            found.append((*place, None, p50, p95))
    return found


def _is_change(row: Row, least_members: int) -> bool:
    _, _, _, units, _, known, _, known_before, *_ = row
    return bool(units >= least_members and known and known_before)


def _pairs(
    tables: dict[str, list[Row]], skills: set[tuple[str, str]], least_members: int
) -> list[Row]:
    """Pairs of skills, unless a few members follow from them who use one and not the other."""
    users = {(kind, skill): members for kind, skill, members in tables["users"]}
    found = []
    for *names, both in tables["pairs"]:
        first, second = (names[0], names[1]), (names[2], names[3])
        alone = [users[each] - both for each in (first, second)]
        if (
            both >= least_members
            and skills >= {first, second}
            and all(not few or few >= least_members for few in alone)
        ):
            found.append((*first, *second, users[first], users[second], both))
    return found
