"""What a person should hear of a file, repeated in every run for what is still wrong."""

from __future__ import annotations

from collector.known_files import KnownFile
from collector.projects.registry import Project
from collector.results import FileResult, ProjectResult, Remark
from collector.scan import FileScan
from schema.spelling import command


def report_file(
    project: Project, result: ProjectResult, scan: FileScan, file: FileResult | None
) -> None:
    """Count a file in its project's ``result``, with its problems and notes.

    ``file`` is None for one that looks unchanged and was not opened.
    """
    if file is not None and file.reading.state == "gone":
        known = scan.known
        # A full run that cannot open a file leaves its records, and no checkpoint.
        if known is not None and known.state == "refused":
            before = known.remembered
            if not before.checkpoint and not before.records:
                # A folder that could not be looked into: nothing was collected from it.
                return
        message = "no longer exists; collected data is kept"
        result.problems.append(Remark(project.name, scan.path, message))
        return
    result.files += 1
    if file is None or file.reading.unchanged:
        result.files_unchanged += 1
    _report_state(project, result, scan, file)
    if file is None:
        return

    def problem(message: str) -> None:
        result.problems.append(Remark(project.name, scan.path, message))

    if file.reading.warning:
        problem(file.reading.warning)
    if file.reading.note:
        result.notes.append(Remark(project.name, scan.path, file.reading.note))
    if file.file_records is not None and file.file_records.rejected:
        count = file.file_records.rejected
        position, reason = file.file_records.rejects[0]
        noun = "record was" if count == 1 else "records were"
        problem(
            f"{count} {noun} rejected; the first is number {position}, it {reason}"
            f" (`{command('doctor', project.project_id)}` lists them)"
        )


def _report_state(
    project: Project, result: ProjectResult, scan: FileScan, file: FileResult | None
) -> None:
    known = scan.known
    state = file.reading.state if file else known.state if known else "read"
    detail = file.reading.detail if file else known.detail if known else ""

    def problem(message: str) -> None:
        result.problems.append(Remark(project.name, scan.path, message))

    def note(message: str) -> None:
        result.notes.append(Remark(project.name, scan.path, message))

    if state == "torn":
        if known is not None and known.state == "torn" and _same_size(file, known):
            problem(f"{detail}, as at the last refresh; nothing was read from it")
        else:
            note(f"is being written ({detail}); the next refresh reads it")
    elif state in ("malformed", "refused"):
        problem(f"{detail}; nothing was read from it")
    elif state == "read" and detail:
        if known is not None and known.detail == detail and _same_size(file, known):
            problem(f"{detail}, as at the last refresh; the rest was read")
        else:
            note(f"{detail}; the rest was read")


def _same_size(file: FileResult | None, known: KnownFile) -> bool:
    """Whether a file that is cut off has not grown since the last run."""
    return file is None or file.size_bytes == known.size_bytes
