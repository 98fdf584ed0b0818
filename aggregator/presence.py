"""The first and last use of each skill and agent, and whether it is unused or new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import prod

from aggregator.calendar import ALL_TIME, Span
from aggregator.changes import ENOUGH, LEVEL
from aggregator.measures import Question, ask
from aggregator.observation import USUAL_DAYS, observation
from aggregator.statistics.inactivity import p_value_of_pause
from aggregator.statistics.multiple_testing import adjusted
from schema.frozen import dataclass
from schema.statements import has_rows
from schema.warehouse import Connection

Name = tuple[str, str]
"""Kind and name."""


@dataclass(frozen=True)
class Presence:
    """The first and last day of use, the number of days with uses, and the number of uses."""

    first_day: date
    last_day: date
    days_used: int
    total_invocations: int

    def days_ago(self, today: date) -> int:
        """How many days ago it was used last; 0 when it was used today."""
        return max(0, (today - self.last_day).days)


def presences(con: Connection, question: Question) -> dict[Name, Presence]:
    """The presence of every skill and agent over all time, in the projects asked about."""
    rows = ask(con, "reports/presence", question.over(ALL_TIME), by="name")
    return {(kind, name): Presence(*numbers) for kind, name, *numbers in rows}


@dataclass(frozen=True)
class Pause:
    """The time since the last use of a skill or agent, as far as it was observed.

    ``days`` are calendar days, from the last day of use to the first that is not observed.
    ``parts`` are the projects in which it was used: on how many days, how many days with any use
    the project had after the first of them, and how many of these came after the last use anywhere.
    """

    days: int
    parts: tuple[tuple[int, int, int], ...]

    @property
    def p_value(self) -> float:
        """The chance of such a pause at the usual pace, on days on which the projects were active.

        The projects are independent, and the last use is the last of all of them: so their chances
        of having had no use since are multiplied.
        """
        return prod(p_value_of_pause(*part) for part in self.parts)


def pauses(
    con: Connection, question: Question, found: Mapping[Name, Presence], days: int
) -> dict[Name, Pause]:
    """The pauses of what was in regular use, where they are of at least ``days`` days.

    Only days count on which the project was observed and active: on which the tool that recorded
    the skill recorded others there. Where transcripts are read, tools are told apart by the source
    of each row; elsewhere skills and agents of a project come from one tool each.
    """
    observed = observation(con, question)
    # A pause is never longer than it seems to be from today.
    in_question = [
        name
        for name, presence in found.items()
        if presence.total_invocations >= ENOUGH and presence.days_ago(observed.today) >= days
    ]
    resting = {
        name: rest
        for name in in_question
        if (places := observed.of_names.get(name)) is not None
        and (rest := (places.until - found[name].last_day).days + 1) >= days
    }
    if not resting:
        return {}
    begin = min(found[name].first_day for name in resting)
    used, active = _days_of(con, question, resting, Span(begin, observed.today))
    return {
        name: Pause(
            rest,
            tuple(
                _part(bits, active[part], (found[name].last_day - begin).days)
                for part, bits in used[name].items()
            ),
        )
        for name, rest in resting.items()
        if name in used
    }


def _days_of(
    con: Connection, question: Question, names: Iterable[Name], over: Span
) -> tuple[dict[Name, dict[tuple[str, str], int]], dict[tuple[str, str], int]]:
    """The days of use of some names, and of everything, by project and tool: bit 0 is the first."""
    assert over.since is not None
    assert over.until is not None
    wanted = set(names)
    by_source = has_rows(con, "transcript_pieces")
    rows = ask(
        con,
        "reports/name_days_by_source" if by_source else "reports/name_days",
        question.over(over),
        begin=over.since,
        last=(over.until - over.since).days,
        names=sorted({name for _, name in wanted}),
    )
    used: dict[Name, dict[tuple[str, str], int]] = {}
    active: dict[tuple[str, str], int] = {}
    for project, tool, kind, name, text in rows:
        days = int(text[::-1], 2)
        active[project, tool] = active.get((project, tool), 0) | days
        if name is not None and (kind, name) in wanted:
            used.setdefault((kind, name), {})[project, tool] = days
    return used, active


def _part(used: int, active: int, last: int) -> tuple[int, int, int]:
    """Days of use, active days after the first of them, and how many are after the day ``last``."""
    first = _first(used)
    since = active >> (first + 1)
    return used.bit_count(), since.bit_count(), (since >> max(0, last - first)).bit_count()


def unused(found: Mapping[Name, Presence], pauses: Mapping[Name, Pause]) -> set[Name]:
    """What was in regular use and was not used since for longer than its usual pauses explain.

    Regular use: at least ``ENOUGH`` uses. Adjusted for testing each of them.
    """
    in_use = [name for name, p in found.items() if p.total_invocations >= ENOUGH]
    p_values = [pauses[name].p_value if name in pauses else 1.0 for name in in_use]
    return {name for name, p in zip(in_use, adjusted(p_values), strict=True) if p <= LEVEL}


def new(found: dict[Name, Presence], today: date, days: int) -> set[Name]:
    """What was first used within the last ``days``, today included.

    Empty where all recorded history is that young: then nothing is older to be new to.
    """
    since = today - timedelta(days=days - 1)
    if _beginning(found.values(), since) >= since:
        return set()
    return {name for name, presence in found.items() if presence.first_day >= since}


def observed_before(
    con: Connection, question: Question, names: Iterable[Name], since: date
) -> set[Name]:
    """Those first used where their tool had recorded others before the day ``since``.

    Where a project or a source was not observed before, nobody knows whether its skills are new.
    """
    names = set(names)
    if not names:
        return set()
    today = observation(con, question).today
    over = Span(since - timedelta(days=USUAL_DAYS), today)
    used, active = _days_of(con, question, names, over)
    return {
        name
        for name, parts in used.items()
        # The parts with the first day of use: bit 0 is the first day.
        for first in [min(_first(days) for days in parts.values())]
        if any(
            _first(days) == first and _first(active[part]) < USUAL_DAYS
            for part, days in parts.items()
        )
    }


def _first(days: int) -> int:
    """The number of the first day that is set."""
    return (days & -days).bit_length() - 1


def _beginning(found: Iterable[Presence], otherwise: date) -> date:
    return min((presence.first_day for presence in found), default=otherwise)
