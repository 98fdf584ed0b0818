"""A project is a folder by its real path, registered once; its history outlives that."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from collector.projects.moving import move
from collector.projects.registering import register
from collector.projects.registry import find_project, projects, purge, unregister
from conftest import (
    NOW,
    Fleet,
    execution,
    invocation,
    write_executions,
    write_skills,
    write_workflows,
)
from schema.errors import ProjectError, UnknownName, UsageError
from skill_trees import write_skill
from stored import stored_rows

LONG_AGO = 1_600_000_000


def registered(fleet: Fleet) -> list[str]:
    with fleet.warehouse.reading() as con:
        return [project.name for project in projects(con)]


def leave(fleet: Fleet, name: str, *, for_good: bool = False) -> None:
    """Unregister the project, with its history where ``for_good``."""
    with fleet.warehouse.writing() as con:
        project = find_project(con, name)
        if for_good:
            purge(con, project)
        else:
            unregister(con, project)


def counted(fleet: Fleet) -> list[tuple[str, str]]:
    """(project, name) of every row."""
    return sorted((row.project, row.name) for row in stored_rows(fleet.warehouse))


def fill(folder: Path, name: str) -> None:
    """Records, a reject, an optimizer's entry and a workflow."""
    advice = {"agent": name, "timestamp": "2026-08-03T09:00:00Z", "recommendations": [{}]}
    write_skills(folder, {"invocations": [invocation(name), 3]})
    write_executions(folder, name, [execution(agent=f"{name}-agent"), advice])
    write_workflows(folder, {name: {"status": "running", "created_at": "2026-08-03T09:00:00"}})


# ---------------------------------------------------------------- one folder, one project


@pytest.mark.parametrize(
    "spelling",
    ["app", "app/", "./app", "other/../app", "link", "link/", "linked/app", "app/."],
)
def test_a_folder_is_registered_once(fleet: Fleet, spelling: str) -> None:
    """However its path is written, the folder is the same project."""
    first = fleet.register(make(fleet.root / "app"))
    make(fleet.root / "other")
    (fleet.root / "link").symlink_to("app")
    (fleet.root / "linked").symlink_to(".")

    again = fleet.register(Path(f"{fleet.root}/{spelling}"))

    assert (first.created, again.created) == (True, False)
    assert again.project == first.project
    assert registered(fleet) == ["app"]


def make(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_folders_with_one_basename_stay_apart(fleet: Fleet) -> None:
    """Each gets a name of its own, as short as it can be."""
    for path in ("one/app", "two/app", "x/two/app", "one/App"):
        fleet.project(path)

    found = registered(fleet)

    assert sorted(found) == ["App", "app", "two/app", "x/two/app"]


def test_a_name_that_is_taken_is_refused(fleet: Fleet) -> None:
    """At a registration and at a renaming, and nothing changes."""
    one, two = fleet.project("one"), fleet.project("two")
    three = make(fleet.root / "three")

    for folder in (two, three):
        with pytest.raises(ProjectError, match="'one' is taken"), fleet.warehouse.writing() as con:
            register(con, folder, now=NOW, default_timezone="UTC", name="one")

    with fleet.warehouse.writing() as con:
        register(con, one, now=NOW, default_timezone="UTC", name="one")
    assert registered(fleet) == ["one", "two"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101], ids=["empty", "blank", "long"])
def test_a_name_that_is_none_is_refused(fleet: Fleet, name: str) -> None:
    """A project's name has 1 to 100 characters."""
    folder = make(fleet.root / "app")

    with pytest.raises(ProjectError), fleet.warehouse.writing() as con:
        register(con, folder, now=NOW, default_timezone="UTC", name=name)

    assert registered(fleet) == []


@pytest.mark.parametrize("path", ["nothing", "file", "file/below"])
def test_what_is_no_folder_is_refused(fleet: Fleet, path: str) -> None:
    """A file or a missing folder cannot be a project."""
    make(fleet.root)
    (fleet.root / "file").write_text("")

    with pytest.raises(ProjectError):
        fleet.register(fleet.root / path)

    assert registered(fleet) == []


