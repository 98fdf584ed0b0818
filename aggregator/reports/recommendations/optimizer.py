"""What the projects' own optimizers recommend, as they wrote it: not our judgement."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime

from aggregator.measures import Question
from schema.frozen import dataclass
from schema.statements import run, statement
from schema.warehouse import Connection, from_micros


@dataclass(frozen=True)
class Advice:
    """One recommendation of an optimizer about ``agent``, from its latest entry.

    ``expected_impact`` is the optimizer's own number, in its own unit; ``metrics_count``: on how
    many executions it says to rest. None: it did not say.
    """

    project_id: str
    agent: str
    recommended_at: datetime
    metrics_count: int | None
    message: str
    advice_type: str | None
    priority: str | None
    expected_impact: float | None


def optimizers_say(con: Connection, question: Question) -> list[Advice]:
    """What the latest entry about each agent says, newest first; it supersedes older ones."""
    if question.kind == "skill":
        return []
    values = {"projects": question.scope.ids, "horizon": question.horizon.isoformat()}
    text = statement("aggregator/reports/recommendations/optimizer.sql")
    found = []
    for project, agent, at_us, metrics_count, items in run(con, text, values).fetchall():
        for message, kind, priority, impact in _items(items):
            found.append(
                Advice(
                    project,
                    agent,
                    from_micros(at_us),
                    metrics_count,
                    message,
                    kind,
                    priority,
                    impact,
                )
            )
    return found


def _items(text: str) -> Iterable[tuple[str, str | None, str | None, float | None]]:
    """Objects with a message, or bare texts; whatever else an optimizer wrote is no advice."""
    for item in json.loads(text):
        if isinstance(item, str) and item.strip():
            yield item, None, None, None
        elif isinstance(item, dict) and isinstance(item.get("message"), str):
            yield (
                item["message"],
                _text(item.get("type")),
                _text(item.get("priority")),
                _number(item.get("expected_impact")),
            )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
