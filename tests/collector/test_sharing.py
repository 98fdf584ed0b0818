"""Records that several projects tell of count once, whoever came, went or was moved meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.refresh import refresh
from aggregator.verify import verify
from collector.checks.doctor import check
from collector.projects.moving import move
from collector.projects.registering import register
from collector.projects.registry import find_project, projects, purge, unregister
from conftest import NOW, THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from schema.warehouse import Warehouse
from stored import stored_rows

LONG_AGO = 1_600_000_000
RUN = 12
"""So many records make a history that two projects do not share by chance."""


def history(count: int = RUN, name: str = "lint", begin: int = 0) -> list[dict[str, object]]:
    """Records a minute apart."""
    return [
        invocation(name, f"2026-08-03T{9 + (begin + i) // 60:02}:{(begin + i) % 60:02}:00Z")
        for i in range(count)
    ]


def runs(count: int = RUN, begin: int = 0) -> list[dict[str, object]]:
    """Executions a minute apart."""
    return [
        execution(f"2026-08-03T{9 + (begin + i) // 60:02}:{(begin + i) % 60:02}:00Z")
        for i in range(count)
    ]


def write(folder: Path, skills: Sequence[object], agents: Sequence[object] = ()) -> None:
    """Both files of a project, last written long ago."""
    write_skills(folder, {"invocations": list(skills)})
    write_executions(folder, "reviewer", list(agents))
    for file in folder.rglob("*.json*"):
        os.utime(file, (LONG_AGO + len(skills), LONG_AGO + len(agents)))


def counted(fleet: Fleet) -> dict[str, int]:
    """How many rows count for each project."""
    found: dict[str, int] = {}
    for row in stored_rows(fleet.warehouse):
        found[row.project] = found.get(row.project, 0) + 1
    return found


def in_turn(fleet: Fleet, *names: str) -> list[Path]:
    """Projects that were registered a day after each other, so that the first is named first."""
    folders = [fleet.root / name for name in names]
    for days, folder in enumerate(folders):
        folder.mkdir(parents=True)
        fleet.register(folder)
        with fleet.warehouse.writing() as con:
            con.execute(
                "update projects set registered_at = registered_at + to_days($days)"
                " where project_name = $name",
                {"days": days, "name": folder.name},
            ).fetchall()
    return folders


def hold(fleet: Fleet) -> None:
    """``verify`` finds nothing after a refresh."""
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        assert verify(con).sentences == []


# ---------------------------------------------------------------- copies


def test_a_copy_counts_once_and_both_go_on_alone(fleet: Fleet) -> None:
    """What both begin with is the first one's; from there on each has its own, equal or not."""
    one, two = in_turn(fleet, "one", "two")
    write(one, history(), runs())
    write(two, history(), runs())
    done = fleet.collect()
    first = counted(fleet)
    same = invocation("same", "2026-08-03T12:00:00Z")

    write(one, [*history(), *history(2, begin=30), same], runs())
    write(two, [*history(), *history(3, begin=40), same], [*runs(), *runs(1, begin=50)])
    fleet.collect()

    assert first == {"one": 2 * RUN}
    assert [note.message for note in done.notes if "same records as one" in note.message]
    assert counted(fleet) == {"one": 2 * RUN + 3, "two": 5}
    hold(fleet)


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")], ids="-then-".join)
def test_a_copy_is_found_whenever_it_is_read(fleet: Fleet, order: tuple[str, str]) -> None:
    """In one pass or in two, and also where the older one pruned what both began with."""
    one, two = in_turn(fleet, "one", "two")
    write(one, history(20)[8:], runs(20)[8:])
    write(two, history(20), runs(20))
    for name in order:
        fleet.collect(name)

    fleet.collect(full=True)

    assert sum(counted(fleet).values()) == 40
    hold(fleet)


def test_a_clone_that_only_pulls_stays_a_copy(fleet: Fleet) -> None:
    """What it gets of the other's later records counts once, whichever is read first."""
    one, two = in_turn(fleet, "one", "two")
    for turn in range(4):
        for folder in (one, two):
            write(folder, history(RUN + 2 * turn), runs(RUN + turn))
        for name in ("one", "two") if turn % 2 else ("two", "one"):
            fleet.collect(name)

    assert counted(fleet) == {"one": 2 * RUN + 9}
    hold(fleet)