def test_the_nearest_name_is_suggested(fleet: Fleet) -> None:
    """An unknown name names the ones it may have meant, or where to look."""
    fleet.project("mailroom")
    fleet.project("ledger")

    hints = []
    for text in ("mailrom", "Ledger", "zzz"):
        with pytest.raises(UnknownName) as caught, fleet.warehouse.reading() as con:
            find_project(con, text)
        hints.append(caught.value.hint)

    assert hints[:2] == ["Did you mean mailroom?", "Did you mean ledger?"]
    assert "skillhouse projects" in hints[2]


def test_a_project_is_found_by_id_name_and_path(fleet: Fleet) -> None:
    """All three name the same one."""
    folder = fleet.project("app")
    fleet.project("other")
    with fleet.warehouse.reading() as con:
        [known] = [p for p in projects(con) if p.name == "app"]

        found = [find_project(con, text) for text in (known.project_id, "app", str(folder))]

    assert found == [known] * 3


# ---------------------------------------------------------------- leaving and coming back


def test_unregistering_keeps_the_rows(fleet: Fleet) -> None:
    """The history stays, marked stale for the rollups; the project is not collected any more."""
    folder = fleet.project("app")
    fill(folder, "a")
    fleet.collect()
    before = counted(fleet)
    with fleet.warehouse.writing() as con:
        con.execute("delete from dirty_buckets")

    leave(fleet, "app")

    write_skills(folder, {"invocations": [invocation("later")]})
    assert fleet.collect().projects == []
    assert counted(fleet) == before != []
    assert fleet.query("select count(*) from dirty_buckets") == [(2,)]


def test_registering_again_takes_it_up_where_it_was(fleet: Fleet) -> None:
    """The same project, active again, with its history; nothing counts a second time."""
    folder = fleet.project("app")
    fill(folder, "a")
    fleet.collect()
    before = counted(fleet)
    leave(fleet, "app")

    again = fleet.register(folder)

    fleet.collect(full=True)
    assert (again.created, again.project.is_active) == (False, True)
    assert counted(fleet) == before


def test_purging_removes_every_row_of_one_project(fleet: Fleet) -> None:
    """No table holds the project any more but the marks, and the other project is as it was."""
    for name in ("app", "other"):
        fill(fleet.project(name), name)
        write_skill(fleet.root / name, name, "Does things.")
    fleet.collect()
    [(project_id,)] = fleet.query("select project_id from projects where project_name = 'app'")
    tables = fleet.query(
        "select distinct table_name from duckdb_columns() where column_name = 'project_id'"
        " and table_name not in ('dirty_buckets', 'skill_statistics', 'skill_aggregates',"
        " 'skill_breakdowns', 'session_days', 'project_days', 'recurring_sessions',"
        " 'archived_days', 'archived_projects',"
        " 'baseline_counts', 'shared_runs', 'recorded_experiments')"
    )
    held = count_of(fleet, tables, project_id)
    others = counted(fleet)[2:]

    leave(fleet, "app", for_good=True)

    assert len(tables) == 8 and 0 not in held
    assert count_of(fleet, tables, project_id) == [0] * 8
    assert counted(fleet) == others
    assert count_of(fleet, [("dirty_buckets",)], project_id) != [0]


def test_leaving_marks_each_bucket_once(fleet: Fleet) -> None:
    """A bucket that is stale already is not marked a second time."""
    folder = fleet.project("app")
    fill(folder, "a")
    fleet.collect()

    leave(fleet, "app")
    fleet.register(folder)
    leave(fleet, "app", for_good=True)

    [(marks, buckets)] = fleet.query(
        "select count(*), count(distinct (project_id, kind, skill_name, day)) from dirty_buckets"
    )
    assert (marks, buckets) == (2, 2)


def count_of(fleet: Fleet, tables: list[tuple[object, ...]], project_id: object) -> list[object]:
    """How many rows each table holds of a project."""
    return [
        fleet.query(f"select count(*) from {table} where project_id = '{project_id}'")[0][0]
        for (table,) in tables
    ]


def test_a_purged_project_can_be_collected_anew(fleet: Fleet) -> None:
    """What the files still hold is read again from the start."""
    folder = fleet.project("app")
    fill(folder, "a")
    fleet.collect()
    before = counted(fleet)
    leave(fleet, "app", for_good=True)

    fleet.register(folder)
    fleet.collect()

    assert counted(fleet) == before


# ---------------------------------------------------------------- moving and time zones


