"""A pass leaves no trace in a project, follows nothing out of it, and stores no prompt text."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.results import CollectResult
from conftest import THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from places import TOP
from skill_trees import write_skill
from stored import stored_rows

NOBODY = 65534
Snapshot = dict[str, tuple[object, ...]]


def snapshot(root: Path) -> Snapshot:
    """Every entry below ``root`` with all that could change of it but its time of access."""
    found: Snapshot = {}
    pending = [root]
    while pending:
        path = pending.pop()
        status = path.lstat()
        content: object = None
        if stat.S_ISREG(status.st_mode):
            content = path.read_bytes()
        elif stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        elif stat.S_ISDIR(status.st_mode):
            pending += path.iterdir()
        times = (status.st_mtime_ns, status.st_ctime_ns)
        found[str(path)] = (content, status.st_mode, status.st_size, status.st_ino, *times)
    return found


@contextmanager
def untouched(root: Path) -> Iterator[None]:
    """Nothing below ``root`` changes, appears or goes in the block."""
    before = snapshot(root)
    yield
    assert snapshot(root) == before


def every_pass(fleet: Fleet) -> CollectResult:
    """A first pass, one that finds nothing new, one that reads all again; the first's result."""
    with untouched(fleet.root):
        first = fleet.collect()
        fleet.collect()
        fleet.collect(full=True)
    return first


def names(fleet: Fleet) -> list[str]:
    return [row.name for row in stored_rows(fleet.warehouse)]


def said(done: CollectResult) -> list[tuple[str, str]]:
    return [(remark.path, remark.message) for remark in done.problems]


# ---------------------------------------------------------------- what stands where a file should

SKILLS = ".session-buddy/skill_metrics.json"
LINES = ".kaizen/metrics/a/executions.jsonl"
LEADS_OUT = "is a link that leads out of the project"


def place(project: Path, name: str) -> Path:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def link_out(path: Path, outside: Path) -> None:
    path.symlink_to(outside / path.name)


def link_to_nothing(path: Path, outside: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def link_to_itself(path: Path, outside: Path) -> None:
    path.symlink_to(path.name)


def link_to_device(path: Path, outside: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path, outside: Path) -> None:
    try:
        os.mknod(path, stat.S_IFSOCK | 0o644)
    except PermissionError:
        pytest.skip("this system lets nobody but root place a socket")


def folder(path: Path, outside: Path) -> None:
    path.mkdir()


NO_FILES: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "link-out": (link_out, LEADS_OUT),
    "link-to-nothing": (link_to_nothing, "is a link to nothing"),
    "loop": (link_to_itself, "cannot be read: too many levels of symb"),
    "link-to-device": (link_to_device, LEADS_OUT),
    "pipe": (pipe, "is a pipe, not a file"),
    "socket": (unix_socket, "is a socket, not a file"),
    "folder": (folder, "is a folder"),
}


@pytest.mark.parametrize("name", [SKILLS, LINES], ids=["document", "lines"])
def test_what_is_no_file_is_named_and_not_opened(fleet: Fleet, tmp_path: Path, name: str) -> None:
    """A problem names it with its reason; the other files of the project are collected."""
    outside = tmp_path / "outside"
    write_skills(outside, {"invocations": [invocation("outside")]}).rename(
        outside / "skill_metrics.json"
    )
    write_executions(outside, "b", [execution(agent="outside")]).rename(
        outside / "executions.jsonl"
    )
    for case, (put, _) in NO_FILES.items():
        project = fleet.project(case)
        write_executions(project, "other", [execution(agent=f"inside {case}")])
        put(place(project, name), outside)

    with untouched(outside):
        done = every_pass(fleet)

    assert sorted(names(fleet)) == sorted(f"inside {case}" for case in NO_FILES)
    told = {remark.project: (remark.path, remark.message) for remark in done.problems}
    assert len(done.problems) == len(told) == len(NO_FILES)
    for case, (_, reason) in NO_FILES.items():
        path, message = told[case]
        assert path == name
        assert message.startswith(reason) and message.endswith("; nothing was read from it")


@pytest.mark.parametrize("name", [".session-buddy", ".kaizen", ".kaizen/metrics"])
def test_a_folder_that_leads_out_is_not_entered(fleet: Fleet, tmp_path: Path, name: str) -> None:
    """A linked folder outside the project is named, and nothing in it is read."""
    project, outside = fleet.project(), tmp_path / "outside"
    write_skills(outside, {"invocations": [invocation("outside")]})
    write_executions(outside, "b", [execution(agent="outside")])
    place(project, name).symlink_to(outside / name)

    done = every_pass(fleet)

    assert names(fleet) == []
    assert [message for _, message in said(done)] == [f"{LEADS_OUT}; nothing was read from it"]


