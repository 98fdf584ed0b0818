"""A small invented fleet, written to disk exactly as the real writers would have left it.

Promises: the same seed, `today` and Python give the same bytes; everything happens within the 365
days that end at `today`; the `STORIES` hold for any seed, because outcomes are spread evenly over
a skill's or an agent's uses instead of being tossed one by one; whatever is outside the stories is
stationary.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any, Literal

from schema import zones

Record = dict[str, Any]  # a JSON object; the order of its keys is the writer's
Outcome = Literal["success", "failure", "abandoned", "unfinished"]

HISTORY = timedelta(days=365)
RETENTION = timedelta(days=179)  # of executions: their writer prunes lines older than 180 days
LAST_START = timedelta(hours=1)
LONGEST = 3000.0  # seconds, less than LAST_START: whatever finishes has finished by `today`


@dataclass(frozen=True)
class DemoProject:
    """A project of the fleet, with what is needed to register it."""

    path: Path
    name: str
    project_type: str
    timezone: str


@dataclass(frozen=True)
class Stories:
    """What a reader of the fleet must be able to find; rates are 0..1 over all uses."""

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
    """How an agent behaves: the same, with its runs a weekday and its mean quality 0..1."""

    per_day: float = 1.0
    quality: float = 0.75


@dataclass(frozen=True)
class Plan:
    """A project before it is written; `leanings` multiply how often it uses some skills."""

    name: str
    project_type: str
    timezone: str
    shape: Literal["A", "B", "C", "D", "export"]
    sessions_per_day: float
    leanings: Mapping[str, float]
    agents: tuple[Agent, ...] = ()


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
WHOLE_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
WEEKDAYS = (1.0, 1.15, 1.1, 1.05, 0.75, 0.12, 0.1)  # how busy each is; Monday first
FAULTS: tuple[Outcome, ...] = ("failure", "abandoned", "unfinished")
PATHS = (None, "quick", "comprehensive", "focused")
ERRORS = ("TimeoutError", "ValidationError", "ToolError", "FileNotFoundError", "PermissionError")
FOLLOW_UPS = ("git commit", "run tests", "open pull request", "edit file", "ask a question")
RETRIES = ("retry", "read the log", "edit file")
NOT_IN_A = ("session_id", "user_query", "alternatives_considered", "selection_rank")
QUERIES = (
    "why is the build slow since Monday?",
    "the date filter loses the last day",
    "Umlaute im Export pr\u00fcfen: M\u00fcller, Gro\u00df",
    "cr\u00e9er un r\u00e9sum\u00e9 pour l'\u00e9quipe \u2713",
)
EVENT_COUNTERS = (
    "tool_calls", "memory_hits", "memory_misses", "memory_hit_rate", "checkpoints_saved",
    "interrupts",
)  # fmt: skip
ADVICE = (
    ("add retry on timeout", 0.41, "high"),
    ("shorten system prompt", 0.18, "medium"),
    ("use the small model for short tasks", 0.07, "low"),
)


def write_fleet(root: Path, today: datetime, seed: int = 20261120) -> list[DemoProject]:
    """Write six projects under `root` with the year that ends at `today` (an aware datetime)."""
    if today.tzinfo is None:
        raise ValueError("today must carry a time zone")
    now, rng = today.astimezone(UTC), random.Random(seed)
    slots = [slot for plan in PLANS for slot in _slots(plan, now, rng)]
    slots = sorted(_add_spike(_plant_rare(slots, rng), now, rng), key=lambda slot: slot.at)
    records: dict[str, list[Record]] = defaultdict(list)
    for slot, outcome in zip(slots, _deal_outcomes(slots, now, rng), strict=True):
        records[slot.plan.name].append(_invocation(slot, outcome, rng))
    for plan in PLANS:
        document = json.dumps(_document(plan, records[plan.name], now), indent=2)
        _write(root / plan.name / ".session-buddy" / "skill_metrics.json", document)
        if plan.agents:
            _write_kaizen(root / plan.name / ".kaizen" / "metrics", plan, now, rng)
    return [DemoProject(root / p.name, p.name, p.project_type, p.timezone) for p in PLANS]


def spike_day(today: datetime) -> date:
    """Return the UTC weekday, about 25 days before `today`, on which the spike happens."""
    day = today.astimezone(UTC).date() - timedelta(days=25)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _slots(plan: Plan, now: datetime, rng: random.Random) -> Iterable[Slot]:
    """Yield a project's ordinary slots; the dormant skill's stop where its story says."""
    weights = [rank**-0.9 * plan.leanings.get(s.name, 1.0) for rank, s in enumerate(SKILLS, 1)]
    until = {STORIES.dormant: now - timedelta(days=STORIES.dormant_days)}
    for at in _session_starts(plan, now, rng):
        session_id = f"{plan.name}-{at:%Y%m%d-%H%M%S}"
        for skill in rng.choices(SKILLS, weights, k=1 + min(14, int(rng.expovariate(1 / 4.2)))):
            if now - HISTORY <= at <= until.get(skill.name, now - LAST_START):
                yield Slot(plan, skill, at, session_id)
            at += timedelta(microseconds=round(2e7 + rng.expovariate(1 / 4e8)))


def _session_starts(plan: Plan, now: datetime, rng: random.Random) -> Iterable[datetime]:
    """Yield UTC instants inside local working days, so that no session crosses a DST change."""
    zone = zones.zone(plan.timezone)
    for offset in range(HISTORY.days + 2):
        day = (now - HISTORY).astimezone(zone).date() + timedelta(days=offset)
        for _ in range(int(plan.sessions_per_day * WEEKDAYS[day.weekday()] + rng.random())):
            into_day = timedelta(microseconds=round(rng.triangular(8, 18, 10) * 3.6e9))
            yield (datetime.combine(day, time(), zone) + into_day).astimezone(UTC)


def _plant_rare(slots: Sequence[Slot], rng: random.Random) -> list[Slot]:
    """Turn a few uses of the most popular skill into all the uses the rare one has."""
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


def _deal_outcomes(slots: Sequence[Slot], now: datetime, rng: random.Random) -> list[Outcome]:
    """Return an outcome per slot: per skill and rate, an exact share of faults, evenly spread."""
    decks: dict[tuple[str, float], list[int]] = defaultdict(list)
    for index, slot in enumerate(slots):
        decks[slot.skill.name, _success_rate(slot, now)].append(index)
    outcomes: list[Outcome] = ["success"] * len(slots)
    for (_, rate), deck in decks.items():
        for place in _fault_places(len(deck), rate, rng):
            outcomes[deck[place]] = rng.choices(FAULTS, (78, 16, 6))[0]
    return outcomes


def _fault_places(uses: int, rate: float, rng: random.Random) -> Iterable[int]:
    """Yield which of so many uses in a row go wrong: one in each of as many equal stretches."""
    faults = round((1 - rate) * uses)
    cuts = [place * uses // faults for place in range(faults)] + [uses]
    return (rng.randrange(begin, end) for begin, end in pairwise(cuts))


def _invocation(slot: Slot, outcome: Outcome, rng: random.Random) -> Record:
    """Return a use as its project's writer records it; A knows nothing of sessions."""
    others = [s.name for s in rng.sample(SKILLS, rng.choice((0, 0, 1, 2, 3))) if s != slot.skill]
    possible = {"success": FOLLOW_UPS, "unfinished": ()}.get(outcome, RETRIES)
    record = {
        "skill_name": slot.skill.name,
        "invoked_at": slot.at.isoformat() if slot.plan.shape == "D" else _local(slot.plan, slot.at),
        "session_id": slot.session_id,
        "workflow_path": rng.choices(PATHS, (2, 4, 2, 1))[0],
        "completed": outcome == "success",
        "duration_seconds": _duration(slot, outcome, rng),
        "user_query": rng.choice(QUERIES) if rng.random() < 0.4 else None,
        "alternatives_considered": others,
        "selection_rank": rng.choice((1, 1, 1, 2, len(others) + 1)) if others else None,
        "follow_up_actions": rng.sample(possible, min(len(possible), rng.choice((0, 0, 0, 1, 2)))),
        "error_type": _error_type(slot, rng) if outcome == "failure" else None,
    }
    without = NOT_IN_A if slot.plan.shape == "A" else ()
    return {key: value for key, value in record.items() if key not in without}


