"""From which day to which day projects were observed.

A day is observed when a collect reached the project after it, up to the last use recorded there.
What came after the last use is unknown: perhaps nothing was done, perhaps the tools stopped
writing. Only a pause that is usual in the project, such as a weekend, counts as observed. Days
before the first use are unknown too: a tool may have started to record then, or its files were
deleted.

Answers that judge count their days back from ``Observation.open_day``, and none takes days that
were not observed for days without uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from functools import cached_property
from weakref import WeakKeyDictionary

from aggregator.calendar import ALL_TIME, Span, today
from aggregator.measures import Question, ask, ask_whole, zone_of
from aggregator.statistics.inactivity import usual_pause
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection, from_micros

USUAL_DAYS = 84
"""The pauses within so many days before the last use show which pauses are usual."""

Part = tuple[str, str]
"""A project's id and a kind: mostly, different tools record skills and agents of a project."""


@dataclass(frozen=True)
class Observed:
    """The days observed of one project or of several together, both included.

    ``last_day`` is the last day of use, today included. ``until`` is the last complete day that is
    observed; it is before ``since`` where no day is complete yet. ``begun`` is the last day of
    which anything is known: that of the collect, if no unusual pause came before it.
    """

    since: date
    until: date
    last_day: date
    begun: date

    def covers(self, days: Span) -> bool:
        """Whether any of the days was observed, at least in part."""
        return (days.since is None or days.since <= self.begun) and (
            days.until is None or self.since <= days.until
        )


@dataclass(frozen=True)
class Uses:
    """First and last day of use, and the last day that was complete at the last collect."""

    first_day: date
    last_day: date
    collected: date


@dataclass(frozen=True)
class Observation:
    """The days observed of the projects of a question, at its moment and for its kind.

    ``uses`` has the parts with any use; ``last_use_at`` and ``collected_at`` are by project,
    without those never used or never collected.
    """

    question: Question
    today: date
    uses: Mapping[Part, Uses]
    last_use_at: Mapping[str, datetime]
    collected_at: Mapping[str, datetime]
    _con: Connection = field(repr=False, compare=False)
    _known: dict[frozenset[Part], Observed | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def whole(self) -> Observed | None:
        """Of all projects together; None where nothing was ever used."""
        return self._of(frozenset(self.uses))

    @property
    def open_day(self) -> date:
        """The first day that is not completely observed: today, where all is up to date.

        The last complete days of any answer are those before it.
        """
        whole = self.whole
        return self.today if whole is None else min(self.today, whole.until + timedelta(days=1))

    def of(self, projects: Iterable[str], kind: str | None = None) -> Observed | None:
        """Of some projects together, for one kind or both; None where nothing was used there."""
        kinds = ("skill", "agent") if kind is None else (kind,)
        parts = ((project, kind) for project in projects for kind in kinds)
        return self._of(frozenset(part for part in parts if part in self.uses))

    @cached_property
    def of_names(self) -> Mapping[tuple[str, str], Observed]:
        """Of the projects in which each skill or agent was ever used, by kind and name."""
        question = self.question.over(ALL_TIME)
        rows = ask_whole(self._con, "reports/places_of_names", question)
        found = {(kind, name): self.of(projects, kind) for kind, name, projects in rows}
        return {key: each for key, each in found.items() if each is not None}

    @property
    def quiet_days(self) -> int:
        """Complete days between the last use in any of the projects and the last collect."""
        if not self.uses:
            return 0
        last = max(each.last_day for each in self.uses.values())
        return max(0, (max(each.collected for each in self.uses.values()) - last).days)

    def _of(self, parts: frozenset[Part]) -> Observed | None:
        if parts not in self._known:
            self._known[parts] = self._observed(parts)
        return self._known[parts]

    def _observed(self, parts: frozenset[Part]) -> Observed | None:
        if not parts:
            return None
        each = [self.uses[part] for part in parts]
        last, until = max(one.last_day for one in each), max(one.collected for one in each)
        quiet, begun = (until - last).days, until + timedelta(days=1)
        if quiet > 0 and (quiet >= USUAL_DAYS or quiet > self._usual_pause(parts, last)):
            until = begun = last
        return Observed(min(one.first_day for one in each), until, last, max(begun, last))

    def _usual_pause(self, parts: frozenset[Part], last: date) -> int:
        """The longest usual pause of all parts together, before the last day of use."""
        begin, days = self._recent_days
        end = (last - begin).days + 1
        used = 0
        for part in parts:
            used |= days.get(part, 0)
        return usual_pause([used >> day & 1 for day in range(max(0, end - USUAL_DAYS), end)])

    @cached_property
    def _recent_days(self) -> tuple[date, dict[Part, int]]:
        """The first of the last days, and by part the days with uses: bit 0 is the first day."""
        begin = self.today - timedelta(days=2 * USUAL_DAYS)
        return begin, active_days(self._con, self.question, Span(begin, self.today))


def active_days(con: Connection, question: Question, over: Span) -> dict[Part, int]:
    """The days of a span with uses, by project and kind: bit 0 is the first day."""
    assert over.since is not None
    assert over.until is not None
    rows = ask(
        con,
        "reports/active_days",
        question.over(over),
        begin=over.since,
        last=(over.until - over.since).days,
    )
    return {(project, kind): int(days[::-1], 2) for project, kind, days in rows}


_known: WeakKeyDictionary[Connection, dict[object, Observation]] = WeakKeyDictionary()


def observation(con: Connection, question: Question) -> Observation:
    """The days observed of the question's projects and kind; its span is ignored.

    Cached for each connection and question, because nobody else writes while it is open.
    """
    known = _known.setdefault(con, {})
    key = (question.scope, question.kind, question.now, question.trigger, question.source)
    if key not in known:
        known[key] = _observe(con, question)
    return known[key]


def _observe(con: Connection, question: Question) -> Observation:
    zone = zone_of(con)
    day = today(question.now, zone)
    chosen = set(question.scope.ids)
    synced = con.execute(statement("aggregator/reports/last_syncs.sql")).fetchall()
    collected_at = {
        project: from_micros(us)
        for project, *_, us in synced
        if us is not None and project in chosen
    }
    uses: dict[Part, Uses] = {}
    last_use_at: dict[str, datetime] = {}
    rows = ask_whole(con, "reports/observed", question.over(ALL_TIME))
    for project, kind, first_us, last_us in rows:
        first, last = from_micros(first_us), from_micros(last_us)
        collected = min(question.now, collected_at.get(project, last))
        uses[project, kind] = Uses(
            today(first, zone),
            min(day, today(last, zone)),
            today(collected, zone) - timedelta(days=1),
        )
        last_use_at[project] = max(last, last_use_at.get(project, last))
    return Observation(question, day, uses, last_use_at, collected_at, con)
