"""The team's part of the report: my skills next to all members' uses of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aggregator import text
from aggregator.parameters import ALL
from cli.report.texts import shortened, worded
from cli.session import Session
from schema.statements import has_rows
from schema.warehouse import Connection

SUGGESTED = 10
ROWS = ("kind", "skill_name", "measured")

Ask = Callable[[str, Mapping[str, int]], Mapping[str, Any]]
"""The answer of a question to these values, as JSON."""


def team(con: Connection, session: Session, ask: Ask) -> dict[str, Any] | None:
    """What this machine knows of the community; None: it is in no team, or knows no rollup."""
    # Who is in no team must not wait for the imports of one.
    if not has_rows(con, "team_membership"):
        return None
    mine = ask("team-baselines", {"limit": ALL})
    totals = mine["totals"]
    if totals["team_name"] is None:
        return None
    changes = ask("team-changes", {"limit": ALL})["data"]
    found = {
        **{name: totals[name] for name in ("team_name", "team_members", "since", "until")},
        "published_at": totals["published_at"],
        "age": text.age(datetime.fromisoformat(totals["published_at"]), session.now),
        "warnings": mine["warnings"],
        "mine": [_compared(row) for row in mine["data"]],
        "changes": [
            {
                **{name: row[name] for name in (*ROWS, "members", "change", "change_in_words")},
                **{side: row[side]["success_rate"] for side in ("previous", "current")},
            }
            for row in changes
            if row["change_in_words"] in ("better", "worse")
        ],
        "suggested": [
            {name: value for name, value in row.items() if name != "rank"}
            for row in ask("team-suggest", {"limit": SUGGESTED})["data"]
        ],
    }
    return dict(shortened(worded(found)))


def _compared(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``team baselines`` with what the page shows of it."""
    mine, community = row["mine"], row["community"]
    kept = ("expected_rate", "difference", "difference_low", "difference_high", "verdict")
    return {
        **{name: row[name] for name in (*ROWS, *kept)},
        "mine": {
            name: mine[name] for name in ("success_rate", "total_invocations", "p50_duration_ms")
        },
        "community": {name: community[name] for name in ("members", "p50_duration_ms")},
    }
