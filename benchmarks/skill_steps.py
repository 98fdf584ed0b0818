"""Steps that read skill files and look for skills. ``cpu_s`` is processor time."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from benchmarks.fleet import ZONE
from benchmarks.skill_tree import make, question
from benchmarks.steps import NOW, StepOutput, timed, warehouse_at
from collector.collect import collect
from collector.projects.registering import register
from collector.skill_files.index import index
from schema.sentence_model import choose, packaged


def make_skills(root: str, files: int, seed: int) -> StepOutput:
    """Write the skills into projects below ``root``."""
    took, projects = timed(lambda: make(Path(root), files, seed))
    return {"seconds": took, "projects": len(projects)}


def register_all(warehouse: str, root: str) -> StepOutput:
    """Register every project below ``root`` in a new warehouse."""
    with warehouse_at(warehouse).writing() as con:

        def work() -> None:
            for folder in sorted(Path(root).iterdir()):
                register(con, folder, now=NOW, default_timezone=ZONE)
            # Whether or not one is installed here.
            choose(con, None)

        took, _ = timed(work)
    return {"seconds": took}


def index_skills(warehouse: str) -> StepOutput:
    """Read the skill files of every project, until the warehouse is closed again."""
    target = warehouse_at(warehouse)
    cpu = time.process_time()
    took, _ = timed(lambda: index(target, now=NOW))
    return {"seconds": took, "cpu_s": time.process_time() - cpu}


def passes(warehouse: str, others: str, rounds: int) -> StepOutput:
    """Runs of two warehouses in turn: the median processor time of each.

    ``seconds`` is that of the first. In one process, because a run with nothing new is short.
    """
    targets = [warehouse_at(warehouse), warehouse_at(others)]
    spent: list[list[float]] = [[], []]
    for number in range(rounds + 2):
        for target, times in zip(targets, spent, strict=True):
            cpu = time.process_time()
            collect(target, now=NOW)
            if number > 1:
                times.append(time.process_time() - cpu)
    first, second = map(median, spent)
    return {"seconds": first, "other_s": second}


def find_skills(warehouse: str, repeats: int) -> StepOutput:
    """The median time of a question, in an open warehouse."""
    from aggregator.skills.find import Wanted, find

    with warehouse_at(warehouse).reading() as con:
        asked = Question(ALL_TIME, scope(con), "all", NOW)

        def ask(seed: int) -> float:
            words = question(seed)
            return timed(lambda: find(con, asked, NOW.date(), [words], Wanted(5)))[0]

        ask(0)
        return {"seconds": median(ask(seed) for seed in range(1, repeats + 1))}


def answer_known(source: str, folder: str, model: bool) -> StepOutput:
    """The scores of real questions, with the installed sentence model or without any."""
    from benchmarks.skill_quality import RealSkills

    def work() -> dict[str, dict[str, int]]:
        skills = RealSkills(Path(source), Path(folder), NOW, packaged() if model else None)
        return {name: vars(score) for name, score in vars(skills.quality()).items()}

    took, scores = timed(work)
    return {"seconds": took, "scores": scores}
