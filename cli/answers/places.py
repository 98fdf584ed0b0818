"""Where each question is answered, and by what it can be filtered.

Cheap to import: a command looks its question up here while DuckDB is still being loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Flag, auto
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from aggregator.parameters import ROW_DAYS

if TYPE_CHECKING:
    from aggregator.query import Result


class Filter(Flag):
    """The parts of ``QueryOptions`` that an answer supports."""

    SPAN = auto()
    PROJECTS = auto()
    KIND = auto()


EVERY = Filter.SPAN | Filter.PROJECTS | Filter.KIND


class Place(NamedTuple):
    """``aggregator.answers.<module>``; ``function`` defaults to the last part of ``module``."""

    module: str
    filters: Filter = EVERY
    function: str = ""
    days: int | None = None
    """Default span in days; None: all time, or the answer's own default."""
    exported: bool = True
    """Whether it may be written to a file; not what people wrote into the files of their skills,
    and not what a team shared with its members."""

    @property
    def path(self) -> str:
        """What to import for it."""
        return f"aggregator.answers.{self.module}"

    def give(self) -> Callable[..., Result[Any, Any]]:
        """The function that answers; imports it."""
        function = self.function or self.module.rpartition(".")[2]
        give: Callable[..., Result[Any, Any]] = getattr(import_module(self.path), function)
        return give


PLACES = {
    "summary": Place("summary", Filter.PROJECTS | Filter.KIND),
    "top-skills": Place("top_skills"),
    "effectiveness": Place("effectiveness"),
    "compare": Place("compare"),
    "activity": Place("activity", Filter.PROJECTS | Filter.KIND),
    "health": Place("health", Filter.PROJECTS | Filter.KIND),
    "trends": Place("trends", Filter.PROJECTS | Filter.KIND),
    "recommend": Place("recommend", Filter.PROJECTS | Filter.KIND),
    "anomalies": Place("anomalies"),
    "find": Place("find", Filter.PROJECTS, exported=False),
    "skills": Place("skills", Filter.PROJECTS, exported=False),
    "patterns-sessions": Place("patterns.sessions", days=ROW_DAYS.default),
    "patterns-transitions": Place("patterns.transitions", days=ROW_DAYS.default),
    "patterns-pairs": Place("patterns.pairs", days=ROW_DAYS.default),
    "patterns-heatmap": Place("patterns.heatmap", days=ROW_DAYS.default),
    "patterns-bottlenecks": Place("patterns.bottlenecks", days=ROW_DAYS.default),
    "patterns-alternatives": Place(
        "patterns.alternatives", Filter.SPAN | Filter.PROJECTS, days=ROW_DAYS.default
    ),
    "workflows": Place("workflows"),
    "baseline-list": Place("baselines", Filter(0), "listed"),
    "baseline-show": Place("baselines", Filter(0), "show"),
    "baseline-compare": Place("baselines", Filter.PROJECTS | Filter.KIND, "compare"),
    "experiment-list": Place("experiments", Filter(0), "listed", exported=False),
    "experiment-report": Place("experiments", Filter(0), "report", exported=False),
    "team-top-skills": Place("team.top_skills", Filter(0), exported=False),
    "team-baselines": Place("team.baselines", Filter(0), exported=False),
    "team-changes": Place("team.changes", Filter(0), exported=False),
    "team-suggest": Place("team.suggest", Filter(0), exported=False),
    "team-clusters": Place("team.clusters", Filter(0), exported=False),
}
"""By the name of the command; the words of a subcommand are joined by a hyphen."""
