"""The demo's fleet, collected into a warehouse, and the oracle's rows of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.refresh import refresh
from cli.demo.fleet import PLANS, write_fleet
from collector.collect import collect
from collector.projects.registering import register
from conftest import THOROUGH
from made import made_once
from oracle import Row, read_project
from schema.warehouse import Warehouse

DEMO = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SEED = 20261120
MOMENTS = [
    (SEED, DEMO),
    (7, datetime(2027, 1, 1, 3, 0, tzinfo=UTC)),
    (13, datetime(2026, 7, 5, 23, 30, tzinfo=UTC)),
]
"""Seeds and moments at which each answer is to tell the demo's stories and nothing else: a Friday
evening, the night after a turn of the year, the last minutes of a Sunday in summer. With some other
seeds chance itself is told, as often as the answer's level says."""

MORE = [
    (seed, datetime(2026, 1, 20, tzinfo=UTC) + timedelta(days=37 * seed))
    for seed in range(40, 40 + 5 * (THOROUGH - 1))
]


def _each(moments: list[tuple[int, datetime]]) -> pytest.MarkDecorator:
    """Parameters; all but the first moment are slow, as a fleet is made and collected for each."""
    return pytest.mark.parametrize(
        ("seed", "now"),
        [
            pytest.param(
                seed,
                now,
                id=f"{seed}-{now:%Y-%m-%d}",
                marks=() if number == 0 else (pytest.mark.slow,),
            )
            for number, (seed, now) in enumerate(moments)
        ],
    )


at_each_moment = _each(MOMENTS)
at_more_moments = _each(MOMENTS + MORE)


@dataclass(frozen=True)
class Demo:
    """A fleet in two warehouses, both of them to be looked at only: one awaits its refresh."""

    root: Path
    collected: Warehouse
    refreshed: Warehouse

    def rows(self) -> list[Row]:
        """The fleet's records, as the oracle reads them."""
        zones = {plan.name: ZoneInfo(plan.timezone) for plan in PLANS}
        return [
            row
            for path in sorted((self.root / "projects").iterdir())
            for row in read_project(path, path.name, zones[path.name])
        ]

    def copied_to(self, path: Path, *, refreshed: bool = True) -> Warehouse:
        """One of the two, to be changed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile((self.refreshed if refreshed else self.collected).path, path)
        return Warehouse(path)


def demo_fleet(
    factory: pytest.TempPathFactory, now: datetime = DEMO, seed: int = SEED, zone: str = "UTC"
) -> Demo:
    """The fleet of that seed and moment; its projects are called as they are there."""
    zones = zone.replace("/", "-")
    root = made_once(
        factory, f"demo-{seed}-{now:%Y%m%dT%H%M}-{zones}", lambda root: _make(root, now, seed, zone)
    )
    data = root / "data"
    return Demo(root, Warehouse(data / "collected.duckdb"), Warehouse(data / "refreshed.duckdb"))


def _make(root: Path, now: datetime, seed: int, zone: str) -> None:
    warehouse = Warehouse(root / "data" / "collected.duckdb", zone)
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
    copy = Warehouse(root / "data" / "refreshed.duckdb")
    shutil.copyfile(warehouse.path, copy.path)
    refresh(copy, now=now)
