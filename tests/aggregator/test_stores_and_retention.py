"""What was archived was counted: a database that tells of it later, or again, adds nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.top_skills import top_skills
from aggregator.retention import apply, store_raw_days
from aggregator.verify import verify
from conftest import NOW, Fleet, invocation, write_skills
from kept_rollups import tables
from stores import bring_in, make_store, store

pytestmark = pytest.mark.slow

DAYS = 40
KEPT_DAYS = 10
ARCHIVED = "select cast(columns(*) as varchar) from archived_days order by all"


def daily(**fields: Any) -> list[dict[str, Any]]:
    """An invocation for each of the last days, the oldest first."""
    days = [NOW - timedelta(days=age) for age in range(DAYS, 0, -1)]
    return [
        invocation("a", day.replace(tzinfo=None).isoformat(), session_id=f"s-{n // 7}", **fields)
        for n, day in enumerate(days)
    ]


def let_go(fleet: Fleet) -> int:
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.writing() as con:
        store_raw_days(con, KEPT_DAYS)
    return apply(fleet.warehouse, now=NOW)


def told_by_document(folder: Path) -> None:
    write_skills(folder, {"invocations": daily(), "skills": {}})


def told_by_database(folder: Path) -> None:
    store(make_store(folder), [{**each, "workflow_phase": "setup"} for each in daily()])


def told_by_import(folder: Path) -> None:
    bring_in(make_store(folder), daily())


def assert_counted_once(fleet: Fleet) -> None:
    with fleet.warehouse.reading() as con:
        [used] = top_skills(con, Question(ALL_TIME, scope(con), "all", NOW)).rows
        assert verify(con).sentences == []
    assert used.measures.total_invocations == DAYS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (told_by_document, told_by_database),
        (told_by_document, told_by_import),
        (told_by_database, told_by_document),
        (told_by_import, told_by_document),
    ],
    ids=["database-later", "import-later", "document-later", "document-after-import"],
)
def test_a_store_that_comes_later_brings_nothing_back(
    fleet: Fleet, first: Any, second: Any
) -> None:
    """Of archived days nothing changes; of the days that have rows each stays one row."""
    folder = fleet.project()
    first(folder)
    fleet.collect()
    went = let_go(fleet)
    archived = fleet.query(ARCHIVED)

    second(folder)
    done = [fleet.collect(full=full).projects[0] for full in (False, True)]
    refresh(fleet.warehouse, now=NOW)

    assert went == DAYS - KEPT_DAYS
    assert [entry.inserted for entry in done] == [0, 0]
    assert done[1].updated == 0
    assert fleet.query(ARCHIVED) == archived
    assert fleet.query("select count(*) from skill_usage") == [(KEPT_DAYS,)]
    assert_counted_once(fleet)
    assert apply(fleet.warehouse, now=NOW + timedelta(days=1)) == 1
    assert_counted_once(fleet)


def test_the_days_that_have_rows_are_still_enriched(fleet: Fleet) -> None:
    """A phase that the database names is kept with rows, and is nothing to the archive."""
    folder = fleet.project()
    told_by_document(folder)
    fleet.collect()
    let_go(fleet)
    before = tables(fleet.warehouse)

    told_by_database(folder)
    done = fleet.collect()

    assert (done.projects[0].updated, done.projects[0].inserted) == (KEPT_DAYS, 0)
    assert fleet.query("select workflow_phase, count(*) from skill_usage group by all") == [
        ("setup", KEPT_DAYS)
    ]
    refresh(fleet.warehouse, now=NOW)
    assert tables(fleet.warehouse) == before


def test_what_a_database_tells_that_was_not_known_yet_is_taken(fleet: Fleet) -> None:
    """A use later than all that was known counts, on whatever day it falls by now."""
    folder = fleet.project()
    told_by_document(folder)
    fleet.collect()
    later = NOW + timedelta(days=60)
    let_go(fleet)
    apply(fleet.warehouse, now=later)
    at = (NOW + timedelta(hours=1)).replace(tzinfo=None).isoformat()
    store(make_store(folder), [*daily(), invocation("a", at, session_id="s-new")])

    inserted = [fleet.collect(now=later, full=full).projects[0].inserted for full in (False, True)]

    assert inserted == [1, 0]
