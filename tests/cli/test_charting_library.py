"""The charting library beside a warehouse: what is kept is used, if it is what it should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("vl_convert", reason="the extra `report` is not installed")

from cli.report import charting
from cli.report.charting import charting_library
from command_line import start
from made import charts


@pytest.fixture
def warehouse(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's place, with the library kept beside it."""
    charts(tmp_path_factory).beside(tmp_path / "warehouse.duckdb")
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def kept(warehouse: Path) -> Path:
    return warehouse.with_name("warehouse-charts.js")


@pytest.fixture
def made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is not kept is this."""
    charts(tmp_path_factory)  # What all tests share has to be made before that.
    monkeypatch.setattr(charting, "_made", lambda: "made anew")


def test_what_is_kept_is_what_the_package_gives(kept: Path) -> None:
    """With nothing in it that would end the page's script; for its owner only."""
    script = kept.read_text("utf-8").partition("\n")[2]

    assert script == charting_library()
    assert "vegaEmbed" in script
    assert "</script" not in script
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("made_anew")
def test_what_is_kept_is_not_made_again(warehouse: Path, kept: Path) -> None:
    before = kept.read_bytes()

    assert "vegaEmbed" in charting_library(warehouse)
    assert kept.read_bytes() == before


@pytest.mark.usefixtures("made_anew")
@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.unlink(),
        lambda kept: os.truncate(kept, 500_000),
        lambda kept: kept.write_bytes(b""),
        lambda kept: kept.write_bytes(kept.read_bytes() + b"more"),
        lambda kept: kept.write_bytes(kept.read_bytes().replace(b"vegaEmbed", b"evilEmbed")),
        lambda kept: kept.chmod(0o622),
        lambda kept: os.chown(kept, 12345, -1),
        lambda kept: kept.symlink_to(kept.rename(kept.with_name("elsewhere"))),
    ],
    ids=["gone", "cut", "empty", "longer", "changed", "others-may-write", "others", "link"],
)
def test_what_is_not_as_it_was_kept_is_made_anew(
    warehouse: Path, kept: Path, change: Callable[[Path], object]
) -> None:
    """Somebody else's script never runs in a page of ours."""
    try:
        change(kept)
    except PermissionError:
        pytest.skip("only root gives files away")

    assert charting_library(warehouse) == "made anew"
    assert charting_library(warehouse) == "made anew"
    assert kept.read_text("utf-8").endswith("\nmade anew")
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("made_anew")
def test_another_version_is_made_anew(
    warehouse: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is installed, not the one that once was."""
    monkeypatch.setattr("vl_convert.__version__", "99.0")

    assert charting_library(warehouse) == "made anew"
    assert kept.read_text("utf-8").startswith("// 99.0 ")


@pytest.mark.usefixtures("made_anew")
def test_where_nothing_can_be_kept_it_is_made(tmp_path: Path) -> None:
    """A folder that is not there is not made; a folder in the file's place stays."""
    nowhere = tmp_path / "data" / "w.duckdb"
    (tmp_path / "w-charts.js").mkdir()

    assert charting_library(nowhere) == "made anew"
    assert charting_library(tmp_path / "w.duckdb") == "made anew"
    assert [each.name for each in tmp_path.iterdir()] == ["w-charts.js"]


def test_a_report_keeps_it_and_the_next_one_is_the_same(tmp_path: Path) -> None:
    """Beside the warehouse that is there, by the command itself."""
    env = {"SKILLHOUSE_WAREHOUSE": str(tmp_path / "data" / "w.duckdb")}
    (tmp_path / "p").mkdir()
    start("register-project", str(tmp_path / "p"), env=env)

    done = start("report", "--html", str(tmp_path / "r.html"), env=env)
    kept = (tmp_path / "data" / "w-charts.js").read_text("utf-8")

    assert (done.code, done.err) == (0, "")
    assert kept.partition("\n")[2] in (tmp_path / "r.html").read_text("utf-8")
