"""How healthy skills and agents are, and why some need attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from aggregator.answers.health_reasons import Reason, ReasonKind, reasons_of
from aggregator.answers.score_steps import explained
from aggregator.answers.shared import (
    Change,
    DayFilters,
    ErrorCount,
    OfName,
    OfProject,
    change_of,
    ends,
    kind_of,
)
from aggregator.answers.struct import Struct
from aggregator.answers.text_changes import TextChange, text_change
from aggregator.answers.verdicts import (
    Comparison,
    NowAndBefore,
    Renamed,
    TypeChange,
    comparison,
    now_and_before,
    renamed,
    sides_of,
)
from aggregator.health_score import Score
from aggregator.parameters import HEALTH_LIMIT, NEW_DAYS, UNUSED_DAYS
from aggregator.presence import Name
from aggregator.query import Query, Result
from aggregator.reports import health as report
from aggregator.skills.names import on_disk
from aggregator.skills.versions import VersionChange
from schema.frozen import dataclass
from schema.parameter import MAX_COUNT
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Abandoned,
        Amount,
        Bounds,
        Count,
        Evidence,
        Failures,
        KnownOutcomes,
        ProjectId,
        RateHigh,
        RateLow,
        Successes,
        SuccessRate,
        Unknown,
        Uses,
    )

Status: TypeAlias = Literal[
    "needs attention",
    "worth a look",
    "excellent",
    "good",
    "needs work",
    "critical",
    "insufficient data",
]
Band: TypeAlias = Literal["excellent", "good", "needs work", "critical", "insufficient data"]


class Filters(DayFilters):
    """What was asked."""

    name: str | None
    """The skill or agent of the query; null: all."""
    unused_days: Annotated[int, UNUSED_DAYS]
    new_days: Annotated[int, NEW_DAYS]
    limit: Annotated[int, HEALTH_LIMIT] | None
    """Null: all, in order of their names."""


class ScoreParts(Struct):
    """The parts that make up a score."""

    success_points: Annotated[float, Bounds(0, 50)]
    """50 x the success rate of the whole span."""
    recent_points: Annotated[float, Bounds(0, 30)]
    """30 x the success rate of the last 30 complete days."""
    error_points: Annotated[float, Bounds(0, 20)]
    """20 x (1 - 5% per distinct error type, at most 25%)."""
    recent_stands_alone: bool
    """False: too few recent outcomes, so the whole span's rate is used instead."""
    error_types: Count
    """Distinct error types."""


class Recent(Struct):
    """Uses of the last days."""

    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None


class Attention(Struct):
    """A reason why something needs attention."""

    reason: ReasonKind
    """Why it needs attention."""
    sentence: str
    """The reason in a sentence, with its numbers."""
    project_id: ProjectId | None
    """The project it fails in; null: everywhere."""
    evidence: Evidence


class Board(Struct):
    """What was counted, and the score."""

    score: Annotated[int, Bounds(0, 100)] | None
    """Health score, 0 to 100; null below 10 known outcomes."""
    band: Band
    """The score in words; insufficient data: fewer than 10 known outcomes."""
    parts: ScoreParts | None
    """The parts of the score; null without a score."""
    total_invocations: Uses
    known_outcomes: KnownOutcomes
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    last_30_days: Recent
    """The last 30 complete days."""
    last_7_days: Recent
    """The last 7 complete days."""
    trend: Change
    """How the success rate changed."""
    errors: list[ErrorCount]
    """Error types of the failures, most frequent first."""


class ProjectHealth(Board, OfProject):
    """The health of one skill or agent in one project."""

    compared: NowAndBefore
    """The last days against the days before, in this project."""


class Row(Board, OfName):
    """The health of one skill or agent."""

    status: Status
    """What leads: its findings, or without any the score in words."""
    attention: list[Attention]
    """Why it needs attention; empty when it does not."""
    comparison: Comparison
    """The last days against the days before, as every command tells it."""
    text_changes: list[TextChange]
    """Changes of its file's text in the days that are compared, the newest first."""
    unused: bool
    """Whether it is unused: not used for a long time although its projects were active."""
    new: bool
    """Whether it was first used recently."""
    first_day: date
    """Day of all time, in the reporting zone."""
    last_day: date
    """Day of all time, in the reporting zone."""
    days_since_use: Count
    """Days since the last use."""
    days_used: Count
    """Days on which it was used."""
    uses_ever: Count
    """Uses of all time."""
    by_project: list[ProjectHealth]
    """The same for each project; empty unless one name was asked about."""
    by_type: list[TypeChange]
    """Now and before in each type of projects; empty unless one name was asked about."""
    explanation: list[str]
    """How the score is computed, step by step; empty unless one name was asked about."""
    evidence: Evidence
    """The command that shows the uses behind it."""


