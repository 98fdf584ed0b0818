"""Whether a change is explained by one workflow path or one error rather than by projects.

Read for what changed only, which are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log

from aggregator.calendar import Span
from aggregator.changes import ENOUGH
from aggregator.findings.finding import Finding, Group, GroupKind, Verdict
from aggregator.findings.now_and_before import spread_of
from aggregator.findings.sample import Sample
from aggregator.measures import Question, ask
from aggregator.presence import Name
from aggregator.statistics.clustered import Score, evidence
from schema.warehouse import Connection

Recorded = tuple[str, str | None, int, int, int, int]
"""'path' or 'error', its value, successes and known outcomes now, and the same before."""


def with_causes(
    con: Connection, over: Question, recent: Span, verdicts: Mapping[Name, Verdict]
) -> Mapping[Name, Verdict]:
    """The verdicts, with the path or error where that explains a change of a success rate best."""
    changed = [name for name, verdict in verdicts.items() if _changes(verdict)]
    if not changed:
        return verdicts
    rows = ask(
        con,
        "findings/causes",
        over,
        by="name",
        since_recent=recent.since,
        kinds=[kind for kind, _ in changed],
        names=[name for _, name in changed],
    )
    found: dict[Name, list[Recorded]] = {name: [] for name in changed}
    for kind, name, *recorded in rows:
        found[kind, name].append(tuple(recorded))
    return {
        name: _with_causes(verdict, found[name]) if found.get(name) else verdict
        for name, verdict in verdicts.items()
    }


def _changes(verdict: Verdict) -> bool:
    return any(each.matter in ("worse", "better") for each in verdict.findings)


def _with_causes(verdict: Verdict, recorded: list[Recorded]) -> Verdict:
    spread = spread_of(verdict.cells)
    findings = tuple(
        best_cause(each, recorded, verdict, spread) if each.matter in ("worse", "better") else each
        for each in verdict.findings
    )
    return replace(verdict, findings=findings)


def best_cause(
    finding: Finding, recorded: Iterable[Recorded], verdict: Verdict, spread: float
) -> Finding:
    """The finding with the likeliest of its group, the workflow paths and the errors."""
    sign = -1 if finding.matter == "worse" else 1
    now, before = verdict.change.now, verdict.change.before
    listed = list(recorded)
    best = finding
    for dimension in ("path", "error"):
        of_it = [each for each in listed if each[0] == dimension]
        if dimension == "path" and len(of_it) < 2:
            continue
        for _, value, good, known, good_before, known_before in of_it:
            if dimension == "error":
                # How rarely uses ended with it: the same as a success rate, of all uses.
                good, known = now.known - known, now.known
                good_before, known_before = before.known - known_before, before.known
            if min(known, known_before) < ENOUGH and dimension == "path":
                continue
            score = score_of(good, known, good_before, known_before, spread)
            found = evidence(score, sign) - log(len(of_it)) - log(2)
            if score.value * sign <= 0 or found <= best.evidence:
                continue
            kind: GroupKind = "path" if dimension == "path" else "error"
            best = replace(
                finding,
                group=Group(kind, value or "", tuple(verdict.cells), len(verdict.cells)),
                here=Sample(good, known - good, 0, 0),
                there=Sample(good_before, known_before - good_before, 0, 0),
                evidence=found,
            )
    return best


def score_of(good: int, known: int, good_before: int, known_before: int, spread: float) -> Score:
    """The score of one table; no score where a side is missing."""
    both, total = good + good_before, known + known_before
    if not known or not known_before or both in (0, total):
        return Score()
    value = good - known * both / total
    variance = known * known_before * both * (total - both) / (total * total * (total - 1))
    return Score(value / spread, variance / spread)
