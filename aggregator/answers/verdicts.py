"""What is said of a skill or agent, with the same fields in every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.answers.shared import Change, OfProject, change_of, kind_of
from aggregator.answers.struct import Struct
from aggregator.changes import WORDS
from aggregator.durations import PACE_WORDS
from aggregator.findings import finding, parts, words
from aggregator.findings.find import Findings
from aggregator.findings.finding import GroupKind, Level, Matter
from aggregator.findings.renames import Rename
from aggregator.findings.sample import Sample
from aggregator.query import Query

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        Amount,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Count,
        Difference,
        DurationVerdict,
        FirstDay,
        Kind,
        KnownOutcomes,
        PaceWord,
        ProjectId,
        ProjectName,
        PValue,
        SkillName,
        SuccessRate,
        WorkflowPath,
    )


class Where(Struct):
    """The smallest group that explains a finding."""

    group: GroupKind
    """What it is: everywhere, one project, several projects, the projects of a type, the uses on a
    workflow path, or those that ended with an error."""
    in_words: str
    """The group in words; empty for everywhere in a single project."""
    project_ids: list[ProjectId]
    """The projects of the group; empty for everywhere, a path or an error."""
    project_names: list[ProjectName]
    """Their names, in the order of their ids."""
    of_projects: Count
    """Projects that use the skill or agent."""
    project_type: str | None
    """The type; null for other groups."""
    workflow_path: WorkflowPath | None
    """The path; null for other groups, and for uses without a path."""
    error_type: str | None
    """The error; null for other groups."""


class Renamed(Struct):
    """A skill or agent that was given another name: one ends where the other begins."""

    kind: Kind
    skill_name: SkillName
    """The old name."""
    renamed_to: SkillName
    """The new name."""
    since: FirstDay
    """First day of the new name."""
    project_ids: list[ProjectId]
    """Projects that changed over."""
    sentence: str
    """The change in a sentence."""


class SideOfFinding(Struct):
    """Outcomes and durations on one side."""

    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None
    durations: Count
    """Uses with a duration."""
    typical_duration_ms: Amount | None
    """Geometric mean of daily median durations in milliseconds; null where none was measured."""


class Finding(Struct):
    """What changed, fails or is low, where, and how sure that is."""

    finding: Matter
    """Worse, better, slower and faster: now against before. Failing: there against elsewhere. Low:
    the success rate of all these days against that of a good one."""
    level: Level | None
    """Needs attention: sure, adjusted for everything compared. Worth a look: not sure. Null: sure,
    and good news."""
    sentence: str
    """The finding in a sentence, with its numbers."""
    where: Where
    """The smallest group that explains it."""
    current: SideOfFinding
    """Now, or there, in that group."""
    compared: SideOfFinding | None
    """Before, or elsewhere; null for low."""
    change: Difference | None
    """Change of the success rate, or its distance from a good one; null for durations."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    ratio: Amount | None
    """Typical duration now by that before; null for rates."""
    p_value: PValue
    """Chance of as much in any of the groups that were tried where nothing happened."""
    adjusted_p: AdjustedP


class DurationChange(Struct):
    """Durations now against before."""

    verdict: DurationVerdict
    """What the comparison says."""
    change: PaceWord
    ratio: Amount | None
    """Typical duration now by that before; null where one of them is missing."""
    adjusted_p: AdjustedP | None
    """As of the success rate; null: not tested."""
    current: SideOfFinding
    """The recent days."""
    previous: SideOfFinding
    """The days before."""


class NowAndBefore(Struct):
    """The last complete days against the days before them."""

    success: Change
    """How the success rate changed."""
    duration: DurationChange
    """How durations changed."""


class ProjectChange(NowAndBefore, OfProject):
    """One skill or agent in one project, now and before."""


class TypeChange(NowAndBefore):
    """One skill or agent in the projects of one type, now and before."""

    project_type: str | None
    """The type; null for projects without one."""
    projects: Count
    """Projects of that type that use it."""


class Comparison(NowAndBefore):
    """What every command says of the skill or agent: the last days against the days before."""

    level: Level | None
    """The highest level of its findings; null without any that needs a look."""
    change_in_words: ChangeWord
    duration_in_words: PaceWord
    in_words: str
    """The findings in sentences; without any, the word and the numbers."""
    findings: list[Finding]
    """Sure ones first, the bad before the good."""


def comparison(found: Findings, verdict: finding.Verdict, query: Query) -> Comparison:
    """All fields about one skill or agent."""
    level: Level | None = None
    if verdict.needs_attention:
        level = "needs attention"
    elif verdict.worth_a_look:
        level = "worth a look"
    return Comparison(
        **sides_of(found, verdict),
        level=level,
        change_in_words=WORDS[verdict.change.verdict],
        duration_in_words=PACE_WORDS[verdict.pace.verdict],
        in_words=words.in_words(verdict, query.project_names, found.recent, found.earlier),
        findings=[finding_of(each, found, query) for each in verdict.findings],
    )


def now_and_before(found: Findings, part: parts.Part) -> NowAndBefore:
    """The fields about one project or one type of projects."""
    return NowAndBefore(**sides_of(found, part))


def sides_of(found: Findings, of: parts.Part | finding.Verdict) -> dict[str, Any]:
    """The fields of ``NowAndBefore``."""
    pace = of.pace
    return {
        "success": change_of(of.change, found.recent, found.earlier),
        "duration": DurationChange(
            verdict=pace.verdict,
            change=PACE_WORDS[pace.verdict],
            ratio=pace.ratio,
            adjusted_p=pace.adjusted_p,
            current=side_of(pace.now),
            previous=side_of(pace.before),
        ),
    }


def finding_of(each: finding.Finding, found: Findings, query: Query) -> Finding:
    """The fields of one finding."""
    is_duration = each.matter in ("slower", "faster")
    return Finding(
        finding=each.matter,
        level=each.level,
        sentence=words.sentence(each, query.project_names, found.recent, found.earlier),
        where=where_of(each.group, query),
        current=side_of(each.here),
        compared=None if each.matter == "low" else side_of(each.there),
        change=None if is_duration else each.change,
        change_low=each.low,
        change_high=each.high,
        ratio=each.change if is_duration else None,
        p_value=each.p_value,
        adjusted_p=each.adjusted_p,
    )


def where_of(group: finding.Group, query: Query) -> Where:
    """The fields of a group."""
    named = group.kind in ("project", "projects", "type")
    return Where(
        group=group.kind,
        in_words=words.where(group, query.project_names),
        project_ids=list(group.projects) if named else [],
        project_names=[query.project_names.get(p, p) for p in group.projects] if named else [],
        of_projects=group.of,
        project_type=group.value if group.kind == "type" else None,
        workflow_path=(group.value or None) if group.kind == "path" else None,
        error_type=group.value if group.kind == "error" else None,
    )


def renamed(each: Rename, query: Query) -> Renamed:
    """The fields of a change of name."""
    return Renamed(
        kind=kind_of(each.kind),
        skill_name=each.old,
        renamed_to=each.new,
        since=each.since,
        project_ids=list(each.projects),
        sentence=words.renamed(each, query.project_names),
    )


def side_of(sample: Sample) -> SideOfFinding:
    """The fields of one side."""
    return SideOfFinding(
        known_outcomes=sample.known,
        success_rate=sample.success_rate,
        durations=sample.duration_count,
        typical_duration_ms=sample.typical_duration_ms,
    )
