"""Copies of the warehouse: checked, whole, named so that they are found, and put back safely."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from collector.projects.registry import find_project, purge
from conftest import NOW, Fleet, invocation, write_skills
from killing import Killer, everything
from places import TOP
from schema.backups import backup, is_due, prune, weekly
from schema.compact import compact
from schema.errors import UsageError, WarehouseBusy, WarehouseDamaged, WarehouseNewer
from schema.places import backups, log_of
from schema.restore import chosen, restore
from schema.swap import folder_lock
from schema.upgrade import MIGRATIONS
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

MARK = "a-marker-that-no-other-byte-of-the-file-repeats"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """One project, collected and aggregated."""
    root = tmp_path_factory.mktemp("model")
    fleet = Fleet(root / "projects", Warehouse(root / "model.duckdb", "UTC"))
    write_skills(fleet.project("app"), {"invocations": [invocation()]})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return fleet


@pytest.fixture
def filled(model: Fleet, tmp_path: Path) -> Fleet:
    """A copy of it."""
    path = tmp_path / "data" / "warehouse.duckdb"
    path.parent.mkdir()
    shutil.copyfile(model.warehouse.path, path)
    return Fleet(tmp_path / "projects", Warehouse(path, "UTC"))


def change(fleet: Fleet) -> None:
    with fleet.warehouse.writing() as con:
        con.execute("insert into settings values ('mark', 'changed')").fetchall()


def killed_writer(path: Path) -> None:
    """Leave what a writer leaves that was killed after a commit: the file, and a log beside it."""
    code = (
        "import os, sys; from pathlib import Path; from schema.warehouse import Warehouse\n"
        "with Warehouse(Path(sys.argv[1])).writing() as con:\n"
        "    con.execute(\"insert into settings values ('mark', 'logged')\").fetchall()\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=TOP, check=False)
    assert log_of(path).exists()


@contextmanager
def held(path: Path, way: str) -> Iterator[None]:
    """Another process has the file open, reading or writing."""
    code = (
        "import sys; from pathlib import Path; from schema.warehouse import Warehouse\n"
        "with getattr(Warehouse(Path(sys.argv[1])), sys.argv[2])() as con:\n"
        "    print('open', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    print(con.execute('select count(*) from skill_usage').fetchall(), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path), way],
        cwd=TOP,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        yield
        answer, _ = holder.communicate("\n")
        assert answer == "[(1,)]\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- backup


def test_a_backup_holds_the_same_and_is_private(filled: Fleet) -> None:
    """Beside the warehouse, named after the time, 0600 in a folder 0700, nothing else left."""
    made = backup(filled.warehouse, now=NOW)

    assert made.path.name == "warehouse-20261120T120000Z.duckdb"
    assert made.path.parent == filled.warehouse.path.parent / "backups"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    assert everything(Warehouse(made.path)) == everything(filled.warehouse)
    assert names(made.path.parent) == [made.path.name]


def test_a_backup_overwrites_nothing(filled: Fleet, tmp_path: Path) -> None:
    """A taken name is refused, and a second one in the same second gets a name of its own."""
    notes = tmp_path / "notes"
    notes.write_text("mine")

    with pytest.raises(UsageError, match="already exists"):
        backup(filled.warehouse, notes, now=NOW)
    with pytest.raises(UsageError, match="There is no folder"):
        backup(filled.warehouse, tmp_path / "no" / "where", now=NOW)
    first, second = (backup(filled.warehouse, now=NOW).path for _ in range(2))

    assert notes.read_text() == "mine"
    assert first != second
    assert {kept.path for kept in backups(filled.warehouse.path)} == {first, second}


def test_a_backup_is_made_while_others_read(filled: Fleet) -> None:
    """A reader goes on undisturbed; a writer is waited for, and then named."""
    impatient = Warehouse(filled.warehouse.path, "UTC", 0.2, 0.2)

    with held(filled.warehouse.path, "reading"):
        made = backup(impatient, now=NOW)
    with held(filled.warehouse.path, "writing"), pytest.raises(WarehouseBusy, match="in use by"):
        backup(impatient, now=NOW)

    assert everything(Warehouse(made.path)) == everything(filled.warehouse)
    assert names(made.path.parent) == [made.path.name]


@pytest.mark.parametrize("work", ["backup", "compact", "restore"])
def test_what_a_killed_writer_left_in_the_log_is_not_lost(filled: Fleet, work: str) -> None:
    """The file alone is an older state; what was committed to the log beside it counts."""
    kept = backup(filled.warehouse, now=NOW).path
    killed_writer(filled.warehouse.path)
    logged = "select value from settings where key = 'mark'"

    if work == "backup":
        place = Warehouse(backup(filled.warehouse, now=NOW).path)
    elif work == "compact":
        compact(filled.warehouse)
        place = filled.warehouse
    else:
        done = restore(filled.warehouse, kept, now=NOW)
        assert done.superseded is not None
        assert filled.query(logged) == []
        place = Warehouse(done.superseded)

    assert not (work != "backup" and log_of(filled.warehouse.path).exists())
    with place.reading() as con:
        assert con.execute(logged).fetchall() == [("logged",)]


def test_only_backups_that_nobody_named_are_let_go(filled: Fleet, tmp_path: Path) -> None:
    """The newest stay; a copy before an upgrade, one with a name and a stranger's file do, too."""
    moments = [NOW + timedelta(days=day) for day in range(5)]
    for moment in moments:
        backup(filled.warehouse, now=moment)
    before = backup(filled.warehouse, now=moments[0], label="before-0002").path
    folder = before.parent
    named = backup(filled.warehouse, folder / "precious.duckdb", now=NOW).path
    (folder / "notes.txt").write_text("mine")

    gone = prune(filled.warehouse, 2, now=moments[-1])

    assert len(gone) == 3
    left = {path.name for path in folder.iterdir()}
    assert left == {
        before.name,
        named.name,
        "notes.txt",
        "warehouse-20261123T120000Z.duckdb",
        "warehouse-20261124T120000Z.duckdb",
    }


