"""Baselines: what they hold, and what changed since."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from aggregator import text
from aggregator.answers.shared import (
    Change,
    EndedUses,
    NoFilters,
    NoTotals,
    OfName,
    OfProject,
    change_of,
    ends,
    kind_of,
)
from aggregator.answers.struct import Struct
from aggregator.answers.verdicts import Comparison, comparison
from aggregator.baselines import snapshots
from aggregator.calendar import RECENT_DAYS
from aggregator.findings.find import Findings, find
from aggregator.measures import EVERY_PROJECT, labels
from aggregator.parameters import DURATIONS
from aggregator.query import Query, Result, local
from aggregator.reports import baseline as report
from schema.frozen import dataclass
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AT_MOST_ONE,
        Count,
        Evidence,
        FirstDay,
        Kind,
        KindFilter,
        LastDay,
        MeanDuration,
        MedianDuration,
        Milliseconds,
        Positive,
        ProjectIds,
        Rate,
        SkillName,
        TagsFilter,
        TypesFilter,
        Uses,
        Zone,
    )


class Baseline(Struct):
    """A baseline: its days, and how much it holds."""

    baseline: str
    """The baseline's name."""
    created_at: datetime
    """When it was saved."""
    since: FirstDay
    until: LastDay
    days: Positive
    """Number of days."""
    timezone: Zone
    """The time zone its days were cut in."""
    projects: Count
    """Number of projects it holds."""
    names: Count
    """Number of skills and agents it holds."""
    total_invocations: Uses


class ListTotals(Struct):
    """Over all rows, shown or not."""

    baselines: Count
    """Number of baselines."""


class SaveFilters(Struct):
    """What was asked."""

    baseline: str | None
    """The name asked for; null: named by the day."""


class ShowFilters(Struct):
    """What was asked."""

    baseline: str
    """The baseline's name."""


class KeptUses(EndedUses):
    """What a baseline holds of uses."""

    avg_duration_ms: MeanDuration | None
    p50_duration_ms: MedianDuration | None
    """Median duration in milliseconds; null without any, or where a project was deleted since."""
    days_used: Count
    """Days on which it was used."""


class KeptOfProject(KeptUses, OfProject):
    """The same of one project."""


class Kept(KeptUses, OfName):
    """What a baseline holds of one skill or agent."""

    by_project: list[KeptOfProject]
    """The same for each project."""


class CompareFilters(Struct):
    """What was asked."""

    baseline: str
    """The baseline's name."""
    kind: KindFilter
    projects: ProjectIds
    """Ids of the projects compared: those asked about that the baseline holds."""
    types: TypesFilter | None = None
    tags: TagsFilter | None = None
    since: FirstDay | None
    """First of the days compared; null: no complete day has passed since."""
    until: LastDay | None
    """Last of the days compared; null as since."""
    durations: Annotated[bool, DURATIONS]


class Compared(Struct):
    """One row."""

    kind: Kind
    skill_name: SkillName
    finding: report.Finding
    """What changed."""
    change: Change | None
    """The change of the success rate; null: no complete day has passed since."""
    comparison: Comparison
    """The last days against those before, as every command tells it; not against the baseline."""
    uses_before: Count
    """Uses in the baseline's days."""
    uses_now: Count
    """Uses now."""
    days_used_before: Count
    """Days of the baseline on which it was used."""
    silence_p: Rate | None
    """Chance of no use now if it were used as often as then, adjusted for all names; null: it is
    used, or was hardly used."""
    avg_duration_before_ms: Milliseconds | None
    """Mean duration then in milliseconds; null without any."""
    avg_duration_now_ms: Milliseconds | None
    """Mean duration now in milliseconds; null without any."""
    p50_duration_before_ms: Milliseconds | None
    """Median duration then in milliseconds; null without any."""
    p50_duration_now_ms: Milliseconds | None
    """Median duration now in milliseconds; null unless durations were asked for."""
    evidence: Evidence


