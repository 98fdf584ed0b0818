"""Whatever the file system does to the file: a sentence, nothing overwritten, and the way back."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from aggregator.verify import verify
from command_line import TOP, Program, Ran
from conftest import NOW, Fleet, invocation, write_skills
from killing import everything
from schema.backups import backup
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

ROOT = os.geteuid() == 0
_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that another user can look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def place() -> Iterator[Path]:
    with public_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def model() -> Iterator[Fleet]:
    """A warehouse with a backup, and a project that has grown by much since."""
    with public_folder() as place:
        yield _model(place)


@pytest.fixture
def lived_in(model: Fleet, place: Path) -> Fleet:
    """A copy of the model's warehouse; the project is the same, since nothing writes to it."""
    shutil.copytree(model.warehouse.path.parent, place / "data")
    return Fleet(model.root, Warehouse(place / "data" / "warehouse.duckdb", "UTC"))


def _model(place: Path) -> Fleet:
    fleet = Fleet(place / "projects", Warehouse(place / "data" / "warehouse.duckdb", "UTC"))
    app = fleet.project()
    write_skills(app, {"invocations": [invocation()]})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    backup(fleet.warehouse, now=NOW)
    names = [invocation(f"skill-{os.urandom(20).hex()}") for _ in range(6_000)]
    write_skills(app, {"invocations": names})
    return fleet


def run(*words: str, warehouse: Path, limit: int | None = None, home: str = "/") -> Ran:
    """The program as a process that may write files of ``limit`` bytes, and as no more than a user.

    Root is let through everywhere; without these two capabilities it is a user like others.
    """

    def before() -> None:
        if ROOT:
            for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
                ctypes.CDLL(None).prctl(_CAPBSET_DROP, capability, 0, 0, 0)
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "cli", *words],
        cwd=TOP,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "SKILLHOUSE_TIMEZONE": "UTC",
            **({"SKILLHOUSE_WAREHOUSE": str(warehouse)} if str(warehouse) != "." else {}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        preexec_fn=before,
    )
    return Ran(done.stdout, done.stderr, done.returncode)


def assert_told(done: Ran, *parts: str) -> None:
    """Two lines on stderr, a sentence and what to do; nothing on stdout."""
    assert (done.out, done.code) == ("", 1), done.err
    assert done.err.startswith("Error: ")
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 2
    for part in parts:
        assert part in done.err


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# ---------------------------------------------------------------- full


@pytest.mark.parametrize("words", [["refresh"], ["backup"], ["compact"]], ids=lambda w: str(w[0]))
def test_a_full_disk_is_a_sentence_and_loses_nothing(lived_in: Fleet, words: list[str]) -> None:
    """As large as a file may become, the work does not fit: what was committed before is there.

    A pass is committed to the log first, which may still have fitted; then it is there, too.
    """
    path = lived_in.warehouse.path
    limit = path.stat().st_size if words == ["refresh"] else 1_000_000
    before = everything(lived_in.warehouse)

    done = run(*words, warehouse=path, limit=limit)

    assert_told(done, "Free some space")
    with lived_in.warehouse.reading() as con:
        assert verify(con).sentences == []
        [(rows,)] = con.execute("select count(*) from skill_usage").fetchall()
    assert rows in ((1, 6_001) if words == ["refresh"] else (1,))
    if rows == 1:
        assert everything(lived_in.warehouse) == before
    assert [name for name in files(path.parent) if "unfinished" in name] == []
    assert run(*words, "--quiet", warehouse=path).code == 0
    assert words != ["refresh"] or lived_in.query("select count(*) from skill_usage") == [(6_001,)]


@pytest.mark.parametrize(
    ("room_mib", "rows"), [(0.75, 1), (2.25, 6_001)], ids=["collecting", "computing rollups"]
)
@pytest.mark.skipif(not ROOT, reason="only root can mount a file system")
def test_a_full_file_system_is_a_sentence_and_loses_nothing(
    lived_in: Fleet, place: Path, room_mib: float, rows: int
) -> None:
    """The same on a file system that is really full, at either step of a pass."""
    small = place / "small"
    small.mkdir()
    room = lived_in.warehouse.path.stat().st_size + int(room_mib * 1024 * 1024)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount anything")
    try:
        path = small / "warehouse.duckdb"
        shutil.copyfile(lived_in.warehouse.path, path)

        for words in (["refresh"], ["backup"], ["compact"]):
            if words != ["refresh"]:
                _fill(small)
            before = everything(Warehouse(path))
            assert_told(run(*words, warehouse=path), "Free some space")
            if words == ["refresh"]:
                with Warehouse(path).reading() as con:
                    assert verify(con).sentences == []
                    stored = con.execute("select count(*) from skill_usage").fetchall()
                assert stored == [(rows,)]
            if words != ["refresh"] or rows == 1:
                assert everything(Warehouse(path)) == before
    finally:
        subprocess.run(["umount", str(small)], check=True)


