"""What takes long to make and no test changes: made once for all processes of a run of tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name``, filled by whoever asks for it first; others wait until it is.

    It stays where it was made: a warehouse knows its projects by their paths.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / "made" / name, base / "made" / f"{name}.done"
    folder.mkdir(parents=True, exist_ok=True)
    with (base / "made" / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(folder)
            done.touch()
    return folder


class Charts:
    """The charting library as a report keeps it, which takes a second and a half to make."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept

    def beside(self, warehouse: Path) -> None:
        """Lay it beside a warehouse, for the processes that are started on it."""
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self._kept, warehouse.with_name(f"{warehouse.stem}-charts.js"))


def charts(factory: pytest.TempPathFactory) -> Charts:
    from cli.report.charting import charting_library

    folder = made_once(factory, "charts", lambda root: charting_library(root / "w.duckdb"))
    return Charts(folder / "w-charts.js")
