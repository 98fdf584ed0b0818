"""Exported files: their place, their permissions, and what is never overwritten."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli.exporting.places import target_of, written
from command_line import TOP, House, Program, start
from exported import FORMATS
from schema.errors import UsageError


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program where nothing is registered yet."""
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    house.copy_to(run.warehouse)
    return run


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_its_owner_s_and_is_not_overwritten(lived_in: Program, form: str) -> None:
    """Mode 0600; a second time takes --force; nothing else is left beside it."""
    target = lived_in.root / f"top.{'md' if form == 'markdown' else form}"

    made = lived_in("export", "top-skills", "--output", str(target))
    before = target.read_bytes()
    again = lived_in("export", "compare", "deploy", "--output", str(target))
    kept = target.read_bytes()
    forced = lived_in("export", "compare", "deploy", "--output", str(target), "--force")

    assert (made.code, again.code, forced.code) == (0, 2, 0)
    assert made.lines[0].startswith(f"Exported 5 rows of top-skills to {target} ({form}, ")
    assert "--force" in again.err
    assert kept == before != target.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert {path.name for path in lived_in.root.iterdir()} == {"data", target.name}


def test_a_file_that_somebody_made_meanwhile_is_kept(tmp_path: Path) -> None:
    """Two exports to one name at the same moment: the second is told so."""
    target = tmp_path / "top.csv"

    def make() -> None:
        with written(target_of(target), force=False) as made:
            made.draft.write_text("ours")
            target.write_text("theirs")

    with pytest.raises(UsageError, match="already exists"):
        make()

    assert [path.read_text() for path in tmp_path.iterdir()] == ["theirs"]


def test_the_warehouse_and_its_backups_are_not_written_over(lived_in: Program) -> None:
    """Not even with --force, nor by another name; nor is what is no file."""
    backup = lived_in("backup", "--json").json["data"][0]["path"]
    link = lived_in.root / "link.csv"
    link.symlink_to(lived_in.warehouse)
    folder = lived_in.folder("folder.csv")
    before = lived_in.warehouse.read_bytes()

    for place in (lived_in.warehouse, backup, link, folder):
        words = ["--format", "csv", "--output", str(place), "--force"]
        assert lived_in("export", "top-skills", *words).code == 2

    assert lived_in.warehouse.read_bytes() == before


def test_a_full_disk_leaves_the_old_file_and_no_piece_of_the_new(
    lived_in: Program, tmp_path: Path
) -> None:
    """A sentence that names the file, not the warehouse; exit code 1."""
    target = tmp_path / "rows.csv"
    target.write_text("old")
    limit = (
        "import resource, signal, sys; from cli.main import main;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); main(sys.argv[1:])"
    )
    words = ["export", "skill_usage", "--force", "--output", str(target)]

    done = subprocess.run(
        [sys.executable, "-c", limit, *words],
        cwd=TOP,
        env={
            "SKILLHOUSE_WAREHOUSE": str(lived_in.warehouse),
            "SKILLHOUSE_TIMEZONE": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",  # such files would be cut as well, and stay
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert str(target) in done.stderr
    assert "Traceback" not in done.stderr
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "rows" in path.name] == ["rows.csv"]


def test_a_folder_that_may_not_be_written_is_a_sentence(lived_in: Program) -> None:
    """Exit code 1, what and where."""
    folder = lived_in.folder("closed")
    folder.chmod(0o500)

    done = lived_in("export", "top-skills", "--output", str(folder / "top.csv"))

    folder.chmod(0o700)
    if os.geteuid():
        assert (done.code, done.out) == (1, "")
        assert "denied" in done.err


def test_text_goes_to_stdout_where_no_file_is_named(house: House, tmp_path: Path) -> None:
    """Whole, and nothing else; the same bytes as in a file."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    env = {"SKILLHOUSE_WAREHOUSE": str(warehouse), "LC_ALL": "C.UTF-8"}
    target = tmp_path / "rows.csv"

    shown = start("export", "skill_usage", env=env)
    start("export", "skill_usage", "--output", str(target), env=env)

    assert (shown.code, shown.err) == (0, "")
    assert shown.out == target.read_text("utf-8")


def test_an_empty_warehouse_exports_nothing_but_heads(run: Program) -> None:
    """Columns and no rows."""
    run.lay_empty()

    for words in (["top-skills"], ["skill_usage"], ["top-skills", "--public"]):
        done = run("export", *words)
        assert (done.code, len(done.lines)) == (0, 1)
        assert "skill_name" in done.out