def _fill(folder: Path) -> None:
    """Leave room for a small file only."""
    room = os.statvfs(folder)
    (folder / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - 400_000)))


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "refused"),
    [
        (0o000, 0o600, ["summary", "refresh", "backup", "compact", "restore"]),
        (0o700, 0o000, ["summary", "refresh", "backup", "compact"]),
        (0o500, 0o400, ["refresh", "compact", "restore"]),
    ],
    ids=["folder", "file", "writing"],
)
def test_without_permission_it_is_a_sentence(
    lived_in: Fleet, folder_mode: int, file_mode: int, refused: list[str]
) -> None:
    """What may not be done names the place; what may be done is done; nothing changed."""
    path = lived_in.warehouse.path
    copy = next(path.parent.glob("backups/*"))
    before = files(path.parent)
    path.chmod(file_mode)
    path.parent.chmod(folder_mode)
    try:
        done = {
            "summary": run("summary", warehouse=path),
            "refresh": run("refresh", warehouse=path),
            "backup": run("backup", str(path.parents[1] / "copy"), warehouse=path),
            "compact": run("compact", warehouse=path),
        }
        if "restore" in refused:
            done["restore"] = run("restore", str(copy), "--yes", warehouse=path)
    finally:
        path.parent.chmod(0o700)
        path.chmod(0o600)

    for command, ran in done.items():
        if command in refused:
            assert_told(ran, str(path.parent), "ermission")
        else:
            assert ran.code == 0, ran.err
    assert files(path.parent) == before


@pytest.mark.skipif(not ROOT, reason="only root can mount a file system")
def test_a_read_only_file_system_is_a_sentence(lived_in: Fleet, place: Path) -> None:
    """It can be asked, and what would write says why it does not."""
    view = place / "view"
    view.mkdir()
    source = str(lived_in.warehouse.path.parent)
    if subprocess.run(
        ["mount", "--bind", source, view], capture_output=True, check=False
    ).returncode:
        pytest.skip("this machine does not let us mount anything")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(view)], check=True)
        path = view / "warehouse.duckdb"
        for words in (["refresh"], ["backup"], ["compact"], ["restore", "--yes"]):
            assert_told(run(*words, warehouse=path), str(view))
        for words in (["summary"], ["verify"]):
            assert run(*words, warehouse=path).code == 0
        assert run("backup", str(place / "copy"), warehouse=path).code == 0
    finally:
        subprocess.run(["umount", str(view)], check=True)


def test_a_home_that_has_vanished_is_a_sentence_and_not_made_anew(place: Path) -> None:
    """A home that is not mounted must not become an empty folder with an empty warehouse."""
    home = place / "home" / "me"

    for words in (["summary"], ["register-project", str(place)], ["refresh"]):
        assert_told(run(*words, warehouse=Path(), home=str(home)), str(home), "HOME")

    assert not home.parent.exists()


# ---------------------------------------------------------------- damaged


def _cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _cut_short(path: Path) -> None:
    os.truncate(path, 5000)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _text(path: Path) -> None:
    path.write_text("my notes\n" * 1000)


@pytest.mark.parametrize("damage", [_cut_off, _cut_short, _empty, _text])
def test_a_damaged_file_is_named_with_the_way_back(
    lived_in: Fleet,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
) -> None:
    """Reading and writing leave it as it is and name the newest backup; restoring it is enough."""
    program = Program(place, capsys, monkeypatch)
    path = lived_in.warehouse.path
    before = everything(lived_in.warehouse)
    damage(path)
    spoiled = files(path.parent)
    way_back = "skillhouse restore"

    for words in (["summary"], ["refresh"], ["compact"]):
        assert_told(program(*words), str(path), way_back)
    assert files(path.parent) == spoiled

    restored = program(*way_back.split()[1:], "--yes")
    assert restored.code == 0
    assert everything(lived_in.warehouse) == before
