"""What got better or worse over the last periods."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from aggregator import changes, durations, parameters, series
from aggregator.answers.shared import DayFilters, ends, kind_of
from aggregator.answers.struct import Struct
from aggregator.answers.verdicts import Comparison, comparison
from aggregator.calendar import Span
from aggregator.changes import WORDS
from aggregator.durations import PACE_WORDS
from aggregator.findings.find import Findings
from aggregator.parameters import GRAIN, LIMIT, PERIODS
from aggregator.query import Query, Result
from aggregator.reports import trends as report
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        Amount,
        Bounds,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Count,
        Difference,
        DurationVerdict,
        Evidence,
        FirstDay,
        Kind,
        KnownOutcomes,
        LastDay,
        Limit,
        MedianDuration,
        P95Duration,
        PaceWord,
        PeriodGrain,
        PValue,
        Rate,
        RateHigh,
        RateLow,
        SkillName,
        Successes,
        SuccessRate,
        Uses,
        Verdict,
    )

Step = TypeVar("Step", bound="SuccessStep")


class Filters(DayFilters):
    """What was asked; the days are those of the complete periods."""

    name: str | None
    """The skill or agent of the query; null: all."""
    grain: PeriodGrain
    periods: Annotated[int, PERIODS]
    limit: Limit


class Period(Struct):
    """One period."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the period is still going on; such a period is not compared."""
    is_observed: bool
    """Whether anything is known of the period; false: nothing was collected or recorded then."""
    total_invocations: Uses | None
    """Number of uses; null: not known."""
    successful_completions: Successes | None
    """Successes; null: not known."""
    known_outcomes: KnownOutcomes | None
    """Outcomes; null: not known."""
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    p50_duration_ms: MedianDuration | None
    p95_duration_ms: P95Duration | None


