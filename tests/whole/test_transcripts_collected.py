"""Transcripts in the product: what the commands store, and that nothing else is left anywhere."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from collector.transcripts import opt_in
from command_line import Program
from conftest import NOW, THOROUGH, invocation, write_skills
from killing import Killer, everything
from schema.warehouse import Warehouse
from transcript_collector import wanted_of
from transcript_ends import SECRET
from transcript_program import (
    assert_private,
    at_home,
    person,
    ready,
    repository,
    run,
    stored,
    verified,
    world_of,
)
from transcript_worlds import Claude, World, claude_world, expected, write

VARIABLE = "SKILLHOUSE_TRANSCRIPT_DATA"
KILLS = int(os.environ.get("SKILLHOUSE_KILLS", "12"))
SEEDS = range(2 * THOROUGH)


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return person(tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_commands_store_the_truth(program: Program, seed: int) -> None:
    """Night by night, cut anywhere, and read again in full; and it is stored nowhere else."""
    ready(program, program.root / "work/alpha")
    world = world_of(program, seed)
    for night in (1, 2):
        write(world, program.root / "home", night / 3, world.dice)
        run(program, "refresh")
    write(world, program.root / "home")
    answer = run(program, "refresh")

    [told] = [row for row in answer["data"] if row.get("source") == "transcripts"]
    [alpha] = [row for row in answer["data"] if row.get("project_name") == "alpha"]
    assert (told["inserted"], told["updated"]) == (
        alpha["transcripts_inserted"],
        alpha["transcripts_updated"],
    )
    assert stored(program) == expected(world)
    again = run(program, "refresh", "--full")
    assert [row["inserted"] + row["updated"] for row in again["data"]] == [0, 0]
    assert stored(program) == expected(world)
    top = run(program, "top-skills", "--limit", "1000")
    assert top["totals"]["total_invocations"] == len(expected(world))
    verified(program)
    assert_private(program.root / "data")


def test_nothing_is_read_that_was_not_enabled(program: Program) -> None:
    """Without the opt-in a refresh opens no transcript, and discover stores nothing."""
    write(world_of(program, 1), program.root / "home")
    run(program, "register-project", str(program.root / "work/alpha"))

    answer = run(program, "refresh")
    found = run(program, "discover")

    assert [row["project_name"] for row in answer["data"]] == ["alpha"]
    assert stored(program) == []
    assert next(row["state"] for row in found["data"]) == "registered"
    assert not run(program, "transcripts", "show")["totals"]["enabled"]


def test_discover_gets_from_nothing_to_a_summary(program: Program) -> None:
    """Somebody who has only transcripts: one line, and there is a project with its uses."""
    world = world_of(program, 2)
    write(world, program.root / "home")
    listed = run(program, "discover")
    assert not program.warehouse.exists()
    assert [(row["path"], row["state"]) for row in listed["data"]] == [
        (str(program.root / "work/alpha"), "new")
    ]
    refused = program("discover", "--register")
    assert (refused.code, "--yes" in refused.err) == (2, True)

    shown = program("discover", "--register", "--yes")

    assert shown.code == 0, shown.err
    assert f"{len(expected(world)):,} uses of" in shown.out
    assert stored(program) == expected(world)
    assert run(program, "summary")["data"]
    again = run(program, "discover", "--register", "--yes")
    assert again["totals"]["registered_now"] == 0
    assert_private(program.root / "data")


def test_a_project_may_be_registered_later_moved_and_leave(program: Program) -> None:
    """What was nobody's is read again for it; a move keeps one history; a purge leaves nothing."""
    world = world_of(program, 3)
    alpha = program.root / "work/alpha"
    write(world, program.root / "home", 0.5, world.dice)
    run(program, "transcripts", "enable")
    nobodys = run(program, "refresh")
    assert nobodys["data"][-1]["unattributed"] > 0
    assert stored(program) == []

    run(program, "register-project", str(alpha))
    run(program, "refresh")
    half = stored(program)
    assert half
    moved = alpha.rename(program.root / "work/moved")
    run(program, "move-project", "alpha", str(moved))
    write(world, program.root / "home")
    run(program, "refresh")
    assert stored(program) == expected(world)
    run(program, "refresh", "--full")
    assert stored(program) == expected(world)
    verified(program)

    run(program, "unregister-project", "alpha")
    run(program, "refresh", "--full")
    assert stored(program) == expected(world)
    run(program, "register-project", str(moved))
    run(program, "refresh")
    assert stored(program) == expected(world)
    run(program, "unregister-project", "alpha", "--purge", "--yes")
    assert stored(program) == []
    run(program, "refresh")
    assert stored(program) == []
    verified(program)
    run(program, "register-project", str(moved), "--name", "alpha")
    shutil.rmtree(program.root / "home/.claude")
    run(program, "refresh", "--full")
    assert stored(program) == []


