"""Which skills and agents are healthy, which need attention and why, and which are unused.

The score only describes. What is found comes from `aggregator.findings`; unused is tested as
`docs/statistics.md` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from aggregator.calendar import Span, last_days
from aggregator.changes import Change
from aggregator.findings.find import Findings, find
from aggregator.findings.finding import Verdict
from aggregator.findings.parts import Part, by_project, by_type
from aggregator.findings.renames import Rename, renames
from aggregator.health_score import Score, score_of
from aggregator.measures import EVERY_PROJECT, Question, ask
from aggregator.parameters import NEW_DAYS, UNUSED_DAYS
from aggregator.presence import Presence, new, observed_before, pauses, presences, unused
from aggregator.reports.effectiveness import settle_kind
from aggregator.spans import NOTHING, By, Counts, Key, counts_in
from schema.frozen import dataclass
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
    """The counts of a skill or agent, and its findings."""

    board: Board
    presence: Presence
    verdict: Verdict
    unused: bool
    new: bool

    @property
    def needs_attention(self) -> bool:
        return self.verdict.needs_attention


@dataclass(frozen=True)
class Dashboard:
    """All skills and agents ever used, by kind and name. ``today`` is the first day that is not
    completely observed (``aggregator.observation``)."""

    names: list[Health]
    findings: Findings
    spans: Spans
    today: date
    unused_days: int
    new_days: int
    renames: tuple[Rename, ...]


@dataclass(frozen=True)
class Detail:
    """One name, and the same of it in each project, most used first.

    ``parts`` compare now with before in each project, and ``types`` in each type of them.
    """

    health: Health
    by_project: list[Board]
    parts: list[Part]
    types: list[Part]


def spans_of(found: Findings) -> Spans:
    """The spans of the comparison, and the last week of them."""
    assert found.recent.until is not None
    return Spans(found.whole, found.recent, found.earlier, last_days(WEEK_DAYS, found.recent.until))


def health(
    con: Connection,
    question: Question,
    *,
    unused_days: int = UNUSED_DAYS.default,
    new_days: int = NEW_DAYS.default,
) -> Dashboard:
    """The health of every skill and agent in the projects asked about; the span is ignored."""
    compared = find(con, question)
    day, spans = compared.today, spans_of(compared)
    seen = presences(con, question)
    counts = _counts(con, question, spans, None, "name")
    errors = _errors(con, question, spans.whole, None, "name")
    boards = {}
    for name in seen:
        key = (EVERY_PROJECT, *name)
        boards[name] = _board(
            key, counts.get(key, [NOTHING] * 4), errors.get(key, []), compared.of(*name).change
        )
    named = renames(con, question, seen, day)
    disused = unused(seen, pauses(con, question, seen, unused_days))
    disused -= {(each.kind, each.old) for each in named}
    fresh = observed_before(
        con, question, new(seen, day, new_days), day - timedelta(days=new_days - 1)
    )
    fresh -= {(each.kind, each.new) for each in named}
    names = [
        Health(
            boards[name],
            presence,
            compared.of(*name),
            name in disused,
            name in fresh,
        )
        for name, presence in sorted(seen.items())
    ]
    return Dashboard(names, compared, spans, day, unused_days, new_days, named)


def detail(con: Connection, question: Question, found: Dashboard, name: str) -> Detail:
    """One name of the dashboard, in each project too.

    Raises as ``settle_kind`` does.
    """
    question = settle_kind(con, question, name)
    one = next(
        each
        for each in found.names
        if (each.board.kind, each.board.skill_name) == (question.kind, name)
    )
    counts = _counts(con, question, found.spans, name, "project")
    errors = _errors(con, question, found.spans.whole, name, "project")
    compared = by_project(one.verdict)
    changes = {part.part: part.change for part in compared}
    boards = [
        _board(key, each, errors.get(key, []), changes[key[0]])
        for key, each in counts.items()
        if key[0] in changes
    ]
    names = {project.project_id: project.name for project in question.scope.projects}
    return Detail(
        one,
        sorted(
            boards,
            key=lambda board: (-board.whole.total_invocations, names.get(board.group, board.group)),
        ),
        compared,
        by_type(one.verdict, found.findings.types),
    )


def _counts(
    con: Connection, question: Question, spans: Spans, name: str | None, by: By
) -> dict[Key, list[Counts]]:
    """Counts of the whole span, its recent part, the part before it, and the last week."""
    wanted = [spans.whole, spans.recent, spans.earlier, spans.week]
    return counts_in(con, question, wanted, name=name, by=by)


def _board(key: Key, counts: list[Counts], errors: list[tuple[str, int]], change: Change) -> Board:
    whole, recent, _, week = counts
    return Board(*key, whole, recent, week, errors, score_of(whole, recent, len(errors)), change)


def _errors(
    con: Connection, question: Question, over: Span, name: str | None, by: By
) -> dict[Key, list[tuple[str, int]]]:
    """The distinct errors of failures and how often each was met, most frequent first."""
    rows = ask(con, "reports/errors", question.over(over), name=name, by=by)
    found: dict[Key, list[tuple[str, int]]] = {}
    for *key, error, times in rows:
        found.setdefault((key[0], key[1], key[2]), []).append((error, int(times)))
    return found


def average_score(found: Iterable[Health]) -> float | None:
    """The mean score of the names that have one."""
    scores = [each.board.score.value for each in found if each.board.score is not None]
    return sum(scores) / len(scores) if scores else None


def top_performers(found: Iterable[Health], count: int = 5) -> list[Health]:
    """The best of those that are good and have nothing to look at.

    By the lower bound of the success rate, so that ten of ten do not beat a hundred of a hundred.
    """
    good = [
        each
        for each in found
        if each.board.score is not None
        and each.board.score.band in ("excellent", "good")
        and not each.needs_attention
        and not each.verdict.worth_a_look
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
