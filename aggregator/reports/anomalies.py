"""Days with unusual usage, success rate or duration.

Each skill is compared with its own weeks before, weekday by weekday (``statistics.anomalies``). A
day that was quiet for everything, such as a holiday, is one finding and not one for each skill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from aggregator.calendar import Span, span
from aggregator.measures import Question, first_day
from aggregator.observation import observation
from aggregator.parameters import LIMIT
from aggregator.reports.anomaly_causes import (
    Cause,
    before_and_then,
    causes,
    not_collected_since,
)
from aggregator.reports.anomaly_days import Name, names_in
from aggregator.reports.anomaly_parts import Parts, is_of_observation
from aggregator.reports.effectiveness import settle_kind
from aggregator.statistics.anomalies import (
    HISTORY,
    LEAD,
    Finding,
    What,
    detectors,
    find_anomalies,
    is_young,
    limits,
    whole,
)
from aggregator.statistics.bands import WEEK
from aggregator.statistics.detectors import Detector, Measure, Uses
from schema.frozen import dataclass
from schema.warehouse import Connection, reporting_zone

QUIET_SHARE, QUIET_NAMES = 0.75, 3
"""A day is quiet for everything when this share of the skills in daily use, and at least this many,
had at most half of their usual uses."""

STALE_SHARE = 0.5
"""A drop is not reported when at least this share of it is from projects not collected since."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Anomaly:
    """A day (``shift``: the first of the days) on which a skill or agent left its band.

    ``skill_name`` and ``kind`` are None where everything was quiet, and ``names`` how many then.
    Values are uses (of a shift: a day), rates 0..1, or medians in ms, as in ``Finding``.
    """

    kind: str | None
    skill_name: str | None
    day: date
    last_day: date
    finding: Finding
    causes: tuple[Cause, ...] = ()
    names: int = 1

    @property
    def measure(self) -> Measure:
        return self.finding.measure

    @property
    def what(self) -> What:
        return self.finding.what

    @property
    def value(self) -> float:
        return self.finding.value

    @property
    def expected(self) -> float:
        return self.finding.expected

    @property
    def low(self) -> float:
        return self.finding.usual[0]

    @property
    def high(self) -> float:
        return self.finding.usual[1]

    @property
    def n(self) -> int:
        return self.finding.n

    @property
    def p_value(self) -> float:
        return self.finding.p_value

    @property
    def up(self) -> bool:
        return self.finding.up


@dataclass(frozen=True)
class Anomalies:
    """What was found in the days of ``span``, the newest first, and what it was found among.

    ``found`` counts all, shown or not; ``judged`` names of ``names`` had enough history.
    ``stale`` are projects that were not collected up to the last of the days, and ``untold`` how
    many drops are left out because they are theirs. ``span`` is None when no day is complete.
    """

    rows: list[Anomaly]
    found: int
    span: Span | None
    names: int
    judged: int
    comparisons: int
    stale: tuple[str, ...] = ()
    untold: int = 0
    twice: frozenset[str] = frozenset()
    """Names that a skill and an agent have."""
    unobserved: int = 0
    """How many are left out because a project or a source began or ended then."""


def anomalies(
    con: Connection,
    question: Question,
    *,
    name: str | None = None,
    limit: int = LIMIT.default,
    progress: Progress = lambda done, total: None,
) -> Anomalies:
    """The anomalies of all skills and agents, or of one, on the complete days of the span.

    A day is complete when it is over and was observed (``aggregator.observation``). ``progress``
    hears how many are done of all. Raises UnknownName and UsageError as ``settle_kind`` does.
    """
    its_kind = "all" if name is None else settle_kind(con, question, name).kind
    observed = observation(con, question)
    if observed.whole is None:
        return Anomalies([], 0, None, 0, 0, 0)
    yesterday = observed.open_day - timedelta(days=1)
    until = min(question.span.until or yesterday, yesterday)
    since = question.span.since
    if since is None:
        since = first_day(con) or until
    if since > until:
        return Anomalies([], 0, None, 0, 0, 0)
    begin = since - timedelta(days=LEAD + HISTORY + WEEK)
    every = names_in(con, question, begin, until)
    # What one name did is judged next to all the others: a holiday shows in them.
    wanted = [
        each for each in every if name in (None, each.skill_name) and its_kind in ("all", each.kind)
    ]
    first, last = (since - begin).days, (until - begin).days
    judged = [
        (each, [] if is_young(begin.weekday(), each.born, last) else detectors(each.series))
        for each in wanted
    ]
    comparisons = sum(len(theirs) for _, theirs in judged) * (last - first + 1)
    limit_of = limits(comparisons)

    found: list[Anomaly] = []
    for done, (each, theirs) in enumerate(judged):
        progress(done, len(judged))
        for detector in theirs:
            found += [
                _anomaly(each.kind, each.skill_name, finding, begin)
                for finding in find_anomalies(
                    detector, each.series.weekday, each.born, first, last, limit_of
                )
            ]
    found = _folded(found, every, begin, first, last)
    found.sort(key=lambda row: (-row.day.toordinal(), row.p_value, row.skill_name or ""))
    stale = not_collected_since(con, question, until, reporting_zone(con))
    rows, untold, unobserved = _explained(
        con, question, found, limit, {p.project_id for p in stale}, begin
    )
    return Anomalies(
        rows,
        len(found) - untold - unobserved,
        span(since, until),
        len(wanted),
        sum(bool(theirs) for _, theirs in judged),
        comparisons,
        tuple(project.name for project in stale),
        untold,
        frozenset(
            name for name, times in Counter(e.skill_name for e in every).items() if times > 1
        ),
        unobserved,
    )