def test_unregistered_projects_get_nothing_new(program: Program) -> None:
    """Its history stays as it was; what comes later is nobody's, until it is registered again."""
    alpha = program.root / "work/alpha"
    ready(program, alpha)
    world = World(str(program.root / "work"), random.Random(4))
    session = Claude(world)
    session.turn("rest", ("skill", "agent:done"), typed=True)
    write(world, program.root / "home")
    run(program, "refresh")
    before = expected(world)
    assert stored(program) == before
    run(program, "unregister-project", "alpha")
    session.turn("rest", ("skill", "skill"))
    write(world, program.root / "home")

    run(program, "refresh")
    assert stored(program) == before
    run(program, "register-project", str(alpha))
    run(program, "refresh")
    assert stored(program) == expected(world)


def test_what_is_deleted_stays_and_is_no_finding(program: Program) -> None:
    """Clients delete after a month: the warehouse keeps it, and nobody is told of a problem."""
    world = world_of(program, 5)
    write(world, program.root / "home")
    ready(program, program.root / "work/alpha")
    run(program, "refresh")
    shutil.rmtree(program.root / "home/.claude/projects")
    (program.root / "home/.claude/projects").mkdir()

    answer = run(program, "refresh", "--full")

    assert answer["warnings"] == []
    assert stored(program) == expected(world)
    doctor = run(program, "doctor")
    assert [root["files"] for root in doctor["totals"]["transcripts"]] == [0, 0, 0]