@pytest.mark.parametrize("name", [".session-buddy", ".kaizen", ".kaizen/metrics"])
def test_a_file_in_a_folder_s_place_stops_nothing(fleet: Fleet, name: str) -> None:
    """What should be a folder and is a file holds nothing; the other format is collected."""
    project = fleet.project()
    place(project, name).write_text("not a folder")
    if name == ".session-buddy":
        write_executions(project, "a", [execution(agent="other")])
    else:
        write_skills(project, {"invocations": [invocation("other")]})

    every_pass(fleet)

    assert names(fleet) == ["other"]


def test_links_inside_the_project_are_followed_once(fleet: Fleet) -> None:
    """A linked file counts, a linked folder is entered once, and loops come to an end."""
    project = fleet.project()
    real = write_skills(project / "data", {"invocations": [invocation("linked")]})
    place(project, SKILLS).symlink_to(real)
    agent = write_executions(project, "a", [execution(agent="a")]).parent
    for name, target in (("again", agent), ("loop", agent.parent), ("a/up", agent.parent)):
        (agent.parent / name).symlink_to(target)

    done = every_pass(fleet)

    assert names(fleet) == ["a", "linked"]
    assert said(done) == []


# ---------------------------------------------------------------- odd trees


def test_a_missing_folder_is_a_problem_and_makes_nothing(fleet: Fleet) -> None:
    """The folder is named, its history stays, the other project is collected, nothing appears."""
    project, other = fleet.project("gone"), fleet.project("other")
    write_skills(project, {"invocations": [invocation("before")]})
    write_skills(other, {"invocations": [invocation("other")]})
    fleet.collect("gone")
    shutil.rmtree(project)

    done = every_pass(fleet)

    assert names(fleet) == ["before", "other"]
    [(_, message)] = said(done)
    assert f"{project} is not there" in message
    assert not project.exists()


def test_more_agents_than_files_may_be_open(fleet: Fleet) -> None:
    """Every agent's folder is read, whatever their number."""
    project, count = fleet.project(), 2_500 * THOROUGH
    for number in range(count):
        write_executions(project, f"a{number}", b'{"timestamp":"2026-08-03T09:00Z","success":1}\n')

    with untouched(project):
        done = fleet.collect()

    assert len(set(names(fleet))) == count
    assert said(done) == []


def test_sixty_levels_of_folders(fleet: Fleet) -> None:
    """An agent's name is its path, however deep it lies."""
    deep = "/".join(f"level{number}" for number in range(60))
    write_executions(fleet.project(), deep, [{"timestamp": "2026-08-03T09:00:00Z", "success": 1}])

    done = every_pass(fleet)

    assert names(fleet) == [deep]
    assert said(done) == []


# ---------------------------------------------------------------- as another user

PROGRAM = """
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from collector.collect import collect
from collector.projects.registering import register
from schema.warehouse import Warehouse


def run(path, project):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    warehouse = Warehouse(path)
    with warehouse.writing() as con:
        register(con, project, now=now, default_timezone="UTC")
    done = collect(warehouse, now=now)
    with warehouse.reading() as con:
        found = con.execute(
            "select list(name order by name) from"
            " (select skill_name as name from skill_usage union all select name from skill_files)"
        )
        return done.problems, found.fetchall()


path, project, user = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if os.geteuid() == 0:
    # Once as root, so that all is imported before this user may no longer read the interpreter.
    with tempfile.TemporaryDirectory() as room:
        shutil.copytree(project, Path(room, "project"))
        run(Path(room, "warehouse.duckdb"), Path(room, "project"))
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
problems, found = run(path, project)
for problem in problems:
    print(problem.path, problem.message)
print(found)
"""


