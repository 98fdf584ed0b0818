"""The sample data as a warehouse: made in a folder, and kept where ``--demo`` finds it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from schema.errors import SystemRefused

if TYPE_CHECKING:
    from cli.demo.fleet import DemoProject
    from collector.results import CollectResult

_READY = "ready"
"""A file that is there once all of a sample is."""
_FRESH_S = 86_400


def warehouse_of(folder: Path) -> Path:
    """The warehouse of the sample data in a folder."""
    return folder / "data" / "warehouse.duckdb"


def make(
    folder: Path, now: datetime, timezone: str | None
) -> tuple[list[DemoProject], CollectResult]:
    """Write six projects and their transcripts as of ``now``; register, collect, refresh them."""
    from aggregator.refresh import refresh
    from cli.demo.fleet import STORIES, write_fleet
    from cli.demo.skill_files import edit
    from collector.collect import collect
    from collector.projects.registering import register
    from collector.skill_files.index import index
    from collector.transcripts import opt_in
    from schema.warehouse import Warehouse

    home = folder / "home"
    fleet = write_fleet(folder / "projects", now, home=home)
    warehouse = Warehouse(warehouse_of(folder), timezone)
    with warehouse.writing() as con:
        for project in fleet:
            register(
                con,
                project.path,
                now=now,
                default_timezone=timezone,
                name=project.name,
                project_type=project.project_type,
                timezone=project.timezone,
            )
        # The demo's own home, whatever the environment says.
        opt_in.enable(con, opt_in.default_places({}, home), now)
    # Two runs, as there would have been: one before the text of a skill changed, one now.
    edited = now - timedelta(days=STORIES.degrading_days)
    index(warehouse, now=edited - timedelta(days=1))
    for project in fleet:
        edit(project.path, edited)
    done = collect(warehouse, now=now)
    refresh(warehouse, now=now)
    return fleet, done


def new_kept_folder(now: datetime) -> Path:
    """An empty folder below the platform's folder for caches. SystemRefused where there is none."""
    root = _root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{now:%Y%m%dT%H%M%S}-", dir=root))
    except OSError as exc:
        raise SystemRefused.of(exc, root, "Use: skillhouse demo --keep FOLDER") from exc


def _root() -> Path:
    from platformdirs import user_cache_path

    try:
        return user_cache_path("skillhouse", appauthor=False) / "demo"
    except RuntimeError:
        raise SystemRefused(
            "There is no home folder for sample data.", "Use: skillhouse demo --keep FOLDER"
        ) from None


def keep(folder: Path, now: datetime) -> None:
    """Let ``--demo`` find the sample data in a folder, and delete those before it."""
    ready = folder / _READY
    ready.touch()
    os.utime(ready, (now.timestamp(), now.timestamp()))
    for other in folder.parent.iterdir():
        if other != folder and (other / _READY).exists():
            shutil.rmtree(other, ignore_errors=True)


def kept_warehouse(now: datetime, timezone: str | None, note: Callable[[str], None]) -> Path:
    """The warehouse of the sample data that is kept. It ends today: it is made once a day."""
    with suppress(OSError):
        for folder in sorted(_root().iterdir(), reverse=True):
            ready = folder / _READY
            if ready.exists() and abs(now.timestamp() - ready.stat().st_mtime) < _FRESH_S:
                return warehouse_of(folder)
    note("Making sample data; this takes a few seconds.")
    folder = new_kept_folder(now)
    make(folder, now, timezone)
    keep(folder, now)
    return warehouse_of(folder)
