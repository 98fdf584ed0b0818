"""Reports as files, for browsers to open."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from collector.projects.registering import register
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from made import made_once
from schema.warehouse import Warehouse

TYPES = {"shop": "web", "blog": "web", "ledger": "service", "queue": "service"}


def write_report(warehouse: Warehouse, target: Path) -> Path:
    """Write the report of a warehouse as of the tests' moment, as the command does."""
    from cli.exporting.places import target_of
    from cli.output import Output
    from cli.report.file import write
    from cli.session import Session
    from schema.settings import Settings

    with warehouse.reading() as con:
        session = Session(Settings(warehouse.path, "UTC"), Output(), NOW)
        write(con, session, target_of(target))
    return target


def two_types(factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data/warehouse.duckdb`` and ``report.html``, to be looked at only.

    Four projects of two types, skills and agents, with something to say in every section.
    In the last 20 days `deploy` fails in services and the agent `reviewer` everywhere. `docs` and
    the agent had one day of many uses, in different projects, the one long ago.
    """

    def make(root: Path) -> None:
        fleet = _of_two_types(root)
        write_report(fleet.warehouse, root / "report.html")

    return made_once(factory, "two-types", make)


def copy_of_two_types(factory: pytest.TempPathFactory, folder: Path) -> Warehouse:
    """That warehouse in another folder, to be changed."""
    path = folder / "data" / "warehouse.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((two_types(factory) / "data" / "warehouse.duckdb").read_bytes())
    return Warehouse(path, "UTC")


def _of_two_types(root: Path) -> Fleet:
    fleet = Fleet(root, Warehouse(root / "data" / "warehouse.duckdb", "UTC"))
    dice = random.Random(3)
    for place, (name, project_type) in enumerate(TYPES.items()):
        folder = fleet.project(name)
        with fleet.warehouse.writing() as con:
            register(con, folder, now=NOW, default_timezone="UTC", project_type=project_type)
        records, runs = [], []
        for day in range(1, 230):
            at = NOW - timedelta(days=day, hours=2, seconds=place)
            for skill, uses in (("deploy", 2), ("docs", 1 if project_type == "web" else 2)):
                spike = skill == "docs" and (name, day) in (("shop", 12), ("queue", 60))
                for use in range(25 if spike else uses):
                    bad = skill == "deploy" and day < 20 and project_type == "service"
                    done = dice.random() < (0.2 if bad else 0.93)
                    moment = at.replace(tzinfo=None) - timedelta(minutes=use)
                    error = None if done else "ToolError"
                    records.append(
                        invocation(skill, f"{moment.isoformat()}", completed=done, error_type=error)
                    )
            for _ in range(12 if (name, day) == ("shop", 40) else 1):
                done = dice.random() < (0.2 if day < 20 else 0.95)
                runs.append(execution(f"{at:%Y-%m-%dT%H:%M:%SZ}", success=done))
        write_skills(folder, {"invocations": records, "last_updated": ""})
        write_executions(folder, "reviewer", runs)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return fleet