class CompareTotals(Struct):
    """Over all rows, shown or not."""

    baseline: Baseline
    """The baseline compared with."""
    complete_days_since: Count
    """Complete days since the baseline's last day."""
    regression: Count
    """Names that got worse."""
    gone: Count
    """Names that are not used any more."""
    improvement: Count
    """Names that got better."""
    new: Count
    """Names that the baseline does not hold."""
    stable: Count
    """Names without a clear change."""
    insufficient_data: Count
    """Names with too few known outcomes to be compared."""


class ListAnswer(Struct):
    """Every baseline, the newest first."""

    filters: NoFilters
    data: list[Baseline]
    totals: ListTotals


class SaveAnswer(Struct):
    """The baseline that was saved."""

    filters: SaveFilters
    data: Annotated[list[Baseline], AT_MOST_ONE]
    totals: NoTotals


class DeleteAnswer(Struct):
    """The baseline that was deleted."""

    filters: ShowFilters
    data: Annotated[list[Baseline], AT_MOST_ONE]
    totals: NoTotals


class ShowAnswer(Struct):
    """What a baseline holds."""

    filters: ShowFilters
    data: list[Kept]
    totals: Baseline


class CompareAnswer(Struct):
    """What changed since a baseline."""

    filters: CompareFilters
    data: list[Compared]
    totals: CompareTotals


@dataclass(frozen=True)
class Shown:
    """A baseline and what it holds of each kind and name."""

    baseline: snapshots.Baseline
    names: dict[tuple[str, str], snapshots.Kept]


def listed(con: Connection, query: Query) -> Result[list[snapshots.Baseline], ListAnswer]:
    """Every baseline, the newest first."""
    found = snapshots.baselines(con)
    answer = ListAnswer(
        filters=NoFilters(),
        data=[baseline_of(each, query.zone) for each in found],
        totals=ListTotals(baselines=len(found)),
    )
    return Result(found, query, answer, query.warnings())


def baseline_of(of: snapshots.Baseline, zone: str) -> Baseline:
    """A baseline as answers show it."""
    assert of.span.since is not None
    assert of.span.until is not None
    assert of.span.days is not None
    return Baseline(
        baseline=of.name,
        created_at=local(of.created_at, zone),
        since=of.span.since,
        until=of.span.until,
        days=of.span.days,
        timezone=of.timezone,
        projects=len(of.projects),
        names=of.names,
        total_invocations=of.total_invocations,
    )


def show(con: Connection, query: Query, name: str | None = None) -> Result[Shown, ShowAnswer]:
    """What the baseline of that name, or the newest, holds. Raises as ``snapshots.find`` does."""
    baseline = snapshots.find(con, name)
    found = snapshots.kept(con, baseline)
    together = snapshots.kept_together(con, baseline, baseline.projects)
    names = {project.project_id: project.name for project in labels(con)}
    rows = [
        Kept(
            kind=kind_of(kind),
            skill_name=skill,
            **_kept(each),
            by_project=[
                KeptOfProject(project_id=group, project_name=names.get(group, group), **_kept(part))
                for (group, *key), part in found.items()
                if key == [kind, skill] and group != EVERY_PROJECT
            ],
        )
        for (kind, skill), each in together.items()
    ]
    answer = ShowAnswer(
        filters=ShowFilters(baseline=baseline.name),
        data=rows,
        totals=baseline_of(baseline, query.zone),
    )
    return Result(Shown(baseline, together), query, answer, query.warnings())


def _kept(each: snapshots.Kept) -> dict[str, Any]:
    """The fields of ``KeptUses``."""
    counts = each.counts
    return {
        "total_invocations": counts.total_invocations,
        "successful_completions": counts.successes,
        "failures": counts.failures,
        "abandoned": counts.abandoned,
        "unknown": counts.unknown,
        "success_rate": counts.success_rate,
        **ends(counts.success_interval),
        "avg_duration_ms": counts.avg_duration_ms,
        "p50_duration_ms": each.p50_duration_ms,
        "days_used": each.days_used,
    }


