"""Only rows that may be equal to others are compared, and the result is that of comparing all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.batch import ALIKE
from schema.columns import staging_ddl
from schema.statements import run_all
from schema.warehouse import Connection

START = datetime(2026, 8, 3, 9, tzinfo=UTC)
COLUMNS = (
    *("source_file_id", "project_id", "kind", "skill_name", "invoked_at", "local_time"),
    *("session_id", "idempotency_key", "outcome", "workflow_phase", "occurrence", "position"),
)

PROJECTS = {1: "p", 2: "p", 3: "q"}
"""Of each file. Only later are some of its rows given to the project that they count for."""

ROWS = st.tuples(
    st.sampled_from(list(PROJECTS)),
    st.booleans(),
    st.sampled_from(["skill", "agent"]),
    st.sampled_from(["a", "b"]),
    st.integers(0, 2).map(lambda minute: START + timedelta(minutes=minute)),
    st.sampled_from([None, "2026-08-03 09:01:00", "2026-08-03 11:01:00"]),
    st.sampled_from([None, "s"]),
    st.sampled_from([None, None, "k"]),
    st.sampled_from(["success", "unknown"]),
    st.sampled_from([None, "one", "two"]),
)


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with duckdb.connect(config={"threads": 1}) as found:
        run_all(found, "collector/sql/macros.sql", {})
        yield found


def stage(con: Connection, rows: list[Any]) -> None:
    con.execute(staging_ddl("staged"))
    con.execute("create or replace temp table chunks (number bigint)")
    columns, marks = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
    for place, row in enumerate(rows):
        file, _, *rest = row
        values = [file, PROJECTS[file], *rest, 1, place]
        con.execute(f"insert into staged ({columns}) values ({marks})", values).fetchall()


def result(con: Connection, rows: list[Any], *, short: bool) -> list[Any]:
    """What the merge's statements make of the rows: places, phases, and which are superseded."""
    stage(con, rows)

    def find() -> None:
        run_all(con, ALIKE, {})
        if not short:
            con.execute(
                "create or replace temp table alike_rows as select rowid as staged_row from staged"
            )

    find()
    values = {"finished": list(PROJECTS), "overlapping": [-1]}
    run_all(con, "collector/sql/bulk/number_repeats.sql", values)
    given = [place for place, row in enumerate(rows) if row[1]]
    con.execute(
        "update staged set project_id = 'p' where list_contains($given, position)", {"given": given}
    ).fetchall()
    find()
    run_all(con, "collector/sql/repeated.sql", {})
    return con.execute(
        "select position, occurrence, workflow_phase, rowid in (from superseded_rows)"
        " from staged order by position"
    ).fetchall()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=7))
def test_comparing_few_rows_gives_what_comparing_all_gives(
    con: Connection, rows: list[Any]
) -> None:
    """Whatever is equal, within a file or between two, with a key of its own or without, and also
    once rows of a copy were given to the project that they count for."""
    assert result(con, rows, short=True) == result(con, rows, short=False)


def test_rows_unlike_all_others_are_not_compared(con: Connection) -> None:
    """Which is what makes it short: of many times, and of keys that two projects number through,
    none is looked at twice."""
    row = (1, False, "skill", "a", START, None, "s", None, "success", None)
    others = [(*row[:4], START + timedelta(minutes=minute), *row[5:]) for minute in range(1, 6)]
    keyed = [(file, *row[1:7], "k", *row[8:]) for file in (1, 3)]
    stage(con, [row, row, *others, *keyed])
    run_all(con, ALIKE, {})
    assert con.execute("select count(*) from alike_rows").fetchall() == [(2,)]
