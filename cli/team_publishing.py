"""Publishing to the team after a refresh, which never fails because of it."""

from __future__ import annotations

from datetime import datetime

from schema.warehouse import Warehouse


def publish_after_refresh(warehouse: Warehouse, now: datetime) -> tuple[str | None, str | None]:
    """Send what a membership lets leave: a sentence if anything was sent, and one if it failed."""
    from aggregator.team.membership import switched_off

    if switched_off():
        return None, None
    try:
        with warehouse.reading() as con:
            if not con.execute("select 1 from team_membership").fetchall():
                return None, None
        # Imported here: who is in no team must not wait for it.
        from aggregator.team.publish import publish
        from cli.commands.team_sharing import sentence

        done = publish(warehouse, now=now)
    except Exception as exc:
        from collector.runs import sentence as failure

        return None, f"Nothing was sent to your team: {failure(exc)}"
    return (sentence(done) if done.state in ("sent", "deleted") else None), None
