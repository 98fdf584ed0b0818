"""Steps of load: queries in a loop, refreshes in a loop, many refreshes in one process."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.effectiveness import effectiveness
from aggregator.reports.top_skills import top_skills
from benchmarks.fleet import FOLDERS, ZONE, project_folder, project_folders
from benchmarks.generate import append_runs
from benchmarks.probes import resident_bytes
from benchmarks.steps import NOW, StepOutput, warehouse_at
from cli.demo import kaizen, skill_metrics
from cli.demo.history import Run, Use, utc
from collector.collect import collect
from collector.projects.registering import register
from schema.errors import WarehouseError
from schema.warehouse import Warehouse

FILES_PER_REFRESH = 3
NEW_LINES = 20
_AGE_S = 3600
POINTS = 20


def query_loop(warehouse: str, duration_s: float, seed: int) -> StepOutput:
    """Open, query and close in a loop; the seconds of each, of opening alone, and the failures."""
    target, rng = warehouse_at(warehouse), random.Random(seed)
    took: list[float] = []
    opened: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()
    while time.perf_counter() - began < duration_s:
        started = time.perf_counter()
        try:
            opened.append(_query_once(target, rng) - started)
        except WarehouseError as exc:
            failed.append(exc.message)
        took.append(time.perf_counter() - started)
    total = time.perf_counter() - began
    return {"seconds": total, "took": took, "opened": opened, "failed": failed}


def _query_once(target: Warehouse, rng: random.Random) -> float:
    """Query once; the performance counter when the warehouse was open."""
    with target.reading() as con:
        opened_at = time.perf_counter()
        question = Question(ALL_TIME, scope(con), "all", NOW)
        ranking = top_skills(con, question)
        name = rng.choice(ranking.rows).measures.skill_name
        assert effectiveness(con, question, name) is not None
    return opened_at


def refresh_loop(warehouse: str, root: str, duration_s: float, seed: int) -> StepOutput:
    """Change some files, collect and refresh in a loop; the seconds of each, and the failures."""
    target, rng, folders = (
        warehouse_at(warehouse),
        random.Random(seed),
        project_folders(Path(root)),
    )
    took: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()
    while time.perf_counter() - began < duration_s:
        for number in rng.sample(range(len(folders)), k=min(FILES_PER_REFRESH, len(folders))):
            append_runs(folders[number], number, NEW_LINES, 1, rng)
        started = time.perf_counter()
        try:
            collect(target, now=NOW)
            refresh(target, now=NOW)
        except WarehouseError as exc:
            failed.append(exc.message)
        took.append(time.perf_counter() - started)
    return {"seconds": time.perf_counter() - began, "took": took, "failed": failed}


def many_refreshes(warehouse: str, folder: str, projects: int, count: int) -> StepOutput:
    """``count`` refreshes in this process; the fleet grows by a few records before each.

    ``points``: refresh number, rows, file size, resident bytes and open descriptors.
    """
    target = Warehouse(Path(warehouse), ZONE)
    folders = [project_folder(Path(folder), number) for number in range(projects)]
    with target.writing() as con:
        for each in folders:
            for place in FOLDERS.values():
                (each / place).mkdir(parents=True)
            register(con, each, now=NOW, default_timezone=ZONE)
    uses: list[Use] = []
    points = []
    began = time.perf_counter()
    for number in range(1, count + 1):
        _grow(folders, uses, number)
        collect(target, now=NOW + timedelta(minutes=number))
        refresh(target, now=NOW + timedelta(minutes=number))
        if number % max(count // POINTS, 1) == 0:
            points.append((number, *_state(target)))
    return {"seconds": time.perf_counter() - began, "points": points}


def _grow(folders: list[Path], uses: list[Use], number: int) -> None:
    """One more use in each document and one more run in each file of lines."""
    at = NOW - timedelta(days=400) + timedelta(hours=5 * number)
    name, session = f"skill-{number % 7}", f"s-{number // 5}"
    uses.append(Use(name, at, session, None, True, 1.5, None, (), None, (), None))
    for folder in folders:
        skill_metrics.write_document(folder, "D", uses, utc, utc(at))
        kaizen.append_runs(folder, "reviewer", [Run("reviewer", at, success=True)], utc)
        moment = time.time() - _AGE_S + number
        for path in (folder / skill_metrics.FILE, kaizen.runs_file(folder, "reviewer")):
            os.utime(path, (moment, moment))


def _state(target: Warehouse) -> Iterator[int]:
    with target.reading() as con:
        [(rows,)] = con.execute("select count(*) from skill_usage").fetchall()
    yield int(rows)
    yield target.path.stat().st_size
    yield resident_bytes(os.getpid())
    yield len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
