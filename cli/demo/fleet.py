"""A small invented fleet with one year of history, written as the real tools write their files.

The same seed, `today` and Python give the same bytes. The `STORIES` hold for any seed, because
failures are spread evenly over the uses of a skill instead of being drawn one by one. Everything
else is stationary.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any, Literal

from cli.demo import claude_code, codex, kaizen, skill_files, skill_metrics
from cli.demo.client_sessions import client_sessions
from cli.demo.history import Advice, History, Run, Shape, Use
from schema import zones

WRITERS = (skill_metrics.write, kaizen.write, skill_files.write)
# The client in which each project is worked on, where it leaves transcripts.
CLIENTS = {
    "storefront-web": claude_code.write,
    "payments-service": claude_code.write,
    "atlas-cli": codex.write,
}

Outcome = Literal["success", "failure", "abandoned", "unfinished"]

HISTORY = timedelta(days=365)
RETENTION = timedelta(days=179)  # of runs: their writer prunes lines older than 180 days
LAST_START = timedelta(hours=1)
LONGEST = 3000.0  # seconds, less than LAST_START: every use that ends has ended by `today`


@dataclass(frozen=True)
class DemoProject:
    """A project of the fleet, with what is needed to register it."""

    path: Path
    name: str
    project_type: str
    timezone: str


@dataclass(frozen=True)
class Stories:
    """The findings that answers about the fleet must contain; rates are 0..1 over all uses."""

    degrading: str = "test-runner"
    degrading_days: int = 60
    degrading_before: float = 0.92
    degrading_after: float = 0.60
    rare: str = "security-audit"
    rare_uses: int = 9
    failing: str = "dependency-upgrade"
    failing_project: str = "payments-service"
    failing_there: float = 0.35
    failing_elsewhere: float = 0.95
    failing_error: str = "LockfileConflictError"
    dormant: str = "api-design"
    dormant_days: int = 126
    spike: str = "commit-message"
    spike_factor: int = 8  # times the skill's mean weekday, on `spike_day`


STORIES = Stories()


@dataclass(frozen=True)
class Skill:
    """How a skill behaves: success rate 0..1, duration lognormal around `median` seconds."""

    name: str
    success: float
    median: float
    sigma: float = 0.7


@dataclass(frozen=True)
class Agent(Skill):
    """How an agent behaves: also its runs per weekday and its mean quality score 0..1."""

    per_day: float = 1.0
    quality: float = 0.75


@dataclass(frozen=True)
class Plan:
    """How a project behaves; `preferences` multiply how often it uses some skills."""

    name: str
    project_type: str
    timezone: str
    shape: Shape
    sessions_per_day: float
    preferences: Mapping[str, float]
    agents: tuple[Agent, ...] = ()

    @property
    def zone(self) -> tzinfo:
        return zones.zone(self.timezone)


@dataclass(frozen=True)
class Slot:
    """One use of a skill, before its outcome is known; `at` is in UTC."""

    plan: Plan
    skill: Skill
    at: datetime
    session_id: str


SKILLS = (  # by popularity: the n-th is used in proportion to n ** -0.9
    Skill("ruff-check", 0.97, 4, 0.5),
    Skill(STORIES.degrading, STORIES.degrading_before, 55),
    Skill(STORIES.spike, 0.98, 7, 0.4),
    Skill(STORIES.dormant, 0.93, 190),
    Skill("code-review", 0.95, 120),
    Skill("debug-trace", 0.82, 240, 0.9),
    Skill("refactor", 0.88, 310),
    Skill(STORIES.failing, STORIES.failing_elsewhere, 85),
    Skill("docs-writer", 0.96, 75),
    Skill("perf-profile", 0.90, 160),
    Skill("release-notes", 0.97, 35, 0.5),
    Skill("schema-diff", 0.93, 20, 0.5),
    Skill("migration-planner", 0.86, 280),
)
RARE = Skill(STORIES.rare, 1.0, 420, 0.4)
LEAD = Agent("orchestrator", 0.90, 48, 0.6, 2.4, 0.78)
CODER = Agent("code-writer", 0.84, 95, 0.6, 1.6, 0.72)
TESTER = Agent("test-writer", 0.88, 62, 0.5, 1.2, 0.75)
TRIAGE = Agent("incident-triage", 0.79, 130, 0.8, 0.8, 0.66)
KEEPER = Agent("doc-keeper", 0.95, 27, 0.5, 0.7, 0.85)
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
CLI = {"release-notes": 2.0, "schema-diff": 0.2}
WEB = {"perf-profile": 2.0, "refactor": 1.5}
LIBRARY = {STORIES.dormant: 1.6, "docs-writer": 1.5}
SERVICE = {STORIES.failing: 2.0, "debug-trace": 1.6}
DATA = {"schema-diff": 4.0, "migration-planner": 3.0}
DOCS = {"docs-writer": 8.0, "release-notes": 3.0, "perf-profile": 0.1, "ruff-check": 0.5}
PLANS = (
    Plan("atlas-cli", "cli", NEW_YORK, "A", 0.9, CLI),
    Plan("storefront-web", "web", BERLIN, "D", 1.4, WEB, (LEAD, CODER, TESTER)),
    Plan("ledger-lib", "library", BERLIN, "B", 0.8, LIBRARY),
    Plan(STORIES.failing_project, "service", NEW_YORK, "D", 1.3, SERVICE, (LEAD, TRIAGE)),
    Plan("events-pipeline", "data", BERLIN, "C", 0.9, DATA, (LEAD, TESTER)),
    Plan("team-handbook", "docs", NEW_YORK, "export", 0.5, DOCS, (KEEPER,)),
)
WEEKDAYS = (1.0, 1.15, 1.1, 1.05, 0.75, 0.12, 0.1)  # how busy each is; Monday first
FAULTS: tuple[Outcome, ...] = ("failure", "abandoned", "unfinished")
PATHS = (None, "quick", "comprehensive", "focused")
ERRORS = ("TimeoutError", "ValidationError", "ToolError", "FileNotFoundError", "PermissionError")
FOLLOW_UPS = ("git commit", "run tests", "open pull request", "edit file", "ask a question")
RETRIES = ("retry", "read the log", "edit file")
QUERIES = (
    "why is the build slow since Monday?",
    "the date filter loses the last day",
    "Umlaute im Export pr\u00fcfen: M\u00fcller, Gro\u00df",
    "cr\u00e9er un r\u00e9sum\u00e9 pour l'\u00e9quipe \u2713",
)
ADVICE = (
    ("add retry on timeout", 0.41, "high"),
    ("shorten system prompt", 0.18, "medium"),
    ("use the small model for short tasks", 0.07, "low"),
)


def write_fleet(
    root: Path, today: datetime, seed: int = 20261120, home: Path | None = None
) -> list[DemoProject]:
    """Write six projects under `root` with the year that ends at `today` (an aware datetime), and
    the transcripts of clients below `home`, where one is given."""
    for name, history in invent(today, seed).items():
        for write in WRITERS:
            write(root / name, history)
        if home is not None and name in CLIENTS:
            sessions = client_sessions(history, random.Random(f"{seed}/{name}"))
            CLIENTS[name](home, root / name, sessions)
    return [DemoProject(root / p.name, p.name, p.project_type, p.timezone) for p in PLANS]


def invent(today: datetime, seed: int) -> dict[str, History]:
    """Return what happened in each project in the year that ends at `today`."""
    if today.tzinfo is None:
        raise ValueError("today must carry a time zone")
    now, rng = today.astimezone(UTC), random.Random(seed)
    slots = [slot for plan in PLANS for slot in _slots(plan, now, rng)]
    slots = sorted(_add_spike(_replace_by_rare(slots, rng), now, rng), key=lambda slot: slot.at)
    uses: dict[str, list[Use]] = defaultdict(list)
    for slot, outcome in zip(slots, _outcomes(slots, now, rng), strict=True):
        uses[slot.plan.name].append(_use(slot, outcome, rng))
    histories = {}
    for plan in PLANS:
        runs = {agent.name: _runs(agent, now, rng) for agent in plan.agents}
        advice = list(_advice(runs, now, rng)) if runs else []
        history = History(plan.shape, plan.zone, now, uses[plan.name], runs, advice)
        histories[plan.name] = history
    return histories


def spike_day(today: datetime) -> date:
    """Return the UTC weekday, about 25 days before `today`, on which the spike happens."""
    day = today.astimezone(UTC).date() - timedelta(days=25)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _slots(plan: Plan, now: datetime, rng: random.Random) -> Iterable[Slot]:
    """Yield a project's ordinary uses; those of the dormant skill end as its story says."""
    weights = [rank**-0.9 * plan.preferences.get(s.name, 1.0) for rank, s in enumerate(SKILLS, 1)]
    until = {STORIES.dormant: now - timedelta(days=STORIES.dormant_days)}
    for at in _session_starts(plan, now, rng):
        session_id = f"{plan.name}-{at:%Y%m%d-%H%M%S}"
        for skill in rng.choices(SKILLS, weights, k=1 + min(14, int(rng.expovariate(1 / 4.2)))):
            if now - HISTORY <= at <= until.get(skill.name, now - LAST_START):
                yield Slot(plan, skill, at, session_id)
            at += timedelta(microseconds=round(2e7 + rng.expovariate(1 / 4e8)))


