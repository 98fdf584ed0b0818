"""Invocations in SQLite: every version is read, what is committed is seen, nothing is touched."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collector.files import databases
from collector.sources import skills_db
from conftest import Fleet, execution, invocation, write_executions
from stored import stored_rows
from stores import (
    BRIDGE,
    VERSIONS,
    insert,
    make_bridge,
    make_store,
    run_sql,
    store,
    writer,
)
from test_read_only import names, said, untouched

ROWS = """
    select
        skill_name, epoch_us(invoked_at), session_id, occurrence, outcome, duration_ms,
        followup_names, workflow_path, error_type, alternatives_considered, selection_rank,
        workflow_phase, epoch_us(snapshot_at)
    from skill_usage
    order by all
"""


def record(name: str = "review", second: int = 0, **fields: Any) -> dict[str, Any]:
    return invocation(name, f"2026-08-03T09:00:{second:02}", **fields)


def notes(done: Any) -> list[str]:
    return [remark.message for remark in done.notes]


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("versions", VERSIONS, ids=str)
@pytest.mark.parametrize("many", [False, True], ids=["one-by-one", "in-bulk"])
def test_every_version_of_the_schema_is_read(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, versions: tuple[int, ...], many: bool
) -> None:
    """The same rows from each, one by one and in bulk; the phase where there is one."""
    monkeypatch.setattr(skills_db, "BULK_FROM_ROWS", 1 if many else 1 << 40)
    monkeypatch.setattr(skills_db, "CHUNK_ROWS", 2)
    monkeypatch.setattr(skills_db, "READ_AHEAD_CHUNKS", 1)
    file = make_store(fleet.project(timezone="Europe/Berlin"), versions)
    more = {"workflow_phase": "setup"} if 3 in versions else {}
    store(
        file,
        [
            record(follow_up_actions=["test"], alternatives_considered=["b"], selection_rank=2),
            record("fail", 1, completed=False, error_type="Timeout", **more),
            record("open", 2, completed=False, duration_seconds=None),
            {**record("offset"), "invoked_at": "2026-08-03T09:00:00.5+00:00"},
            record("unmeasured", duration_seconds=0.01),
            record("moved", session_id="migrated"),
            record(),
            record(),
        ],
        created_at="2026-08-03 10:00:00",
    )

    with untouched(fleet.root):
        done = fleet.collect()

    seven = 1785740400000000  # 2026-08-03T07:00:00Z, nine o'clock in Berlin
    then = 0  # a row never changes: any document is newer
    phase = "setup" if 3 in versions else None
    ok = ("success", 1500)
    rest: tuple[object, ...] = ([], None, None, [], None, None, then)
    assert said(done) == []
    assert fleet.query(ROWS) == [
        ("fail", seven + 10**6, "s-1", 1, "failure", 1500, [], None, "Timeout", [], None, phase, then),  # noqa: E501
        ("moved", seven, None, 1, *ok, *rest),
        ("offset", seven + 7200 * 10**6 + 500000, "s-1", 1, *ok, *rest),
        ("open", seven + 2 * 10**6, "s-1", 1, "abandoned", None, *rest),
        ("review", seven, "s-1", 1, *ok, ["test"], None, None, ["b"], 2, None, then),
        ("review", seven, "s-1", 2, *ok, *rest),
        ("review", seven, "s-1", 3, *ok, *rest),
        ("unmeasured", seven, "s-1", 1, "success", None, *rest),
    ]  # fmt: skip
    shapes = {(1,): "V1", (1, 2, 4): "V1+2+4"}
    shape = shapes.get(versions, f"V1-{versions[-1]}")
    assert fleet.query("select source, shape, state from source_files") == [
        ("skills_db", f"skills-db {shape}", "read")
    ]


@pytest.mark.parametrize("alive", [True, False], ids=["open", "killed"])
def test_no_version_is_touched_while_it_keeps_a_log(fleet: Fleet, alive: bool) -> None:
    """Each version in WAL mode, its row in the log: nothing appears, vanishes or is written."""
    row = "insert into skill_invocation (skill_name, invoked_at, session_id, completed) values"
    with ExitStack() as stack:
        for versions in VERSIONS:
            name = "-".join(map(str, versions))
            file = make_store(fleet.project(name), versions, journal="wal")
            other = stack.enter_context(
                writer(file, f"{row} ('{name}', '2026-08-03T09:00:00', 's-1', 1)")
            )
            if not alive:
                other.kill()
            assert (file.parent / "skills.db-wal").stat().st_size > 0

        with untouched(fleet.root):
            done = [fleet.collect(full=full) for full in (False, True)]

    assert names(fleet) == sorted("-".join(map(str, versions)) for versions in VERSIONS)
    assert [said(each) + notes(each) for each in done] == [[], []]


@pytest.mark.parametrize("many", [False, True], ids=["one-by-one", "in-bulk"])
def test_wrong_types_are_findings_and_never_rows_of_another_meaning(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """Bytes, texts and numbers where others belong, and lists that are none: null and counted."""
    monkeypatch.setattr(skills_db, "BULK_FROM_ROWS", 1 if many else 1 << 40)
    file = make_store(fleet.project())
    odd: list[dict[str, Any]] = [
        {"skill_name": b"bytes"},
        {"skill_name": "  "},
        {"invoked_at": "yesterday"},
        {"invoked_at": b"\x00\xff"},
        {"completed": "perhaps"},
        {"completed": b"1"},
        {"duration_seconds": "long"},
        {"duration_seconds": b"\x01"},
        {"duration_seconds": float("inf")},
        {"duration_seconds": -1.5},
        {"alternatives_considered": "no list"},
        {"alternatives_considered": b"[]"},
        {"follow_up_actions": '{"a": 1}'},
        {"follow_up_actions": '["a", 1, null]'},
        {"follow_up_actions": "[" * 200 + "]" * 200},
        {"selection_rank": "first"},
        {"session_id": b"s"},
        {"workflow_phase": b"p"},
        {"created_at": "long ago"},
    ]
    store(file, [{**record(f"odd-{n}"), **fields} for n, fields in enumerate(odd)])
    with closing(sqlite3.connect(file)) as con, con:
        con.execute("update skill_invocation set skill_name = cast(x'61ff62' as text) where id = 1")

    with untouched(fleet.root):
        done = fleet.collect()

    assert len(names(fleet)) == 16
    assert [message for _, message in said(done)] == [
        "3 records were rejected; the first is number 2, it has no skill name"
        f" (`skillhouse doctor {fleet.query('select project_id from projects')[0][0]}` lists them)"
    ]
    [(findings,)] = fleet.query("select cast(findings as varchar) from source_files")
    assert '"field_unusable":8' in str(findings).replace(" ", "")
    assert '"duration_unusable":3' in str(findings).replace(" ", "")
    assert fleet.query("select outcome, count(*) from skill_usage group by all order by all") == [
        ("success", 14),
        ("unknown", 2),
    ]
    assert "a\ufffdb" in names(fleet)


def test_prompts_stay_where_they_are(fleet: Fleet) -> None:
    """Neither the warehouse nor the temporary folder keeps a byte of them."""
    secret = "correct-horse-battery"
    file = make_store(fleet.project())
    store(file, [record(f"s{n}", user_query=secret * 20) for n in range(1500)])

    fleet.collect()

    assert len(names(fleet)) == 1500
    stored = b"".join(f.read_bytes() for f in fleet.warehouse.path.parent.rglob("*") if f.is_file())
    assert secret.encode() not in stored


# ---------------------------------------------------------------- read on


def test_only_new_rows_are_read(fleet: Fleet) -> None:
    """By their ids; equal rows go on being counted, in whatever form their time is written."""
    file = make_store(fleet.project())
    first = {**record(), "invoked_at": "2026-08-03T09:00:00Z"}
    store(file, [first, record("other", 1)])
    fleet.collect()
    store(file, [record("new", 2), {**record(), "invoked_at": "2026-08-03T11:00:00+02:00"}])

    done = fleet.collect()

    [entry] = done.projects
    assert (entry.records_read, entry.inserted) == (2, 2)
    assert fleet.query("select skill_name, occurrence from skill_usage order by all") == [
        ("new", 1),
        ("other", 1),
        ("review", 1),
        ("review", 2),
    ]
    assert fleet.query("select records, cast(read_totals as varchar) from source_files")[0][0] == 4
    [again] = fleet.collect(full=True).projects
    assert (again.records_read, again.unchanged) == (4, 4)


@pytest.mark.parametrize("change", ["reset", "replaced", "pruned"])
def test_a_store_that_begins_anew_is_read_whole(fleet: Fleet, change: str) -> None:
    """Ids say nothing across a reset; what was there stays, and a loss is said."""
    file = make_store(fleet.project())
    store(file, [record("old", n) for n in range(3)])
    fleet.collect()
    if change == "pruned":
        run_sql(file, "delete from skill_invocation where id = 1")
        store(file, [record("new", 9)])
    else:
        file.unlink()
        file = make_store(file.parent.parent)
        store(file, [record("new", n) for n in range(3 if change == "replaced" else 1)])

    done = fleet.collect()

    news = {"reset": 1, "replaced": 3, "pruned": 1}[change]
    assert names(fleet) == ["new"] * news + ["old"] * 3
    lost = [message for _, message in said(done)]
    assert lost == (
        ["has fewer records (3 before, 1 now); collected data is kept"]
        if news == 1 and change == "reset"
        else []
    )


def test_a_row_of_the_bridge_changes_when_its_skill_ends(fleet: Fleet) -> None:
    """Its folder is entered, its times are UTC, and the row is one row when it is completed."""
    file = make_bridge(fleet.project(timezone="Asia/Tokyo"))
    with closing(sqlite3.connect(file)) as con, con:
        for name in ("fix", "plan"):
            begun = {
                "session_id": "c-1",
                "skill_name": name,
                "workflow_phase": "fast",
                "alternatives_considered": "[]",
                "created_at": "2026-08-03 09:00:00",
            }
            insert(con, "skill_invocations", begun)

    with untouched(fleet.root):
        first = fleet.collect()
    at_first = fleet.query(
        "select skill_name, outcome, followup_actions from skill_usage order by 1"
    )
    run_sql(
        file,
        "update skill_invocations set completed = 1, follow_up_actions = '[\"test\"]',"
        " completed_at = '2026-08-03 09:00:05' where id = 1",
    )
    second = fleet.collect()

    assert said(first) == said(second) == []
    assert at_first == [("fix", "abandoned", 0), ("plan", "abandoned", 0)]
    assert (second.projects[0].inserted, second.projects[0].updated) == (0, 1)
    ended = "select skill_name, outcome, followup_names, duration_ms, workflow_phase, time_basis"
    assert fleet.query(f"{ended} from skill_usage order by 1") == [
        ("fix", "success", ["test"], Decimal(5000), "fast", "offset"),
        ("plan", "abandoned", [], None, "fast", "offset"),
    ]
    assert [row.invoked_at.isoformat() for row in stored_rows(fleet.warehouse)] == [
        "2026-08-03T09:00:00+00:00"
    ] * 2
    assert fleet.query("select path, shape from source_files") == [(BRIDGE, "bridge")]


@pytest.mark.parametrize(
    ("created", "completed", "duration_ms", "finding"),
    [
        pytest.param("2026-08-03 09:00:00", "2026-08-03 09:00:00", 0, None, id="at-once"),
        pytest.param("2026-08-03 23:59:58", "2026-08-04 00:00:01", 3000, None, id="midnight"),
        # The project's clock jumped in between; these are of UTC.
        pytest.param("2026-03-29 00:59:00", "2026-03-29 01:01:00", 120_000, None, id="dst"),
        pytest.param("2026-08-03 09:00:00", None, None, None, id="still-running"),
        pytest.param(
            "2026-08-03 09:00:05", "2026-08-03 09:00:00", None, "duration_negative", id="backwards"
        ),
        pytest.param("2026-08-03 09:00:00", "soon", None, "duration_unusable", id="no-time"),
        pytest.param("2026-08-03 09:00:00", 17, None, "duration_unusable", id="a-number"),
    ],
)
def test_the_bridge_s_duration_is_between_its_times(
    fleet: Fleet, created: str, completed: object, duration_ms: int | None, finding: str | None
) -> None:
    """Whole seconds of UTC, whatever the project's zone; without follow-ups there were none."""
    file = make_bridge(fleet.project(timezone="Europe/Berlin"))
    with closing(sqlite3.connect(file)) as con, con:
        row = {"session_id": "s", "skill_name": "fix", "created_at": created}
        insert(con, "skill_invocations", {**row, "completed_at": completed, "completed": 1})

    fleet.collect()

    assert fleet.query("select duration_ms, followup_actions from skill_usage") == [
        (None if duration_ms is None else Decimal(duration_ms), 0)
    ]
    [(findings,)] = fleet.query("select cast(findings as varchar) from source_files")
    assert findings == ("{}" if finding is None else f'{{"{finding}": 1}}')


