"""Steps that register projects and collect from them."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.fleet import ZONE, project_folders
from benchmarks.steps import NOW, StepOutput, timed, warehouse_at
from collector.collect import collect as collect_all
from collector.projects.registering import register as register_one
from collector.results import CollectResult


def register(root: str | None, warehouse: str) -> StepOutput:
    """Register the fleet's projects in a new warehouse."""
    folders = project_folders(Path(root)) if root else []
    with warehouse_at(warehouse).writing() as con:

        def work() -> None:
            for folder in folders:
                register_one(con, folder, now=NOW, default_timezone=ZONE)

        took, _ = timed(work)
    return {"seconds": took, "projects": len(folders)}


def collect(warehouse: str) -> StepOutput:
    """Collect all registered projects, until the warehouse is closed again."""
    target = warehouse_at(warehouse)
    took, done = timed(lambda: collect_all(target, now=NOW))
    return {"seconds": took, **_counts(done)}


def opened(warehouse: str) -> StepOutput:
    """Collect, and count how many of the projects' files were opened."""
    names: list[str] = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith((".json", ".jsonl")):
            names.append(str(arguments[0]))

    sys.addaudithook(note)
    return {**collect(warehouse), "opened": len(names)}


def _counts(done: CollectResult) -> dict[str, int]:
    fields = ("records_read", "inserted", "updated", "unchanged", "rejected", "files_unchanged")
    counts = {name: sum(getattr(project, name) for project in done.projects) for name in fields}
    return counts | {"problems": len(done.problems)}