def test_the_week_s_backup_is_made_once_a_week(filled: Fleet) -> None:
    """Also after the clock was a year ahead; four are kept, and what was asked for beside them."""
    asked = backup(filled.warehouse, now=NOW).path
    made: list[datetime] = []
    ahead = NOW + timedelta(days=365)
    assert weekly(filled.warehouse, now=ahead) is not None
    for hour in range(0, 24 * 50, 6):
        moment = NOW + timedelta(hours=hour)
        if weekly(filled.warehouse, now=moment) is not None:
            made.append(moment)

    assert made == [NOW + timedelta(weeks=week) for week in range(8)]
    kept = backups(filled.warehouse.path)
    assert [each.taken_at for each in kept if each.label == "weekly"] == made[-4:]
    assert asked.exists()
    assert not is_due(filled.warehouse, now=made[-1])


# ---------------------------------------------------------------- restore


def spoil(path: Path) -> None:
    os.truncate(path, 20_000)


def replace_by_text(path: Path) -> None:
    path.write_text("my notes\n" * 5000)


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "damage", [spoil, replace_by_text, remove, None], ids=["cut-off", "text", "gone", "fine"]
)
def test_a_restore_works_whatever_became_of_the_file(
    filled: Fleet, damage: Callable[[Path], None] | None
) -> None:
    """The backup's content is back; what was there is kept byte for byte."""
    before = everything(filled.warehouse)
    backup(filled.warehouse, now=NOW)
    change(filled)
    path = filled.warehouse.path
    if damage is not None:
        damage(path)
    found = path.read_bytes() if path.exists() else None

    done = restore(filled.warehouse, chosen(filled.warehouse, None, now=NOW), now=NOW)

    assert everything(filled.warehouse) == before
    assert (done.superseded.read_bytes() if done.superseded else None) == found
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_of_a_damaged_file_does_not_spoil_the_restored_one(filled: Fleet) -> None:
    """A log beside a file is taken for that file's: it is moved with the one it belongs to."""
    before = everything(filled.warehouse)
    backup(filled.warehouse, now=NOW)
    killed_writer(filled.warehouse.path)
    spoil(filled.warehouse.path)

    done = restore(filled.warehouse, chosen(filled.warehouse, None, now=NOW), now=NOW)

    assert everything(filled.warehouse) == before
    assert done.superseded is not None
    assert log_of(done.superseded).exists()


def test_what_is_no_backup_of_ours_is_not_restored(filled: Fleet, tmp_path: Path) -> None:
    """Text, a cut off copy, a newer one and nothing at all: a sentence, and nothing changed."""
    text = tmp_path / "notes"
    replace_by_text(text)
    cut = tmp_path / "cut"
    shutil.copyfile(filled.warehouse.path, cut)
    spoil(cut)
    newer = backup(filled.warehouse, tmp_path / "newer", now=NOW).path
    with Warehouse(newer).writing() as con:
        later = len(MIGRATIONS) + 1
        con.execute(f"insert into schema_migrations values ({later}, 'later', now())").fetchall()
    before = filled.warehouse.path.read_bytes()

    for path, error in ((text, WarehouseDamaged), (cut, WarehouseDamaged), (newer, WarehouseNewer)):
        with pytest.raises(error, match=str(path)):
            restore(filled.warehouse, path, now=NOW)
    for missing in (tmp_path / "nothing", None, filled.warehouse.path):
        with pytest.raises(UsageError):
            chosen(filled.warehouse, missing, now=NOW)

    assert filled.warehouse.path.read_bytes() == before
    assert names(filled.warehouse.path.parent) == ["warehouse.duckdb"]


def test_a_restore_waits_for_a_writer_and_then_says_so(filled: Fleet) -> None:
    """Nobody's pass is written into a file that was put aside."""
    kept = backup(filled.warehouse, now=NOW).path
    impatient = Warehouse(filled.warehouse.path, "UTC", 0.2, 0.2)

    with held(filled.warehouse.path, "writing"), pytest.raises(WarehouseBusy):
        restore(impatient, kept, now=NOW)

    assert names(filled.warehouse.path.parent) == ["backups", "warehouse.duckdb"]


# ---------------------------------------------------------------- compact