def test_a_second_table_of_invocations_is_told(fleet: Fleet) -> None:
    """One is read; that the other is not does not go unsaid, however often it is looked at."""
    file = make_store(fleet.project())
    store(file, [record("first")])
    other = "create table skill_invocations (id integer primary key, skill_name text)"
    run_sql(file, other)
    empty = fleet.collect()
    run_sql(file, "insert into skill_invocations (skill_name) values ('second')")

    first, second = fleet.collect(), fleet.collect()

    said_then = "its table skill_invocations, beside skill_invocation, is not read"
    assert [*empty.notes, *empty.problems] == []
    assert said_then in str(first.notes[0])
    assert said_then in str(second.problems[0])
    assert fleet.query("select skill_name from skill_usage") == [("first",)]


# ---------------------------------------------------------------- writers at work


def test_rows_that_are_only_in_the_log_are_seen(fleet: Fleet) -> None:
    """Committed ones; what is not committed is not. Beside the database nothing changes."""
    file = make_store(fleet.project(), journal="wal")
    store(file, [record("first")])
    insertion = (
        "insert into skill_invocation (skill_name, invoked_at, session_id, completed)"
        " values ('{}', '2026-08-03T09:00:00', 's-1', 1)"
    )

    with writer(file, "pragma wal_autocheckpoint = 0", insertion.format("logged")) as other:
        assert (file.parent / "skills.db-wal").stat().st_size > 0
        with untouched(fleet.root):
            fleet.collect()
        seen = names(fleet)
        # A small cache is spilled into the log before anything is committed.
        for each in ("pragma cache_size = 1", "begin immediate"):
            other.run(each)
        for number in range(300):
            other.run(insertion.format(f"unsure-{number}-{'x' * 200}"))
        with untouched(fleet.root):
            done = fleet.collect()
        unsure = names(fleet)
        other.run("commit")
        fleet.collect()

    assert seen == unsure == ["first", "logged"]
    assert len(names(fleet)) == 302
    assert notes(done) == ["is being written; uncommitted changes are read at a later refresh"]