def test_few_equal_records_are_no_copy(fleet: Fleet) -> None:
    """Two repositories may well have a few equal records, and many in one second."""
    one, two = in_turn(fleet, "one", "two")
    crowd = [invocation("lint", "2026-08-03T08:00:00Z")] * 30
    for at, folder in enumerate((one, two)):
        write(folder, [*crowd, *history(4), *history(9, begin=20 + 10 * at)], runs(5))

    fleet.collect()

    assert counted(fleet) == {"one": 48, "two": 48}
    hold(fleet)


def test_records_that_differ_in_what_was_measured_are_no_copy(fleet: Fleet) -> None:
    """Agents that are started at the same second every night in two repositories run twice."""
    one, two = in_turn(fleet, "one", "two")
    for at, folder in enumerate((one, two)):
        write(folder, [], [{**run, "execution_time_s": i + at / 2} for i, run in enumerate(runs())])

    fleet.collect()

    assert counted(fleet) == {"one": RUN, "two": RUN}
    hold(fleet)


def test_doctor_says_what_is_shared(fleet: Fleet) -> None:
    """With whom, how many rows, and for whom they count."""
    for folder in in_turn(fleet, "one", "two"):
        write(folder, history())
    fleet.collect()

    with fleet.warehouse.reading() as con:
        told = [check(con, find_project(con, name)).shared for name in ("one", "two")]

    assert [(s.other, s.counted_for, s.rows) for [s] in told] == [
        ("two", "one", RUN),
        ("one", "one", RUN),
    ]


def test_a_large_copy_counts_once(fleet: Fleet) -> None:
    """Files that are read in bulk, and only their changed parts, are no different."""
    one, two = in_turn(fleet, "one", "two")
    large = [
        invocation("lint", f"2026-{1 + i // 25000:02}-03T09:{i // 60 % 60:02}:{i % 60:02}.{i:06}")
        for i in range(4000)
    ]
    write(one, large, runs())
    write(two, large, runs())
    fleet.collect()
    first = counted(fleet)
    write(two, [*large, *history(3, begin=30)], runs())
    write(one, [*large, *history(2, begin=40)], runs())
    fleet.collect()

    assert first == {"one": 4000 + RUN}
    assert counted(fleet) == {"one": 4002 + RUN, "two": 3}
    hold(fleet)


# ---------------------------------------------------------------- one folder


def test_a_renamed_folder_that_is_registered_again_is_the_same_project(fleet: Fleet) -> None:
    """Its history stays one, and nothing counts a second time."""
    old = fleet.project("old")
    write(old, history(3), runs(2))
    fleet.collect()
    old.rename(fleet.root / "new")
    write(fleet.root / "new", history(4), runs(2))

    again = fleet.register(fleet.root / "new")
    fleet.collect()

    assert (again.created, again.moved_from) == (False, str(old))
    assert counted(fleet) == {"old": 6}
    hold(fleet)


def test_another_folder_with_the_number_of_one_that_is_gone_is_another_project(
    fleet: Fleet,
) -> None:
    """A device and an inode are used again, so what the files hold decides."""
    old = fleet.project("old")
    write(old, history(3), runs(2))
    fleet.collect()
    old.rename(fleet.root / "new")
    for file in (fleet.root / "new").rglob("*.json*"):
        file.unlink()
    write(fleet.root / "new", history(3, "other", begin=50))

    again = fleet.register(fleet.root / "new")
    fleet.collect()

    assert again.created
    assert counted(fleet) == {"old": 5, "new": 3}


def test_one_folder_that_was_registered_twice_counts_once(fleet: Fleet) -> None:
    """By a version that knew a folder by its path alone; the next pass says what it repaired."""
    one, two = in_turn(fleet, "one", "two")
    write(one, history(3))
    write(two, history(3))
    fleet.collect()
    before = counted(fleet)
    shutil.rmtree(two)
    two.symlink_to(one)
    # A bind mount needs rights: a link whose path is stored as if it were real is the same to us.
    done = fleet.collect()

    assert before == {"one": 3, "two": 3}
    assert counted(fleet) == {"one": 3}
    assert [note for note in done.notes if "stored twice" in note.message]
    hold(fleet)


# ---------------------------------------------------------------- what earlier versions stored


def test_rows_that_were_stored_twice_are_found_and_repaired(fleet: Fleet) -> None:
    """``verify`` finds them, the first pass counts them once and says so, though no file changed;
    rows that are not in the files any more are no different."""
    one, two = in_turn(fleet, "one", "two")
    write(one, history(), runs())
    write(two, history(1, "other", begin=50), [])
    fleet.collect()
    store_twice(fleet)
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = {each.name: each.findings for each in verify(con).checks}
    before = counted(fleet)

    done = fleet.collect()

    assert before == {"one": 2 * RUN, "two": 2 * RUN + 1}
    assert found["counted_once"] == 2 * RUN
    assert counted(fleet) == {"one": 2 * RUN, "two": 1}
    assert [note.message for note in done.notes if f"{2 * RUN} rows were stored twice" in str(note)]
    hold(fleet)


