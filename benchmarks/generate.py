"""Fleets to measure on, in both formats, as their writers leave them. Same seed, same bytes.

Every project holds as many skill invocations (``skill_metrics.json``, with the writer's totals) as
agent executions (``executions.jsonl``). Records are text from templates, because ten million of
them must be there within two minutes. Run as ``python -m benchmarks.generate --size small``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks import agent_files, skill_files

VERSION = 1
SEED = 20261120
NEW_RECORDS = 100
MUTATED_RECORDS = 5
FORMATS = ("json", "jsonl")
_AGE_S = 7200


@dataclass(frozen=True)
class Fleet:
    """How many projects, and how many records of each format in each of them."""

    projects: int
    records: int
    seed: int = SEED
    formats: tuple[str, ...] = FORMATS

    @property
    def folder(self) -> str:
        """The name of the folder that holds it; whoever has the same name has the same bytes."""
        formats = "" if self.formats == FORMATS else f"-{'-'.join(self.formats)}"
        return f"{self.projects}x{self.records}{formats}-seed{self.seed}-v{VERSION}"


SIZES = {"small": (10, 1_000), "medium": (50, 10_000), "large": (100, 100_000)}

PLACES = {"json": skill_files.PLACE, "jsonl": agent_files.PLACE}
"""Where in a project a format's files are."""


def default_data() -> Path:
    """Where fleets are kept between runs when no place is named."""
    return Path(tempfile.gettempdir()) / "skillhouse-bench"


def fleet_of(size: str, seed: int = SEED) -> Fleet:
    """The fleet of a named size."""
    projects, records = SIZES[size]
    return Fleet(projects, records, seed)


def ensure(data: Path, fleet: Fleet) -> Path:
    """The folder that holds the fleet; it is made unless a marker says that it is complete."""
    root = data / fleet.folder
    marker = root / "complete.json"
    if marker.exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    tasks = [(f, number) for number in range(fleet.projects) for f in fleet.formats]
    _in_processes(partial(_write_one, root, fleet), tasks)
    marker.write_text(json.dumps(asdict(fleet) | {"version": VERSION}) + "\n")
    return root


def project_folders(root: Path) -> list[Path]:
    """The projects of a fleet, in order."""
    return sorted(path for path in root.iterdir() if path.is_dir())


def files(root: Path, file_format: str) -> list[Path]:
    """A fleet's files of one format, in order."""
    name = {"json": "*/.session-buddy/skill_metrics.json", "jsonl": "*/.kaizen/metrics/**/*.jsonl"}
    return sorted(root.glob(name[file_format]))


def view(root: Path, target: Path, formats: Sequence[str], projects: int | None = None) -> Path:
    """The fleet's first projects with only some formats, as hard links: only to be read."""
    return _reproduce(root, target, formats, projects, _link)


def working_copy(
    root: Path, target: Path, formats: Sequence[str], projects: int | None = None
) -> Path:
    """The same as files of its own, to be written to."""
    return _reproduce(root, target, formats, projects, shutil.copy2)


def write_delta(root: Path, fleet: Fleet, night: int = 1) -> None:
    """One night's work in every file: 100 new records, and in a document 5 recent ones changed.

    A document is rewritten in place, whole; lines are appended. The changed records are among the
    last fifth. What the document says of totals stays as it was.
    """
    tasks = [(f, number) for number in range(fleet.projects) for f in fleet.formats]
    present = [task for task in tasks if (project_folder(root, task[1]) / PLACES[task[0]]).exists()]
    _in_processes(partial(_extend_one, root, fleet, night), present)


def project_folder(root: Path, number: int) -> Path:
    return root / f"p{number:03d}"


def _in_processes(
    work: partial[None], tasks: Iterable[tuple[str, int]], workers: int | None = None
) -> None:
    pool = ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("spawn"))
    with pool:
        list(pool.map(work, tasks))


def _write_one(root: Path, fleet: Fleet, task: tuple[str, int]) -> None:
    file_format, number = task
    folder = project_folder(root, number)
    rng = random.Random(f"{fleet.seed}/{number}/{file_format}")
    if file_format == "json":
        skill_files.write(folder, fleet.records, rng)
    else:
        agent_files.write(folder, number, fleet.records, rng)
    _settle(folder / PLACES[file_format], time.time() - _AGE_S)


def _extend_one(root: Path, fleet: Fleet, night: int, task: tuple[str, int]) -> None:
    file_format, number = task
    folder = project_folder(root, number)
    rng = random.Random(f"{fleet.seed}/{number}/{file_format}/night {night}")
    place = folder / PLACES[file_format]
    before = max(path.stat().st_mtime for path in place.rglob("*") if path.is_file())
    if file_format == "json":
        skill_files.extend(folder, NEW_RECORDS, MUTATED_RECORDS, night, rng)
    else:
        agent_files.extend(folder, number, NEW_RECORDS, night, rng)
    _settle(place, before + 60)


def _settle(place: Path, moment: float) -> None:
    """Make the files look written then: what was written just now is not trusted to be still."""
    for path in place.rglob("*"):
        if path.is_file():
            os.utime(path, (moment, moment))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _reproduce(
    root: Path,
    target: Path,
    formats: Sequence[str],
    projects: int | None,
    copy: Callable[[str, str], object],
) -> Path:
    for folder in project_folders(root)[:projects]:
        for file_format in formats:
            place = PLACES[file_format]
            shutil.copytree(folder / place, target / folder.name / place, copy_function=copy)
    return target


def main() -> None:
    """Make a fleet and say where it is."""
    from benchmarks.options import parse

    options = parse(__doc__ or "")
    began = time.perf_counter()
    root = ensure(options.data, options.fleet)
    size = sum(path.stat().st_size for f in FORMATS for path in files(root, f))
    seconds = time.perf_counter() - began
    print(f"{root}: {size / 1e6:,.0f} MB, ready in {seconds:.1f} s")


if __name__ == "__main__":
    main()
