"""An invocation that stands in a document and in a database is one, in whatever order they come."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collector.results import CollectResult
from conftest import THOROUGH, Fleet, invocation, write_skills
from schema.warehouse import Warehouse
from stores import STORE, bring_in, make_store, run_sql, store

ROWS = """
    select
        skill_name, epoch_us(invoked_at), session_id, occurrence, outcome, duration_ms,
        workflow_phase
    from skill_usage
    order by all
"""
ROWS_OF_EACH = """
    select
        project_name, skill_name, epoch_us(invoked_at), session_id, occurrence, outcome,
        duration_ms, workflow_phase
    from skill_usage inner join projects using (project_id)
    order by all
"""
BEFORE_ANY_FILE = "2026-08-03 12:00:00"


def record(name: str = "review", second: int = 0, **fields: Any) -> dict[str, Any]:
    return invocation(name, f"2026-08-03T09:00:{second:02}", **fields)


def without_session(**fields: Any) -> dict[str, Any]:
    """A record as older trackers left it."""
    return {key: value for key, value in record(**fields).items() if key != "session_id"}


def rows(fleet: Fleet) -> list[tuple[object, ...]]:
    return fleet.query(ROWS)


def write_legacy(project: Path, records: list[dict[str, Any]]) -> None:
    file = project / ".crackerjack" / "skill_metrics.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({"invocations": records, "skills": {}, "last_updated": ""}, indent=2)
    )


def in_order(
    fleet: Fleet, project: Path, document: object, file: Path, order: str
) -> CollectResult:
    """Collect the document first, the database first, or both in one pass."""
    if order == "document first":
        aside = file.rename(project / "aside")
        write_skills(project, document)
        fleet.collect()
        aside.rename(file)
    elif order == "database first":
        fleet.collect()
    write_skills(project, document)
    return fleet.collect()


ORDERS = pytest.mark.parametrize("order", ["document first", "database first", "together"])


@ORDERS
def test_what_was_written_to_both_counts_once(fleet: Fleet, order: str) -> None:
    """Each gives what the other lacks: the document a later state, the database the phase."""
    project = fleet.project()
    file = make_store(project)
    begun = record(completed=False, duration_seconds=None)
    store(file, [{**begun, "workflow_phase": "setup"}, record("alone")], BEFORE_ANY_FILE)

    in_order(fleet, project, {"invocations": [record(), record("only")]}, file, order)
    again = fleet.collect(full=True)

    nine = 1785747600000000
    assert rows(fleet) == [
        ("alone", nine, "s-1", 1, "success", 1500, None),
        ("only", nine, "s-1", 1, "success", 1500, None),
        ("review", nine, "s-1", 1, "success", 1500, "setup"),
    ]
    assert (again.projects[0].inserted, again.projects[0].updated) == (0, 0)


@ORDERS
def test_the_fuller_state_may_be_the_database_s(fleet: Fleet, order: str) -> None:
    """A document that a stale writer took back does not undo what the database saw end."""
    project = fleet.project()
    file = make_store(project)
    store(file, [record(duration_seconds=2.5)], BEFORE_ANY_FILE)

    taken_back = {"invocations": [record(completed=False, duration_seconds=None)]}
    in_order(fleet, project, taken_back, file, order)

    assert [row[4:] for row in rows(fleet)] == [("success", 2500, None)]


@ORDERS
@pytest.mark.parametrize("named", [True, False], ids=["sessions", "no-sessions"])
def test_an_import_adds_nothing(fleet: Fleet, order: str, named: bool) -> None:
    """Its rows are the document's, whose true duplicates it dropped are still counted."""
    project = fleet.project()
    file = make_store(project)
    make = record if named else without_session
    records = [make(), make(), make(second=1), make(name="other")]
    bring_in(file, records)

    in_order(fleet, project, {"invocations": records}, file, order)
    again = fleet.collect(full=True)

    session = "s-1" if named else None
    assert [(row[0], row[2], row[3]) for row in rows(fleet)] == [
        ("other", session, 1),
        ("review", session, 1),
        ("review", session, 2),
        ("review", session, 1),
    ]
    assert (again.projects[0].inserted, again.projects[0].updated) == (0, 0)
    assert fleet.query("select count(*) from skill_usage where session_id = 'migrated'") == [(0,)]


def test_an_import_alone_is_collected(fleet: Fleet) -> None:
    """Where the document is gone, its rows are there once, without a session."""
    file = make_store(fleet.project())
    bring_in(file, [record(), record(), record("other")])

    fleet.collect()

    assert [(row[0], row[2]) for row in rows(fleet)] == [("other", None), ("review", None)]