def store_twice(fleet: Fleet) -> None:
    """What a version that did not look for copies stored of two equal projects."""
    with fleet.warehouse.writing() as con:
        con.execute(
            "create temp table again as"
            " select rows_of.* replace (two.project_id as project_id, theirs.source_file_id as"
            " source_file_id)"
            " from skill_usage as rows_of"
            " inner join projects as one on one.project_id = rows_of.project_id"
            " inner join projects as two on two.project_name = 'two'"
            " inner join source_files as mine on mine.source_file_id = rows_of.source_file_id"
            " inner join source_files as theirs"
            " on theirs.project_id = two.project_id and theirs.path = mine.path"
            " where one.project_name = 'one'"
        ).fetchall()
        for change in (
            "insert into skill_usage from again",
            "update source_files set opening = null",
            "insert into settings values ('doubled_rows', 'unchecked')",
            "insert into dirty_buckets"
            " select distinct project_id, kind, skill_name, day from again",
            "update projects set shares_rows = true",
        ):
            con.execute(change).fetchall()


# ---------------------------------------------------------------- any order


def checkouts(root: Path, kinds: Sequence[str]) -> list[Path]:
    """A repository, worktrees of it and copies, as their folders look."""
    folders = []
    git = root / "main" / ".git"
    for at, kind in enumerate(kinds):
        folder = root / ("main" if kind == "main" else f"{kind}-{at}")
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "main":
            git.mkdir()
        elif kind == "tree":
            (folder / ".git").write_text(f"gitdir: {git / 'worktrees' / folder.name}\n")
        folders.append(folder)
    return folders


steps = st.lists(
    st.tuples(
        st.sampled_from(["register", "unregister", "purge", "collect", "rename", "write"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(
    kinds=st.permutations(["main", "tree", "tree", "copy"]),
    taken=st.integers(2, 4),
    order=steps,
)
@settings(
    max_examples=5 * THOROUGH,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_owners_come_and_go_in_any_order(
    tmp_path_factory: pytest.TempPathFactory,
    kinds: list[str],
    taken: int,
    order: list[tuple[str, int]],
) -> None:
    """At the end each record that an active project holds counts once, for the first of them."""
    root = tmp_path_factory.mktemp("any")
    fleet = Fleet(root / "projects", Warehouse(root / "data" / "w.duckdb", "UTC"))
    folders = checkouts(fleet.root, kinds[:taken])
    own = dict.fromkeys(range(taken), 0)

    def write_all() -> None:
        for at, folder in enumerate(folders):
            more = [r for n in range(own[at]) for r in history(1, f"own-{at}", begin=60 + n)]
            write(folder, [*history(), *more], runs())

    write_all()
    for action, which in order:
        at = which % taken
        act(fleet, action, folders, at)
        if action == "write":
            own[at] += 1
            write_all()
    for folder in folders:
        fleet.register(folder)
    fleet.collect()
    fleet.collect(full=True)

    with fleet.warehouse.reading() as con:
        known = projects(con)
    first = min(known, key=lambda p: (p.is_worktree, p.registered_at, p.project_id))
    names = {os.path.realpath(p.path): p.name for p in known}
    expected: dict[str, int] = {first.name: 2 * RUN}
    for at, folder in enumerate(folders):
        name = names[os.path.realpath(folder)]
        expected[name] = expected.get(name, 0) + own[at]
    assert counted(fleet) == {name: n for name, n in expected.items() if n}
    hold(fleet)


def act(fleet: Fleet, action: str, folders: list[Path], at: int) -> None:
    """One thing that a person may do."""
    folder = folders[at]
    if action == "collect":
        fleet.collect()
        return
    with fleet.warehouse.writing() as con:
        known: dict[str, Any] = {os.path.realpath(p.path): p for p in projects(con)}
        project = known.get(os.path.realpath(folder))
        if action == "register":
            register(con, folder, now=NOW, default_timezone="UTC")
        elif project is None:
            return
        elif action == "unregister":
            unregister(con, project)
        elif action == "purge":
            purge(con, project)
        elif action == "rename" and folder.name != "main":
            new = folder.with_name(f"{folder.name}x")
            folder.rename(new)
            folders[at] = new
            move(con, project, new)
