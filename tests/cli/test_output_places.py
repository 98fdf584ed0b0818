"""Where --output, --html and a backup go: whole files or none, through links, into streams.

In processes of their own, as a shell starts them: what is open there is part of what is tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from cli.exporting.places import target_of
from command_line import House, Program
from shells import environment, shell

pytestmark = pytest.mark.slow

MAKERS = {
    "export": "$S export top-skills --format csv --force --output",
    "report": "$S report --force --html",
    "backup": "$S backup",
}
BY_MAKER = pytest.mark.parametrize("maker", MAKERS)
BEGINS = {"export": b"rank,", "report": b"<!doctype html>"}


@pytest.fixture
def env(tmp_path: Path, house: House) -> dict[str, str]:
    warehouse = tmp_path / "data" / "w.duckdb"
    house.copy_to(warehouse)
    return environment(warehouse)


def is_whole(made: bytes, maker: str, folder: Path) -> bool:
    """Whether these bytes are what the maker makes; a backup is opened."""
    if maker != "backup":
        return made.startswith(BEGINS[maker]) and made.endswith(b"\n")
    copy = folder / "opened.duckdb"
    copy.write_bytes(made)
    with duckdb.connect(str(copy), read_only=True) as con:
        [(rows,)] = con.execute("select count(*) from skill_usage").fetchall()
    copy.unlink()
    return bool(rows)


@BY_MAKER
@pytest.mark.parametrize("there", [True, False], ids=["replaced", "dangling"])
def test_a_link_stays_and_what_it_names_is_written(
    env: dict[str, str], tmp_path: Path, maker: str, there: bool
) -> None:
    """Through two links, into another folder; a backup overwrites nothing, there either."""
    target = tmp_path / "share" / "latest.csv"
    target.parent.mkdir()
    if there:
        target.write_text("old")
    (tmp_path / "first").symlink_to("share/latest.csv")
    (tmp_path / "second.csv").symlink_to("first")

    done = shell(f"{MAKERS[maker]} second.csv", env, tmp_path)

    assert (tmp_path / "second.csv").is_symlink()
    assert (tmp_path / "first").is_symlink()
    assert os.listdir(target.parent) == ["latest.csv"]
    if maker == "backup" and there:
        assert (done.code, target.read_text()) == (2, "old")
        return
    assert done.code == 0
    assert is_whole(target.read_bytes(), maker, tmp_path)


@BY_MAKER
@pytest.mark.parametrize("place", ["-", "/dev/fd/1", "/proc/self/fd/1", "out"])
@pytest.mark.parametrize("into", ["> got", "| cat > got"])
def test_stdout_is_written_to_and_holds_nothing_else(
    env: dict[str, str], tmp_path: Path, maker: str, place: str, into: str
) -> None:
    """By whichever name, to a file or a pipe; nothing is replaced, and no file is made besides."""
    # As /dev/stdout is, which whoever runs this as root could lose.
    (tmp_path / "out").symlink_to("/proc/self/fd/1")

    done = shell(f"{MAKERS[maker]} {place} {into}", env, tmp_path)

    assert done.code == 0, done.err
    assert is_whole((tmp_path / "got").read_bytes(), maker, tmp_path)
    assert (tmp_path / "out").is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["data", "got", "out"]


def test_the_system_s_name_of_stdout_is_known() -> None:
    """Only looked at here: a program that is wrong, and run as root, would replace it."""
    assert target_of(Path("/dev/stdout")).is_stdout


@BY_MAKER
def test_another_open_file_and_a_pipe_with_a_name_are_written_to(
    env: dict[str, str], tmp_path: Path, maker: str
) -> None:
    """What was in the open file before stays, as with any program that is given one."""
    os.mkfifo(tmp_path / "pipe")

    given = shell(f"{MAKERS[maker]} /dev/fd/7", env, tmp_path, before="exec 7>got; echo first >&7")
    through = tmp_path / "through"
    with (
        through.open("wb") as into,
        subprocess.Popen(["cat", "pipe"], cwd=tmp_path, stdout=into) as reader,
    ):
        named = shell(f"{MAKERS[maker]} pipe", env, tmp_path)
        reader.wait(timeout=10)

    assert (given.code, named.code) == (0, 0)
    first, rest = (tmp_path / "got").read_bytes().split(b"\n", 1)
    assert first == b"first"
    assert is_whole(rest, maker, tmp_path)
    assert is_whole(through.read_bytes(), maker, tmp_path)
    assert (tmp_path / "pipe").is_fifo()


@BY_MAKER
@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("/dev/null", 0),
        ("/dev/full", 1),
        ("/dev/fd/9", 1),
        ("loop", 1),
        ("nowhere/file.csv", 2),
        ("'~nobody-of-that-name/file.csv'", 1),
    ],
)
def test_a_place_that_cannot_be_written_is_named(
    env: dict[str, str], tmp_path: Path, maker: str, place: str, code: int
) -> None:
    """A device takes what it takes; nothing is left behind."""
    (tmp_path / "loop").symlink_to("loop")

    done = shell(f"{MAKERS[maker]} {place}", env, tmp_path)

    assert done.code == code, done.err
    assert (done.err == "") == (code == 0)
    assert "fault is ours" not in done.err
    assert sorted(os.listdir(tmp_path)) == ["data", "loop"]
    assert not [name for name in os.listdir(tmp_path / "data") if "unfinished" in name]


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_a_folder_with_a_backslash_gets_the_file(
    env: dict[str, str], tmp_path: Path, format: str
) -> None:
    """DuckDB, which writes it, would read a slash there."""
    folder = tmp_path / "back\\slash"
    folder.mkdir()

    done = shell(f"$S export skill_usage --output 'back\\slash/rows.{format}'", env, tmp_path)

    assert done.code == 0, done.err
    assert os.listdir(folder) == [f"rows.{format}"]


def test_bytes_go_to_stdout_when_it_is_named(env: dict[str, str], tmp_path: Path) -> None:
    """Parquet for a pipe; without a name, as on a terminal, it is wrong usage."""
    named = shell("$S export skill_usage --format parquet --output - > got", env, tmp_path)
    unnamed = shell("$S export skill_usage --format parquet > none", env, tmp_path)

    assert (named.code, unnamed.code) == (0, 2)
    assert duckdb.read_parquet(str(tmp_path / "got")).aggregate("count(*)").fetchall() > [(0,)]
    assert (tmp_path / "none").read_bytes() == b""


# ---------------------------------------------------------------- the newest backup


def kept(program: Program, stamp: str) -> Path:
    """A backup as it is made when the clock shows another time."""
    made = Path(program("backup", "--json").json["data"][0]["path"])
    named = made.with_name(f"{program.warehouse.stem}-{stamp}.duckdb")
    shutil.move(made, named)
    return named


def restored(program: Program) -> str:
    answer = program("restore", "--yes", "--json").json
    return str(answer["data"][0]["backup"])


def test_a_backup_from_the_future_is_not_the_newest(run: Program) -> None:
    """It was made while the clock was wrong; of two with the same passes the present one counts."""
    future = kept(run, "20310101T000000Z")
    present = kept(run, "20261119T000000Z")

    assert restored(run) == str(present)
    present.unlink()
    assert restored(run) == str(future)


@pytest.mark.parametrize("stamp", ["20310101T000000Z", "20200101T000000Z"])
def test_the_newest_backup_is_the_one_with_the_last_pass(run: Program, stamp: str) -> None:
    """Whatever the clock showed when it was made."""
    kept(run, "20261118T000000Z")
    run("collect")
    kept(run, "20261119T000000Z")
    run("collect")
    last = kept(run, stamp)

    assert restored(run) == str(last)


def test_of_two_histories_the_later_one_is_taken(run: Program) -> None:
    """After a restore the passes go another way: that there were more before says nothing."""
    first = kept(run, "20261115T000000Z")
    for _ in range(3):
        run("collect")
    abandoned = kept(run, "20261116T000000Z")
    run("restore", str(first), "--yes")
    type(run).now = run.now.replace(minute=30)
    try:
        run("collect")
        latest = kept(run, "20261117T000000Z")
    finally:
        type(run).now = run.now.replace(minute=0)

    assert abandoned.exists()
    assert restored(run) == str(latest)
