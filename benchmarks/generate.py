"""Makes fleets on disk, as their writers leave them, and their nights. Same seed, same bytes.

Every project holds as many uses of skills (``skill_metrics.json``, with the writer's totals) as
runs of an agent (``executions.jsonl``). Run as ``python -m benchmarks.generate --size small``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks import volume
from benchmarks.fleet import (
    END,
    FOLDERS,
    FORMATS,
    VERSION,
    Fleet,
    files,
    project_folder,
    project_folders,
)
from benchmarks.options import parse
from cli.demo import kaizen, skill_metrics
from cli.demo.history import Shape

SHAPE: Shape = "B"
NEW_RECORDS = 100
CHANGED_RECORDS = 5
CHANGED_WITHIN = 0.2
"""The share of a document, at its end, in which a night changes records."""

_AGE_S = 7200
_RECORD_END = "\n    }"
_NEXT_RECORD = _RECORD_END + skill_metrics.BETWEEN_RECORDS

_Task = tuple[str, int]
"""A format and the number of a project."""


def ensure(data: Path, fleet: Fleet) -> Path:
    """The folder that holds the fleet; it is made unless a marker says that it is complete."""
    root = data / fleet.folder
    marker = root / "complete.json"
    if marker.exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    tasks = [(f, number) for number in range(fleet.projects) for f in fleet.formats]
    _in_processes(partial(_write_files, root, fleet), tasks)
    marker.write_text(json.dumps(asdict(fleet) | {"version": VERSION}) + "\n")
    return root


def view(root: Path, target: Path, formats: Sequence[str], projects: int | None = None) -> Path:
    """The fleet's first projects with only some formats, as hard links: only to be read."""
    return _copy(root, target, formats, projects, _link)


def working_copy(
    root: Path, target: Path, formats: Sequence[str], projects: int | None = None
) -> Path:
    """The same as files of its own, to be written to."""
    return _copy(root, target, formats, projects, shutil.copy2)


def write_delta(root: Path, fleet: Fleet, night: int = 1) -> None:
    """One night's work in every file: 100 new records, and in a document 5 recent ones changed.

    A document is rewritten in place, whole; lines are appended. The changed records are among the
    last fifth. The document's totals stay as they were.
    """
    tasks = [(f, number) for number in range(fleet.projects) for f in fleet.formats]
    present = [(f, n) for f, n in tasks if (project_folder(root, n) / FOLDERS[f]).exists()]
    _in_processes(partial(_extend_files, root, fleet, night), present)


def append_runs(folder: Path, number: int, new: int, night: int, rng: random.Random) -> None:
    """Append a night's runs to a project's one file of lines."""
    added = volume.runs(rng, number, new, volume.night(night), 10_000_001 + night * new)
    kaizen.append_runs(folder, volume.agent_of(number), added, volume.run_stamp)


def _in_processes(work: partial[None], tasks: Sequence[_Task]) -> None:
    pool = ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))
    with pool:
        list(pool.map(work, tasks))


def _write_files(root: Path, fleet: Fleet, task: _Task) -> None:
    file_format, number = task
    folder = project_folder(root, number)
    rng = random.Random(f"{fleet.seed}/{number}/{file_format}")
    if file_format == "json":
        uses, written_at = volume.uses(rng, fleet.records), volume.use_stamp(END)
        skill_metrics.write_document(folder, SHAPE, uses, volume.use_stamp, written_at)
    else:
        runs = volume.runs(rng, number, fleet.records)
        kaizen.write_runs(folder, volume.agent_of(number), runs, volume.run_stamp)
    _date_back(folder / FOLDERS[file_format], time.time() - _AGE_S)


def _extend_files(root: Path, fleet: Fleet, night: int, task: _Task) -> None:
    file_format, number = task
    folder = project_folder(root, number)
    rng = random.Random(f"{fleet.seed}/{number}/{file_format}/night {night}")
    place = folder / FOLDERS[file_format]
    before = max(path.stat().st_mtime for path in place.rglob("*") if path.is_file())
    if file_format == "json":
        _rewrite_document(folder / skill_metrics.FILE, night, rng)
    else:
        append_runs(folder, number, NEW_RECORDS, night, rng)
    _date_back(place, before + 60)


def _rewrite_document(path: Path, night: int, rng: random.Random) -> None:
    text = path.read_text(encoding="ascii")
    end = text.rindex(_RECORD_END + skill_metrics.AFTER_RECORDS)
    recent = text.index(_NEXT_RECORD, int(end * (1 - CHANGED_WITHIN))) + len(_NEXT_RECORD)
    records = text[recent:end].split(_NEXT_RECORD)
    for number in rng.sample(range(len(records)), CHANGED_RECORDS):
        records[number] = _changed(records[number])
    uses = volume.uses(rng, NEW_RECORDS, volume.night(night))
    added = skill_metrics.records(SHAPE, uses, volume.use_stamp)
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(text[:recent] + _NEXT_RECORD.join(records) + _RECORD_END)
        file.writelines(skill_metrics.BETWEEN_RECORDS + record for record in added)
        file.write(text[end + len(_RECORD_END) :])


def _changed(record: str) -> str:
    """The record some hours on: one that had not ended has, and there is one more follow-up."""
    value = json.loads(record + "}")
    if value["duration_seconds"] is None:
        value["completed"], value["duration_seconds"] = True, 61.25
    value["follow_up_actions"] = [*value["follow_up_actions"], "write changelog"]
    text = json.dumps(value, indent=2).replace("\n", "\n    ")
    return "    " + text.removesuffix(_RECORD_END)


def _date_back(place: Path, moment: float) -> None:
    """Set the files' times: the collector looks twice at what was written just now."""
    for path in place.rglob("*"):
        if path.is_file():
            os.utime(path, (moment, moment))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _copy(
    root: Path,
    target: Path,
    formats: Sequence[str],
    projects: int | None,
    copy: Callable[[str, str], object],
) -> Path:
    for folder in project_folders(root)[:projects]:
        for file_format in formats:
            place = FOLDERS[file_format]
            shutil.copytree(folder / place, target / folder.name / place, copy_function=copy)
    return target


def main() -> None:
    """Make a fleet and print where it is."""
    options = parse(__doc__ or "")
    began = time.perf_counter()
    root = ensure(options.data, options.fleet)
    size = sum(path.stat().st_size for f in FORMATS for path in files(root, f))
    seconds = time.perf_counter() - began
    print(f"{root}: {size / 1e6:,.0f} MB, ready in {seconds:.1f} s")


if __name__ == "__main__":
    main()