def test_a_log_left_by_a_crash_is_read_and_left(fleet: Fleet) -> None:
    """The writer was killed: its log holds rows, nobody has the database open."""
    file = make_store(fleet.project(), journal="wal")
    row = "insert into skill_invocation (skill_name, invoked_at, session_id, completed) values"
    with writer(file, f"{row} ('logged', '2026-08-03T09:00:00', 's-1', 1)") as other:
        other.kill()

        with untouched(fleet.root):
            fleet.collect()

    assert names(fleet) == ["logged"]


def test_a_journal_left_by_a_crash_is_rolled_back_in_the_copy_only(fleet: Fleet) -> None:
    """What was not committed does not count, and the journal is still there for its writer."""
    file = make_store(fleet.project())
    store(file, [record(f"kept-{n}", n) for n in range(3)])
    with writer(
        file,
        "pragma cache_size = 1",
        "begin immediate",
        "update skill_invocation set skill_name = 'changed'",
        "insert into skill_invocation (skill_name, invoked_at, session_id, user_query)"
        " select 'unsure', '2026-08-03T09:00:00', 's', hex(randomblob(9000)) from"
        " (with recursive n(i) as (select 1 union all select i + 1 from n where i < 50)"
        " select * from n)",
    ) as other:
        other.kill()
        assert (file.parent / "skills.db-journal").stat().st_size > 0

        with untouched(fleet.root):
            done = fleet.collect()

    assert names(fleet) == ["kept-0", "kept-1", "kept-2"]
    assert said(done) == []


