"""What changed since a snapshot: regressions, improvements, what is new and what is gone.

Like is compared with like: the projects that the snapshot knows, and days it does not hold. The
days compared are the last 30 complete ones, as everywhere; while there have not been as many since,
those there have been, so that no use is on both sides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from aggregator.baselines.snapshots import Baseline, Kept, days_since, find, kept_together
from aggregator.calendar import RECENT_DAYS, Span, last_days
from aggregator.changes import ENOUGH, LEVEL, Change, changes
from aggregator.measures import EVERY_PROJECT, ProjectLabel, Question, Scope, measure
from aggregator.observation import observation
from aggregator.presence import Name, Presence, pauses, presences
from aggregator.spans import NOTHING, Counts, counts_in
from aggregator.statistics.inactivity import p_value_of_pause
from aggregator.statistics.multiple_testing import adjusted
from schema.errors import UsageError
from schema.frozen import dataclass
from schema.spelling import command
from schema.warehouse import Connection

Finding = Literal["regression", "gone", "improvement", "new", "stable", "insufficient data"]
ORDER: tuple[Finding, ...] = (
    "regression",
    "gone",
    "improvement",
    "new",
    "stable",
    "insufficient data",
)
_OF_VERDICT: dict[str, Finding] = {
    "degrading": "regression",
    "improving": "improvement",
    "stable": "stable",
    "insufficient data": "insufficient data",
}


@dataclass(frozen=True)
class Compared:
    """A name then and now. ``change`` goes from the snapshot to now.

    ``gone_p`` is the adjusted chance of such a silence at its old pace; None for one that is used.
    Medians are in ms; that of now is None unless it was asked for.
    """

    kind: str
    skill_name: str
    finding: Finding
    before: Kept
    now: Counts
    p50_duration_ms: float | None
    change: Change
    gone_p: float | None


@dataclass(frozen=True)
class Comparison:
    """``now`` is None where no complete day has passed since. ``added`` are projects of the
    question that the snapshot does not know; they are left out.
    """

    baseline: Baseline
    now: Span | None
    since_then: int
    projects: tuple[ProjectLabel, ...]
    added: tuple[ProjectLabel, ...]
    rows: list[Compared]


def compare(
    con: Connection,
    question: Question,
    name: str | None = None,
    *,
    durations: bool = False,
) -> Comparison:
    """The snapshot of that name, or the newest, against the days since, in the projects asked for.

    ``durations`` also takes today's medians, from the rows. Raises as ``find`` does, and UsageError
    when the snapshot knows none of the projects.
    """
    baseline = find(con, name)
    question, added = _like_with_like(con, question, baseline)
    day = observation(con, question).open_day
    passed = days_since(baseline, day)
    now = last_days(min(passed, RECENT_DAYS), day - timedelta(days=1)) if passed else None
    before = {
        key: each
        for key, each in kept_together(con, baseline, question.scope.ids).items()
        if question.kind in ("all", key[0])
    }
    counts: dict[Name, Counts] = {}
    medians: dict[Name, float | None] = {}
    seen: dict[Name, Presence] = {}
    usual: set[Name] = set()
    if now is not None:
        found = counts_in(con, question, [now])
        counts = {(kind, skill): each for (_, kind, skill), [each] in found.items()}
        seen = presences(con, question)
        resting = pauses(con, question, seen, 1)
        usual = {name for name, pause in resting.items() if pause.p_value > LEVEL}
        if durations:
            measured = measure(con, question.over(now))
            medians = {(m.kind, m.skill_name): m.p50_duration_ms for m in measured}
    rows = judged(baseline, before, counts, seen, passed=passed, usual=usual)
    rows = [replace(r, p50_duration_ms=medians.get((r.kind, r.skill_name))) for r in rows]
    return Comparison(baseline, now, passed, question.scope.projects, added, rows)


def _like_with_like(
    con: Connection, question: Question, baseline: Baseline
) -> tuple[Question, tuple[ProjectLabel, ...]]:
    """The question about the projects that the snapshot knows, and those it does not know."""
    scope = question.scope
    known = tuple(p for p in scope.projects if p.project_id in baseline.projects)
    added = tuple(p for p in scope.projects if p.project_id not in baseline.projects)
    if not known:
        listed = ", ".join(repr(p.name) for p in added[:3]) or "any project"
        raise UsageError(
            f"The baseline {baseline.name!r} does not include {listed}.",
            f"Save a new one: {command('baseline save', 'NAME')}",
        )
    both = Scope(known, is_default=scope.is_default and not added)
    return replace(question, scope=both), added


def judged(
    baseline: Baseline,
    before: dict[Name, Kept],
    now: dict[Name, Counts],
    seen: dict[Name, Presence],
    *,
    passed: int,
    usual: Collection[Name] = (),
) -> list[Compared]:
    """Each skill and agent then and now.

    ``usual`` are those whose pause is a usual one on the days on which their projects were active:
    they are not gone.
    """
    names = sorted({*before, *now})
    changed = changes(
        ((EVERY_PROJECT, *name), now.get(name, NOTHING), before.get(name, Kept()).counts)
        for name in names
    )
    silent = gone(baseline, before, now, passed=min(passed, RECENT_DAYS))
    rows = []
    for name in names:
        change = changed[(EVERY_PROJECT, *name)]
        finding = _OF_VERDICT[change.verdict]
        if name in silent and silent[name] <= LEVEL and name not in usual:
            finding = "gone"
        elif name not in before and _began_since(seen.get(name), baseline):
            finding = "new"
        rows.append(
            Compared(
                *name,
                finding,
                before.get(name, Kept()),
                now.get(name, NOTHING),
                None,
                change,
                silent.get(name),
            )
        )
    return sorted(rows, key=_order)


def _began_since(presence: Presence | None, baseline: Baseline) -> bool:
    """Whether a skill or agent was not there before or in the days of the snapshot."""
    assert baseline.span.until is not None
    return presence is not None and presence.first_day > baseline.span.until


def gone(
    baseline: Baseline, before: dict[Name, Kept], now: dict[Name, Counts], *, passed: int
) -> dict[Name, float]:
    """Names in real use then (``ENOUGH`` uses) and not used in the days now: the adjusted chance of
    that, were they used as often as then. Corrected for all that were in real use.
    """
    in_use = {
        name: each
        for name, each in before.items()
        if each.counts.total_invocations >= ENOUGH and passed
    }
    assert baseline.span.days is not None
    p_values = [
        1.0
        if now.get(name, NOTHING).total_invocations
        # Every day of use is one that might have come now, also the first.
        else p_value_of_pause(each.days_used + 1, baseline.span.days + passed, passed)
        for name, each in in_use.items()
    ]
    return {
        name: p
        for name, p in zip(in_use, adjusted(p_values), strict=True)
        if not now.get(name, NOTHING).total_invocations
    }


def _order(row: Compared) -> tuple[int, float, str, str]:
    """Regressions first, and the largest change of each kind first."""
    size = abs(row.change.change or 0.0)
    return ORDER.index(row.finding), -size, row.skill_name, row.kind
