"""The benchmarks' fleets: the same seed gives the same bytes, and a night changes what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fleet import END, ZONE, Fleet, files
from benchmarks.generate import (
    CHANGED_RECORDS,
    CHANGED_WITHIN,
    NEW_RECORDS,
    ensure,
    view,
    working_copy,
    write_delta,
)
from collector.collect import collect
from collector.projects.registering import register
from schema.warehouse import Warehouse

FLEET = Fleet(projects=2, records=400, seed=5)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fleet, made once; not to be changed."""
    return ensure(tmp_path_factory.mktemp("data"), FLEET)


def _contents(root: Path) -> dict[Path, bytes]:
    found = (path for file_format in FLEET.formats for path in files(root, file_format))
    return {path.relative_to(root): path.read_bytes() for path in found}


def _document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="ascii"))


def test_one_seed_gives_one_fleet(root: Path, tmp_path: Path) -> None:
    """The same seed gives the same bytes wherever it is made, before and after a night."""
    again = ensure(tmp_path / "again", FLEET)
    first = working_copy(root, tmp_path / "first", FLEET.formats)

    assert _contents(again) == _contents(root)
    for copy in (first, again):
        write_delta(copy, FLEET)
    assert _contents(again) == _contents(first) != _contents(root)


def test_a_night_adds_and_changes_records(root: Path, tmp_path: Path) -> None:
    """A night appends records, changes a few of the last ones, and leaves the totals alone."""
    copy = working_copy(root, tmp_path / "copy", FLEET.formats)
    write_delta(copy, FLEET)

    for before, after in zip(files(root, "json"), files(copy, "json"), strict=True):
        old, new = _document(before), _document(after)
        assert json.dumps(new, indent=2) == after.read_text(encoding="ascii")
        assert len(new["invocations"]) == FLEET.records + NEW_RECORDS
        pairs = zip(old["invocations"], new["invocations"], strict=False)
        changed = [place for place, (one, other) in enumerate(pairs) if one != other]
        assert len(changed) == CHANGED_RECORDS
        assert min(changed) >= FLEET.records * (1 - CHANGED_WITHIN) * 0.9
        assert {key: new[key] for key in new if key != "invocations"} == {
            key: old[key] for key in old if key != "invocations"
        }
    for before, after in zip(files(root, "jsonl"), files(copy, "jsonl"), strict=True):
        assert after.read_bytes().startswith(before.read_bytes())
        assert len(after.read_text().splitlines()) == FLEET.records + NEW_RECORDS


def test_a_view_has_some_projects_and_formats(root: Path, tmp_path: Path) -> None:
    """A view links the first projects' files of the formats asked for, and copies nothing."""
    target = view(root, tmp_path / "view", ("jsonl",), projects=1)

    assert files(target, "json") == []
    [file] = files(target, "jsonl")
    assert file.samefile(files(root, "jsonl")[0])


def test_every_record_is_collected(root: Path, tmp_path: Path) -> None:
    """The collector stores each record, and rejects none."""
    warehouse = Warehouse(tmp_path / "w.duckdb", ZONE)
    tree = working_copy(root, tmp_path / "tree", FLEET.formats)
    with warehouse.writing() as con:
        for folder in sorted(tree.iterdir()):
            register(con, folder, now=END, default_timezone=ZONE)
    done = collect(warehouse, now=END)

    formats = len(FLEET.formats)
    assert sum(p.inserted for p in done.projects) == FLEET.projects * FLEET.records * formats
    assert sum(p.rejected for p in done.projects) == 0
    assert not done.problems
