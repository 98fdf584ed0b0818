"""What a refresh does for a team, and never fails because of: publish, and fetch the numbers."""

from __future__ import annotations

from datetime import datetime

from schema.statements import has_rows
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
            if not has_rows(con, "team_membership"):
                return []
    except Exception as exc:
        return [_failed("Nothing was sent to your team", exc)]
    return [*_published(warehouse, now), *fetch_shared(warehouse)]


def _published(warehouse: Warehouse, now: datetime) -> list[str]:
    # Imported here: who is in no team must not wait for it.
    from aggregator.team.publish import publish
    from cli.commands.team_sharing import sentence

    try:
        done = publish(warehouse, now=now)
    except Exception as exc:
        return [_failed("Nothing was sent to your team", exc)]
    return [sentence(done)] if done.state in ("sent", "deleted") else []


def fetch_shared(warehouse: Warehouse) -> list[str]:
    """Fetch what the team shares with this member: the numbers of its rollup, and its experiments.

    Returns a sentence for what failed, and for each experiment that cannot be used here.
    """
    from aggregator.experiments.stored import listed
    from aggregator.team.community import fetch, folder_of
    from aggregator.team.experiments import bring_up_to_date, published
    from aggregator.team.membership import expected
    from aggregator.team.store import open_store

    try:
        with warehouse.reading() as con:
            entry = expected(con)
            known = {each.name: each for each in listed(con) if each.team_id == entry.team_id}
        store = open_store(entry.url)
        fetch(store, entry.team_id, folder_of(warehouse.path))
        experiments, damaged = published(store, entry.team_id)
        refused: list[str] = []
        if {each.name: each for each in experiments} != known:
            with warehouse.writing() as con:
                refused = bring_up_to_date(con, experiments, entry.team_id)
    except Exception as exc:
        return [_failed("Your team's numbers were not fetched", exc)]
    return [
        *(f"{key} of your team cannot be used." for key in damaged),
        *(
            f"Your team's experiment {name} is not known here: you have one of that name."
            for name in refused
        ),
    ]


def _failed(what: str, exc: Exception) -> str:
    from collector.runs import sentence

    return f"{what}: {sentence(exc)}"
