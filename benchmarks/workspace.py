"""A folder for one benchmark's trees and warehouses, gone when it ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleet import Fleet
from benchmarks.generate import ensure, view, working_copy
from benchmarks.harness import say, step
from benchmarks.options import Options


@dataclass(frozen=True)
class Workspace:
    """``root`` is the fleet that is measured, ``folder`` is where this benchmark may write."""

    root: Path
    folder: Path

    def copied(self, warehouse: Path, name: str) -> Path:
        """The warehouse as a file of its own, in the place of the last of that name."""
        target = self.folder / f"{name}.duckdb"
        self.cleared(name)
        shutil.copyfile(warehouse, target)
        return target

    def cleared(self, name: str) -> Path:
        """A place for a database where nothing is."""
        target = self.folder / f"{name}.duckdb"
        for path in (target, target.with_name(f"{target.name}.wal")):
            path.unlink(missing_ok=True)
        return target

    def registered(self, tree: Path | None, name: str) -> Path:
        """A warehouse in which the tree's projects are registered and nothing is collected."""
        warehouse = self.cleared(name)
        step("register", root=tree, warehouse=warehouse)
        return warehouse

    def collected(self, tree: Path, name: str) -> Path:
        """A warehouse that holds all of the tree, with no rollups yet."""
        warehouse = self.registered(tree, name)
        say("  collecting what the rounds begin with")
        step("collect", warehouse=warehouse)
        return warehouse

    def mixed(self, name: str, *, writable: bool = False) -> Path:
        """All projects' skills, and the agents of one project in ten."""
        target = self.folder / name
        some = max(1, sum(1 for path in self.root.iterdir() if path.is_dir()) // 10)
        make = working_copy if writable else view
        make(self.root, target, ("json",))
        return make(self.root, target, ("jsonl",), some)


@contextmanager
def workspace(options: Options, name: str, fleet: Fleet | None = None) -> Iterator[Workspace]:
    """The fleet, by default that of the options, made if need be, and a folder beside it."""
    say(f"{name}, {options.size}")
    root = ensure(options.data, fleet or options.fleet)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=options.data) as folder:
        yield Workspace(root, Path(folder))
