"""A writer that never rests: ``python restless_writer.py PROJECT AGENT SEED STEPS LOG``.

It rewrites the project's ``skill_metrics.json`` as real writers do, in place and in pieces, now and
then from a stale copy, and appends to ``executions.jsonl`` of its own agent, a line in two halves
sometimes, and of an agent that others write for as well. Every document it wrote is in LOG, one a
line, before it is in the file.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

KEPT = 250
"""A writer that keeps only its latest records, so that documents stay small in a long run."""

Records = list[dict[str, Any]]


def document(records: Records) -> bytes:
    return json.dumps({"invocations": records}, indent=2).encode()


def rewrite(file: Path, content: bytes, dice: random.Random) -> None:
    """Truncate, then write in pieces."""
    cuts = sorted(dice.sample(range(len(content)), k=min(dice.randrange(4), len(content))))
    with open(file, "wb", buffering=0) as target:
        for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
            target.write(content[start:end])
            if dice.random() < 0.5:
                time.sleep(dice.random() * 0.004)


def append(file: Path, line: bytes, dice: random.Random, *, whole: bool) -> None:
    """Add a line, at once or in two halves."""
    cut = len(line) if whole or dice.random() < 0.5 else dice.randrange(len(line))
    with open(file, "ab", buffering=0) as target:
        target.write(line[:cut])
        if line[cut:]:
            time.sleep(dice.random() * 0.004)
            target.write(line[cut:])


def work_on(records: Records, step: int, agent: str, dice: random.Random) -> None:
    """A new record, or the same once more; and an earlier one may have ended."""
    if records and dice.random() < 0.1:
        records.append(dict(records[-1]))
    else:
        minutes = step * 7 % 20_000
        records.append(
            {
                "skill_name": dice.choice(["lint", "plan", agent]),
                "invoked_at": f"2026-08-{1 + minutes // 1440:02}T{minutes // 60 % 24:02}"
                f":{minutes % 60:02}:00",
                "session_id": f"{agent}-{step // 9}",
                "completed": False,
                "duration_seconds": None,
                "follow_up_actions": [],
                "error_type": None,
            }
        )
    for record in dice.sample(records, k=min(2, len(records))):
        if record["duration_seconds"] is None and dice.random() < 0.5:
            done = dice.random() < 0.8
            record |= {"completed": done, "duration_seconds": 1.0 + step % 50}
            record["error_type"] = None if done else "ToolError"


def execution(step: int, agent: str, dice: random.Random) -> bytes:
    record: dict[str, Any] = {
        "agent": agent,
        "timestamp": f"2026-08-03T{step // 3600 % 24:02}:{step // 60 % 60:02}:{step % 60:02}Z",
        "success": dice.random() < 0.8,
        "execution_time_s": round(dice.random() * 13, 3),  # no project repeats another's
    }
    if dice.random() < 0.2:
        record["idempotency_key"] = f"key-{dice.randrange(1 + step)}"
    return json.dumps(record, sort_keys=True).encode() + b"\n"


def main() -> None:
    folder, agent, seed, steps, log = sys.argv[1:]
    dice = random.Random(f"{agent}/{seed}")
    file = Path(folder) / ".session-buddy" / "skill_metrics.json"
    own, shared = (
        Path(folder) / ".kaizen" / "metrics" / name / "executions.jsonl" for name in (agent, "all")
    )
    for each in (file, own, shared):
        each.parent.mkdir(parents=True, exist_ok=True)
    records: Records = []
    states: list[bytes] = []
    with open(log, "wb") as said:
        for step in range(int(steps)):
            work_on(records, step, agent, dice)
            del records[:-KEPT]
            states.append(document(records))
            stale = dice.random() < 0.15 and step < int(steps) - 1
            content = dice.choice(states[-20:]) if stale else states[-1]
            said.write(json.dumps(content.decode()).encode() + b"\n")
            said.flush()
            rewrite(file, content, dice)
            line = execution(step, agent, dice)
            for _ in range(1 + (dice.random() < 0.1)):
                append(own, line, dice, whole=False)
            append(shared, execution(step, "all", dice), dice, whole=True)
            time.sleep(dice.random() * 0.01)
    os.utime(file)


if __name__ == "__main__":
    main()