def compare(
    con: Connection, query: Query, name: str | None = None, *, durations: bool = DURATIONS.default
) -> Result[report.Comparison, CompareAnswer]:
    """What changed since the baseline of that name, or the newest. Raises as the report does.

    With ``durations`` rows are read.
    """
    found = report.compare(con, query.question, name, durations=durations)
    lately = find(con, query.question)
    counted = Counter(row.finding for row in found.rows)
    times = Counter(row.skill_name for row in found.rows)
    answer = CompareAnswer(
        filters=CompareFilters(
            baseline=found.baseline.name,
            kind=query.question.kind,
            projects=[project.project_id for project in found.projects],
            since=None if found.now is None else found.now.since,
            until=None if found.now is None else found.now.until,
            durations=durations,
        ),
        data=[
            _compared(row, found, query, lately, twice=times[row.skill_name] > 1)
            for row in found.rows
        ],
        totals=CompareTotals(
            baseline=baseline_of(found.baseline, query.zone),
            complete_days_since=found.since_then,
            regression=counted["regression"],
            gone=counted["gone"],
            improvement=counted["improvement"],
            new=counted["new"],
            stable=counted["stable"],
            insufficient_data=counted["insufficient data"],
        ),
    )
    return Result(found, query, answer, [*query.warnings(), *notes(found, query)])


def _compared(
    row: report.Compared, found: report.Comparison, query: Query, lately: Findings, *, twice: bool
) -> Compared:
    then = found.baseline.span
    return Compared(
        kind=kind_of(row.kind),
        skill_name=row.skill_name,
        comparison=comparison(lately, lately.of(row.kind, row.skill_name), query),
        finding=row.finding,
        change=None if found.now is None else change_of(row.change, found.now, then),
        uses_before=row.before.counts.total_invocations,
        uses_now=row.now.total_invocations,
        days_used_before=row.before.days_used,
        silence_p=row.gone_p,
        avg_duration_before_ms=row.before.counts.avg_duration_ms,
        avg_duration_now_ms=row.now.avg_duration_ms,
        p50_duration_before_ms=row.before.p50_duration_ms,
        p50_duration_now_ms=row.p50_duration_ms,
        evidence=details_of(row, found, query, twice=twice),
    )


def details_of(
    row: report.Compared, found: report.Comparison, query: Query, *, twice: bool = False
) -> str:
    """The command that shows the uses behind a row: those of now, otherwise those of then."""
    over = found.now if found.now is not None and row.now.total_invocations else found.baseline.span
    kind = row.kind if twice or query.question.kind != "all" else None
    return query.details.of_name("effectiveness", row.skill_name, over=over, kind=kind)


def compared_with(found: report.Comparison) -> str:
    """Which days are compared with which, and why."""
    then = found.baseline.span
    if found.now is None:
        return (
            f"The baseline covers {then.label()}; no full day has passed since then. Compare again"
            " tomorrow."
        )
    why = (
        f"the last {RECENT_DAYS} days"
        if found.since_then >= RECENT_DAYS
        else f"only {text.counted(found.since_then, 'day')} so far"
    )
    return f"Now: {found.now.label()} ({why}). Then: {then.label()} ({then.days} days)."


def notes(found: report.Comparison, query: Query) -> list[str]:
    """What a reader has to know of the comparison."""
    sentences = []
    if found.added:
        listed = ", ".join(project.name for project in found.added[:3])
        more = ", ..." if len(found.added) > 3 else ""
        sentences.append(f"Left out, not in the baseline: {listed}{more}")
    if found.baseline.timezone != query.zone:
        sentences.append(
            f"The baseline uses the reporting zone {found.baseline.timezone}, now it is"
            f" {query.zone}: uses around midnight may count twice or not at all."
        )
    return sentences
