"""A finding in words, the same in every command: what, where, and the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator import text
from aggregator.calendar import Span
from aggregator.changes import WORDS
from aggregator.durations import PACE_WORDS
from aggregator.findings.finding import Finding, Group, Matter, Verdict
from aggregator.findings.renames import Rename
from aggregator.findings.sample import Sample
from aggregator.outcomes import Outcomes

PROJECTS_SHOWN = 8
"""Projects that a sentence lists."""

_DID: Mapping[Matter, str] = {
    "worse": "got worse",
    "better": "got better",
    "slower": "became slower",
    "faster": "became faster",
    "failing": "fails",
    "low": "has a low success rate",
}
_MAY: Mapping[Matter, str] = {
    "worse": "may have got worse",
    "better": "may have got better",
    "slower": "may have become slower",
    "faster": "may have become faster",
    "failing": "may fail",
    "low": "may have a low success rate",
}


def what(finding: Finding) -> str:
    """``got worse``; of what is not sure, ``may have got worse``."""
    return (_DID if finding.is_sure else _MAY)[finding.matter]


def where(group: Group, names: Mapping[str, str], *, listed: bool = True) -> str:
    """``in 8 of 40 projects: a, b, ...``; empty for a change everywhere in one project or more.

    ``names`` are those of projects by id. Without ``listed`` the projects are only counted.
    """
    match group.kind:
        case "everywhere":
            return "" if group.of < 2 else f"in all {text.counted(group.of, 'project')}"
        case "project":
            [project] = group.projects
            return f"in {names.get(project, project)}"
        case "projects":
            counted = f"in {len(group.projects)} of {text.counted(group.of, 'project')}"
            return f"{counted}: {projects(group, names)}" if listed else counted
        case "type":
            return f"in {group.value} projects"
        case "path":
            return (
                f"on the workflow path {group.value}" if group.value else "without a workflow path"
            )
        case "error":
            return f"with the error {group.value}"


def projects(group: Group, names: Mapping[str, str]) -> str:
    """The names of the group's projects; of many the first and how many more."""
    every = sorted(names.get(project, project) for project in group.projects)
    more = len(every) - PROJECTS_SHOWN
    if more <= 1:
        return ", ".join(every)
    return f"{', '.join(every[:PROJECTS_SHOWN])} and {more} more"


def headline(finding: Finding, names: Mapping[str, str]) -> str:
    """``got worse in 8 of 40 projects``."""
    place = where(finding.group, names, listed=False)
    if finding.group.kind == "everywhere":
        place = ""
    return f"{what(finding)} {place}".rstrip()


def numbers(finding: Finding, recent: Span, earlier: Span) -> str:
    """Both sides with what they rest on, and the size of the change."""
    here, there = finding.here, finding.there
    match finding.matter:
        case "low":
            limit = text.percent(finding.limit)
            return (
                f"{rate(here)} ({text.interval(here.success_interval)}); good is at least {limit}"
            )
        case "failing":
            return f"{rate(here)} there, {rate(there)} elsewhere ({_points(finding)})"
        case "slower" | "faster":
            return (
                f"{typical(here)} in the last {recent.days} days,"
                f" {typical(there)} in the {earlier.days} before ({times(finding.change)})"
            )
        case _ if finding.group.kind == "error":
            return (
                f"{here.failures:,} of {text.count(here.known)} in the last {recent.days} days,"
                f" {there.failures:,} of {text.count(there.known)} in the {earlier.days} before"
            )
        case _:
            return (
                f"{rate(here)} in the last {recent.days} days,"
                f" {rate(there)} in the {earlier.days} before ({_points(finding)})"
            )


def sentence(finding: Finding, names: Mapping[str, str], recent: Span, earlier: Span) -> str:
    """``got worse in web projects: 60.0% of 120 in the last 30 days, ...``, with every project."""
    line = f"{headline(finding, names)}: {numbers(finding, recent, earlier)}"
    if finding.group.kind == "projects":
        line += f" ({projects(finding.group, names)})"
    return line


def in_words(verdict: Verdict, names: Mapping[str, str], recent: Span, earlier: Span) -> str:
    """The findings; where there are none, the word and the numbers of all projects together."""
    if verdict.findings:
        return "; ".join(sentence(each, names, recent, earlier) for each in verdict.findings)
    change = verdict.change
    line = WORDS[change.verdict]
    if change.change is None:
        return line
    return (
        f"{line}: {rate(change.now)} in the last {recent.days} days,"
        f" {rate(change.before)} in the {earlier.days} before"
    )


def word(verdict: Verdict) -> str:
    """The word on the success rate, and on durations where they changed; what may be is marked."""
    words: list[str] = [WORDS[verdict.change.verdict]]
    pace = PACE_WORDS[verdict.pace.verdict]
    if pace in ("slower", "faster"):
        words = (
            [pace] if verdict.change.verdict in ("stable", "insufficient data") else [*words, pace]
        )
    if verdict.worth_a_look:
        words.append("worth a look")
    return ", ".join(words)


def rate(sample: Outcomes) -> str:
    """``60.0% of 85``: a rate is never without its number."""
    if not sample.known:
        return "no outcomes"
    return f"{text.percent(sample.success_rate)} of {text.count(sample.known)}"


def typical(sample: Sample) -> str:
    """``12.4 s (median of 120)``."""
    return f"typically {text.duration(sample.typical_duration_ms)} of {sample.duration_count:,}"


def times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio >= 1.95 else f"{(ratio - 1) * 100:+.0f}%"


def _points(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return text.points(finding.change)
    interval = f"{finding.low * 100:+.0f} to {finding.high * 100:+.0f}"
    return f"{text.points(finding.change)}, 95% interval {interval}"


def renamed(each: Rename, names: Mapping[str, str]) -> str:
    """``a is now called b (since 2026-11-02, in the same 12 projects)``."""
    count = len(each.projects)
    if count == 1:
        place = names.get(each.projects[0], each.projects[0])
    else:
        place = f"the same {count} projects"
    return f"{each.old} is now called {each.new} (since {each.since}, in {place})"