def _duration(slot: Slot, outcome: Outcome, rng: random.Random) -> float | None:
    """Return seconds; in C and D a caller without a clock leaves 0.01, or null after a failure."""
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


def _local(plan: Plan, at: datetime) -> str:
    return at.astimezone(zones.zone(plan.timezone)).replace(tzinfo=None).isoformat()


def _document(plan: Plan, records: Sequence[Record], now: datetime) -> Record:
    """Return the whole file of a project; uses that never finished are in no total."""
    if plan.shape in ("C", "D"):
        return {"invocations": records}
    finished: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record["duration_seconds"] is not None:
            finished[record["skill_name"]].append(record)
    skills = {name: _aggregate(plan, uses) for name, uses in finished.items()}
    if plan.shape != "export":
        return {"invocations": records, "skills": skills, "last_updated": _local(plan, now)}
    whole = {"summary": _overview(skills), "skills": skills, "invocations": records}
    return {**whole, "exported_at": _local(plan, now)}


def _aggregate(plan: Plan, uses: Sequence[Record]) -> Record:
    """Return the writer's totals of one skill's finished uses: time is that of completed ones."""
    durations = [use["duration_seconds"] for use in uses if use["completed"]]
    ranks = {"avg_selection_rank": None, "recommendation_success_rate": None}  # never filled in
    return {
        "skill_name": uses[0]["skill_name"],
        "total_invocations": len(uses),
        "completed_invocations": len(durations),
        "abandoned_invocations": len(uses) - len(durations),
        "total_duration_seconds": sum(durations),
        "workflow_paths": Counter(use["workflow_path"] for use in uses if use["workflow_path"]),
        "common_errors": Counter(use["error_type"] for use in uses if use["error_type"]),
        "follow_up_actions": Counter(act for use in uses for act in use["follow_up_actions"]),
        **(ranks if plan.shape != "A" else {}),
        "first_invoked": uses[0]["invoked_at"],
        "last_invoked": uses[-1]["invoked_at"],
        "completion_rate": len(durations) / len(uses) * 100,
        "avg_duration_seconds": _mean(durations),
    }


