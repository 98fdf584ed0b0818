"""Temporary folders for the trees and warehouses of one benchmark, or of all that share them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.fleet import Fleet
from benchmarks.generate import ensure, working_copy, write_delta
from benchmarks.harness import progress, step
from benchmarks.options import Options


@dataclass(frozen=True)
class Workspace:
    """``root`` is the fleet, read-only; ``folder`` is where the benchmark writes."""

    root: Path
    folder: Path

    def copy_of(self, warehouse: Path, name: str) -> Path:
        """A copy of the warehouse; it replaces the last one of that name."""
        target = self.folder / f"{name}.duckdb"
        self.empty_place(name)
        shutil.copyfile(warehouse, target)
        return target

    def empty_place(self, name: str) -> Path:
        """A path for a database; what was there is deleted."""
        target = self.folder / f"{name}.duckdb"
        for path in (target, target.with_name(f"{target.name}.wal")):
            path.unlink(missing_ok=True)
        return target

    def registered(self, tree: Path | None, name: str) -> Path:
        """A warehouse with the tree's projects registered and nothing collected."""
        warehouse = self.empty_place(name)
        step("register", root=tree, warehouse=warehouse)
        return warehouse

    def collected(self, tree: Path, name: str) -> Path:
        """A warehouse with the whole tree collected, without rollups."""
        warehouse = self.registered(tree, name)
        progress("  collecting the initial warehouse")
        step("collect", warehouse=warehouse)
        return warehouse


@contextmanager
def workspace(options: Options, name: str, fleet: Fleet | None = None) -> Iterator[Workspace]:
    """The fleet, generated if missing (default: that of the options), and a temporary folder."""
    progress(f"{name}, {options.size}")
    root = ensure(options.data, fleet or options.fleet)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=options.data) as folder:
        yield Workspace(root, Path(folder))


@dataclass(frozen=True)
class Prepared:
    """All projects' skills and the agents of one project in ten: their files, and a warehouse.

    The warehouse is collected and has all rollups. It is only read; what changes it takes a copy.
    """

    tree: Path
    warehouse: Path


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
"""Deleted when the run ends."""


@cache
def prepared(options: Options) -> Prepared:
    """What several benchmarks begin with, made once in a run: at large it takes two minutes."""
    root = ensure(options.data, options.fleet)
    progress("  collecting a warehouse for several benchmarks, with all rollups")
    made = tempfile.TemporaryDirectory(prefix="prepared-", dir=options.data)
    _FOLDERS.append(made)
    work = Workspace(root, Path(made.name))
    tree = work.folder / "tree"
    working_copy(root, tree, ("json",))
    working_copy(root, tree, ("jsonl",), max(1, options.fleet.projects // 10))
    warehouse = work.collected(tree, "warehouse")
    step("refresh", warehouse=warehouse, full=True)
    return Prepared(tree, warehouse)


@cache
def write_night(options: Options) -> None:
    """Write a night's work into the prepared files, once in a run."""
    write_delta(prepared(options).tree, options.fleet)
