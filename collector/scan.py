"""Looking at one project: which files it has, which changed, and what is new in them.

The warehouse is closed meanwhile, and nothing here fails for a fault of a file: every fault becomes
a state of the file, and a remark where a person should hear of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from collector.bulk import BulkReader, NeedsFallback
from collector.file_records import FileRecords
from collector.last_line import alone
from collector.reading import ChangedMeanwhile, StartOver, modified_at
from collector.registry import Project
from collector.results import FileResult, KnownFile, ProjectResult, Remark
from collector.sources import SOURCES
from collector.sources.source import Checkpoint, Reading, Source
from collector.trees import Candidate, Refusal, Tree, printable
from schema import zones

ATTEMPTS = 4
_PAUSE_S = 0.03
_SETTLED_AFTER_S = 2.0
_BUSY_WITHIN_S = 5.0


def source_file_id(project_id: str, path: str) -> int:
    """A file's number: the same in every pass and every warehouse, so nobody hands them out."""
    digest = blake2b(f"{project_id}\0{path}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big")


@dataclass(frozen=True)
class FileScan:
    """A look at one file. ``outcome`` is None where it looks as it did when it was last read.

    ``settle`` is there while parts of the file wait to be read in bulk; it gives the outcome.
    """

    path: str
    before: KnownFile | None
    outcome: FileResult | None
    settle: Callable[[], FileResult] | None = None


def scan_project(
    project: Project,
    known: Mapping[str, KnownFile],
    entry: ProjectResult,
    stage: BulkReader | None,
    *,
    now: datetime,
    full: bool,
    sources: Sequence[Source] = SOURCES,
) -> Iterator[FileScan]:
    """Every file of ``project`` and what is new in it; ``entry`` is told what is wrong with it all.

    A file that looks as it did is not opened, unless ``full`` has every file read from its start.
    Without a ``stage``, all is read record by record.
    """
    if not os.path.isdir(project.path):
        entry.problems.append(_missing_project(project))
        return
    try:
        zones.check_zone(project.timezone)
    except zones.UnknownZone as exc:
        entry.problems.append(_unknown_zone(project, exc))
        return
    tree = Tree.at(project.path)
    seen: set[str] = set()
    for source in sources:
        for found in source.find(tree):
            path = printable(found.path)
            seen.add(path)
            before = known.get(path)
            if isinstance(found, Refusal):
                refused = Reading("refused", found.reason)
                yield FileScan(path, before, _unread(source, project, path, refused, before))
            else:
                opening = _Reader(tree, source, project, found, before, stage, now)
                yield opening.look(full)
    for path, before in known.items():
        if path not in seen and before.state != "gone":
            yield FileScan(path, before, _unread(None, project, path, Reading("gone"), before))


def finish(project: Project, entry: ProjectResult, look: FileScan) -> FileResult | None:
    """What came of a look in the end; ``entry`` is told the counts and the remarks."""
    outcome = look.settle() if look.settle else look.outcome
    if outcome is not None and outcome.reading.state == "gone":
        message = "is gone; what was collected from it stays"
        entry.problems.append(Remark(project.name, look.path, message))
        return outcome
    entry.files += 1
    if outcome is None or outcome.reading.unchanged:
        entry.files_unchanged += 1
    _remark(project, entry, look.path, outcome, look.before)
    return outcome


