"""Snapshots: which there are, what they hold, and what changed since."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from aggregator.baselines.snapshots import Baseline, Kept, baselines, find, kept, kept_together
from aggregator.changes import RECENT_DAYS
from aggregator.measures import EVERY_PROJECT, labels
from aggregator.reports.baseline import ORDER, Compared, Comparison
from aggregator.reports.baseline import compare as look
from cli import text
from cli.answers.asked import Answered, Asked, ask
from cli.answers.changing import change_fields
from cli.answers.evidence import evidence
from cli.output import iso
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


@dataclass(frozen=True)
class Shown:
    """A snapshot and what it holds of each kind and name."""

    baseline: Baseline
    names: dict[tuple[str, str], Kept]


def listed(con: Connection, session: Session, wanted: Wanted) -> Answered[list[Baseline]]:
    """Every snapshot, the newest first."""
    asked = ask(con, session, wanted)
    found = baselines(con)
    told = answer(
        session,
        "baseline list",
        asked.zone,
        data=[baseline_fields(each, asked.zone) for each in found],
        totals={"baselines": len(found)},
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


def baseline_fields(of: Baseline, zone: str) -> dict[str, object]:
    """The JSON fields of a snapshot."""
    return {
        "baseline": of.name,
        "created_at": iso(of.created_at, zone),
        "since": str(of.span.since),
        "until": str(of.span.until),
        "days": of.span.days,
        "timezone": of.timezone,
        "projects": len(of.projects),
        "names": of.names,
        "total_invocations": of.total_invocations,
    }


def show(
    con: Connection, session: Session, wanted: Wanted, name: str | None = None
) -> Answered[Shown]:
    """What the snapshot of that name, or the newest, holds. Raises as ``find`` does."""
    asked = ask(con, session, wanted)
    baseline = find(con, name)
    found = kept(con, baseline)
    together = kept_together(con, baseline, baseline.projects)
    names = {p.project_id: p.name for p in labels(con)}
    told = answer(
        session,
        "baseline show",
        asked.zone,
        filters={"baseline": baseline.name},
        data=[
            {
                "kind": kind,
                "skill_name": skill,
                **kept_fields(each),
                "by_project": [
                    {
                        "project_id": group,
                        "project_name": names.get(group, group),
                        **kept_fields(part),
                    }
                    for (group, *key), part in found.items()
                    if key == [kind, skill] and group != EVERY_PROJECT
                ],
            }
            for (kind, skill), each in together.items()
        ],
        totals=baseline_fields(baseline, asked.zone),
        warnings=asked.warnings(),
    )
    return Answered(Shown(baseline, together), asked, told)


def kept_fields(each: Kept) -> dict[str, object]:
    """The JSON fields of what a snapshot holds of a name."""
    counts = each.counts
    bounds = counts.success_interval
    return {
        "total_invocations": counts.total_invocations,
        "successful_completions": counts.successful_completions,
        "failures": counts.failures,
        "abandoned": counts.abandoned,
        "unknown": counts.unknown,
        "success_rate": counts.success_rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "avg_duration_ms": counts.avg_duration_ms,
        "p50_duration_ms": each.p50_duration_ms,
        "days_used": each.days_used,
    }


def compare(
    con: Connection,
    session: Session,
    wanted: Wanted,
    name: str | None = None,
    *,
    durations: bool = False,
) -> Answered[Comparison]:
    """What changed since the snapshot of that name, or the newest. Raises as ``look`` does.

    With ``durations`` rows are read.
    """
    asked = ask(con, session, wanted)
    found = look(con, asked.question, name, durations=durations)
    counted = Counter(row.finding for row in found.rows)
    twice = Counter(row.skill_name for row in found.rows)
    told = answer(
        session,
        "baseline compare",
        asked.zone,
        filters={
            "baseline": found.baseline.name,
            "kind": wanted.kind,
            "projects": [project.project_id for project in found.projects],
            "since": None if found.now is None else str(found.now.since),
            "until": None if found.now is None else str(found.now.until),
            "durations": durations,
        },
        data=[_row(row, found, wanted, twice=twice[row.skill_name] > 1) for row in found.rows],
        totals={
            "baseline": baseline_fields(found.baseline, asked.zone),
            "complete_days_since": found.since_then,
            **{f"{finding.replace(' ', '_')}": counted[finding] for finding in ORDER},
        },
        warnings=[*asked.warnings(), *notes(found, asked)],
    )
    return Answered(found, asked, told)


def _row(row: Compared, found: Comparison, wanted: Wanted, *, twice: bool) -> dict[str, object]:
    then = found.baseline.span
    now = found.now or then
    return {
        "kind": row.kind,
        "skill_name": row.skill_name,
        "finding": row.finding,
        "change": None if found.now is None else change_fields(row.change, now, then),
        "uses_before": row.before.counts.total_invocations,
        "uses_now": row.now.total_invocations,
        "days_used_before": row.before.days_used,
        "silence_p": row.gone_p,
        "avg_duration_before_ms": row.before.counts.avg_duration_ms,
        "avg_duration_now_ms": row.now.avg_duration_ms,
        "p50_duration_before_ms": row.before.p50_duration_ms,
        "p50_duration_now_ms": row.p50_duration_ms,
        "evidence": shown_by(row, found, wanted, twice=twice),
    }


def shown_by(row: Compared, found: Comparison, wanted: Wanted, *, twice: bool = False) -> str:
    """The command that shows the uses behind a row: those of now, else those of then."""
    over = found.now if found.now is not None and row.now.total_invocations else found.baseline.span
    kind = row.kind if twice or wanted.kind != "all" else None
    return evidence(wanted, "effectiveness", row.skill_name, over=over, kind=kind)


def compared_with(found: Comparison) -> str:
    """Which days are compared with which, and why."""
    then = found.baseline.span
    if found.now is None:
        return (
            f"The baseline holds {then.label()}; no complete day has passed since. Today is open:"
            " compare tomorrow."
        )
    why = (
        f"the last {RECENT_DAYS} complete days"
        if found.since_then >= RECENT_DAYS
        else f"the {text.counted(found.since_then, 'complete day')} since, fewer than"
        f" {RECENT_DAYS} so far"
    )
    return f"Now: {found.now.label()}, {why}. Then: {then.label()}, {then.days} days."


def notes(found: Comparison, asked: Asked) -> list[str]:
    """What a reader has to know of the comparison."""
    told = []
    if found.added:
        listed = ", ".join(project.name for project in found.added[:3])
        more = ", ..." if len(found.added) > 3 else ""
        told.append(f"Left out, because the baseline knows nothing of it: {listed}{more}")
    if found.baseline.timezone != asked.zone:
        told.append(
            f"The baseline's days were cut in {found.baseline.timezone}, today's are in"
            f" {asked.zone}: a few uses at their edges may count on both sides or on none."
        )
    return told
