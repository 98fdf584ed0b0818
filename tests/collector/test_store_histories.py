"""Whatever document and database pass through, and whenever a pass looks: one true history.

Their lives are drawn by hypothesis: the writer notes in both, in one only, ends what it began in
the document alone, takes it back, drops, imports, loses a store. After every pass the warehouse is
held to what plain Python makes of the states that were seen (``oracle_stores.py``), which knows
nothing of passes or their order.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.verify import verify
from collector.sources import skills_db
from conftest import THOROUGH, Fleet, invocation, write_skills
from oracle import Row, read_document
from oracle_stores import LEGACY, Told, read_database, united
from schema.warehouse import Warehouse
from stored import stored_rows
from stores import STORE, VERSIONS, bring_in, make_store, store

ZONE = ZoneInfo("America/New_York")
EPOCH_S = 1_790_000_000
PHASES = "select skill_name, epoch_us(invoked_at), session_id, occurrence, workflow_phase"

Record = dict[str, Any]


class Life:
    """A project with a document and a database; each state of the document is newer than the last.

    ``documents`` and ``told`` are what passes may have seen so far.
    """

    def __init__(self, root: Path, versions: tuple[int, ...], journal: str) -> None:
        self.fleet = Fleet(root / "projects", Warehouse(root / "data" / "w.duckdb", "UTC"))
        self.folder = self.fleet.project("app", ZONE.key)
        self.versions, self.journal = versions, journal
        self.clock = EPOCH_S
        self.documents: list[Row] = []
        self.told: list[Told] = []

    @property
    def database(self) -> Path:
        file = self.folder / STORE
        return (
            file if file.exists() else make_store(self.folder, self.versions, journal=self.journal)
        )

    def put(self, records: list[Record], legacy: bool = False) -> None:
        """A new state of the document, or of the one that older trackers left."""
        self.clock += 60
        if legacy:
            file = self.folder / LEGACY
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps({"invocations": records, "skills": {}}))
        else:
            file = write_skills(self.folder, {"invocations": records, "skills": {}})
        os.utime(file, (self.clock, self.clock))

    def collect(self, full: bool = False) -> tuple[int, int]:
        """One pass over what is there now; how much it inserted and updated."""
        files = [self.folder / LEGACY, self.folder / ".session-buddy" / "skill_metrics.json"]
        there = [file for file in files if file.exists()]
        for file in sorted(there, key=lambda file: file.stat().st_mtime_ns):
            self.documents += read_document(file.read_text(), "app", ZONE)
        if (self.folder / STORE).exists():
            self.told += read_database(self.folder / STORE, "app", ZONE)
        done = self.fleet.collect(full=full)
        assert [p for p in done.problems if "lost" not in str(p) and "gone" not in str(p)] == []
        return done.projects[0].inserted, done.projects[0].updated


@contextmanager
def life(versions: tuple[int, ...], journal: str) -> Iterator[Life]:
    with tempfile.TemporaryDirectory() as root:
        yield Life(Path(root), versions, journal)


# ---------------------------------------------------------------- what is noted, and where

STATES: st.SearchStrategy[Record] = st.sampled_from(
    [
        {"completed": False, "duration_seconds": None},
        {"completed": False, "duration_seconds": 2.0},
        {"completed": False, "duration_seconds": 1.0, "error_type": "Timeout"},
        {"completed": True, "duration_seconds": 1.5},
        {"completed": True, "duration_seconds": 0.01, "follow_up_actions": ["test"]},
    ]
)


@st.composite
def noted(draw: st.DrawFn) -> Record:
    """A record. Who used a skill at one moment was one session, or one that named none.

    All stores write a moment the same way: with and without an offset it is two invocations.
    """
    name, second = draw(st.sampled_from(["a", "b"])), draw(st.integers(0, 2))
    at = f"2026-08-03T09:00:0{second}{'-04:00' if second == 2 else ''}"
    # A database must have a session: an older tracker's record gets into it by an import only.
    session = {0: "s-1", 1: None, 2: "s-2"}[second]
    record = {**invocation(name, at, session_id=session), **draw(STATES)}
    if draw(st.booleans()):
        record["workflow_phase"] = draw(st.sampled_from(["plan", "setup"]))
    return record


STEP = st.one_of(
    st.tuples(st.just("note in both"), noted()),
    st.tuples(st.just("note in both"), noted()),
    st.tuples(st.just("note in document"), noted()),
    st.tuples(st.just("note in database"), noted()),
    st.tuples(st.just("end"), st.tuples(st.integers(0, 5), STATES)),
    st.tuples(
        st.sampled_from(
            [
                *["take back", "drop", "import", "leave to the old tracker", "lose the database"],
                *["collect", "collect", "collect", "collect whole"],
            ]
        ),
        st.none(),
    ),
)


def step(lived: Life, held: list[Record], what: str, given: Any) -> list[Record]:
    """What happens to the stores; the records that the document holds afterwards."""
    if what in ("note in both", "note in document"):
        held = [*held, given]
    if what in ("note in both", "note in database") and given["session_id"] is not None:
        known = {"workflow_phase"} if 3 in lived.versions else set()
        columns = {*invocation(), *known}
        store(lived.database, [{k: v for k, v in given.items() if k in columns}])
    if what == "end" and held:
        place, state = given[0] % len(held), given[1]
        held = [*held[:place], {**held[place], **state}, *held[place + 1 :]]
    if what == "take back" and held:
        held = [{**held[0], "completed": False, "duration_seconds": None}, *held[1:]]
    if what == "drop":
        held = held[1:]
    if what == "import":
        known_to_it = invocation().keys()
        bring_in(lived.database, [{k: r[k] for k in known_to_it} for r in held])
    if what == "leave to the old tracker":
        lived.put(held, legacy=True)
    if what == "lose the database" and lived.database.exists():
        lived.database.unlink()
        for beside in lived.folder.glob(f"{STORE}-*"):
            beside.unlink()
    return held


@settings(
    max_examples=5 * THOROUGH,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    steps=st.lists(STEP, min_size=3, max_size=12),
    versions=st.sampled_from(VERSIONS),
    journal=st.sampled_from(["delete", "wal"]),
    many=st.booleans(),
)
@example(
    # An import is stored without a session; the document that it came from is seen later.
    steps=[
        ("note in document", invocation("a", "2026-08-03T09:00:00", session_id="s-1")),
        ("import", None),
        ("drop", None),
        ("collect", None),
        ("note in document", invocation("a", "2026-08-03T09:00:00", session_id="s-1")),
        ("collect", None),
    ],
    versions=(1,),
    journal="delete",
    many=False,
)
def test_stores_that_live_side_by_side_are_one_history(
    steps: list[tuple[str, Any]], versions: tuple[int, ...], journal: str, many: bool
) -> None:
    """Each invocation once, in its fullest state, whatever was seen first; verify agrees."""
    held: list[Record] = []
    with (
        patch.object(skills_db, "BULK_FROM_ROWS", 1 if many else 1 << 40),
        life(versions, journal) as lived,
    ):
        for what, given_to_it in [*steps, ("collect", None)]:
            if not what.startswith("collect"):
                before, held = held, step(lived, held, what, given_to_it)
                if held != before:
                    lived.put(held)
                continue

            lived.collect(full=what == "collect whole")

            wanted = united(lived.documents, lived.told)
            assert stored(lived) == in_order(wanted.values())
        assert lived.collect() == (0, 0)
        assert lived.collect(full=True) == (0, 0)
        assert stored(lived) == in_order(wanted.values())
        with lived.fleet.warehouse.reading() as con:
            assert verify(con).sentences == []


def in_order(told: Any) -> list[tuple[Any, ...]]:
    return sorted(((*row.key, phase, row) for row, phase in told), key=str)


def stored(lived: Life) -> list[tuple[Any, ...]]:
    """The rows with their phases, as ``in_order`` has them."""
    found = lived.fleet.query(f"{PHASES} from skill_usage where workflow_phase is not null")
    phases = {tuple(row[:4]): row[4] for row in found}
    rows = stored_rows(lived.fleet.warehouse)
    return in_order((row, phases.get(key_of(row))) for row in rows)


def key_of(row: Row) -> tuple[object, ...]:
    microseconds = round(row.invoked_at.timestamp() * 10**6)
    return row.name, microseconds, row.session_id, row.occurrence
