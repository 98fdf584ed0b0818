"""The demo's fleet, collected into a warehouse, and the oracle's rows of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aggregator.refresh import refresh
from cli.demo.fleet import write_fleet
from collector.collect import collect
from collector.registry import register
from oracle import Row, read_project
from schema.warehouse import Warehouse


def demo_fleet(
    root: Path, now: datetime, seed: int, zone: str = "UTC", *, refreshed: bool = True
) -> Warehouse:
    """The fleet of that seed and moment, in ``root``; its projects are called as they are there."""
    warehouse = Warehouse(root / "data" / "warehouse.duckdb", zone)
    fleet = write_fleet(root / "projects", now, seed)
    with warehouse.writing() as con:
        for each in fleet:
            register(
                con,
                each.path,
                now=now,
                default_timezone=each.timezone,
                name=each.name,
                project_type=each.project_type,
            )
    collect(warehouse, now=now)
    if refreshed:
        refresh(warehouse, now=now)
    return warehouse


def demo_rows(root: Path, now: datetime, seed: int) -> list[Row]:
    """The same fleet's records, as the oracle reads them."""
    return [
        row
        for each in write_fleet(root / "read", now, seed)
        for row in read_project(each.path, each.name, ZoneInfo(each.timezone))
    ]
