"""Looking at one project: which files it has, which changed, and what is new in them.

The warehouse is closed meanwhile, and nothing here fails for a fault of a file: every fault becomes
a state of the file, and a remark where a person should hear of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from collector.intake import Intake
from collector.passes import FileOutcome, KnownFile, ProjectPass, Remark
from collector.reading import ChangedMeanwhile, modified_at
from collector.registry import Project
from collector.sources import SOURCES
from collector.sources.source import Checkpoint, Reading, Source, StartOver
from collector.trees import Candidate, Refusal, Tree, printable

ATTEMPTS = 4
_PAUSE_S = 0.03
_SETTLED_AFTER_S = 2.0
_BUSY_WITHIN_S = 5.0


def source_file_id(project_id: str, path: str) -> int:
    """A file's number: the same in every pass and every warehouse, so nobody hands them out."""
    digest = blake2b(f"{project_id}\0{path}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big")


def look_at(
    project: Project, known: Mapping[str, KnownFile], entry: ProjectPass, now: datetime, full: bool
) -> Iterator[FileOutcome]:
    """What is new in ``project``; ``entry`` is told the counts and the remarks.

    A file that looks as it did is not opened, unless ``full`` has every file read from its start.
    """
    if not os.path.isdir(project.path):
        entry.problems.append(_missing_project(project))
        return
    tree = Tree.at(project.path)
    seen: set[str] = set()
    for source in SOURCES:
        for found in source.find(tree):
            entry.files += 1
            path = printable(found.path)
            seen.add(path)
            before = known.get(path)
            outcome: FileOutcome | None
            if isinstance(found, Refusal):
                outcome = _unread(source, project, path, Reading("refused", found.reason), before)
            else:
                outcome = _look_at_file(tree, source, project, found, before, now, full)
            _remark(project, entry, path, outcome, before)
            if outcome is None or outcome.reading.unchanged:
                entry.files_unchanged += 1
            if outcome is not None:
                yield outcome
    for path, before in known.items():
        if path not in seen and before.state != "gone":
            entry.problems.append(
                Remark(project.name, path, "is gone; what was collected from it stays")
            )
            yield _unread(None, project, path, Reading("gone"), before)


def _look_at_file(
    tree: Tree,
    source: Source,
    project: Project,
    found: Candidate,
    before: KnownFile | None,
    now: datetime,
    full: bool,
) -> FileOutcome | None:
    """None where the file looks as it did when it was last read."""
    fingerprint = source.fingerprint(tree, found)
    if before is not None and not full and fingerprint == before.fingerprint:
        return None
    checkpoint = None if full or before is None else before.checkpoint or None
    path = printable(found.path)
    file_id = source_file_id(project.project_id, path)

    def fresh() -> Intake:
        zone = ZoneInfo(project.timezone)
        return Intake(project.project_id, file_id, zone, modified_at(found), now)

    reading, intake = _read(tree, source, found, checkpoint, fresh)
    age_s = time.time() - found.status.st_mtime
    settled = age_s > _SETTLED_AFTER_S
    return FileOutcome(
        source=source.name,
        path=path,
        source_file_id=file_id,
        size_bytes=found.status.st_size,
        # A file written just now may change again within its clock's tick and look the same: what
        # is remembered of its looks then matches nothing, so its content decides next time.
        fingerprint=fingerprint if settled else "",
        reading=reading,
        intake=intake if reading.state == "read" and not reading.unchanged else None,
    )


def _read(
    tree: Tree,
    source: Source,
    found: Candidate,
    checkpoint: Checkpoint | None,
    fresh: Callable[[], Intake],
) -> tuple[Reading, Intake]:
    """The file's reading, tried again a few times while its writer is at work."""
    intake = fresh()
    reading = Reading("torn", "changes each time it is read", checkpoint=checkpoint or {})
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S)
        intake = fresh()
        try:
            try:
                reading = source.read(tree, found, checkpoint, intake)
            except StartOver:
                intake = fresh()
                reading = source.read(tree, found, None, intake)
        except ChangedMeanwhile:
            continue
        if reading.state != "torn" or time.time() - found.status.st_mtime > _BUSY_WITHIN_S:
            break
    return reading, intake


def _unread(
    source: Source | None, project: Project, path: str, reading: Reading, before: KnownFile | None
) -> FileOutcome:
    return FileOutcome(
        source=source.name if source else "",
        path=path,
        source_file_id=source_file_id(project.project_id, path),
        size_bytes=0,
        fingerprint="",
        reading=replace(reading, checkpoint=before.checkpoint if before else {}),
        intake=None,
    )


def _missing_project(project: Project) -> Remark:
    what = "is not a folder" if os.path.exists(project.path) else "is not there"
    return Remark(
        project.name,
        "",
        f"the folder {project.path} {what}; its history stays (moved? `skillhouse move-project"
        f" {project.project_id} NEW_PATH`)",
    )


def _remark(
    project: Project,
    entry: ProjectPass,
    path: str,
    outcome: FileOutcome | None,
    before: KnownFile | None,
) -> None:
    """Say what a person should hear of a file, again each time for what is still wrong."""
    state = outcome.reading.state if outcome else before.state if before else "read"
    detail = outcome.reading.detail if outcome else before.detail if before else ""

    def problem(message: str) -> None:
        entry.problems.append(Remark(project.name, path, message))

    if state == "torn":
        if before is not None and before.state == "torn" and _same_size(outcome, before):
            problem(f"{detail}, as it did at the last pass; nothing was taken from it")
        else:
            message = f"is being written ({detail}); the next pass reads it"
            entry.notes.append(Remark(project.name, path, message))
    elif state in ("malformed", "refused"):
        problem(f"{detail}; nothing was taken from it")
    if outcome is None:
        return
    if outcome.reading.warning:
        problem(outcome.reading.warning)
    if outcome.intake is not None and outcome.intake.rejected:
        count = outcome.intake.rejected
        position, reason = outcome.intake.rejects[0]
        noun = "record was" if count == 1 else "records were"
        problem(
            f"{count} {noun} rejected; the first is number {position}, it {reason}"
            f" (`skillhouse doctor {project.project_id}` lists them)"
        )


def _same_size(outcome: FileOutcome | None, before: KnownFile) -> bool:
    """Whether a cut-off file has stood still since the last pass."""
    return outcome is None or outcome.size_bytes == before.size_bytes
