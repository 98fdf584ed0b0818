"""Changes of a skill's text, and whether it works better or worse since: uses before and after.

A change is dated by the file's own time where that lies between the last pass that found the old
text and the first that found the new one, otherwise by that first pass. The same change in several
projects is one change. All changes are tested at once, by the rule of ``aggregator.changes``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from aggregator.calendar import ALL_TIME
from aggregator.changes import Change, changes
from aggregator.findings.finding import LOOK_CHANGE, LOOK_ENOUGH, Level
from aggregator.measures import Question, ask
from aggregator.outcomes import NO_OUTCOMES, Outcomes
from aggregator.skills.files import USER, Version, versions
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection, micros

COMPARED = timedelta(days=90)
"""At most so much time before and after a change is compared."""


EDIT_LEVEL = 0.1
"""Largest p-value, to both sides and not adjusted, of an edit that is worth a look. When to look is
known beforehand, and only what got worse is named: so of edits without effect at most 5 % are."""


@dataclass(frozen=True)
class Text:
    """A text that a file had, from ``since`` on (None: since before it was first seen).

    ``until`` is None for the text it has. ``version`` is the file with that text.
    """

    version: Version
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class VersionChange:
    """A change of a text, in these projects (ids), with what the test of its uses says.

    ``names`` are all under which it is used; ``at`` is its earliest date. ``level`` is how much it
    deserves a person, None where nothing is worse.
    """

    kind: str
    name: str
    names: frozenset[str]
    before: str
    after: str
    at: datetime
    projects: tuple[str, ...]
    change: Change
    level: Level | None


def histories(found: Sequence[Version]) -> dict[tuple[str, str], list[Text]]:
    """The texts of each file (project and path) in order of time."""
    by_file: dict[tuple[str, str], list[Version]] = {}
    for each in found:
        by_file.setdefault((each.project_id, each.path), []).append(each)
    return {file: _texts(of_file) for file, of_file in by_file.items()}


def _texts(found: Sequence[Version]) -> list[Text]:
    starts = [(each.first_seen_at, each) for each in found]
    there = next((each for each in found if each.is_there), None)
    gone = [each.gone_at for each in found if each.gone_at is not None]
    if there is not None and gone and max(gone) > there.first_seen_at:
        # It went back to a text that it had before.
        starts.append((max(gone), there))
    starts.sort(key=lambda start: (start[0], start[1].is_there, start[1].gone_at or start[0]))
    dates: list[datetime | None] = [None]
    for (_, before), (seen, after) in pairwise(starts):
        # A text that came back was seen last after the one between.
        last = before.last_seen_at if before.last_seen_at <= seen else before.first_seen_at
        is_between = last <= after.modified_at <= seen
        dates.append(after.modified_at if is_between else seen)
    ends = [*dates[1:], None if there is not None else max(gone, default=None)]
    return [
        Text(version, since, until)
        for (_, version), since, until in zip(starts, dates, ends, strict=True)
    ]


def version_changes(con: Connection, question: Question) -> list[VersionChange]:
    """Every change of a text in the projects asked about, the newest first.

    Without any, nothing but the files is read.
    """
    changed = con.execute(statement("aggregator/skills/sql/changed_names.sql")).fetchall()
    if not changed:
        return []
    here = set(question.scope.ids)
    files = histories(versions(con, names=sorted({name for (name,) in changed})))
    moves: dict[tuple[str, str, str, str], list[tuple[str, datetime, Text, Text]]] = {}
    for (project, _), texts in files.items():
        if project not in here and not texts[0].version.is_users:
            continue
        for before, after in pairwise(texts):
            if after.since is None or before.version.digest == after.version.digest:
                continue
            key = (
                after.version.used_as,
                after.version.name,
                before.version.digest,
                after.version.digest,
            )
            moves.setdefault(key, []).append((project, after.since, before, after))
    return _tested(con, question, moves)


Side = tuple[str, set[tuple[str, str]], datetime, datetime]
"""A kind, the projects (`(user)`: any) with the names of its uses there, from an instant on, before
another."""

Moves = Mapping[tuple[str, str, str, str], Sequence[tuple[str, datetime, Text, Text]]]


def _tested(con: Connection, question: Question, moves: Moves) -> list[VersionChange]:
    sides: list[Side] = []
    for (kind, _, _, _), places in moves.items():
        for number, (project, at, before, after) in enumerate(places):
            here = {(project, name) for name in after.version.names}
            # What plugins brought is used in any project, and counts once.
            plugin_names = () if number else after.version.plugin_names
            anywhere = {(USER, name) for name in plugin_names}
            first = max(at - COMPARED, before.since or at - COMPARED)
            last = min(at + COMPARED, after.until or question.horizon)
            sides.append((kind, here | anywhere, first, at))
            sides.append((kind, here | anywhere, at, max(at, last)))
    counts = iter(outcomes_in(con, question, sides))
    pairs = []
    for key, places in moves.items():
        before_all, after_all = NO_OUTCOMES, NO_OUTCOMES
        for _ in places:
            before_all += next(counts)
            after_all += next(counts)
        pairs.append((key, after_all, before_all))
    tested = changes([((kind, name, f"{a} {b}"), x, y) for (kind, name, a, b), x, y in pairs])
    found = [
        VersionChange(
            kind,
            name,
            frozenset[str]().union(
                *(place[3].version.all_names for place in moves[kind, name, before, after])
            ),
            before,
            after,
            min(place[1] for place in moves[kind, name, before, after]),
            tuple(sorted({place[0] for place in moves[kind, name, before, after]})),
            tested[kind, name, f"{before} {after}"],
            level_of(tested[kind, name, f"{before} {after}"]),
        )
        for (kind, name, before, after), _, _ in pairs
    ]
    return sorted(found, key=lambda each: (-micros(each.at), each.kind, each.name, each.after))


def level_of(change: Change) -> Level | None:
    """How much a change for the worse deserves a person: the levels of every comparison."""
    if change.verdict == "degrading":
        return "needs attention"
    enough = min(change.now.known, change.before.known) >= LOOK_ENOUGH
    is_large = change.change is not None and change.change <= -LOOK_CHANGE
    return "worth a look" if enough and is_large and change.p_value <= EDIT_LEVEL else None


def outcomes_in(
    con: Connection,
    question: Question,
    spans: Sequence[Side],
) -> list[Outcomes]:
    """The outcomes in each span."""
    rows = [
        {
            "number": number,
            "project_id": project,
            "kind": kind,
            "name": name,
            "since": micros(since),
            "until": micros(until),
        }
        for number, (kind, names, since, until) in enumerate(spans)
        for project, name in sorted(names)
    ]
    found = [NO_OUTCOMES] * len(spans)
    if rows:
        asked = ask(con, "skills/sql/version_uses", question.over(ALL_TIME), spans=rows)
        for number, *counts in asked:
            found[number] = Outcomes(*counts)
    return found
