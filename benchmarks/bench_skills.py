"""Skill files: reading them, a run with nothing new, a question, and what a text takes in the file.

A run with nothing new is compared with one over the same projects without skill files; ``find`` as
a command with opening an empty database, which is what Python and DuckDB cost without us. Where
``SKILLHOUSE_FIND_DATA`` names real skills and questions, also how often the right skill is found.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import cast

from benchmarks.harness import (
    MIB,
    Sample,
    command,
    interleaved,
    median_seconds,
    progress,
    python,
    step,
)
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.skill_quality import COLLECTION, VARIABLE, Quality, Score, data
from benchmarks.workspace import Workspace
from schema.sentence_model import packaged

FEW, MANY = 300, 3_000
FEW_S, MANY_S = 1.0, 6.0
UNCHANGED = 1.1
FIND_S = 0.03
COMMAND = 1.5
TEXTS_MIB = 12
PASSES, QUESTIONS = 20, 40
NONSENSE_TOLD, ANSWERABLE_TOLD = 0.5, 0.08
IN_PROJECT_FIRST, IN_PROJECT_TOP = 0.70, 0.88
AMONG_ALL_TOP, PARAPHRASED_TOP = (0.74, 0.76), (0.57, 0.66)
"""Of questions with a known answer, without a sentence model and with one."""

OPENED = "import duckdb; duckdb.connect(':memory:').execute('select 1').fetchall()"


def run(options: Options) -> Result:
    """Measure on made-up skills, the same for every size."""
    result = Result("skills", options, options.fleet)
    progress("skills")
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="skills-", dir=options.data) as made:
        folder = Path(made).resolve()
        work = Workspace(folder, folder)
        many = _index(result, work, folder)
        _unchanged(result, work, folder, many)
        _find(result, many)
        for model in (False, True):
            _quality(result, folder, model)
    return result


def _index(result: Result, work: Workspace, folder: Path) -> Path:
    empty = {}
    for count in (FEW, MANY):
        root = folder / str(count)
        step("make_skills", root=root, files=count, seed=result.options.seed)
        empty[count] = work.empty_place(f"empty-{count}")
        step("register_all", warehouse=empty[count], root=root)

    def first(count: int) -> Sample:
        return step("index_skills", warehouse=work.copy_of(empty[count], f"full-{count}"))

    samples = interleaved(
        {f"{FEW} skills": lambda _: first(FEW), f"{MANY:,} skills": lambda _: first(MANY)},
        result.options.rounds,
    )
    result.add("index-skills", samples, baseline=f"{FEW} skills")
    full = folder / f"full-{MANY}.duckdb"
    grown = (full.stat().st_size - empty[MANY].stat().st_size) / MIB
    result.goals += [
        Goal(f"index {FEW} skills", median_seconds(samples[f"{FEW} skills"]), FEW_S, unit=" s"),
        Goal(f"index {MANY:,}", median_seconds(samples[f"{MANY:,} skills"]), MANY_S, unit=" s"),
        Goal(f"{MANY:,} texts in the warehouse", grown, TEXTS_MIB, unit=" MiB"),
    ]
    return full


def _unchanged(result: Result, work: Workspace, folder: Path, full: Path) -> None:
    bare = folder / "bare"
    for project in sorted((folder / str(MANY)).iterdir()):
        shutil.copytree(project / ".git", bare / project.name / ".git")
    without = work.empty_place("without")
    step("register_all", warehouse=without, root=bare)
    sample = step("passes", warehouse=full, others=without, rounds=PASSES)
    ratio = sample.seconds / float(str(sample.detail["other_s"]))
    result.notes.append(
        f"a run with nothing new, processor time: {sample.seconds * 1e3:.0f} ms with {MANY:,} skill"
        f" files in {len(list(bare.iterdir()))} projects, {ratio:.2f} times that without"
    )
    result.goals.append(
        Goal("a run with nothing new, with and without skill files", ratio, UNCHANGED, unit="x")
    )


def _find(result: Result, full: Path) -> None:
    words = ("--warehouse", str(full), "find", "deploy the service with care")
    samples = interleaved(
        {
            "an empty database": lambda _: python("-c", OPENED),
            "find": lambda _: command(*words),
        },
        max(5, result.options.rounds),
    )
    result.add("find as a command", samples, baseline="an empty database", process=True)
    asked = step("find_skills", warehouse=full, repeats=QUESTIONS)
    result.goals.append(Goal(f"find among {MANY:,}, in process", asked.seconds, FIND_S, unit=" s"))
    result.limit_ratio(
        "find as a command / opening an empty database",
        samples["find"],
        samples["an empty database"],
        COMMAND,
    )


def _quality(result: Result, folder: Path, model: bool) -> None:
    kind = "with a sentence model" if model else "by words"
    source = data()
    if source is None:
        result.skip("right answers", kind, f"{VARIABLE} names no folder with skills and questions")
        return
    if model and packaged() is None:
        result.skip("right answers", kind, "the extra semantic is not installed")
        return
    place = folder / f"real-{model}"
    place.mkdir()
    progress(f"  right answers, {kind}")
    scores = cast(
        dict[str, dict[str, int]],
        step("answer_known", source=source, folder=place, model=model).detail["scores"],
    )
    found = Quality(**{name: Score(**counts) for name, counts in scores.items()})

    first, top, _ = found.in_project.shares()
    told = "told that nothing fits well"
    for claim, share, least in (
        ("right in the top 3, in a project", top, IN_PROJECT_TOP),
        ("right first, in a project", first, IN_PROJECT_FIRST),
        ("right in the top 3, among all", found.among_all.shares()[1], AMONG_ALL_TOP[model]),
        ("right in the top 3, other words", found.paraphrased.shares()[1], PARAPHRASED_TOP[model]),
        (f"nonsense {told}, among all", found.nonsense.told, NONSENSE_TOLD),
        (f"nonsense {told}, in a project", found.nonsense_in_project.told, NONSENSE_TOLD),
    ):
        result.goals.append(Goal(f"{claim}, {kind}", share, least, at_least=True))
    for where, score in (
        ("among all", found.among_all),
        ("in a project", found.in_project),
        ("in a small project", found.small),
    ):
        claim = f"answerable {told}, {where}, {kind}"
        result.goals.append(Goal(claim, score.told, ANSWERABLE_TOLD))
    result.notes.append(
        f"right answers, {kind}: {found.in_project.asked} questions in projects with {COLLECTION}"
        f" skills and more, {found.small.asked} in smaller ones, {found.among_all.asked} among all,"
        f" {found.paraphrased.asked} in other words, {found.nonsense.asked} of nonsense"
    )


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