class Totals(Struct):
    """Over all rows, shown or not."""

    names: Count
    """Number of skills and agents."""
    excellent: Count
    """Names with an excellent score."""
    good: Count
    """Names with a good score."""
    needs_work: Count
    """Names whose score needs work."""
    critical: Count
    """Names with a critical score."""
    insufficient_data: Count
    """Names with too few known outcomes for a score."""
    average_score: Annotated[float, Bounds(0, 100)] | None
    """Mean of all scores; null without any."""
    needs_attention: Count
    """Names that need attention."""
    worth_a_look: Count
    """Names that have something to look at, which is not sure."""
    expected_by_chance: Amount
    """How many would be worth a look on average if nothing had happened; at most 1."""
    improving: Count
    """Names that got better."""
    stable: Count
    """Names without a clear change."""
    degrading: Count
    """Names that got worse."""
    unused: Count
    """Names that are unused."""
    new: Count
    """Names that are new."""
    renames: list[Renamed]
    """Those that were given another name; they count neither as unused nor as new."""


class Answer(Struct):
    """How healthy names are, and why some need attention."""

    filters: Filters
    data: list[Row]
    totals: Totals


TODAY_EXCLUDED = "Today is excluded."


@dataclass(frozen=True)
class Found:
    """The dashboard, one name of it in detail where one was asked for, and every reason.

    ``changes`` are those of texts in the days that are compared; ``notes`` are about what numbers
    by name cannot tell.
    """

    dashboard: report.Dashboard
    detail: report.Detail | None
    reasons: Mapping[Name, list[Reason]]
    changes: Mapping[Name, list[VersionChange]]
    notes: list[str]


def health(
    con: Connection,
    query: Query,
    name: str | None = None,
    *,
    unused_days: Annotated[int, UNUSED_DAYS] = UNUSED_DAYS.default,
    new_days: Annotated[int, NEW_DAYS] = NEW_DAYS.default,
    limit: Annotated[int, HEALTH_LIMIT] | None = HEALTH_LIMIT.default,
) -> Result[Found, Answer]:
    """The dashboard, or all about ``name``; raises for names as the report's ``detail`` does.

    The query's span does not matter: a health is that of the last complete days. One name's errors
    by project are read from rows.
    """
    board = report.health(con, query.question, unused_days=unused_days, new_days=new_days)
    one = None if name is None else report.detail(con, query.question, board, name)
    query = query.over(board.spans.whole)
    times = Counter(each.board.skill_name for each in board.names)
    reasons = {
        _name(each): reasons_of(
            each, board, query, _shown_kind(each, query, times[each.board.skill_name])
        )
        for each in board.names
    }
    rows = board.names if one is None else [one.health]
    if limit is not None and limit < MAX_COUNT:
        rows = most_urgent(rows)[:limit]
    else:
        limit = None
    disk = on_disk(con, query.question, name)
    since = board.spans.whole.start
    changes = {
        _name(each): [
            change
            for change in disk.changes_of(*_name(each))
            if query.local(change.at).date() >= since
        ]
        for each in rows
    }
    notes = disk.warnings(name)
    answer = Answer(
        filters=query.filters(
            Filters,
            window=None,
            name=name,
            unused_days=unused_days,
            new_days=new_days,
            limit=limit,
        ),
        data=[
            _row(
                each,
                board,
                reasons[_name(each)],
                one,
                query,
                _shown_kind(each, query, times[each.board.skill_name]),
                changes[_name(each)],
            )
            for each in rows
        ],
        totals=_totals(board, query),
    )
    found = Found(board, one, reasons, changes, notes)
    return Result(found, query, answer, [*query.warnings(), *notes])


def most_urgent(rows: Iterable[report.Health]) -> list[report.Health]:
    """What needs attention first, then what is worth a look; of each the lowest score first."""
    return sorted(
        rows,
        key=lambda each: (
            not each.needs_attention,
            not each.verdict.worth_a_look,
            each.board.score.value if each.board.score else 101,
        ),
    )


def _name(each: report.Health) -> Name:
    return each.board.kind, each.board.skill_name