def _anomaly(kind: str | None, skill_name: str | None, finding: Finding, begin: date) -> Anomaly:
    return Anomaly(
        kind,
        skill_name,
        begin + timedelta(days=finding.day),
        begin + timedelta(days=finding.last_day),
        finding,
    )


def _folded(
    found: list[Anomaly], every: Sequence[Name], begin: date, first: int, last: int
) -> list[Anomaly]:
    """What was found, with names that were quiet when a general quiet day is one finding."""
    less = [row for row in found if row.measure == "uses" and not row.up]
    if not less or len(every) < QUIET_NAMES:
        return found
    together: Detector[Any] = Uses(whole(each.series for each in every))
    born = min(each.born for each in every)
    kept = found
    for quiet in find_anomalies(
        together, begin.weekday(), born, first, last, limits(last - first + 1)
    ):
        if quiet.up:
            continue
        quiet_names = _quiet(every, quiet)
        row = _anomaly(None, None, quiet, begin)
        # The stretches of skills and agents begin when each was used last before.
        since, until = row.day - timedelta(days=WEEK * (row.what == "shift")), row.last_day
        folded = [one for one in less if since <= one.day <= until]
        if quiet_names and folded:
            gone = {id(one) for one in folded}
            kept = [one for one in kept if id(one) not in gone]
            kept.append(replace(row, names=quiet_names))
    return kept


def _quiet(every: Sequence[Name], quiet: Finding) -> int:
    """How many names were at half or less; 0 where not nearly all were that are used daily."""
    days = range(quiet.day, quiet.last_day + 1)
    daily, fewer = 0, 0
    for each in every:
        before = each.series.uses[max(0, quiet.day - HISTORY) : quiet.day]
        weeks = len(before) / WEEK
        # The same weekdays in the weeks before, so that a Sunday is held against Sundays.
        usual = sum(sum(before[(day - quiet.day) % WEEK - WEEK :: -WEEK]) for day in days) / weeks
        if usual >= len(days) / 2:
            daily += 1
            fewer += sum(each.series.uses[day] for day in days) <= usual / 2
    return fewer if fewer >= max(QUIET_NAMES, QUIET_SHARE * daily) else 0


def _explained(
    con: Connection,
    question: Question,
    found: Sequence[Anomaly],
    limit: int,
    stale: set[str],
    begin: date,
) -> tuple[list[Anomaly], int, int]:
    """The first of what was found, with the projects behind each.

    Then how many are left out: because of projects not collected, and because of projects or
    sources that began or ended.
    """
    rows: list[Anomaly] = []
    untold = unobserved = 0
    first = min((row.day for row in found), default=begin)
    parts = Parts(con, question, max(begin, first - timedelta(days=HISTORY)))
    for row in found:
        less = row.measure == "uses" and not row.up
        if len(rows) == limit and not (stale and less):
            continue
        history = span(max(begin, row.day - timedelta(days=HISTORY)), row.day - timedelta(days=1))
        then = span(row.day, row.last_day)
        counted = before_and_then(con, question, row.kind, row.skill_name, history, then)
        days = (row.last_day - row.day).days + 1
        theirs = causes(question, row.measure, counted, row.expected * days, up=row.up)
        if less and sum(each.share for each in theirs if each.project_id in stale) >= STALE_SHARE:
            untold += 1
        elif len(rows) < limit:
            times = days if row.measure == "uses" else 1
            if is_of_observation(
                parts,
                row.kind,
                row.skill_name,
                row.measure,
                history,
                then,
                row.value * times,
                row.expected * times,
                counted,
            ):
                unobserved += 1
            else:
                rows.append(replace(row, causes=theirs))
    return rows, untold, unobserved
