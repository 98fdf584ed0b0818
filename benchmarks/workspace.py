"""A temporary folder for the trees and warehouses of one benchmark."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleet import Fleet
from benchmarks.generate import ensure, view, working_copy
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

    def mixed(self, name: str, *, writable: bool = False) -> Path:
        """A tree with all projects' skills, and the agents of one project in ten."""
        target = self.folder / name
        some = max(1, sum(1 for path in self.root.iterdir() if path.is_dir()) // 10)
        make = working_copy if writable else view
        make(self.root, target, ("json",))
        return make(self.root, target, ("jsonl",), some)


@contextmanager
def workspace(options: Options, name: str, fleet: Fleet | None = None) -> Iterator[Workspace]:
    """The fleet, generated if missing (default: that of the options), and a temporary folder."""
    progress(f"{name}, {options.size}")
    root = ensure(options.data, fleet or options.fleet)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=options.data) as folder:
        yield Workspace(root, Path(folder))