def test_compact_gives_room_back_and_changes_nothing(filled: Fleet) -> None:
    """All rows, keys and views are there, in a file that DuckDB 1.5 can read, and smaller."""
    # What is dropped lies before what is kept: at the end of the file DuckDB cuts it off by itself.
    bulk = "create table {} as select md5(cast(i + {} as varchar)) as t from range(400000) as r(i)"
    for step in (bulk.format("gone", 0), bulk.format("kept", 1), "drop table gone"):
        with filled.warehouse.writing() as con:
            con.execute(step).fetchall()
    before = everything(filled.warehouse)
    tables = "select sql from duckdb_tables() union all select sql from duckdb_views() order by 1"
    made_of = filled.query(tables)

    done = compact(filled.warehouse)

    assert done.bytes_after < done.bytes_before * 0.7
    assert done.bytes_after == filled.warehouse.path.stat().st_size
    assert everything(filled.warehouse) == before
    assert filled.query(tables) == made_of
    assert filled.query(
        "select tags['storage_version'] from duckdb_databases()"
        " where database_name = current_database()"
    ) == [("v1.5.0+",)]
    assert stat.S_IMODE(filled.warehouse.path.stat().st_mode) == 0o600
    change(filled)


def test_compact_lets_readers_go_on(filled: Fleet) -> None:
    """A reader in another process reads on in what it has opened; a writer is waited for."""
    impatient = Warehouse(filled.warehouse.path, "UTC", 0.2, 0.2)
    before = everything(filled.warehouse)

    with held(filled.warehouse.path, "reading"):
        compact(impatient)
    with held(filled.warehouse.path, "writing"), pytest.raises(WarehouseBusy, match="in use by"):
        compact(impatient)

    assert everything(filled.warehouse) == before


def test_one_at_a_time_cares_for_a_file(filled: Fleet) -> None:
    """Two compactions at once would put an older state over a newer one."""
    impatient = Warehouse(filled.warehouse.path, "UTC", 0.2, 0.2)

    with (
        folder_lock(filled.warehouse.path.parent, 0),
        pytest.raises(WarehouseBusy, match="compacting or restoring"),
    ):
        compact(impatient)


def test_a_purged_project_is_not_even_in_the_bytes(filled: Fleet) -> None:
    """Names, sessions, paths, errors and the ledger: after purge and compact no byte tells."""
    marked = invocation(
        f"skill-{MARK}",
        session_id=f"session-{MARK}",
        workflow_path=f"path-{MARK}",
        error_type=f"error-{MARK}",
        completed=False,
        follow_up_actions=[f"action-{MARK}"],
    )
    records: list[object] = [
        {**marked, "invoked_at": f"2026-08-{day:02}T09:00:00"} for day in range(1, 29)
    ]
    write_skills(
        filled.project(f"project-{MARK}"), {"invocations": [*records, {"skill_name": MARK}]}
    )
    filled.collect()
    refresh(filled.warehouse, now=NOW)
    path = filled.warehouse.path
    assert MARK.encode() in path.read_bytes()

    with filled.warehouse.writing() as con:
        purge(con, find_project(con, f"project-{MARK}"))
    refresh(filled.warehouse, now=NOW)
    compact(filled.warehouse)

    found = [each for each in path.parent.rglob("*") if each.is_file()]
    assert found == [path]
    for piece in (MARK, MARK[:20], MARK[-20:]):
        assert piece.encode() not in path.read_bytes()
    assert filled.query("select count(*) from skill_usage") == [(1,)]


@pytest.mark.parametrize("work", ["compact", "restore"])
def test_a_link_to_the_warehouse_stays_a_link(filled: Fleet, tmp_path: Path, work: str) -> None:
    """The file it names is the one that is replaced."""
    link = tmp_path / "link.duckdb"
    link.symlink_to(filled.warehouse.path)
    kept = backup(filled.warehouse, now=NOW).path
    before = filled.warehouse.path.stat().st_ino

    if work == "compact":
        compact(Warehouse(link))
    else:
        restore(Warehouse(link), kept, now=NOW)

    assert link.is_symlink()
    assert filled.warehouse.path.stat().st_ino != before
    assert filled.query("select count(*) from skill_usage") == [(1,)]


@pytest.mark.parametrize("beside", ["compact", pytest.param("collect", marks=pytest.mark.slow)])
def test_a_pass_and_another_writer_at_once_lose_nothing(filled: Fleet, beside: str) -> None:
    """Each in a process of its own: one waits for the other, and nothing is there twice."""
    app = filled.project("busy")
    with Killer() as one, Killer() as other, ThreadPoolExecutor(2) as both:
        for number in range(1, 7):
            write_skills(app, {"invocations": [invocation(f"skill-{n}") for n in range(number)]})
            path = filled.warehouse.path
            work = both.submit(one.run, beside, path), both.submit(other.run, "collect", path)
            assert not any(each.result().killed for each in work)

    counted = filled.query("select count(*) from skill_usage where skill_name like 'skill-%'")
    assert counted == [(6,)]
    assert "unfinished" not in "".join(names(filled.warehouse.path.parent))