def _shown_kind(each: report.Health, query: Query, times: int) -> str | None:
    """The kind, where a command has to name it."""
    return each.board.kind if times > 1 or query.question.kind != "all" else None


def _whole_details(each: report.Health, spans: report.Spans, query: Query, kind: str | None) -> str:
    return query.details.of_name(
        "effectiveness", each.board.skill_name, over=spans.whole, kind=kind
    )


def _row(
    each: report.Health,
    found: report.Dashboard,
    reasons: list[Reason],
    one: report.Detail | None,
    query: Query,
    kind: str | None,
    changes: list[VersionChange],
) -> Row:
    board, spans = each.board, found.spans
    parts = {part.part: part for part in one.parts} if one else {}
    return Row(
        kind=kind_of(board.kind),
        skill_name=board.skill_name,
        **_board(board, spans),
        status=status_of(each),
        text_changes=[text_change(change, query) for change in changes],
        comparison=comparison(found.findings, each.verdict, query),
        attention=[
            Attention(
                reason=reason.kind,
                sentence=reason.sentence,
                project_id=reason.project_id,
                evidence=reason.evidence,
            )
            for reason in reasons
        ],
        unused=each.unused,
        new=each.new,
        first_day=each.presence.first_day,
        last_day=each.presence.last_day,
        days_since_use=each.presence.days_ago(found.today),
        days_used=each.presence.days_used,
        uses_ever=each.presence.total_invocations,
        by_project=[
            ProjectHealth(
                **query.project(part.group),
                **_board(part, spans),
                compared=now_and_before(found.findings, parts[part.group]),
            )
            for part in (one.by_project if one else ())
        ],
        by_type=[
            TypeChange(
                project_type=part.part or None,
                projects=part.projects,
                **sides_of(found.findings, part),
            )
            for part in (one.types if one else ())
        ],
        explanation=explained(board, spans) if one else [],
        evidence=_whole_details(each, spans, query, kind),
    )


def status_of(each: report.Health) -> Status:
    """What leads of a skill: its findings, or without any the score in words."""
    if each.verdict.needs_attention:
        return "needs attention"
    if each.verdict.worth_a_look:
        return "worth a look"
    score = each.board.score
    return "insufficient data" if score is None else score.band


def _board(board: report.Board, spans: report.Spans) -> dict[str, Any]:
    """The fields of ``Board``."""
    whole, score = board.whole, board.score
    return {
        "score": None if score is None else score.value,
        "band": "insufficient data" if score is None else score.band,
        "parts": None if score is None else _parts(score),
        "total_invocations": whole.total_invocations,
        "known_outcomes": whole.known,
        "successful_completions": whole.successes,
        "failures": whole.failures,
        "abandoned": whole.abandoned,
        "unknown": whole.unknown,
        "success_rate": whole.success_rate,
        **ends(whole.success_interval),
        "last_30_days": Recent(
            known_outcomes=board.recent.known, success_rate=board.recent.success_rate
        ),
        "last_7_days": Recent(
            known_outcomes=board.week.known, success_rate=board.week.success_rate
        ),
        "trend": change_of(board.change, spans.recent, spans.earlier),
        "errors": [ErrorCount(error_type=error, count=times) for error, times in board.errors],
    }


def _parts(score: Score) -> ScoreParts:
    return ScoreParts(
        success_points=float(score.success_points),
        recent_points=float(score.recent_points),
        error_points=float(score.error_points),
        recent_stands_alone=score.recent_stands_alone,
        error_types=score.error_types,
    )


def _totals(found: report.Dashboard, query: Query) -> Totals:
    bands = Counter(
        "insufficient data" if each.board.score is None else each.board.score.band
        for each in found.names
    )
    verdicts = Counter(each.board.change.verdict for each in found.names)
    return Totals(
        names=len(found.names),
        excellent=bands["excellent"],
        good=bands["good"],
        needs_work=bands["needs work"],
        critical=bands["critical"],
        insufficient_data=bands["insufficient data"],
        average_score=report.average_score(found.names),
        needs_attention=sum(each.needs_attention for each in found.names),
        worth_a_look=sum(each.verdict.worth_a_look for each in found.names),
        expected_by_chance=found.findings.expected_looks,
        improving=verdicts["improving"],
        stable=verdicts["stable"],
        degrading=verdicts["degrading"],
        unused=sum(each.unused for each in found.names),
        new=sum(each.new for each in found.names),
        renames=[renamed(each, query) for each in found.renames],
    )
