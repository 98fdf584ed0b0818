"""Writes `.session-buddy/skill_metrics.json` in the five layouts that its writers left.

Records are text from a template: the same bytes as `json.dumps(document, indent=2)`, many times
faster, and a file of millions of records needs no memory.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from json import dumps
from pathlib import Path

from cli.demo.history import History, Shape, Stamp, Use, local, quoted, utc

FILE = Path(".session-buddy", "skill_metrics.json")
BEFORE_RECORDS = '  "invocations": [\n'
BETWEEN_RECORDS = ",\n"
AFTER_RECORDS = "\n  ]"
NOT_IN_A = ("session_id", "user_query", "alternatives_considered", "selection_rank")
WITHOUT_TOTALS = ("C", "D")


def write(folder: Path, history: History) -> None:
    """Write the document of a project."""
    naive = local(history.zone)
    stamp = utc if history.shape == "D" else naive
    write_document(folder, history.shape, history.uses, stamp, naive(history.until))


def write_document(
    folder: Path, shape: Shape, uses: Iterable[Use], stamp: Stamp, written_at: str
) -> None:
    """Write the document of any number of uses; they are only kept in memory for an export."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    totals = _Totals(shape, stamp)
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("{\n")
        if shape == "export":
            uses = list(totals.counting(uses))
            file.write(_section("summary", totals.summary()) + BETWEEN_RECORDS)
            file.write(_section("skills", totals.skills()) + BETWEEN_RECORDS)
        elif shape not in WITHOUT_TOTALS:
            uses = totals.counting(uses)
        file.write(BEFORE_RECORDS)
        file.writelines(_separated(records(shape, uses, stamp)))
        file.write(AFTER_RECORDS)
        if shape == "export":
            file.write(BETWEEN_RECORDS + _section("exported_at", written_at))
        elif shape not in WITHOUT_TOTALS:
            file.write(BETWEEN_RECORDS + _section("skills", totals.skills()))
            file.write(BETWEEN_RECORDS + _section("last_updated", written_at))
        file.write("\n}")


def records(shape: Shape, uses: Iterable[Use], stamp: Stamp) -> Iterator[str]:
    """Yield the text of each use as it stands in a document, without what separates them."""
    template = _template(shape)
    for use in uses:
        seconds, rank = use.duration_seconds, use.selection_rank
        yield template.format(
            quoted(use.skill_name),
            stamp(use.invoked_at),
            use.session_id,
            quoted(use.workflow_path),
            "true" if use.completed else "false",
            "null" if seconds is None else seconds,
            quoted(use.user_query),
            _list(tuple(use.alternatives_considered)),
            "null" if rank is None else rank,
            _list(tuple(use.follow_up_actions)),
            quoted(use.error_type),
        )


@cache
def _template(shape: Shape) -> str:
    quotes = {"invoked_at": '"', "session_id": '"'}  # the others come as JSON
    lines = [
        f'      "{key}": {quotes.get(key, "")}{{{place}}}{quotes.get(key, "")}'
        for place, key in enumerate(Use._fields)
        if shape != "A" or key not in NOT_IN_A
    ]
    return "    {{\n" + ",\n".join(lines) + "\n    }}"


def _separated(texts: Iterator[str]) -> Iterator[str]:
    yield next(texts, "")
    for text in texts:
        yield BETWEEN_RECORDS
        yield text


@cache
def _list(texts: tuple[str, ...]) -> str:
    return dumps(texts, indent=2).replace("\n", "\n      ")


def _section(key: str, value: object) -> str:
    return f'  "{key}": ' + dumps(value, indent=2).replace("\n", "\n  ")


@dataclass
class _SkillTotals:
    """What the writer counts of one skill: uses that have ended, and the time of completed ones."""

    first: datetime
    last: datetime
    uses: int = 0
    completed: int = 0
    seconds: float = 0.0
    paths: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    follow_ups: Counter[str] = field(default_factory=Counter)

    def add(self, use: Use, seconds: float) -> None:
        self.last = use.invoked_at
        self.uses += 1
        if use.completed:
            self.completed += 1
            self.seconds += seconds
        if use.workflow_path:
            self.paths[use.workflow_path] += 1
        if use.error_type:
            self.errors[use.error_type] += 1
        for action in use.follow_up_actions:
            self.follow_ups[action] += 1


class _Totals:
    """What the writer keeps beside its records, counted while they are written."""

    def __init__(self, shape: Shape, stamp: Stamp) -> None:
        self._shape, self._stamp = shape, stamp
        self._skills: dict[str, _SkillTotals] = {}

    def counting(self, uses: Iterable[Use]) -> Iterator[Use]:
        """Yield the same uses, counted."""
        for use in uses:
            if use.duration_seconds is not None:
                totals = self._skills.get(use.skill_name)
                if totals is None:
                    totals = _SkillTotals(use.invoked_at, use.invoked_at)
                    self._skills[use.skill_name] = totals
                totals.add(use, use.duration_seconds)
            yield use

    def skills(self) -> Mapping[str, object]:
        """Return the section `skills`."""
        return {name: self._aggregate(name, totals) for name, totals in self._skills.items()}

    def _aggregate(self, name: str, totals: _SkillTotals) -> Mapping[str, object]:
        ranks = {"avg_selection_rank": None, "recommendation_success_rate": None}  # never filled in
        return {
            "skill_name": name,
            "total_invocations": totals.uses,
            "completed_invocations": totals.completed,
            "abandoned_invocations": totals.uses - totals.completed,
            "total_duration_seconds": totals.seconds,
            "workflow_paths": totals.paths,
            "common_errors": totals.errors,
            "follow_up_actions": totals.follow_ups,
            **(ranks if self._shape != "A" else {}),
            "first_invoked": self._stamp(totals.first),
            "last_invoked": self._stamp(totals.last),
            "completion_rate": totals.completed / totals.uses * 100,
            "avg_duration_seconds": totals.seconds / totals.completed if totals.completed else 0.0,
        }

    def summary(self) -> Mapping[str, object]:
        """Return the section `summary` of an export."""
        skills = self._skills.values()
        uses, completed = sum(t.uses for t in skills), sum(t.completed for t in skills)
        usage = _most_used(self._skills)
        return {
            "total_skills": len(skills),
            "total_invocations": uses,
            "overall_completion_rate": completed / uses * 100,
            "most_used_skill": usage[0][0],
            "most_used_count": usage[0][1],
            "avg_duration_seconds": sum(t.seconds for t in skills) / completed,
            "skills_by_usage": usage,
        }


def _most_used(skills: Mapping[str, _SkillTotals]) -> Sequence[tuple[str, int]]:
    return Counter({name: totals.uses for name, totals in skills.items()}).most_common()
