"""Writes `.kaizen/metrics`: agents' runs with their summaries, the optimizer's advice, events."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from json import dumps
from pathlib import Path

from cli.demo.history import Advice, History, Run, Stamp, local, quoted, zulu

FOLDER = Path(".kaizen", "metrics")
RUNS_FILE = "executions.jsonl"
EVENT_RUNS = 20
EVENT_COUNTERS = (
    "tool_calls", "memory_hits", "memory_misses", "memory_hit_rate", "checkpoints_saved",
    "interrupts",
)  # fmt: skip


def write(folder: Path, history: History) -> None:
    """Write all metrics of a project, or nothing where it has no agents."""
    if not history.runs:
        return
    for agent, runs in history.runs.items():
        write_runs(folder, agent, runs, zulu)
    advice = (dumps(_entry(entry), sort_keys=True) for entry in history.advice)
    _write_lines(folder / FOLDER / "optimizer" / "recommendations.jsonl", advice)
    first = next(iter(history.runs.values()))
    events = (dumps(e) for run in first[-EVENT_RUNS:] for e in _events(run, local(history.zone)))
    _write_lines(folder / FOLDER / "system_metrics.jsonl", events)


def write_runs(folder: Path, agent: str, runs: Iterable[Run], stamp: Stamp) -> None:
    """Write any number of runs of one agent, oldest first, and the summary of all of them."""
    summary = _Summary(agent)
    _write_lines(runs_file(folder, agent), lines(summary.counting(runs), stamp))
    text = dumps(summary.document(), indent=2, sort_keys=True)
    runs_file(folder, agent).with_name("summary.json").write_text(f"{text}\n", encoding="ascii")


def append_runs(folder: Path, agent: str, runs: Iterable[Run], stamp: Stamp) -> None:
    """Append runs; the summary stays as it is, because its tool updates it rarely."""
    _write_lines(runs_file(folder, agent), lines(runs, stamp), mode="a")


def runs_file(folder: Path, agent: str) -> Path:
    return folder / FOLDER / agent / RUNS_FILE


def lines(runs: Iterable[Run], stamp: Stamp) -> Iterator[str]:
    """Yield the line of each run, with sorted keys. Plain text: `json.dumps` is too slow here."""
    for run in runs:
        key, tokens = run.idempotency_key, run.tokens
        parts = (
            f'"agent": {quoted(run.agent)}',
            run.error and f'"error": {quoted(run.error)}',
            run.execution_time_s is not None and f'"execution_time_s": {run.execution_time_s}',
            key and f'"idempotency_key": "{key}"',
            run.quality_score is not None and f'"quality_score": {run.quality_score}',
            run.session_id and f'"session_id": "{run.session_id}"',
            '"success": true' if run.success else '"success": false',
            run.task_id and f'"task_id": "{run.task_id}"',
            f'"timestamp": "{stamp(run.timestamp)}"',
            tokens and f'"tokens": {{"input": {tokens[0]}, "output": {tokens[1]}}}',
        )
        yield "{" + ", ".join([part for part in parts if part]) + "}"


class _Summary:
    """The summary of one agent's runs, computed while they are written."""

    def __init__(self, agent: str) -> None:
        self._agent, self._last = agent, ""
        self._success, self._quality, self._seconds = _Values(), _Values(), _Values()

    def counting(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Yield the same runs, and count them."""
        run = None
        for run in runs:
            self._success.add(run.success)
            self._quality.add(run.quality_score)
            self._seconds.add(run.execution_time_s)
            yield run
        self._last = zulu(run.timestamp) if run else ""

    def document(self) -> Mapping[str, object]:
        """Return the content of `summary.json`, rounded as its tool does."""
        success, quality = self._success, self._quality
        return {
            "agent": self._agent,
            "execution_count": success.count,
            "success_rate": success.mean(),
            "avg_quality_score": quality.mean(),
            "avg_execution_time_s": self._seconds.mean(),
            "last_execution": self._last,
            "trend": {"success_rate": success.trend(), "quality_score": quality.trend()},
        }


class _Values:
    """One number of all runs that have it: its mean and its trend."""

    def __init__(self) -> None:
        self.count, self._total = 0, 0.0
        self._latest: deque[float] = deque(maxlen=10)

    def add(self, value: float | str | None) -> None:
        if isinstance(value, float | bool):
            self.count += 1
            self._total += value
            self._latest.append(value)

    def mean(self) -> float:
        return round(self._total / self.count, 3) if self.count else 0.0

    def trend(self) -> str:
        """Compare the last five with up to five before, stable within 0.05."""
        recent, prior = list(self._latest)[-5:], list(self._latest)[:-5]
        change = sum(recent) / len(recent) - sum(prior) / len(prior) if prior else 0.0
        return "stable" if abs(change) < 0.05 else "up" if change > 0 else "down"


def _entry(advice: Advice) -> Mapping[str, object]:
    recommendations = [
        {"expected_impact": impact, "message": message, "priority": priority, "type": "prompt"}
        for message, impact, priority in advice.recommendations
    ]
    return {
        "agent": advice.agent,
        "metrics_count": advice.metrics_count,
        "recommendations": recommendations,
        "timestamp": zulu(advice.timestamp),
    }


def _events(run: Run, stamp: Stamp) -> Iterator[Mapping[str, object]]:
    """Yield the life-cycle events around one run; they are not runs themselves."""
    seconds = run.execution_time_s if isinstance(run.execution_time_s, float) else 1.0
    begun = run.timestamp - timedelta(seconds=seconds)
    yield {"timestamp": stamp(begun), "event": "execution_start", "agent_id": run.agent}
    end = {"timestamp": stamp(run.timestamp), "event": "execution_end", "duration_seconds": seconds}
    yield {**end, **dict.fromkeys(EVENT_COUNTERS, 0)}


def _write_lines(path: Path, texts: Iterable[str], mode: str = "w") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode, encoding="ascii", newline="\n") as file:
        file.writelines(f"{text}\n" for text in texts)