def test_roots_stay_as_they_are_and_may_be_read_only(program: Program) -> None:
    """Nothing below the home changes: bytes, times, entries; folders need not be writable."""
    world = world_of(program, 6)
    write(world, program.root / "home")
    ready(program, program.root / "work/alpha")
    home = program.root / "home"
    folders = [path for path in (home, *home.rglob("*")) if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    try:
        before = looks(home)
        for words in (("discover",), ("refresh",), ("refresh", "--full"), ("doctor",)):
            run(program, *words)
        assert looks(home) == before
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert stored(program) == expected(world)


def looks(folder: Path) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for path in sorted((folder, *folder.rglob("*"))):
        status = path.stat()
        content = path.read_bytes() if path.is_file() else b""
        found.append((str(path), status.st_mtime_ns, status.st_ino, status.st_mode, content))
    return found


def test_a_project_with_files_of_its_own_counts_nothing_twice(program: Program) -> None:
    """By itself a transcript's use is left out on days on which the project's own files have the
    same name, whichever came first; the setting changes what counts and not what is stored."""
    world = World(str(program.root / "work"), random.Random(7))
    session = Claude(world)
    for _ in range(6):
        session.turn("rest", ("skill", "agent:done"))
    write(world, program.root / "home")
    rows = expected(world)
    day = rows[0][3]
    assert isinstance(day, datetime)
    names = sorted({str(row[2]) for row in rows if row[1] == "skill"})
    own = names[0].rpartition(":")[2]
    alpha = program.root / "work/alpha"
    same = [row for row in rows if row[1] == "skill" and str(row[2]).rpartition(":")[2] == own]
    assert 0 < len(same) < len(rows)
    own_record = invocation(f"any-plugin:{own}", day.isoformat())

    ready(program, alpha)
    run(program, "refresh")
    assert total(program) == len(rows)
    write_skills(alpha, {"invocations": [own_record]})
    run(program, "refresh")

    assert total(program) == len(rows) - len(same) + 1
    assert stored(program) == rows
    [checked] = run(program, "doctor")["data"]
    assert checked["transcripts_left_out"] == len(same)
    for setting, wanted in (("on", len(rows) + 1), ("off", 1), ("auto", len(rows) - len(same) + 1)):
        run(program, "register-project", str(alpha), "--transcripts", setting)
        assert total(program) == wanted
        run(program, "refresh")
        assert total(program) == wanted
        verified(program)

    run(program, "unregister-project", "alpha", "--purge", "--yes")
    run(program, "register-project", str(alpha))
    run(program, "transcripts", "disable")
    run(program, "refresh")
    assert total(program) == 1
    run(program, "transcripts", "enable")
    run(program, "refresh")
    assert total(program) == len(rows) - len(same) + 1


def total(program: Program) -> int:
    return int(run(program, "top-skills")["totals"]["total_invocations"])


def test_a_use_that_was_none_goes(program: Program) -> None:
    """A file that was read without its beginning showed a use; whole, it says that it was none."""
    world = world_of(program, 12, sessions=1)
    session = Claude(world, old=True)
    session.turn("interrupt", ("slash",))
    lines = session.lines[:]
    call = next(at for at, line in enumerate(lines) if b"SlashCommand" in line)
    session.lines[:] = lines[call + 1 :]
    write(world, program.root / "home")
    ready(program, program.root / "work/alpha")
    run(program, "refresh")
    assert ("tidy", "typed") in {(row[2], row[4]) for row in stored(program)}
    session.lines[:] = lines
    write(world, program.root / "home")

    run(program, "refresh")

    assert stored(program) == expected(world)
    verified(program)


def test_purging_a_tool_leaves_nothing_of_it(program: Program) -> None:
    """Rows, pieces and files of that tool go; disabling alone keeps them."""
    world = world_of(program, 8)
    write(world, program.root / "home")
    ready(program, program.root / "work/alpha")
    run(program, "refresh")
    run(program, "transcripts", "disable", "claude_code")
    assert stored(program) == expected(world)

    run(program, "transcripts", "disable", "claude_code", "--purge", "--yes")

    assert stored(program) == []
    with Warehouse(program.warehouse).reading() as con:
        for table in ("transcript_pieces", "transcript_files"):
            assert con.execute(f"select count(*) from {table}").fetchall() == [(0,)]
    verified(program)


def test_transcripts_that_are_soon_deleted_are_told_of(program: Program) -> None:
    """Status, doctor: Claude Code deletes after so many days, and it is that long since."""
    write(world_of(program, 9), program.root / "home")
    settings = program.root / "home/.claude/settings.json"
    settings.write_text(json.dumps({"cleanupPeriodDays": 12}))
    ready(program, program.root / "work/alpha")
    run(program, "refresh")
    # That nothing new came for weeks is told as well.
    before = program("--json", "status").json["warnings"]
    assert not any("deletes transcripts" in each for each in before)
    with Warehouse(program.warehouse).writing() as con:
        con.execute(
            "update transcript_roots set last_read_at = last_read_at - interval 9 day"
        ).fetchall()

    ran = program("--json", "status")

    assert ran.code == 1
    assert "Claude Code deletes transcripts after 12 days; last read 9 days ago" in ran.err


def test_register_project_says_what_is_not_read(program: Program) -> None:
    """Sessions are counted by the folder's name, and no file is opened."""
    alpha = program.root / "work/alpha"
    folder = "".join(c if c.isascii() and c.isalnum() else "-" for c in str(alpha))
    root = program.root / "home/.claude/projects" / folder
    root.mkdir(parents=True)
    for number in range(3):
        os.mkfifo(root / f"{number}.jsonl")

    shown = program("register-project", str(alpha))

    assert "About 3 sessions of Claude Code here, not read: skillhouse transcripts enable" in (
        shown.out
    )


def test_hostile_files_are_told_of_and_the_rest_is_read(program: Program) -> None:
    """Links out, pipes, folders with a file's name, torn and endless lines: each has its reason."""
    world = world_of(program, 10)
    write(world, program.root / "home")
    root = program.root / "home/.claude/projects/-work-x"
    os.mkfifo(root / "pipe.jsonl")
    (root / "folder.jsonl").mkdir()
    outside = program.root / "outside.jsonl"
    outside.write_text(json.dumps({"type": "user", "text": SECRET}))
    (root / "link.jsonl").symlink_to(outside)
    (root / "torn.jsonl").write_bytes(b'{"type":"assistant","name":"Skill"\n\xff\xfe "Skill" {\n')
    (root / "deep.jsonl").write_bytes(b'{"Skill":' + b"[" * 10_000 + b"]" * 10_000 + b"}\n")
    ready(program, program.root / "work/alpha")

    answer = run(program, "refresh")

    told = " ".join(answer["data"][-1]["warnings"])
    for part in ("pipe.jsonl", "folder.jsonl", "link.jsonl", "torn.jsonl", "deep.jsonl"):
        assert part in told
    assert stored(program) == expected(world)
    [claude, *_] = run(program, "doctor")["totals"]["transcripts"]
    assert {each["reason"] for each in claude["rejects"]} >= {"is not JSON", "is not UTF-8"}
    assert_private(program.root / "data")


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    with Killer() as one:
        yield one


@pytest.mark.xdist_group("kills")
def test_killed_at_any_moment(
    tmp_path: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, checkpoints, marks and pieces are there together or not at all: the next pass makes the
    warehouse what it would have been."""
    at_home(monkeypatch, tmp_path / "home")
    world = claude_world(str(tmp_path / "work"), random.Random(11), sessions=8)
    repository(tmp_path / "work/alpha")
    write(world, tmp_path / "home", 0.5, world.dice)
    start = Warehouse(tmp_path / "start/warehouse.duckdb", "UTC")
    prepare(start, tmp_path)
    assert not killer.run("collect", start.path).killed
    write(world, tmp_path / "home")
    right = tmp_path / "right/warehouse.duckdb"
    shutil.copytree(start.path.parent, right.parent)
    whole = killer.run("collect", right, counted=True)
    wanted = everything(Warehouse(right, "UTC"))
    dice = random.Random(12)
    killed = 0
    for number in range(max(2, KILLS // 3)):
        path = tmp_path / str(number) / "warehouse.duckdb"
        shutil.copytree(start.path.parent, path.parent)
        moment: dict[str, Any] = {"after_s": dice.uniform(0, whole.seconds)}
        if number % 2:
            moment = {"at_change": dice.randint(1, max(1, whole.changes))}
        killed += killer.run("collect", path, **moment).killed
        assert not killer.run("collect", path).killed
        assert everything(Warehouse(path, "UTC")) == wanted
        assert_private(path.parent)
    assert killed


def prepare(warehouse: Warehouse, root: Path) -> None:
    from collector.projects.registering import register

    with warehouse.writing() as con:
        register(con, root / "work/alpha", now=NOW, default_timezone="UTC")
        place = opt_in.Place("claude_code", str(root / "home/.claude/projects"))
        opt_in.enable(con, [place], NOW)


# ---------------------------------------------------------------- nights that are kept elsewhere


@pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no folder")
@pytest.mark.parametrize("order", ["forwards", "backwards", "later"])
def test_nights_that_are_kept_elsewhere(
    program: Program, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """Nights 0 and 1 through the commands: the truth of each, in any order of projects, after
    --full too, and with projects that are registered only when all was read."""
    data = Path(os.environ[VARIABLE])
    here = program.root / "nights"
    truth = lay_out(data / "0", here)
    projects = list(truth["projects"].items())
    if order == "backwards":
        projects.reverse()
    if order != "later":
        register_all(program, projects)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(here / "home/.claude"))
    monkeypatch.setenv("CODEX_HOME", str(here / "home/.codex"))
    run(program, "transcripts", "enable")
    for night in ("0", "1"):
        lay_out(data / night, here)
        run(program, "refresh")
        if order == "later":
            register_all(program, projects)
            run(program, "refresh")
        wanted = wanted_of(truth, night)
        assert stored(program) == wanted
        run(program, "refresh", "--full")
        assert stored(program) == wanted
        verified(program)
    assert_private(program.root / "data", truth["secret"], *truth["never"])


def lay_out(night: Path, to: Path) -> dict[str, Any]:
    """The home and the work folder of a night, as if they had always been here; and the truth."""
    old, new = f"{night}/".encode(), f"{to}/".encode()
    for name in ("home", "work", "links", "tmpdir"):
        shutil.rmtree(to / name, ignore_errors=True)
        if (night / name).is_dir():
            shutil.copytree(night / name, to / name, symlinks=True)
    for path in to.rglob("*"):
        if path.is_symlink():
            target = os.readlink(path).replace(f"{night}/", f"{to}/")
            path.unlink()
            path.symlink_to(target)
        elif path.is_file():
            status = path.stat()
            path.write_bytes(path.read_bytes().replace(old, new))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    truth: dict[str, Any] = json.loads((night / "truth.json").read_bytes().replace(old, new))
    return truth


def register_all(program: Program, projects: list[tuple[str, str]]) -> None:
    for name, path in projects:
        run(program, "register-project", path, "--name", name)
