"""Steps of load: asking again and again, passes back to back, many passes in one process."""

from __future__ import annotations

import json
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
from benchmarks import agent_files
from benchmarks.generate import PLACES, project_folders
from benchmarks.moments import ZONE
from benchmarks.probes import resident_bytes
from benchmarks.steps import NOW, Told, warehouse_at
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
            agent_files.extend(folders[number], number, NEW_LINES, 1, dice)
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
    folders = [Path(folder) / f"p{number:03d}" for number in range(projects)]
    with target.writing() as con:
        for each in folders:
            for place in PLACES.values():
                (each / place).mkdir(parents=True)
            register(con, each, now=NOW, default_timezone=ZONE)
    records: list[dict[str, object]] = []
    points = []
    began = time.perf_counter()
    for number in range(1, count + 1):
        _grow(folders, records, number)
        collect(target, now=NOW + timedelta(minutes=number))
        refresh(target, now=NOW + timedelta(minutes=number))
        if number % max(count // POINTS, 1) == 0:
            points.append((number, *_looks(target)))
    return {"seconds": time.perf_counter() - began, "points": points}


def _grow(folders: list[Path], records: list[dict[str, object]], number: int) -> None:
    """One more record in each document and one more line in each file of lines."""
    at = NOW - timedelta(days=400) + timedelta(hours=5 * number)
    records.append(
        {
            "skill_name": f"skill-{number % 7}",
            "invoked_at": at.isoformat(),
            "session_id": f"s-{number // 5}",
            "workflow_path": None,
            "completed": True,
            "duration_seconds": 1.5,
            "follow_up_actions": [],
            "error_type": None,
        }
    )
    line = {"agent": "reviewer", "timestamp": at.isoformat(), "success": True}
    for folder in folders:
        document = folder / PLACES["json"] / "skill_metrics.json"
        lines = folder / PLACES["jsonl"] / "reviewer" / "executions.jsonl"
        lines.parent.mkdir(exist_ok=True)
        document.write_text(json.dumps({"invocations": records}, indent=2), encoding="utf-8")
        with lines.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
        moment = time.time() - _AGE_S + number
        for path in (document, lines):
            os.utime(path, (moment, moment))


def _looks(target: Warehouse) -> Iterator[int]:
    with target.reading() as con:
        [(rows,)] = con.execute("select count(*) from skill_usage").fetchall()
    yield int(rows)
    yield target.path.stat().st_size
    yield resident_bytes(os.getpid())
    yield len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
