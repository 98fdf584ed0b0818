"""Steps of load: asking again and again, passes back to back, many passes in one process."""

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
from benchmarks.steps import NOW, Told, warehouse_at
from cli.demo import kaizen, skill_metrics
from cli.demo.history import Run, Use, utc
from collector.collect import collect
from collector.registry import register
from schema.errors import WarehouseError
from schema.warehouse import Warehouse

FILES_A_PASS = 3
NEW_LINES = 20
_AGE_S = 3600
POINTS = 20


def ask(warehouse: str, lasting_s: float, seed: int) -> Told:
    """Open, ask and close again and again; how long each took, opening alone, and what failed."""
    target, dice = warehouse_at(warehouse), random.Random(seed)
    took: list[float] = []
    opened: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()
    while time.perf_counter() - began < lasting_s:
        asked_at = time.perf_counter()
        try:
            opened.append(_ask_once(target, dice) - asked_at)
        except WarehouseError as exc:
            failed.append(exc.message)
        took.append(time.perf_counter() - asked_at)
    told = {"took": took, "opened": opened, "failed": failed}
    return {"seconds": time.perf_counter() - began, **told}


def _ask_once(target: Warehouse, dice: random.Random) -> float:
    """Ask; the moment at which the file was open, by the performance counter."""
    with target.reading() as con:
        opened_at = time.perf_counter()
        question = Question(ALL_TIME, scope(con), "all", NOW)
        ranking = top_skills(con, question)
        name = dice.choice(ranking.rows).measures.skill_name
        assert effectiveness(con, question, name) is not None
    return opened_at


def passes(warehouse: str, root: str, lasting_s: float, seed: int) -> Told:
    """Change some files, collect, refresh, and again; how long each took, and how many failed."""
    target, dice, folders = (
        warehouse_at(warehouse),
        random.Random(seed),
        project_folders(Path(root)),
    )
    took: list[float] = []
    failed: list[str] = []
    began = time.perf_counter()
    while time.perf_counter() - began < lasting_s:
        for number in dice.sample(range(len(folders)), k=min(FILES_A_PASS, len(folders))):
            append_runs(folders[number], number, NEW_LINES, 1, dice)
        passed_at = time.perf_counter()
        try:
            collect(target, now=NOW)
            refresh(target, now=NOW)
        except WarehouseError as exc:
            failed.append(exc.message)
        took.append(time.perf_counter() - passed_at)
    return {"seconds": time.perf_counter() - began, "took": took, "failed": failed}


def long_lived(warehouse: str, folder: str, projects: int, count: int) -> Told:
    """``count`` passes in this process over a fleet that grows by a few records before each.

    Tells ``points``: the pass, rows, bytes of the file, resident bytes and open descriptors.
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
            points.append((number, *_looks(target)))
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


def _looks(target: Warehouse) -> Iterator[int]:
    with target.reading() as con:
        [(rows,)] = con.execute("select count(*) from skill_usage").fetchall()
    yield int(rows)
    yield target.path.stat().st_size
    yield resident_bytes(os.getpid())
    yield len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
