"""The right skill among real ones, for questions of their authors whose answer is known.

They are not part of this: a folder that SKILLHOUSE_FIND_DATA names holds them.
"""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from aggregator.refresh import refresh
from benchmarks.skill_quality import VARIABLE, RealSkills, data
from collector.collect import collect
from collector.skill_files import front_matter
from conftest import INSTALLED_MODEL, NOW, invocation, write_skills
from schema.sentence_model import ModelFiles
from schema.warehouse import Warehouse
from skill_corpus import NONSENSE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        data() is None, reason=f"{VARIABLE} names no folder of questions with known answers"
    ),
]


def read(folder: Path, model: ModelFiles | None) -> RealSkills:
    source = data()
    assert source is not None
    return RealSkills(source, folder, NOW, model)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> RealSkills:
    """Without a model, whether or not one is installed here."""
    return read(tmp_path_factory.mktemp("real"), None)


def test_real_questions_are_answered(real: RealSkills) -> None:
    """The bars of the small corpus hold for questions that authors of real skills wrote."""
    found = real.quality(NONSENSE)
    first, top, _ = found.in_project.shares()
    assert top >= 0.88 and first >= 0.70, found
    assert found.among_all.shares()[1] >= 0.74 and found.paraphrased.shares()[1] >= 0.57, found
    assert found.nonsense.told >= 0.5 and found.nonsense_in_project.told >= 0.5, found
    for answerable in (found.in_project, found.small, found.among_all, found.paraphrased):
        assert answerable.told <= 0.08, found


def test_real_front_matter_is_read_as_yaml(real: RealSkills) -> None:
    """Names and descriptions of all real files, as PyYAML reads them; all others are read, too."""
    files = sorted(real.trees.rglob("*.md"))
    valid = invalid = 0
    for file in files:
        whole = file.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
        matter = front_matter.read(whole)
        block = re.match(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", whole, re.DOTALL)
        if block is None:
            continue
        try:
            told = yaml.load(block[1], yaml.BaseLoader)  # noqa: S506 # it makes texts and lists only
        except yaml.YAMLError:
            invalid += 1
            continue
        for key in ("name", "description"):
            value = told.get(key) if isinstance(told, dict) else None
            if isinstance(value, str) and value not in ("", "~", "null"):
                assert " ".join((matter.text(key) or "").split()) == " ".join(value.split()), file
                valid += 1
    assert valid > 2_000 and invalid > 0


@pytest.mark.skipif(INSTALLED_MODEL is None, reason="the extra semantic is not installed")
def test_a_model_finds_more_of_them(tmp_path: Path) -> None:
    """With the model of the extra, questions in other words reach a higher bar, and all others."""
    found = read(tmp_path, INSTALLED_MODEL).quality(NONSENSE)
    assert found.in_project.shares()[1] >= 0.88, found
    assert found.among_all.shares()[1] >= 0.76 and found.paraphrased.shares()[1] >= 0.66, found
    assert found.nonsense.told >= 0.5 and found.nonsense_in_project.told >= 0.5, found
    for answerable in (found.in_project, found.small, found.among_all, found.paraphrased):
        assert answerable.told <= 0.08, found


def test_no_history_spoils_real_answers(real: RealSkills, tmp_path: Path) -> None:
    """With any history a project's own skills are still found: the bar falls by a point at most."""
    copy = Warehouse(tmp_path / "copy.duckdb", "UTC")
    copy.path.write_bytes(real.public.path.read_bytes())
    dice = random.Random(7)
    with copy.reading() as con:
        rows = con.execute(
            "select project_path, list(distinct name order by name)"
            " from skill_files join projects using (project_id) group by all order by 1"
        ).fetchall()
    for path, names in rows:
        history = []
        for name in names:
            times = dice.choice((0, 0, 5, 40))
            good = round(times * dice.random())
            history += used(name, good, times - good, dice.randrange(1, 80))
        write_skills(Path(path), {"invocations": history})
    collect(copy, now=NOW)
    refresh(copy, now=NOW)
    with copy.reading() as con:
        score = real.in_collections(con)
    assert score.shares()[1] >= 0.87, score


def used(name: str, good: int, bad: int, days_ago: int) -> list[dict[str, object]]:
    day = NOW.date() - timedelta(days=days_ago)
    return [
        invocation(
            name,
            f"{day}T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}",
            error_type=None if number < good else "TimeoutError",
            completed=number < good,
        )
        for number in range(good + bad)
    ]