def _session_starts(plan: Plan, now: datetime, rng: random.Random) -> Iterable[datetime]:
    """Yield UTC instants inside local working days, so that no session crosses a DST change."""
    for offset in range(HISTORY.days + 2):
        day = (now - HISTORY).astimezone(plan.zone).date() + timedelta(days=offset)
        for _ in range(int(plan.sessions_per_day * WEEKDAYS[day.weekday()] + rng.random())):
            into_day = timedelta(microseconds=round(rng.triangular(8, 18, 10) * 3.6e9))
            yield (datetime.combine(day, time(), plan.zone) + into_day).astimezone(UTC)


def _replace_by_rare(slots: Sequence[Slot], rng: random.Random) -> list[Slot]:
    """Turn a few uses of the most popular skill into uses of the rare one, its only ones."""
    popular = [index for index, slot in enumerate(slots) if slot.skill is SKILLS[0]]
    chosen = set(rng.sample(popular, STORIES.rare_uses))
    return [replace(s, skill=RARE) if index in chosen else s for index, s in enumerate(slots)]


def _add_spike(slots: Sequence[Slot], now: datetime, rng: random.Random) -> list[Slot]:
    """Add uses to one day of a skill, from 13 to 16 h UTC: the same date in most time zones."""
    day = spike_day(now)
    skill = next(skill for skill in SKILLS if skill.name == STORIES.spike)
    uses = Counter(s.at.date() for s in slots if s.skill == skill and s.at.weekday() < 5)
    wanted = round(STORIES.spike_factor * uses.total() / (HISTORY.days * 5 / 7))
    opening = datetime.combine(day, time(13), UTC)
    added = []
    for plan in rng.choices(PLANS, k=max(0, wanted - uses[day])):
        at = opening + timedelta(seconds=rng.uniform(0, 10800))
        added.append(Slot(plan, skill, at, f"{plan.name}-{opening:%Y%m%d-%H%M%S}"))
    return [*slots, *added]


