"""Which skills and agents are healthy, which need attention and why, and which are unused.

The score only describes. Worse, failing, low and unused are tested, each with a false discovery
rate of 5% (`docs/statistics.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from aggregator.calendar import Span, last_days, span
from aggregator.changes import LEVEL, Change, changes, recent_and_earlier
from aggregator.contrasts import Contrast, contrasts
from aggregator.health_score import Score, score_of
from aggregator.measures import EVERY_PROJECT, Question, ask
from aggregator.observation import observation
from aggregator.parameters import NEW_DAYS, UNUSED_DAYS
from aggregator.presence import Name, Presence, new, pauses, presences, unused
from aggregator.reports.effectiveness import settle_kind
from aggregator.spans import NOTHING, By, Counts, Key, counts_in
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import at_most
from schema.warehouse import Connection

WEEK_DAYS = 7


@dataclass(frozen=True)
class Spans:
    """The complete days that are compared; ``whole`` is ``earlier`` and ``recent``."""

    whole: Span
    recent: Span
    earlier: Span
    week: Span


@dataclass(frozen=True)
class Board:
    """The counts of a skill or agent, over all projects asked about or in one (``group``)."""

    group: str
    kind: str
    skill_name: str
    whole: Counts
    recent: Counts
    week: Counts
    errors: list[tuple[str, int]]
    score: Score | None
    change: Change


@dataclass(frozen=True)
class Health:
    """The counts of a skill or agent, and its findings.

    ``failing`` are projects in which it works worse than elsewhere, worst first. ``low_p`` is set
    when its success rate is significantly below that of a 'good' one.
    """

    board: Board
    presence: Presence
    failing: list[Contrast]
    low_p: float | None
    unused: bool
    new: bool

    @property
    def needs_attention(self) -> bool:
        return self.board.change.verdict == "degrading" or bool(self.failing) or self.is_low

    @property
    def is_low(self) -> bool:
        return self.low_p is not None


@dataclass(frozen=True)
class Dashboard:
    """Every name that was ever used, by kind and name. ``today`` is the first day that is not
    completely observed (``aggregator.observation``)."""

    names: list[Health]
    spans: Spans
    today: date
    unused_days: int
    new_days: int


@dataclass(frozen=True)
class Detail:
    """One name, and the same of it in each project, most used first."""

    health: Health
    by_project: list[Board]


def spans_of(day: date) -> Spans:
    """The spans that end on the day before ``day``, which is still open."""
    recent, earlier = recent_and_earlier(day)
    assert recent.until is not None
    return Spans(
        span(earlier.since, recent.until), recent, earlier, last_days(WEEK_DAYS, recent.until)
    )


def health(
    con: Connection,
    question: Question,
    *,
    unused_days: int = UNUSED_DAYS.default,
    new_days: int = NEW_DAYS.default,
) -> Dashboard:
    """The health of every skill and agent in the projects asked about; the span is ignored."""
    day = observation(con, question).open_day
    spans = spans_of(day)
    seen = presences(con, question)
    counts = _counts(con, question, spans, None, "name")
    boards = {
        (kind, name): board
        for (_, kind, name), board in _boards(
            {**{(EVERY_PROJECT, *name): [NOTHING] * 4 for name in seen}, **counts},
            _errors(con, question, spans.whole, None, "name"),
        ).items()
    }
    failing: dict[Name, list[Contrast]] = {}
    for each in contrasts(con, question, spans.whole):
        if each.side.gap < 0:
            failing.setdefault((each.side.kind, each.side.skill_name), []).append(each)
    low = surely_low({name: board.score for name, board in boards.items()})
    disused = unused(seen, pauses(con, question, seen, unused_days))
    fresh = new(seen, day, new_days)
    names = [
        Health(
            boards[name],
            presence,
            failing.get(name, []),
            low.get(name),
            name in disused,
            name in fresh,
        )
        for name, presence in sorted(seen.items())
    ]
    return Dashboard(names, spans, day, unused_days, new_days)


def detail(con: Connection, question: Question, found: Dashboard, name: str) -> Detail:
    """One name of the dashboard, in each project too.

    The findings are the dashboard's, adjusted for all skills. Raises as ``settle_kind`` does.
    """
    question = settle_kind(con, question, name)
    one = next(
        each
        for each in found.names
        if (each.board.kind, each.board.skill_name) == (question.kind, name)
    )
    by_project = _boards(
        _counts(con, question, found.spans, name, "project"),
        _errors(con, question, found.spans.whole, name, "project"),
    )
    names = {project.project_id: project.name for project in question.scope.projects}
    return Detail(
        one,
        sorted(
            by_project.values(),
            key=lambda board: (-board.whole.total_invocations, names.get(board.group, board.group)),
        ),
    )


def _counts(
    con: Connection, question: Question, spans: Spans, name: str | None, by: By
) -> dict[Key, list[Counts]]:
    """Counts of the whole span, its recent part, the part before it, and the last week."""
    wanted = [spans.whole, spans.recent, spans.earlier, spans.week]
    return counts_in(con, question, wanted, name=name, by=by)


def _boards(
    counts: Mapping[Key, list[Counts]], errors: Mapping[Key, list[tuple[str, int]]]
) -> dict[Key, Board]:
    changed = changes((key, recent, before) for key, (_, recent, before, _) in counts.items())
    return {
        key: Board(
            *key,
            whole,
            recent,
            week,
            errors.get(key, []),
            score_of(whole, recent, len(errors.get(key, []))),
            changed[key],
        )
        for key, (whole, recent, _, week) in counts.items()
    }


def _errors(
    con: Connection, question: Question, over: Span, name: str | None, by: By
) -> dict[Key, list[tuple[str, int]]]:
    """The distinct errors of failures and how often each was met, most frequent first."""
    rows = ask(con, "reports/errors", question.over(over), name=name, by=by)
    found: dict[Key, list[tuple[str, int]]] = {}
    for *key, error, times in rows:
        found.setdefault((key[0], key[1], key[2]), []).append((error, int(times)))
    return found


def surely_low(scores: Mapping[Name, Score | None]) -> dict[Name, float]:
    """What has a success rate significantly below 'good', adjusted for testing all skills.

    A one-sided test at half the level, as each side of a two-sided test has.
    """
    tested = [(name, _chance_of_good(score)) for name, score in scores.items() if score is not None]
    sure = adjusted([p for _, p in tested])
    return {name: p for (name, _), p in zip(tested, sure, strict=True) if p <= LEVEL / 2}


def _chance_of_good(score: Score) -> float:
    """The p-value of so few successes if the rate were 'good'; 1 for a rate that is."""
    if score.success_rate >= score.rate_of_good:
        return 1.0
    return at_most(score.successes, score.known, score.rate_of_good)


def average_score(found: Iterable[Health]) -> float | None:
    """The mean score of the names that have one."""
    scores = [each.board.score.value for each in found if each.board.score is not None]
    return sum(scores) / len(scores) if scores else None


def top_performers(found: Iterable[Health], count: int = 5) -> list[Health]:
    """The best of those that are good and need no attention.

    By the lower bound of the success rate, so that ten of ten do not beat a hundred of a hundred.
    """
    good = [
        each
        for each in found
        if each.board.score is not None
        and each.board.score.band in ("excellent", "good")
        and not each.needs_attention
        and not each.unused
    ]
    good.sort(
        key=lambda each: (
            -(each.board.whole.success_interval or (0.0, 0.0))[0],
            each.board.skill_name,
            each.board.kind,
        )
    )
    return good[:count]
