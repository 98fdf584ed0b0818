"""Writes `.session-buddy/skill_metrics.json` in all its layouts.

A template gives the same bytes as `json.dumps(document, indent=2)`, faster and
without holding millions of records in memory.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from json import dumps
from pathlib import Path
from typing import Any

from cli.demo.history import History, Shape, Stamp, Use, local, quoted, utc

FILE = Path(".session-buddy", "skill_metrics.json")
RECORDS = "invocations"
SECTIONS: Mapping[Shape, Sequence[str]] = {
    "A": (RECORDS, "skills", "last_updated"),
    "B": (RECORDS, "skills", "last_updated"),
    "C": (RECORDS,),
    "D": (RECORDS,),
    "export": ("summary", "skills", RECORDS, "exported_at"),
}
START, BETWEEN_RECORDS = "{\n", ",\n"
AFTER_RECORDS = "\n  ]"
NOT_IN_A = ("session_id", "user_query", "alternatives_considered", "selection_rank")

Totals = dict[str, Any]
"""The aggregate of one skill, with the keys of the document."""


def write(folder: Path, history: History) -> None:
    """Write the document of a project."""
    naive = local(history.zone)
    stamp = utc if history.shape == "D" else naive
    write_document(folder, history.shape, history.uses, stamp, naive(history.until))


def write_document(
    folder: Path, shape: Shape, uses: Iterable[Use], stamp: Stamp, written_at: str
) -> None:
    """Write the document of any number of uses; only an export holds them all in memory."""
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    skills: dict[str, Totals] = {}
    uses = _counting(uses, skills, shape)
    if SECTIONS[shape][0] != RECORDS:  # totals come first
        uses = list(uses)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for place, section in enumerate(SECTIONS[shape]):
            file.write(f'{BETWEEN_RECORDS if place else START}  "{section}": ')
            if section == RECORDS:
                file.write("[\n")
                file.writelines(_separated(records(shape, uses, stamp)))
                file.write(AFTER_RECORDS)
            else:
                file.write(_text(section, skills, stamp, written_at))
        file.write("\n}")


def _text(section: str, skills: Mapping[str, Totals], stamp: Stamp, written_at: str) -> str:
    content: object = written_at
    if section in ("skills", "summary"):
        totals = {name: _finished(each, stamp) for name, each in skills.items()}
        content = totals if section == "skills" else _summary(totals.values())
    return dumps(content, indent=2).replace("\n", "\n  ")


def records(shape: Shape, uses: Iterable[Use], stamp: Stamp) -> Iterator[str]:
    """Yield the text of each use as in a document, without separators."""
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


def _counting(uses: Iterable[Use], skills: dict[str, Totals], shape: Shape) -> Iterator[Use]:
    """Yield the same uses, and add those that have ended to the totals."""
    for use in uses:
        if use.duration_seconds is not None:
            totals = skills.get(use.skill_name) or _new_totals(use, shape)
            skills[use.skill_name] = totals
            totals["total_invocations"] += 1
            totals["completed_invocations" if use.completed else "abandoned_invocations"] += 1
            totals["total_duration_seconds"] += use.duration_seconds if use.completed else 0
            totals["last_invoked"] = use.invoked_at
            if use.workflow_path:
                totals["workflow_paths"][use.workflow_path] += 1
            if use.error_type:
                totals["common_errors"][use.error_type] += 1
            for action in use.follow_up_actions:
                totals["follow_up_actions"][action] += 1
        yield use


def _new_totals(use: Use, shape: Shape) -> Totals:
    counts = ("total_invocations", "completed_invocations", "abandoned_invocations")
    never_filled = () if shape == "A" else ("avg_selection_rank", "recommendation_success_rate")
    return {
        "skill_name": use.skill_name,
        **dict.fromkeys(counts, 0),
        "total_duration_seconds": 0.0,
        "workflow_paths": Counter(),
        "common_errors": Counter(),
        "follow_up_actions": Counter(),
        **dict.fromkeys(never_filled),
        "first_invoked": use.invoked_at,
    }


def _finished(totals: Totals, stamp: Stamp) -> Totals:
    uses, completed = totals["total_invocations"], totals["completed_invocations"]
    return totals | {
        "first_invoked": stamp(totals["first_invoked"]),
        "last_invoked": stamp(totals["last_invoked"]),
        "completion_rate": completed / uses * 100,
        "avg_duration_seconds": totals["total_duration_seconds"] / completed if completed else 0.0,
    }


def _summary(skills: Collection[Totals]) -> Totals:
    """Return the `summary` of an export."""
    usage = Counter({totals["skill_name"]: totals["total_invocations"] for totals in skills})
    completed = sum(totals["completed_invocations"] for totals in skills)
    most_used = usage.most_common()
    return {
        "total_skills": len(usage),
        "total_invocations": usage.total(),
        "overall_completion_rate": completed / usage.total() * 100,
        "most_used_skill": most_used[0][0],
        "most_used_count": most_used[0][1],
        "avg_duration_seconds": sum(t["total_duration_seconds"] for t in skills) / completed,
        "skills_by_usage": most_used,
    }