@contextmanager
def public_folder() -> Iterator[Path]:
    """A new folder that every user may enter."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)


def as_nobody(room: Path, project: Path, umask: int = 0o022) -> list[str]:
    """A registration and a pass in a process without privileges: what it printed."""
    place = [str(room / "data" / "warehouse.duckdb"), str(project), str(NOBODY)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *place],
        env={**os.environ, "PYTHONPATH": str(TOP), "HOME": str(room)},
        cwd="/",
        umask=umask,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@contextmanager
def modes(changes: dict[Path, int]) -> Iterator[None]:
    """The given modes while the block runs."""
    before = {path: path.stat().st_mode for path in changes}
    for path, mode in changes.items():
        path.chmod(mode)
    try:
        yield
    finally:
        for path in reversed(changes):
            path.chmod(before[path])


def test_a_tree_that_may_only_be_read_is_read() -> None:
    """Folders of mode 0555 and files of 0444 are all that a pass needs, also of skill files."""
    with public_folder() as room:
        project = room / "project"
        files = [
            write_skills(project, {"invocations": [invocation("s")]}),
            write_executions(project, "a", [execution(agent="a")]),
            write_skill(project, "on-disk", "Is there."),
        ]
        read_only = dict.fromkeys(files, 0o444)
        read_only |= {path: 0o555 for path in [*project.rglob("*"), project] if path.is_dir()}

        with modes(read_only), untouched(project):
            lines = as_nobody(room, project)

    assert lines == ["[(['a', 'on-disk', 's'],)]"]


@pytest.mark.parametrize(
    ("closed", "named"),
    [
        pytest.param(SKILLS, SKILLS, id="document"),
        pytest.param(LINES, LINES, id="lines"),
        pytest.param(".session-buddy", SKILLS, id="document-folder"),
        pytest.param(".kaizen/metrics/a", ".kaizen/metrics/a", id="agent-folder"),
        pytest.param(".kaizen", ".kaizen/metrics", id="metrics-folder"),
    ],
)
def test_what_may_not_be_read_is_named(closed: str, named: str) -> None:
    """A file or folder of mode 0000 is a problem; the rest of the project is collected."""
    with public_folder() as room:
        project = room / "project"
        write_skills(project, {"invocations": [invocation("s")]})
        write_executions(project, "a", [execution(agent="a")])

        with modes({project / closed: 0o000}):
            *problems, found = as_nobody(room, project)

    assert problems == [f"{named} cannot be read: permission denied; nothing was read from it"]
    assert found == ("[(['a'],)]" if closed.startswith(".session") else "[(['s'],)]")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], ids=oct)
def test_the_warehouse_is_the_owner_s_alone(umask: int) -> None:
    """Its folder is 0700 and every file in it 0600, whatever the umask."""
    with public_folder() as room:
        project = room / "project"
        write_skills(project, {"invocations": [invocation("s")]})

        as_nobody(room, project, umask)

        data = room / "data"
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [data, *data.rglob("*")]}
    assert found == {"data": 0o700, "warehouse.duckdb": 0o600}


def test_the_log_beside_the_file_is_the_owner_s_alone(fleet: Fleet) -> None:
    """While a pass writes, what stands beside the warehouse is 0600 as well."""
    before = os.umask(0)
    try:
        with fleet.warehouse.writing() as con:
            con.execute("pragma disable_checkpoint_on_shutdown")
            con.execute("create table filler as select range as n from range(10)")
            files = {
                p.name: stat.S_IMODE(p.stat().st_mode)
                for p in fleet.warehouse.path.parent.iterdir()
            }
    finally:
        os.umask(before)

    names = ("warehouse.duckdb", "warehouse.duckdb.gate", "warehouse.duckdb.wal")
    assert files == dict.fromkeys(names, 0o600)


# ---------------------------------------------------------------- prompt text


def test_prompt_text_is_nowhere(fleet: Fleet) -> None:
    """No byte of the warehouse or its folder holds what the contract does not name."""
    secret = "correct-horse-battery"
    planted = {name: f"{secret} {name}" for name in ("user_query", "task", "notes", "error", "x")}
    planted_deep = {**planted, "metadata": {"prompt": [secret]}}
    skills = [invocation(f"s{n}", **planted, metadata={"a": secret}) for n in range(50)]
    agents = [{**execution(agent=f"a{n}"), **planted_deep} for n in range(50)]
    advice = [{"type": "speed", "message": "cache", **planted, "details": [secret]}]
    project = fleet.project()
    write_skills(project, {"invocations": skills, "notes": secret})
    write_executions(project, "a", agents)
    entry = {
        "agent": "a",
        "timestamp": "2026-08-03T09:00:00Z",
        "recommendations": advice,
        **planted,
    }
    write_executions(project, "optimizer", [entry, {"event": "x", "task": secret}])
    file = write_executions(project, "torn", json.dumps(execution(task=secret))[:-4] + "\n")
    file.with_name("summary.json").write_text(json.dumps({"agent": "torn", "notes": secret}))

    done = every_pass(fleet)

    assert len(names(fleet)) == 100
    assert fleet.query("select count(*) from agent_recommendations") == [(1,)]
    stored = b"".join(f.read_bytes() for f in fleet.warehouse.path.parent.rglob("*") if f.is_file())
    assert b"cache" in stored
    assert secret.encode() not in stored
    assert secret not in str(done)
