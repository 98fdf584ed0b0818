"""Skills and agents that were given another name.

One ends where another begins, in the same projects and at about the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, ask
from aggregator.presence import Name, Presence
from aggregator.statistics.inactivity import p_value_of_pause
from schema.frozen import dataclass
from schema.warehouse import Connection

NEAR = timedelta(days=14)
"""So far apart the end of the old name and the beginning of the new one may be."""

SELDOM = timedelta(days=56)
"""The same within one project, which may use it seldom; and how long before the old name's end a
project's last use of it may be, to count among those that should change over."""

OVERLAP = timedelta(days=3)
"""Days on which both may be used in a project while it changes over."""

SHARED = 0.7
"""The part of the new name's projects that must have changed over from the old one."""

FOLLOWED = 0.5
"""The part of the old name's last projects that must have; others may not have used it yet."""

LEVEL = 0.01
"""How unlikely the silence of the old name must be at its pace, for all pairs that are tried."""

LONGEST = timedelta(days=180)
"""A change of name that long ago is no news."""

Days = Mapping[str, tuple[date, date]]
"""The first and last day of use by project."""


@dataclass(frozen=True)
class Rename:
    """``old`` became ``new`` in ``projects`` (ids); ``since`` is the first day of the new name."""

    kind: str
    old: str
    new: str
    since: date
    projects: tuple[str, ...]


def renames(
    con: Connection, question: Question, seen: Mapping[Name, Presence], today: date
) -> tuple[Rename, ...]:
    """The changes of name in the projects asked about; the question's span does not matter."""
    pairs = candidates(seen, today)
    if not pairs:
        return ()
    rows = ask(
        con,
        "findings/renames",
        question.over(ALL_TIME),
        names=sorted({each for _, old, new in pairs for each in (old, new)}),
    )
    days: dict[Name, dict[str, tuple[date, date]]] = {}
    for kind, name, project, first, last in rows:
        days.setdefault((kind, name), {})[project] = (first, last)
    return tuple(confirmed(pairs, days))


def candidates(seen: Mapping[Name, Presence], today: date) -> list[tuple[str, str, str]]:
    """(kind, old, new) where the new name begins about when the old one fell surely silent."""
    yesterday = today - timedelta(days=1)
    ended = {
        name: p_value_of_pause(
            each.days_used, (yesterday - each.first_day).days, each.days_ago(yesterday)
        )
        for name, each in seen.items()
        if today - LONGEST <= each.last_day < yesterday
    }
    pairs = [
        (p, old, new)
        for old, p in ended.items()
        for new, each in seen.items()
        if old[0] == new[0]
        and abs(each.first_day - seen[old].last_day) <= NEAR
        and each.first_day > seen[old].first_day
        and each.last_day > seen[old].last_day
    ]
    return [(old[0], old[1], new[1]) for p, old, new in pairs if p * len(pairs) <= LEVEL]


def confirmed(pairs: Iterable[tuple[str, str, str]], days: Mapping[Name, Days]) -> Iterable[Rename]:
    """Of each old name the new one that took over in the same projects, if there is one."""
    taken: set[Name] = set()
    found = [
        (len(shared), kind, old, new, shared)
        for kind, old, new in pairs
        if (shared := _changed_over(days.get((kind, old), {}), days.get((kind, new), {})))
    ]
    for _, kind, old, new, shared in sorted(found, key=lambda each: (-each[0], *each[1:4])):
        if (kind, old) in taken or (kind, new) in taken:
            continue
        taken |= {(kind, old), (kind, new)}
        since = min(first for first, _ in days[kind, new].values())
        yield Rename(kind, old, new, since, shared)


def _changed_over(old: Days, new: Days) -> tuple[str, ...]:
    """The projects that changed over; none where too many did not."""
    ended = max((last for _, last in old.values()), default=None)
    if ended is None:
        return ()
    # Where the old name was given up long before, its end has nothing to do with the new one.
    late = [project for project, (_, last) in old.items() if ended - last <= SELDOM]
    shared = tuple(
        sorted(
            project
            for project in late
            if project in new and -OVERLAP <= new[project][0] - old[project][1] <= SELDOM
        )
    )
    if len(shared) < FOLLOWED * len(late) or len(shared) < SHARED * len(new):
        return ()
    if len(shared) == 1 and abs(new[shared[0]][0] - old[shared[0]][1]) > OVERLAP:
        return ()
    return shared
