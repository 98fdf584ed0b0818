"""What files add to the recommendations: where to copy from, and what is listed but never used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from aggregator.changes import ENOUGH
from aggregator.measures import Question
from aggregator.presence import Name
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.recommendation import CopyFrom, Recommendation
from aggregator.skills.catalogue import ENTRY
from aggregator.skills.files import Text, Version, texts, versions
from schema.warehouse import Connection

NEVER_DAYS = 90
"""A file that was there for so many days without a use is advised to be retired."""


def with_files(con: Connection, found: Iterable[Recommendation]) -> list[Recommendation]:
    """What to adopt and is not on disk there already, with where to copy it from."""
    files = _files(con)
    return [kept for each in found if (kept := _adoption(each, files)) is not None]


def never_used(con: Connection, question: Question, evidence: Evidence) -> list[Recommendation]:
    """Files to retire that were never used, the largest in the listing first."""
    return _never_used(con, question, evidence, _files(con))


def _files(con: Connection) -> dict[Name, list[Version]]:
    """The files that are there, by the kind and names under which they are used."""
    files: dict[Name, list[Version]] = {}
    for each in versions(con):
        if each.is_there:
            for name in each.all_names:
                files.setdefault((each.used_as, name), []).append(each)
    return files


def _adoption(each: Recommendation, files: dict[Name, list[Version]]) -> Recommendation | None:
    on_disk = files.get((each.kind, each.skill_name), [])
    if any(file.is_users or file.project_id == each.project_id for file in on_disk):
        return None
    best = [file for place in each.places for file in on_disk if file.project_id == place]
    return replace(each, copy_from=tuple(CopyFrom(file.project_id, file.path) for file in best))


def _never_used(
    con: Connection, question: Question, evidence: Evidence, files: dict[Name, list[Version]]
) -> list[Recommendation]:
    """Files that nobody used, in projects whose uses of their kind are recorded."""
    before = question.now - timedelta(days=NEVER_DAYS)
    active = _active(evidence)
    idle: dict[Name, list[Version]] = {}
    for name, of_name in files.items():
        if question.kind not in ("all", name[0]):
            continue
        old = [
            file
            for file in of_name
            if file.is_visible
            and file.name == name[1]
            and not any((file.used_as, each) in evidence.presences for each in file.all_names)
            and min(file.modified_at, file.first_seen_at) <= before
            and (file.project_id, name[0]) in active
        ]
        if old:
            idle[name] = old
    lengths = texts(con, sorted({file.digest for found in idle.values() for file in found}))
    advice = [_retire(name, found, _characters(found, lengths)) for name, found in idle.items()]
    return sorted(advice, key=lambda each: (-(each.listing_characters or 0), each.skill_name))


def _characters(files: Sequence[Version], known: Mapping[str, Text]) -> int:
    """Characters that the largest of these files takes of a listing."""
    return max(min(ENTRY, len(file.name) + known[file.digest].description_length) for file in files)


def _active(evidence: Evidence) -> set[tuple[str, str]]:
    """The projects asked about, and the kinds of which they have enough known outcomes."""
    known: dict[tuple[str, str], int] = {}
    for verdict in evidence.verdicts:
        for project, (now, before) in verdict.cells.items():
            key = (project, verdict.kind)
            known[key] = known.get(key, 0) + now.known + before.known
    return {key for key, count in known.items() if count >= ENOUGH}


def _retire(name: Name, files: Sequence[Version], characters: int) -> Recommendation:
    return Recommendation(
        "retire",
        "unused",
        *name,
        places=tuple(sorted({file.project_id for file in files})),
        total_invocations=0,
        listing_characters=characters,
    )