@dataclass(frozen=True)
class _Reader:
    """A file about to be read, and all that its reading needs."""

    tree: Tree
    source: Source
    project: Project
    found: Candidate
    before: KnownFile | None
    stage: BulkReader | None
    now: datetime

    def look(self, full: bool) -> FileScan:
        path, before = printable(self.found.path), self.before
        fingerprint = self.source.fingerprint(self.tree, self.found)
        if before is not None and not full and fingerprint == before.fingerprint:
            return FileScan(path, before, None)
        kept = before.checkpoint if before is not None else {}
        checkpoint = alone(kept) if full else kept or None
        reading, file_records = self._read(checkpoint, self.stage)
        if reading.complete is None:
            return FileScan(path, before, self._outcome(fingerprint, reading, file_records))

        def settle() -> FileResult:
            return self._outcome(fingerprint, *self._settled(reading, file_records, checkpoint))

        return FileScan(path, before, None, settle)

    def _settled(
        self, reading: Reading, file_records: FileRecords, checkpoint: Checkpoint | None
    ) -> tuple[Reading, FileRecords]:
        """The real reading of a file whose parts were read in bulk."""
        assert reading.complete is not None
        assert self.stage is not None
        try:
            return reading.complete(), file_records
        except NeedsFallback:
            return self._read(checkpoint, None)
        except StartOver:
            self.stage.discard(file_records.source_file_id)
            reading, file_records = self._read(None, self.stage)
            return (
                self._settled(reading, file_records, None)
                if reading.complete
                else (reading, file_records)
            )

    def _read(
        self, checkpoint: Checkpoint | None, stage: BulkReader | None
    ) -> tuple[Reading, FileRecords]:
        """The file's reading, tried again a few times while its writer is at work."""
        reading = Reading("torn", "changes each time it is read", checkpoint=checkpoint or {})
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_S)
            file_records = self._intake(stage)
            try:
                try:
                    reading = self.source.read(self.tree, self.found, checkpoint, file_records)
                except StartOver:
                    file_records = self._intake(stage)
                    reading = self.source.read(self.tree, self.found, None, file_records)
            except ChangedMeanwhile:
                if stage is not None:
                    stage.discard(file_records.source_file_id)
                continue
            except NeedsFallback:
                if self.stage is not None:
                    self.stage.discard(file_records.source_file_id)
                return self._read(checkpoint, None)
            if reading.state != "torn" or self._age_s() > _BUSY_WITHIN_S:
                break
        return reading, file_records

    def _age_s(self) -> float:
        return time.time() - self.found.modified_ns / 1e9

    def _intake(self, stage: BulkReader | None) -> FileRecords:
        project_id = self.project.project_id
        return FileRecords(
            project_id,
            source_file_id(project_id, printable(self.found.path)),
            zones.zone(self.project.timezone),
            modified_at(self.found),
            self.now,
            bulk=stage,
        )

    def _outcome(self, fingerprint: str, reading: Reading, file_records: FileRecords) -> FileResult:
        settled = self._age_s() > _SETTLED_AFTER_S
        return FileResult(
            source=self.source.name,
            path=printable(self.found.path),
            source_file_id=file_records.source_file_id,
            size_bytes=self.found.status.st_size,
            # A file written just now may change again within its clock's tick and look the same:
            # what is remembered of its looks then matches nothing, its content decides next time.
            fingerprint=fingerprint if settled else "",
            reading=reading,
            file_records=file_records
            if reading.state == "read" and not reading.unchanged
            else None,
        )


def _unread(
    source: Source | None, project: Project, path: str, reading: Reading, before: KnownFile | None
) -> FileResult:
    return FileResult(
        source=source.name if source else "",
        path=path,
        source_file_id=source_file_id(project.project_id, path),
        size_bytes=0,
        fingerprint="",
        reading=replace(reading, checkpoint=before.checkpoint if before else {}),
        file_records=None,
    )


def _missing_project(project: Project) -> Remark:
    what = "is not a folder" if os.path.exists(project.path) else "is not there"
    return Remark(
        project.name,
        "",
        f"the folder {project.path} {what}; its history stays (moved? `skillhouse move-project"
        f" {project.project_id} NEW_PATH`)",
    )


def _unknown_zone(project: Project, exc: zones.UnknownZone) -> Remark:
    return Remark(
        project.name,
        "",
        f"its local times cannot be read: {exc.message} {exc.hint} Nothing was read; name its zone"
        f" (`skillhouse register-project {project.path} --timezone ZONE`)",
    )


def _remark(
    project: Project,
    entry: ProjectResult,
    path: str,
    outcome: FileResult | None,
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
    elif state == "read" and detail:
        if before is not None and before.detail == detail and _same_size(outcome, before):
            problem(f"{detail}, as at the last pass; the rest was read")
        else:
            entry.notes.append(Remark(project.name, path, f"{detail}; the rest was read"))
    if outcome is None:
        return
    if outcome.reading.warning:
        problem(outcome.reading.warning)
    if outcome.reading.note:
        entry.notes.append(Remark(project.name, path, outcome.reading.note))
    if outcome.file_records is not None and outcome.file_records.rejected:
        count = outcome.file_records.rejected
        position, reason = outcome.file_records.rejects[0]
        noun = "record was" if count == 1 else "records were"
        problem(
            f"{count} {noun} rejected; the first is number {position}, it {reason}"
            f" (`skillhouse doctor {project.project_id}` lists them)"
        )


def _same_size(outcome: FileResult | None, before: KnownFile) -> bool:
    """Whether a cut-off file has stood still since the last pass."""
    return outcome is None or outcome.size_bytes == before.size_bytes