class SuccessStep(Struct):
    """The last complete period against the one before."""

    known_outcomes: KnownOutcomes
    known_outcomes_before: Count
    """Known outcomes before."""
    success_rate: SuccessRate | None
    success_rate_before: Rate | None
    """Success rate before; null without known outcomes."""
    change: Difference | None
    """Rate now minus rate before; null where one of them is missing."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    p_value: PValue | None
    """p-value of no change; null: too few outcomes to compare."""
    adjusted_p: AdjustedP | None
    """The p-value adjusted for everything that was compared; null as the p-value."""
    verdict: Verdict
    change_in_words: ChangeWord


class SuccessCourse(SuccessStep):
    """The success rate over all complete periods."""

    known_outcomes: KnownOutcomes
    """Known outcomes in the later half of the periods."""
    known_outcomes_before: Count
    """Known outcomes in the earlier half."""
    change: Difference | None
    """Rise of the straight line from the first to the last period with known outcomes; null
    without."""
    p_value: PValue | None
    """p-value of no rise and no fall; null: too few outcomes to compare."""


class Success(Struct):
    """How the success rate changed."""

    verdict: Verdict
    """The last complete days against the days before, as every command tells it."""
    change: ChangeWord
    last: SuccessStep
    """The last complete period against the one before."""
    whole: SuccessCourse
    """The trend over all complete periods."""


class DurationStep(Struct):
    """Durations now against durations before."""

    durations: Count
    """How many durations now."""
    durations_before: Count
    """How many durations before."""
    ratio: Amount | None
    """Median now divided by the median before; for several periods, of the geometric means of
    their medians."""
    superiority: Rate | None
    """Share of pairs in which the duration now is the longer one; null: not computed, because the
    medians are close or there are too few durations."""
    p_value: PValue | None
    """p-value of neither side being longer; null as superiority."""
    adjusted_p: AdjustedP | None
    """The p-value adjusted for everything that was compared; null as the p-value."""
    verdict: DurationVerdict
    """What the comparison says."""
    change: PaceWord


class Duration(Struct):
    """How the durations changed."""

    verdict: DurationVerdict
    """The last complete days against the days before, as every command tells it."""
    change: PaceWord
    last: DurationStep
    """The last complete period against the one before."""
    halves: DurationStep
    """The later half of the complete periods against the earlier."""


class Weekday(Struct):
    """A weekday on which it is used more than others are, or succeeds more or less often."""

    measure: Literal["uses", "success"]
    """What is different: its share of uses, or its success rate."""
    weekday: Annotated[int, Bounds(1, 7)]
    """The day of the week, 1 is Monday."""
    value: Rate
    """Share of its uses on this weekday, or its success rate on it."""
    otherwise: Rate
    """The share expected from the weeks of everything used, or its success rate on other days."""
    counted: Count
    """Its uses, or known outcomes, on this weekday."""
    weeks: Count
    """Complete weeks that were compared, of the last 26."""
    adjusted_p: AdjustedP
    """The p-value adjusted for all weekdays of all skills and agents (Benjamini-Hochberg)."""


class Row(Struct):
    """One row."""

    kind: Kind
    skill_name: SkillName
    total_invocations: Uses
    """Uses in the complete periods."""
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    p50_duration_ms: MedianDuration | None
    """Median duration in milliseconds in the last complete period with any; null without."""
    periods: list[Period]
    """Oldest first; the last one is still going on."""
    success: Success
    """How the success rate changed."""
    duration: Duration
    """How the durations changed."""
    comparison: Comparison
    """The last days against the days before, as every command tells it."""
    weekdays: list[Weekday]
    """Weekdays that stand out, the surest first; mostly empty."""
    evidence: Evidence
    """The command that shows the details."""


class Totals(Struct):
    """Over all rows, shown or not."""

    names: Count
    """Number of skills and agents."""
    degrading: Count
    """Names that got worse."""
    improving: Count
    """Names that got better."""
    stable: Count
    """Names without a clear change."""
    insufficient_data: Count
    """Names with too few known outcomes to be compared."""
    slower: Count
    """Names that became slower."""
    faster: Count
    """Names that became faster."""


class Answer(Struct):
    """What got better or worse over the last periods."""

    filters: Filters
    data: list[Row]
    totals: Totals


def trends(
    con: Connection,
    query: Query,
    *,
    grain: parameters.PeriodGrain = GRAIN.default,
    periods: Annotated[int, PERIODS] = PERIODS.default,
    name: str | None = None,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    on_read: durations.OnRead = lambda durations: None,
) -> Result[report.Trends, Answer]:
    """The last ``periods`` complete periods of all skills and agents, or of one.

    ``on_read`` hears how many durations are about to be read.
    """
    found = report.trends(
        con, query.question, grain=grain, periods=periods, name=name, limit=limit, on_read=on_read
    )
    times = Counter(row.skill_name for row in found.rows)
    spans = [*found.periods, found.open]
    filters = query.filters(
        Filters,
        window=None,
        since=found.periods[0].since,
        until=found.periods[-1].until,
        name=name,
        grain=grain,
        periods=periods,
        limit=limit,
    )
    answer = Answer(
        filters=filters,
        data=[
            _row(
                row,
                spans,
                details_of(row, found, query, twice=times[row.skill_name] > 1),
                found.findings,
                query,
            )
            for row in found.rows
        ],
        totals=Totals(
            names=found.names,
            degrading=found.rates["degrading"],
            improving=found.rates["improving"],
            stable=found.rates["stable"],
            insufficient_data=found.rates["insufficient data"],
            slower=found.paces["slower"],
            faster=found.paces["faster"],
        ),
    )
    return Result(found, query, answer, query.warnings())


def details_of(row: report.Trend, found: report.Trends, query: Query, *, twice: bool) -> str:
    """The command that shows the uses of the row."""
    over = Span(found.periods[0].since, found.periods[-1].until)
    return query.details.of_name(
        "effectiveness", row.skill_name, over=over, kind=row.kind if twice else None
    )


def _row(row: report.Trend, spans: list[Span], command: str, found: Findings, query: Query) -> Row:
    whole = row.whole
    return Row(
        kind=kind_of(row.kind),
        skill_name=row.skill_name,
        total_invocations=whole.total_invocations,
        known_outcomes=whole.known,
        success_rate=whole.success_rate,
        **ends(whole.success_interval),
        p50_duration_ms=row.typical_duration_ms,
        periods=[
            _period(period, span, is_open=span is spans[-1])
            for period, span in zip([*row.periods, row.open], spans, strict=True)
        ],
        success=Success(
            verdict=row.verdict.change.verdict,
            change=WORDS[row.verdict.change.verdict],
            last=_success(SuccessStep, row.rate.last),
            whole=_success(SuccessCourse, row.rate.whole),
        ),
        duration=Duration(
            verdict=row.verdict.pace.verdict,
            change=PACE_WORDS[row.verdict.pace.verdict],
            last=_durations(row.pace.last),
            halves=_durations(row.pace.halves),
        ),
        comparison=comparison(found, row.verdict, query),
        weekdays=[
            Weekday(
                measure=each.measure,
                weekday=each.weekday,
                value=each.value,
                otherwise=each.otherwise,
                counted=each.counted,
                weeks=each.weeks,
                adjusted_p=each.adjusted_p,
            )
            for each in row.weekdays
        ],
        evidence=command,
    )


def _period(period: series.Period, span: Span, *, is_open: bool) -> Period:
    assert span.since is not None
    assert span.until is not None
    return Period(
        since=span.since,
        until=span.until,
        is_open=is_open,
        is_observed=period.observed,
        total_invocations=period.uses,
        successful_completions=period.successes if period.observed else None,
        known_outcomes=period.outcomes,
        success_rate=period.success_rate,
        **ends(period.success_interval),
        p50_duration_ms=period.p50_duration_ms,
        p95_duration_ms=period.p95_duration_ms,
    )


def _success(kind: type[Step], change: changes.Change) -> Step:
    is_tested = change.verdict != "insufficient data"
    return kind(
        known_outcomes=change.now.known,
        known_outcomes_before=change.before.known,
        success_rate=change.now.success_rate,
        success_rate_before=change.before.success_rate,
        change=change.change,
        change_low=change.low,
        change_high=change.high,
        p_value=change.p_value if is_tested else None,
        adjusted_p=change.adjusted_p if is_tested else None,
        verdict=change.verdict,
        change_in_words=WORDS[change.verdict],
    )


def _durations(compared: durations.DurationComparison) -> DurationStep:
    return DurationStep(
        durations=compared.count,
        durations_before=compared.count_before,
        ratio=compared.ratio,
        superiority=compared.superiority,
        p_value=compared.p_value,
        adjusted_p=compared.adjusted_p,
        verdict=compared.verdict,
        change=PACE_WORDS[compared.verdict],
    )