def test_a_change_of_identity_marks_its_bucket(fleet: Fleet) -> None:
    """A rollup that counted the import without a session is stale when it gets one."""
    project = fleet.project()
    bring_in(make_store(project), [record()])
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute("delete from dirty_buckets").fetchall()

    write_skills(project, {"invocations": [record()]})
    fleet.collect()

    assert fleet.query("select skill_name, cast(day as varchar) from dirty_buckets") == [
        ("review", "2026-08-03")
    ]


@ORDERS
def test_the_legacy_document_is_one_more_copy(fleet: Fleet, order: str) -> None:
    """A record that was taken over from ``.crackerjack`` is one with the one that stayed there."""
    project = fleet.project()
    old = [without_session(), without_session(second=1)]
    if order != "database first":
        write_legacy(project, old)
    if order != "together":
        fleet.collect()
    write_skills(project, {"invocations": [*old, record("new")]})
    write_legacy(project, old)
    done = fleet.collect()

    assert [row[0] for row in rows(fleet)] == ["new", "review", "review"]
    assert done.problems == []
    sources = fleet.query("select source, path from source_files order by source")
    assert sources == [
        ("crackerjack", ".crackerjack/skill_metrics.json"),
        ("session_buddy", ".session-buddy/skill_metrics.json"),
    ]


# ---------------------------------------------------------------- any history

STATES = st.sampled_from(
    [(False, None, None), (False, 2.0, None), (False, 1.0, "Timeout"), (True, 1.5, None)]
)
KEYS = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1), st.sampled_from(["s-1", "s-2"]))
RECORDS = st.lists(st.tuples(KEYS, STATES), min_size=1, max_size=6)
HISTORY = st.tuples(RECORDS, RECORDS, st.booleans())
"""What is written into the document, what into the database, and whether by an import."""

STEPS = st.lists(st.sampled_from(["document", "database", "both", "full"]), max_size=5)
HIDDEN_AT = {"document": STORE, "database": ".session-buddy/skill_metrics.json"}


def as_record(drawn: Any) -> dict[str, Any]:
    (name, second, session), (completed, seconds, error) = drawn
    fields = {"completed": completed, "duration_seconds": seconds, "error_type": error}
    return record(name, second, session_id=session, **fields)


@settings(
    max_examples=4 * THOROUGH,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories=st.lists(HISTORY, min_size=2, max_size=3), steps=STEPS)
@example(
    histories=[
        (
            [(("a", 0, "s-1"), (True, 1.5, None)), (("a", 0, "s-2"), (True, 1.5, None))],
            [(("a", 0, "s-2"), (False, None, None))],
            True,
        )
    ],
    steps=["database"],
)
def test_the_order_of_reading_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, histories: list[Any], steps: list[str]
) -> None:
    """Document and database, read in any order and any number of times, give the same rows.

    A pass costs more than what it reads, so each reads several projects with a history each.
    """
    root = tmp_path_factory.mktemp("history")
    found = []
    for number, order in enumerate([["both"], [*steps, "document", "database", "both"]]):
        fleet = Fleet(root / f"p{number}", Warehouse(root / f"w{number}" / "w.duckdb", "UTC"))
        folders = fleet.projects(*(f"app-{n}" for n in range(len(histories))))
        for folder, (written, stored, imported) in zip(folders, histories, strict=True):
            write_both(folder, written, stored, imported)
        for step in order:
            hidden = [
                (folder / HIDDEN_AT[step], folder / "aside")
                for folder in folders
                if step in HIDDEN_AT
            ]
            for place, aside in hidden:
                place.rename(aside)
            fleet.collect(full=step == "full")
            for place, aside in hidden:
                aside.rename(place)
        found.append(fleet.query(ROWS_OF_EACH))
        keys = {row[:3] for row in found[-1]}
        told = {
            (f"app-{n}", *each[0][:2])
            for n, (written, stored, _) in enumerate(histories)
            for each in [*written, *stored]
        }
        assert len(keys) == len(told)

    assert found[0] == found[1]


def write_both(project: Path, written: list[Any], stored: list[Any], imported: bool) -> None:
    """A project's document and database, both of a time to come: neither is ever left for later."""
    file = make_store(project)
    records = [as_record(each) for each in stored]
    if imported:
        bring_in(file, records)
        run_sql(file, f"update skill_invocation set created_at = '{BEFORE_ANY_FILE}'")
    else:
        with_phase = [{**each, "workflow_phase": f"phase {n}"} for n, each in enumerate(records)]
        store(file, with_phase, BEFORE_ANY_FILE)
    document = write_skills(project, {"invocations": [as_record(each) for each in written]})
    for path in (file, document):
        os.utime(path, ns=(10**18 * 2, 10**18 * 2))
