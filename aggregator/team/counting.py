"""What is counted over all members, on any engine: the tables of ``aggregator/team/rollup``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.team.engines.engine import Engine, Row
from schema.statements import statement

KEPT = ("by_member", "by_week", "by_duration", "parts", "cells", "places", "used")
"""Tables that stay in the engine, each made of those before it."""

READ = {
    "cells": "read_cells",
    "rests": "rests",
    "durations": "durations",
    "changes": "changes",
    "users": "users",
    "pairs": "pairs",
    "arms": "arms",
    "arm_rests": "arm_rests",
}
"""Tables that come back, and their statements: as many rows as there are skills, not members."""

RECENT, EARLIER = timedelta(weeks=4), timedelta(weeks=12)
"""The weeks that ``team changes`` compares: the last ones, and those before them."""


@dataclass(frozen=True)
class Asked:
    """The values of the statements: days are Mondays, the first of a stretch of weeks.

    ``until`` is the first day that is not counted: that of the week which is open now.
    """

    least_members: int
    baseline_from: date
    earlier_from: date
    recent_from: date
    until: date


def asked(today: date, *, least_members: int, baseline_weeks: int) -> Asked:
    """What a rollup of that day asks: weeks that are over."""
    until = today - timedelta(days=today.weekday())
    return Asked(
        least_members,
        until - timedelta(weeks=baseline_weeks),
        until - RECENT - EARLIER,
        until - RECENT,
        until,
    )


@dataclass(frozen=True)
class Counted:
    """What came back of each table of ``READ``, and how often each member used each skill."""

    tables: dict[str, list[Row]]
    used: list[Row]


def count(engine: Engine, *, members_too: bool) -> Counted:
    """Run all statements. ``members_too``: also read the members' own uses, for clusters."""
    for name in KEPT:
        engine.create(name, text_of(name))
    tables = {name: sorted(engine.rows(text_of(file))) for name, file in READ.items()}
    return Counted(tables, sorted(engine.rows(text_of("read_used"))) if members_too else [])


def text_of(name: str) -> str:
    """A statement as every engine takes it: without the semicolon that ends our files."""
    return statement(f"aggregator/team/rollup/{name}.sql").strip().removesuffix(";")
