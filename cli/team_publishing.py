"""What a refresh does for a team, and never fails because of: publish, and fetch the numbers."""

from __future__ import annotations

from datetime import datetime

from schema.warehouse import Warehouse


def publish_after_refresh(warehouse: Warehouse, now: datetime) -> list[str]:
    """Send what a membership lets leave, and fetch what the team's rollup published.

    Returns a sentence if anything was sent, and one for each of the two that failed.
    """
    from aggregator.team.membership import switched_off

    if switched_off():
        return []
    try:
        with warehouse.reading() as con:
            if not con.execute("select 1 from team_membership").fetchall():
                return []
    except Exception as exc:
        return [_failed("Nothing was sent to your team", exc)]
    return [*_published(warehouse, now), *_fetched(warehouse)]


def _published(warehouse: Warehouse, now: datetime) -> list[str]:
    # Imported here: who is in no team must not wait for it.
    from aggregator.team.publish import publish
    from cli.commands.team_sharing import sentence

    try:
        done = publish(warehouse, now=now)
    except Exception as exc:
        return [_failed("Nothing was sent to your team", exc)]
    return [sentence(done)] if done.state in ("sent", "deleted") else []


def _fetched(warehouse: Warehouse) -> list[str]:
    from aggregator.team.community import fetch, folder_of
    from aggregator.team.membership import expected
    from aggregator.team.store import open_store

    try:
        with warehouse.reading() as con:
            entry = expected(con)
        fetch(open_store(entry.url), entry.team_id, folder_of(warehouse.path))
    except Exception as exc:
        return [_failed("Your team's numbers were not fetched", exc)]
    return []


def _failed(what: str, exc: Exception) -> str:
    from collector.runs import sentence

    return f"{what}: {sentence(exc)}"
