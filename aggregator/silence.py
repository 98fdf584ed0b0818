"""What is not observed, in words: nothing collected, nothing recorded, and projects gone silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from aggregator import text
from aggregator.calendar import ALL_TIME, Span, today
from aggregator.measures import ProjectLabel, Question, scope
from aggregator.observation import Observation, active_days, observation
from aggregator.statistics import silence
from schema.frozen import dataclass
from schema.statements import run, statement
from schema.warehouse import Connection, from_micros

NOTABLE_DAYS = 3
"""From so many days on, it is said that nothing is known of them."""

HISTORY_DAYS = 400
"""Projects are compared with their own last days, so many."""

NAMED = 3
"""Silent projects that a sentence names."""


@dataclass(frozen=True)
class SilentProject:
    """A project without a use for longer than its pace explains, though others were active.

    ``days`` are complete days since the last use.
    """

    project: ProjectLabel
    last_day: date
    days: int


def unobserved(con: Connection, question: Question, zone: str) -> str | None:
    """The sentence that an answer begins with when the last days are not observed, or None.

    They are not when no collect has run since, or when nothing was recorded in any of the projects
    for longer than is usual.
    """
    if _is_recent(con, question, zone):
        return None
    observed = observation(con, question)
    if not observed.uses:
        return None
    collected = max(each.collected for each in observed.uses.values())
    missed = (observed.today - collected).days - 1
    if missed >= NOTABLE_DAYS:
        day = text.short_day(collected + timedelta(days=1), observed.today)
        return f"Not refreshed since {day} ({missed} days): later uses are not known yet."
    quiet, whole = observed.quiet_days, observed.whole
    if quiet < NOTABLE_DAYS or whole is None or whole.until > whole.last_day:
        return None
    day = text.short_day(whole.last_day, observed.today)
    return (
        f"Nothing new from {_scope(question)} since {day} ({quiet + 1} days)."
        " Are the tools still writing?"
    )


def _is_recent(con: Connection, question: Question, zone: str) -> bool:
    """Whether anything was used lately as statistics say it, which is fast to find out."""
    projects = None if question.scope.is_default else question.scope.ids
    [(last_us,)] = run(
        con, statement("aggregator/reports/last_use.sql"), {"projects": projects}
    ).fetchall()
    if last_us is None:
        return False
    return today(question.now, zone) - today(from_micros(last_us), zone) < timedelta(
        days=NOTABLE_DAYS
    )


def _scope(question: Question) -> str:
    projects = question.scope.projects
    if question.scope.is_default:
        return "any project"
    return projects[0].name if len(projects) == 1 else "these projects"


def silent_projects(con: Connection, question: Question) -> list[SilentProject]:
    """The silent ones of all active projects that the question is about, longest first.

    At most 5% of fleets in which nothing happens have any: see ``statistics.silence``.
    """
    question = _of_both_kinds(question)
    observed = observation(con, question)
    ends = _ends(observed)
    if not any((end - last).days >= silence.LEAST_DAYS for last, end in ends.values()):
        return []
    last = max(end for _, end in ends.values())
    begin = last - timedelta(days=HISTORY_DAYS)
    days: dict[str, set[int]] = {}
    for (project, _), bits in active_days(con, question, Span(begin, last)).items():
        days.setdefault(project, set()).update(_set_bits(bits))
    found = silence.silent(
        {project: sorted(used) for project, used in days.items()},
        {project: (ends[project][1] - begin).days for project in days},
    )
    labels = {project.project_id: project for project in question.scope.projects}
    return [
        SilentProject(labels[project], last_day, (end - last_day).days)
        for project in found
        for last_day, end in [ends[project]]
    ]


@dataclass(frozen=True)
class LastUses:
    """When each project was last used, and what is not observed of the active ones."""

    last_use_at: Mapping[str, datetime]
    silent: list[SilentProject]
    unobserved: str | None
    sentence: str | None

    @property
    def silent_ids(self) -> set[str]:
        return {each.project.project_id for each in self.silent}

    @property
    def lines(self) -> list[str]:
        """What is not observed, in sentences."""
        return [line for line in (self.unobserved, self.sentence) if line]


def last_uses(con: Connection, now: datetime, zone: str) -> LastUses:
    """The last use of every registered project, and the lines that say what is not observed."""
    everywhere = Question(ALL_TIME, scope(con, include_inactive=True), "all", now)
    active = replace(everywhere, scope=scope(con))
    found = silent_projects(con, active)
    return LastUses(
        observation(con, everywhere).last_use_at,
        found,
        unobserved(con, active, zone),
        sentence(found, today(now, zone)),
    )


def sentence(found: list[SilentProject], day: date) -> str | None:
    """The line that names silent projects; None without any."""
    if not found:
        return None
    named = [
        f"{each.project.name} (since {text.short_day(each.last_day, day)})"
        for each in found[:NAMED]
    ]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return (
        f"{text.counted(len(found), 'silent project')}, longer than their pace explains:"
        f" {', '.join(named)}{more}"
    )


def _of_both_kinds(question: Question) -> Question:
    return replace(question, kind="all", trigger=None, source=None)


def _ends(observed: Observation) -> dict[str, tuple[date, date]]:
    """The last day of use and the last day collected of each project with any use."""
    found: dict[str, tuple[date, date]] = {}
    for (project, _), uses in observed.uses.items():
        last, end = found.get(project, (uses.last_day, uses.collected))
        found[project] = max(last, uses.last_day), max(end, uses.collected)
    return found


def _set_bits(bits: int) -> list[int]:
    return [day for day, digit in enumerate(reversed(f"{bits:b}")) if digit == "1"]
