"""How often the right skill is found, on real skills and questions with a known answer.

They are not part of this program. A folder that ``SKILLHOUSE_FIND_DATA`` names holds them:
``trees.tar.gz`` with projects in ``trees/public`` and ``trees/own``, and ``queries-dev.json``.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.skills.find import Found, Wanted, find
from collector.projects.registering import register
from collector.skill_files.index import index
from schema.sentence_model import ModelFiles
from schema.warehouse import Connection, Warehouse

VARIABLE = "SKILLHOUSE_FIND_DATA"
COLLECTION = 7
"""Skill files that a project has at least, for its questions to count as those of a collection."""


def data() -> Path | None:
    """The folder with real skills and questions, where there is one."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


@dataclass
class Score:
    """How many of the questions were answered first, in the top three, and with a good fit."""

    asked: int = 0
    first: int = 0
    top: int = 0
    good: int = 0

    def add(self, found: Found, right: Iterable[str]) -> None:
        """Count an answer of at least three skills."""
        names = [match.candidate.name for match in found.matches[:3]]
        self.asked += 1
        self.first += bool(names) and names[0] in set(right)
        self.top += not set(right).isdisjoint(names)
        self.good += found.fits

    def shares(self) -> tuple[float, float, float]:
        """Of the questions: answered first, in the top three, with a good fit."""
        return self.first / self.asked, self.top / self.asked, self.good / self.asked

    @property
    def told(self) -> float:
        """The share that is told that nothing fits well."""
        return 1 - self.good / self.asked


@dataclass
class Quality:
    """The scores of questions with an answer, and of ``nonsense``, which has none.

    ``small``: in projects with fewer skills than a collection has.
    """

    in_project: Score = field(default_factory=Score)
    small: Score = field(default_factory=Score)
    among_all: Score = field(default_factory=Score)
    paraphrased: Score = field(default_factory=Score)
    nonsense: Score = field(default_factory=Score)
    nonsense_in_project: Score = field(default_factory=Score)


class RealSkills:
    """The real skills in two warehouses, and what is asked of them.

    ``model`` takes part; None: words alone. ``trees`` is the folder of their projects. Raises
    OSError where the source lacks them.
    """

    def __init__(
        self, source: Path, folder: Path, now: datetime, model: ModelFiles | None = None
    ) -> None:
        self.now = now
        self.questions: dict[str, Any] = json.loads(
            (source / "queries-dev.json").read_text("utf-8")
        )
        with tarfile.open(source / "trees.tar.gz") as packed:
            packed.extractall(folder, filter="data")
        self.trees = folder / "trees"
        self.public, self.own = (
            self._indexed(self.trees / part, folder / f"{part}.duckdb", model)
            for part in ("public", "own")
        )

    def _indexed(self, trees: Path, path: Path, model: ModelFiles | None) -> Warehouse:
        warehouse = Warehouse(path, "UTC")
        with warehouse.writing() as con:
            for each in sorted(trees.iterdir()):
                register(con, each, now=self.now, default_timezone="UTC", name=each.name)
        index(warehouse, now=self.now, model=model)
        return warehouse

    def ask(self, con: Connection, question: str, project: str | None = None) -> Found:
        """The best three skills, of a project or of all."""
        asked = Question(ALL_TIME, scope(con, [project] if project else []), "all", self.now)
        return find(con, asked, self.now.date(), [question], Wanted(3))

    def collections(self, con: Connection) -> dict[str, bool]:
        """The projects by name, and whether each is a collection."""
        rows = con.execute(
            "select project_name, count(*) >= $least from skill_files"
            " inner join projects using (project_id) group by all order by 1",
            {"least": COLLECTION},
        ).fetchall()
        return dict(rows)

    def in_collections(self, con: Connection) -> Score:
        """How the questions are answered in the project that has the right skill."""
        score = Score()
        is_collection = self.collections(con)
        for each in self.questions["public"]:
            if is_collection[each["project"]]:
                score.add(self.ask(con, each["query"], each["project"]), [each["skill"]])
        return score

    def quality(self, more_nonsense: Sequence[str] = ()) -> Quality:
        """All scores."""
        found = Quality()
        nonsense = [*self.questions["none"], *more_nonsense]
        with self.public.reading() as con:
            is_collection = self.collections(con)
            for each in self.questions["public"]:
                right, project = [each["skill"]], each["project"]
                found.among_all.add(self.ask(con, each["query"]), right)
                where = found.in_project if is_collection[project] else found.small
                where.add(self.ask(con, each["query"], project), right)
            collections = [project for project, is_one in is_collection.items() if is_one]
            for question in nonsense:
                found.nonsense.add(self.ask(con, question), ())
                for project in collections:
                    found.nonsense_in_project.add(self.ask(con, question, project), ())
        with self.own.reading() as con:
            for each in self.questions["own"]:
                found.paraphrased.add(self.ask(con, each["query"]), each["relevant"])
        return found
