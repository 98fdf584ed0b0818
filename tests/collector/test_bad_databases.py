"""Databases that cannot be read are refused in a sentence, and left as they are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.files import databases
from conftest import Fleet, invocation, write_skills
from stores import (
    STORE,
    make_store,
    run_sql,
    store,
    writer,
)
from test_read_only import as_nobody, modes, names, public_folder, said, untouched
from test_skills_db import empty, record


def garbage(file: Path) -> None:
    file.write_bytes(b"garbage " * 2000)


def truncated(file: Path) -> None:
    store(file, [record(f"s-{n}", user_query="x" * 500) for n in range(200)])
    os.truncate(file, file.stat().st_size // 2)


def foreign(file: Path) -> None:
    file.unlink()
    run_sql(file, "create table bookmarks (id integer primary key, url text)")


def without_columns(file: Path) -> None:
    file.unlink()
    run_sql(file, "create table skill_invocation (id integer primary key, skill_name text)")


def endless_view(file: Path) -> None:
    run_sql(
        file,
        "drop table skill_invocation",
        "create view skill_invocation as"
        " with recursive n(id) as (select 1 union all select id + 1 from n)"
        " select id, 'x' as skill_name, '2026-08-03' as invoked_at, '' as created_at from n",
    )


def log_alone(file: Path) -> None:
    file.rename(file.with_name("skills.db-wal"))


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_link_out(file: Path) -> None:
    outside = file.parent.parent.parent.parent / "outside.db"
    shutil.move(file, outside)
    file.symlink_to(outside)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(garbage, "is not an SQLite database", id="garbage"),
        pytest.param(truncated, "is a damaged SQLite database", id="truncated"),
        pytest.param(foreign, "is another program's database: it has no table", id="foreign"),
        pytest.param(without_columns, "without created_at, invoked_at", id="columns"),
        pytest.param(endless_view, "has a view or a virtual table instead of", id="endless-view"),
        pytest.param(log_alone, "is missing, only its log (-wal) exists", id="log-alone"),
        pytest.param(a_pipe, "is a pipe, not a file", id="pipe"),
        pytest.param(a_link_out, "is a link that leads out of the project", id="link-out"),
        pytest.param(empty, "is empty", id="empty"),
    ],
)
def test_a_bad_database_is_a_sentence(
    fleet: Fleet, spoil: Callable[[Path], None], told: str
) -> None:
    """Nothing is taken from it, nothing appears or changes, the other formats are collected."""
    project = fleet.project()
    spoil(make_store(project))
    write_skills(project, {"invocations": [invocation("other")]})

    with untouched(fleet.root):
        fleet.collect()
        done = fleet.collect(full=True)

    assert names(fleet) == ["other"]
    [(path, message)] = said(done)
    assert path == STORE
    assert told in message and message.endswith("; nothing was read from it")


def test_what_takes_too_long_is_given_up(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is stopped in the middle; the pass goes on and says so."""
    monkeypatch.setattr(databases, "READ_LIMIT_S", -(10.0**6))
    monkeypatch.setattr(databases, "_STEPS_BETWEEN_LOOKS", 10)
    store(make_store(fleet.project()), [record(f"s-{n}") for n in range(100)])

    done = fleet.collect()

    assert names(fleet) == []
    assert said(done) == [(STORE, "takes too long to be read; nothing was read from it")]


def test_a_database_that_is_too_large_is_refused(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its copy would need as much room; nothing of it is copied."""
    monkeypatch.setattr(databases, "MAX_DATABASE_BYTES", 1 << 14)
    store(make_store(fleet.project()), [record(user_query="x" * 20000)])

    done = fleet.collect()

    assert said(done) == [(STORE, "is larger than 0 MiB with its log; nothing was read from it")]


def test_a_tree_that_may_only_be_read_is_read_and_no_copy_stays() -> None:
    """Folders of mode 0555, database and log of 0444; the temporary folder is empty after."""
    with public_folder() as room:
        project = room / "project"
        file = make_store(project, journal="wal")
        row = "insert into skill_invocation (skill_name, invoked_at, session_id, completed) values"
        with writer(file, f"{row} ('logged', '2026-08-03T09:00:00', 's-1', 1)") as other:
            other.kill()
        read_only = {path: 0o444 for path in project.rglob("*") if path.is_file()}
        read_only |= {path: 0o555 for path in [*project.rglob("*"), project] if path.is_dir()}
        scratch = room / "scratch"
        scratch.mkdir(mode=0o777)
        scratch.chmod(0o777)
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(scratch)
        try:
            with modes(read_only), untouched(project):
                lines = as_nobody(room, project)
        finally:
            del os.environ["TMPDIR"]
            if before is not None:
                os.environ["TMPDIR"] = before
        left = list(scratch.iterdir())

    assert lines == ["[(['logged'],)]"]
    assert left == []