def test_moving_keeps_one_history(fleet: Fleet) -> None:
    """After a move the old rows and the new are one project's, and nothing counts twice."""
    old = fleet.project("app")
    fill(old, "a")
    fleet.collect()
    before = counted(fleet)
    new = fleet.root / "moved"
    shutil.move(old, new)

    with fleet.warehouse.writing() as con:
        moved = move(con, find_project(con, "app"), new)

    done = fleet.collect(full=True)
    assert moved.path == str(new.resolve())
    assert counted(fleet) == before
    assert [(p.inserted, p.updated) for p in done.projects] == [(0, 0)]


def test_a_move_onto_a_folder_with_rows_of_its_own_is_refused(fleet: Fleet) -> None:
    """Two histories cannot become one by a move, and what the hint says makes them one."""
    one, two = fleet.projects("one", "two")
    fill(one, "a")
    fill(two, "b")
    fleet.collect()
    shutil.rmtree(one)

    with pytest.raises(ProjectError, match="'two', which") as caught:
        relocate(fleet, "one", two)
    orders = [line.split()[1:] for line in caught.value.hint.splitlines()[1:]]

    assert registered(fleet) == ["one", "two"]
    assert [order[0] for order in orders] == ["unregister-project", "move-project"]
    leave(fleet, orders[0][1], for_good=True)
    relocate(fleet, orders[1][1], Path(orders[1][2]))
    fleet.collect()
    assert {project for project, _ in counted(fleet)} == {"one"}
    assert len(counted(fleet)) == 4


def test_a_move_onto_an_empty_registration_takes_its_place(fleet: Fleet) -> None:
    """A folder that was registered anew by mistake, before anything was collected from it."""
    one, _ = fleet.projects("one", "two")
    fill(one, "a")
    fleet.collect()
    shutil.rmtree(fleet.root / "two")
    shutil.copytree(one, fleet.root / "two")
    shutil.rmtree(one)

    relocate(fleet, "one", fleet.root / "two")
    fleet.collect()

    assert registered(fleet) == ["one"]
    assert len(counted(fleet)) == 2


def relocate(fleet: Fleet, name: str, folder: Path) -> None:
    with fleet.warehouse.writing() as con:
        move(con, find_project(con, name), folder)


def test_an_unknown_time_zone_is_refused(fleet: Fleet) -> None:
    """The nearest name is in the hint, and nothing is registered."""
    folder = make(fleet.root / "app")

    with pytest.raises(UsageError) as caught, fleet.warehouse.writing() as con:
        register(con, folder, now=NOW, default_timezone="UTC", timezone="Europe/Berlim")

    assert "Europe/Berlin" in caught.value.hint
    assert registered(fleet) == []


# ---------------------------------------------------------------- git worktrees