def test_a_writer_that_keeps_readers_out_is_waited_for_and_then_left_alone(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other formats are read meanwhile; when it is done, the next pass reads the database."""
    monkeypatch.setattr(databases, "WAIT_S", 0.1)
    project = fleet.project()
    file = make_store(project)
    store(file, [record("stored")])
    write_executions(project, "a", [execution(agent="agent")])

    with writer(file, "begin exclusive") as other:
        with untouched(fleet.root):
            done = fleet.collect()
        held = names(fleet)
        other.run("commit")
    fleet.collect()

    assert held == ["agent"]
    assert said(done) == []
    assert notes(done) == [
        "is being written (another process keeps it locked); the next refresh reads it"
    ]
    assert names(fleet) == ["agent", "stored"]


def test_a_writer_that_never_rests_is_read_rightly(fleet: Fleet) -> None:
    """Each pass sees whole transactions only: rows come in pairs, and none is lost in the end."""
    file = make_store(fleet.project(), journal="wal")
    program = """
import sqlite3, sys
con = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
con.execute("pragma wal_autocheckpoint = 5").fetchall()
print("there", flush=True)
for n in range(150):
    con.execute("begin immediate")
    for half in "ab":
        con.execute("insert into skill_invocation (skill_name, invoked_at, session_id, completed,"
            " user_query) values (?, ?, 's', 1, ?)",
            (half, f"2026-08-03T09:{n // 60:02}:{n % 60:02}", "x" * 3000))
    con.execute("commit")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    problems, halves = [], []
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        while process.poll() is None:
            problems += said(fleet.collect())
            found = names(fleet)
            halves.append((found.count("a"), found.count("b")))
    fleet.collect()

    assert process.returncode == 0
    assert problems == []
    assert all(first == second for first, second in halves)
    assert len(names(fleet)) == 300


# ---------------------------------------------------------------- bad databases


def empty(file: Path) -> None:
    file.write_bytes(b"")