def _fails_there(slot: Slot) -> bool:
    return slot.skill.name == STORIES.failing and slot.plan.name == STORIES.failing_project


def _success_rate(slot: Slot, now: datetime) -> float:
    if slot.skill.name == STORIES.degrading:
        recent = slot.at >= now - timedelta(days=STORIES.degrading_days)
        return STORIES.degrading_after if recent else STORIES.degrading_before
    return STORIES.failing_there if _fails_there(slot) else slot.skill.success


def _outcomes(slots: Sequence[Slot], now: datetime, rng: random.Random) -> list[Outcome]:
    """Return an outcome per use: per skill and rate, an exact share of faults, evenly spread."""
    groups: dict[tuple[str, float], list[int]] = defaultdict(list)
    for index, slot in enumerate(slots):
        groups[slot.skill.name, _success_rate(slot, now)].append(index)
    outcomes: list[Outcome] = ["success"] * len(slots)
    for (_, rate), group in groups.items():
        for place in _fault_places(len(group), rate, rng):
            outcomes[group[place]] = rng.choices(FAULTS, (78, 16, 6))[0]
    return outcomes


def _fault_places(uses: int, rate: float, rng: random.Random) -> Iterable[int]:
    """Yield the positions of the faults among so many uses: one in each of as many equal parts."""
    faults = round((1 - rate) * uses)
    cuts = [place * uses // faults for place in range(faults)] + [uses]
    return (rng.randrange(begin, end) for begin, end in pairwise(cuts))


def _use(slot: Slot, outcome: Outcome, rng: random.Random) -> Use:
    others = [s.name for s in rng.sample(SKILLS, rng.choice((0, 0, 1, 2, 3))) if s != slot.skill]
    possible = {"success": FOLLOW_UPS, "unfinished": ()}.get(outcome, RETRIES)
    return Use(
        slot.skill.name,
        slot.at,
        slot.session_id,
        workflow_path=rng.choices(PATHS, (2, 4, 2, 1))[0],
        completed=outcome == "success",
        duration_seconds=_duration(slot, outcome, rng),
        user_query=rng.choice(QUERIES) if rng.random() < 0.4 else None,
        alternatives_considered=others,
        selection_rank=rng.choice((1, 1, 1, 2, len(others) + 1)) if others else None,
        follow_up_actions=rng.sample(possible, min(len(possible), rng.choice((0, 0, 0, 1, 2)))),
        error_type=_error_type(slot, rng) if outcome == "failure" else None,
    )


def _duration(slot: Slot, outcome: Outcome, rng: random.Random) -> float | None:
    """Return seconds; C and D record unmeasured ones as 0.01, or null after a failure."""
    seconds = round(min(rng.lognormvariate(log(slot.skill.median), slot.skill.sigma), LONGEST), 6)
    if outcome == "unfinished":
        return None
    if slot.plan.shape in ("C", "D") and outcome != "abandoned" and rng.random() < 0.15:
        return 0.01 if outcome == "success" else None
    return seconds


def _error_type(slot: Slot, rng: random.Random) -> str:
    if _fails_there(slot) and rng.random() < 0.9:
        return STORIES.failing_error
    return rng.choices(ERRORS, (5, 3, 3, 2, 1))[0]


def _runs(agent: Agent, now: datetime, rng: random.Random) -> list[Run]:
    """Return an agent's runs in time order."""
    times: list[datetime] = []
    for offset in range(RETENTION.days + 1):
        midnight = datetime.combine((now - timedelta(days=offset)).date(), time(), UTC)
        runs = int(agent.per_day * WEEKDAYS[midnight.weekday()] + rng.random())
        times += (midnight + timedelta(seconds=rng.randrange(21600, 79200)) for _ in range(runs))
    kept = sorted(at for at in times if now - RETENTION <= at <= now - LAST_START)
    faults = set(_fault_places(len(kept), agent.success, rng))
    return [_run(agent, at, n, n - 1 not in faults, rng) for n, at in enumerate(kept, 1)]


def _run(agent: Agent, at: datetime, number: int, success: bool, rng: random.Random) -> Run:
    seconds = round(min(rng.lognormvariate(log(agent.median), agent.sigma), LONGEST), 3)
    quality = min(1.0, max(0.0, rng.gauss(agent.quality - (0 if success else 0.2), 0.1)))
    optional: dict[str, tuple[float, Any]] = {  # with the probability that it is recorded
        "execution_time_s": (0.95, seconds if rng.random() < 0.97 else "null"),
        "quality_score": (0.9, round(quality, 3)),
        "error": (0.0 if success else 0.9, rng.choice(ERRORS)),
        "session_id": (0.5, f"kz-{at:%j}-{at.hour // 6}"),
        "task_id": (0.6, f"T-{number:05d}"),
        "tokens": (0.3, (rng.randrange(1500, 25000), rng.randrange(200, 4000))),
        "idempotency_key": (agent == LEAD, f"{agent.name}:{number}"),
    }
    recorded = {key: it for key, (share, it) in optional.items() if rng.random() < share}
    return Run(agent.name, at, success, **recorded)


def _advice(
    runs: Mapping[str, Sequence[Run]], now: datetime, rng: random.Random
) -> Iterable[Advice]:
    """Yield the optimizer's monthly entry for each agent, oldest first."""
    last = datetime.combine(now.date() - timedelta(days=1), time(3), UTC)
    for days in range(150, -1, -30):
        at = last - timedelta(days=days)
        for name, executed in runs.items():
            seen = sum(run.timestamp < at for run in executed)
            yield Advice(name, at, seen, rng.sample(ADVICE, rng.choice((0, 1, 1, 2))))