def git(folder: Path, *arguments: str) -> None:
    """Run git without the user's settings."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(
        ["git", *identity, "-C", str(folder), *arguments],
        env={**clean, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def checkouts(fleet: Fleet) -> dict[str, Path]:
    """A repository with two committed records, and a worktree with one more in each file."""
    main, tree = make(fleet.root / "main"), fleet.root / "tree"
    shared = [invocation("both"), invocation("both")]
    runs = [execution(agent="both-agent")]
    write_skills(main, {"invocations": shared})
    write_executions(main, "a", runs)
    git(main, "init", "--quiet")
    git(main, "add", "--all")
    git(main, "commit", "--quiet", "--message", "records")
    git(main, "worktree", "add", "--quiet", str(tree))
    write_skills(tree, {"invocations": [*shared, invocation("tree-only")]})
    write_executions(tree, "a", [*runs, execution(agent="tree-agent")])
    return {"main": main, "tree": tree}


SHARED = ["both", "both", "both-agent"]
TREE_ONLY = ["tree-agent", "tree-only"]


def test_a_worktree_is_known_as_one(fleet: Fleet, checkouts: dict[str, Path]) -> None:
    """Its registration names the project that it is a worktree of."""
    first = fleet.register(checkouts["main"])
    second = fleet.register(checkouts["tree"])

    assert (first.worktree_of, second.worktree_of) == (None, "main")
    assert first.project.repository == second.project.repository


@pytest.mark.parametrize("is_between", [False, True], ids=["one-pass", "a-pass-after-each"])
@pytest.mark.parametrize("order", [("main", "tree"), ("tree", "main")], ids="-then-".join)
def test_a_record_in_two_checkouts_counts_once(
    fleet: Fleet, checkouts: dict[str, Path], order: tuple[str, str], is_between: bool
) -> None:
    """Whatever the order of registration and of passes, the totals are the same."""
    for name in order:
        fleet.register(checkouts[name])
        if is_between:
            fleet.collect()

    fleet.collect()
    fleet.collect(full=True)

    assert sorted(name for _, name in counted(fleet)) == sorted(SHARED + TREE_ONLY)
    if not is_between:
        owners = {name: project for project, name in counted(fleet)}
        assert owners == dict.fromkeys(SHARED, "main") | dict.fromkeys(TREE_ONLY, "tree")


def test_purging_the_main_checkout_makes_the_worktree_s_copies_count(
    fleet: Fleet, checkouts: dict[str, Path]
) -> None:
    """What was counted once, there, is counted once, here, after the next pass."""
    for folder in checkouts.values():
        fleet.register(folder)
        for file in folder.rglob("*.json*"):
            os.utime(file, (LONG_AGO, LONG_AGO))
    fleet.collect()

    leave(fleet, "main", for_good=True)
    fleet.collect()

    assert counted(fleet) == [("tree", name) for name in sorted(SHARED + TREE_ONLY)]


def test_purging_a_worktree_that_was_first_makes_the_main_copies_count(
    fleet: Fleet, checkouts: dict[str, Path]
) -> None:
    """The same the other way round: only what the worktree alone held is gone."""
    for name in ("tree", "main"):
        fleet.register(checkouts[name])
        fleet.collect()

    leave(fleet, "tree", for_good=True)
    fleet.collect()

    assert counted(fleet) == [("main", name) for name in SHARED]


def test_a_record_completed_in_the_worktree_is_completed_once(
    fleet: Fleet, checkouts: dict[str, Path]
) -> None:
    """A later state of a shared record is the same record, whichever checkout it is read from."""
    record = invocation("slow", completed=False, duration_seconds=None)
    for at, folder in enumerate(checkouts.values()):
        fleet.register(folder)
        done = {"completed": True, "duration_seconds": 2.0} if at else {}
        file = write_skills(folder, {"invocations": [{**record, **done}]})
        os.utime(file, (LONG_AGO + at, LONG_AGO + at))

    fleet.collect()

    slow = [row for row in stored_rows(fleet.warehouse) if row.name == "slow"]
    assert [(row.project, row.outcome) for row in slow] == [("main", "success")]


def test_moving_the_main_checkout_keeps_the_worktree_its_own(
    fleet: Fleet, checkouts: dict[str, Path]
) -> None:
    """After the repository moved, its worktree is still one, and shared records count once."""
    for folder in checkouts.values():
        fleet.register(folder)
    fleet.collect()
    before = counted(fleet)
    new = fleet.root / "moved"
    shutil.move(checkouts["main"], new)
    git(new, "worktree", "repair", str(checkouts["tree"]))

    with fleet.warehouse.writing() as con:
        move(con, find_project(con, "main"), new)
    fleet.register(checkouts["tree"])

    fleet.collect(full=True)
    assert counted(fleet) == before


def test_a_worktree_of_a_repository_that_moved_is_still_known(
    fleet: Fleet, checkouts: dict[str, Path]
) -> None:
    """Without being registered anew: each pass looks at what it is a worktree of."""
    for folder in checkouts.values():
        fleet.register(folder)
    fleet.collect()
    new = fleet.root / "moved"
    shutil.move(checkouts["main"], new)
    git(new, "worktree", "repair", str(checkouts["tree"]))
    with fleet.warehouse.writing() as con:
        move(con, find_project(con, "main"), new)

    for folder in (new, checkouts["tree"]):
        write_skills(folder, {"invocations": [invocation("both"), invocation("late")]})
    fleet.collect()

    assert [project for project, name in counted(fleet) if name == "late"] == ["main"]


def test_another_repository_with_the_same_record_counts_its_own(
    fleet: Fleet, checkouts: dict[str, Path], tmp_path: Path
) -> None:
    """Equal records of two repositories are two uses: only worktrees share their history."""
    clone = fleet.root / "clone"
    git(tmp_path, "clone", "--quiet", str(checkouts["main"]), str(clone))
    fleet.register(checkouts["main"])
    fleet.register(clone)

    fleet.collect()

    names = sorted(SHARED)
    assert counted(fleet) == [(p, n) for p in ("clone", "main") for n in names]