def _overview(skills: Mapping[str, Record]) -> Record:
    """Return the `summary` of an export."""
    counts = Counter({name: skill["total_invocations"] for name, skill in skills.items()})
    completed = sum(skill["completed_invocations"] for skill in skills.values())
    seconds = sum(skill["total_duration_seconds"] for skill in skills.values())
    usage = counts.most_common()
    return {
        "total_skills": len(skills),
        "total_invocations": counts.total(),
        "overall_completion_rate": completed / counts.total() * 100,
        "most_used_skill": usage[0][0],
        "most_used_count": usage[0][1],
        "avg_duration_seconds": seconds / completed,
        "skills_by_usage": usage,
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii", newline="\n")


def _write_lines(path: Path, records: Iterable[Record], *, sort_keys: bool = True) -> None:
    _write(path, "".join(json.dumps(record, sort_keys=sort_keys) + "\n" for record in records))


def _write_kaizen(metrics: Path, plan: Plan, now: datetime, rng: random.Random) -> None:
    runs = {agent.name: _executions(agent, now, rng) for agent in plan.agents}
    for name, records in runs.items():
        summary = json.dumps(_summary(name, records), indent=2, sort_keys=True)
        _write_lines(metrics / name / "executions.jsonl", records)
        _write(metrics / name / "summary.json", summary + "\n")
    _write_lines(metrics / "optimizer" / "recommendations.jsonl", _advice(runs, now, rng))
    events = (event for run in runs[plan.agents[0].name][-20:] for event in _events(plan, run))
    _write_lines(metrics / "system_metrics.jsonl", events, sort_keys=False)


def _executions(agent: Agent, now: datetime, rng: random.Random) -> list[Record]:
    """Return an agent's records in time order."""
    times: list[datetime] = []
    for offset in range(RETENTION.days + 1):
        midnight = datetime.combine((now - timedelta(days=offset)).date(), time(), UTC)
        runs = int(agent.per_day * WEEKDAYS[midnight.weekday()] + rng.random())
        times += (midnight + timedelta(seconds=rng.randrange(21600, 79200)) for _ in range(runs))
    kept = sorted(at for at in times if now - RETENTION <= at <= now - LAST_START)
    faults = set(_fault_places(len(kept), agent.success, rng))
    return [_execution(agent, at, n, n - 1 not in faults, rng) for n, at in enumerate(kept, 1)]


def _execution(
    agent: Agent, at: datetime, number: int, success: bool, rng: random.Random
) -> Record:
    seconds = round(min(rng.lognormvariate(log(agent.median), agent.sigma), LONGEST), 3)
    quality = min(1.0, max(0.0, rng.gauss(agent.quality - (0 if success else 0.2), 0.1)))
    record: Record = {"agent": agent.name, "timestamp": f"{at:{WHOLE_SECONDS}}", "success": success}
    optional = {
        "execution_time_s": (0.95, seconds if rng.random() < 0.97 else None),
        "quality_score": (0.9, round(quality, 3)),
        "error": (0.0 if success else 0.9, rng.choice(ERRORS)),
        "session_id": (0.5, f"kz-{at:%j}-{at.hour // 6}"),
        "task_id": (0.6, f"T-{number:05d}"),
        "tokens": (0.3, {"input": rng.randrange(1500, 25000), "output": rng.randrange(200, 4000)}),
        "idempotency_key": (agent == LEAD, f"{agent.name}:{number}"),
    }
    return record | {key: it for key, (share, it) in optional.items() if rng.random() < share}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _trend(values: Sequence[float]) -> str:
    """Return the writer's verdict: the last five against the five before, stable within 0.05."""
    recent, prior = values[-5:], values[-10:-5]
    change = _mean(recent) - _mean(prior) if prior else 0.0
    return "stable" if abs(change) < 0.05 else "up" if change > 0 else "down"


def _summary(agent: str, records: Sequence[Record]) -> Record:
    """Return the writer's `summary.json`, rounded as it rounds."""
    verdicts = [float(record["success"]) for record in records]
    quality = [r["quality_score"] for r in records if r.get("quality_score") is not None]
    seconds = [r["execution_time_s"] for r in records if r.get("execution_time_s") is not None]
    return {
        "agent": agent,
        "execution_count": len(records),
        "success_rate": round(_mean(verdicts), 3),
        "avg_quality_score": round(_mean(quality), 3),
        "avg_execution_time_s": round(_mean(seconds), 3),
        "last_execution": records[-1]["timestamp"],
        "trend": {"success_rate": _trend(verdicts), "quality_score": _trend(quality)},
    }


def _advice(runs: dict[str, list[Record]], now: datetime, rng: random.Random) -> Iterable[Record]:
    """Yield the optimizer's monthly entry for each agent, oldest first."""
    last = datetime.combine(now.date() - timedelta(days=1), time(3), UTC)
    for days in range(150, -1, -30):
        stamp = f"{last - timedelta(days=days):{WHOLE_SECONDS}}"
        for name, records in runs.items():
            seen = sum(record["timestamp"] < stamp for record in records)
            advice = [
                {"expected_impact": impact, "message": message, "priority": level, "type": "prompt"}
                for message, impact, level in rng.sample(ADVICE, rng.choice((0, 1, 1, 2)))
            ]
            entry = {"agent": name, "metrics_count": seen, "recommendations": advice}
            yield {**entry, "timestamp": stamp}


def _events(plan: Plan, run: Record) -> Iterable[Record]:
    """Yield the life-cycle events around one execution; they are not executions themselves."""
    ended = datetime.fromisoformat(run["timestamp"])
    seconds = run.get("execution_time_s") or 1.0
    begun = _local(plan, ended - timedelta(seconds=seconds))
    yield {"timestamp": begun, "event": "execution_start", "agent_id": run["agent"]}
    end = {"timestamp": _local(plan, ended), "event": "execution_end", "duration_seconds": seconds}
    yield {**end, **dict.fromkeys(EVENT_COUNTERS, 0)}
