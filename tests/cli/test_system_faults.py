"""What the system refuses is told as what it is: streams, folders, limits, terminals, other files.

Every line runs in a process of its own, as a shell would start it.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import TOP, House
from conftest import execution, write_executions
from schema.warehouse import Warehouse
from shells import PROGRAM, environment, interrupted, on_a_terminal, shell

pytestmark = pytest.mark.slow

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="takes another user, or a mount")
NOBODY = 54_321
"""A user without a name and without a home."""

FULL = "Error: Standard output: no space left on device.\n"


@pytest.fixture
def warehouse(tmp_path: Path, house: House) -> Path:
    """A furnished warehouse of this test's own."""
    place = tmp_path / "data" / "w.duckdb"
    house.copy_to(place)
    return place


@pytest.fixture
def env(warehouse: Path) -> dict[str, str]:
    return environment(warehouse)


# ---------------------------------------------------------------- standard streams


@pytest.mark.parametrize(
    "words", ["top-skills", "--json top-skills", "export skill_usage", "--help", "verify --help"]
)
def test_a_full_output_is_the_systems_fault(
    env: dict[str, str], tmp_path: Path, words: str
) -> None:
    """Exit code 1 and a sentence that names the stream, for answers, exports and help alike."""
    done = shell(f"$S {words} > /dev/full", env, tmp_path)

    if "--json" in words:
        assert f"Error: {json.loads(done.err)['error']['message']}\n" == FULL
    else:
        assert done.err.startswith(FULL)
    assert done.code == 1


def test_a_pass_whose_report_is_lost_was_stored(env: dict[str, str], tmp_path: Path) -> None:
    """It is said, and true: the rows are there, and the next pass finds nothing new."""
    runs = [execution(f"2026-11-{day:02}T10:00:00Z") for day in range(1, 4)]
    file = write_executions(tmp_path / "new", "helper", runs)
    os.utime(file, (1_700_000_000,) * 2)  # a file of just now is read again to be sure
    shell("$S register-project new", env, tmp_path)

    lost = shell("$S refresh new > /dev/full", env, tmp_path)
    again = shell("$S --json refresh new", env, tmp_path)

    assert lost.err.startswith(f"{FULL}What was collected is stored.")
    assert lost.code == 1
    assert again.json["totals"]["inserted"] == 0
    assert again.json["totals"]["files_unchanged"] == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$S top-skills >&-", 0),
        ("$S top-skills >&- 2>&- <&-", 0),
        ("$S export skill_usage >&-", 0),
        ("$S top-skills --period x 2>&-", 2),
        ("$S top-skills --nonsense 2>&-", 2),
        ("$S top-skills --nonsense 2>/dev/full", 2),
        ("$S effectiveness nothing 2>/dev/full", 2),
        ("$S verify >&- 2>/dev/full", 0),
    ],
)
def test_a_closed_stream_changes_no_exit_code(
    env: dict[str, str], tmp_path: Path, warehouse: Path, line: str, code: int
) -> None:
    """What would be written to it is lost, and nothing is written into another file instead."""
    before = warehouse.read_bytes()

    done = shell(line, env, tmp_path)

    assert (done.code, done.err) == (code, "")
    assert warehouse.read_bytes() == before


@pytest.mark.parametrize(
    "words", ["export skill_usage", "--json top-skills", "--help", "top-skills --help", "doctor"]
)
def test_a_reader_that_goes_away_is_no_error(
    env: dict[str, str], tmp_path: Path, words: str
) -> None:
    """Exit code 0 and not a word, whoever draws the output."""
    done = shell(f"$S {words} | true", env, tmp_path)

    assert (done.out, done.err, done.code) == ("", "", 0)


def test_data_is_utf8_whatever_the_locale_is(env: dict[str, str], tmp_path: Path) -> None:
    """Names go in and out as they are where the locale knows none of their characters."""
    name = "prüfung-検索"
    write_executions(tmp_path / name, name, [execution(agent=name)])
    ascii_only = {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }
    shell(f"$S register-project {name} && $S refresh", env, tmp_path)

    plain = shell(f"$S export skill_usage {name}", env, tmp_path)
    odd = shell(f"$S export skill_usage {name}", {**env, **ascii_only}, tmp_path)
    known = shell(f"$S --json effectiveness {name}", {**env, **ascii_only}, tmp_path)

    assert odd.out == plain.out
    assert len(odd.lines) == 2
    assert name in odd.out
    assert known.json["data"][0]["skill_name"] == name


# ---------------------------------------------------------------- home and current folder


@pytest.fixture
def open_to_all(env: dict[str, str]) -> Iterator[Path]:
    """A folder of another user's; pytest's own are private."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, NOBODY, NOBODY)
        if shell("$S --version", env, folder, user=NOBODY).code:
            pytest.skip("other users cannot start this program")
        yield folder


@AS_ROOT
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("projects", 0),
        ("status", 0),
        ("schedule show", 0),
        ("schedule install", 0),
        ("schedule install --cron", 0),
        ("schedule install --launchd", 1),
        ("schedule install --systemd --write", 1),
        ("schedule uninstall", 0),
        ("export top-skills --public", 0),
        ("register-project '~/app'", 1),
        ("refresh", 1),
    ],
)
def test_a_user_without_a_home_can_work(
    env: dict[str, str], open_to_all: Path, warehouse: Path, words: str, code: int
) -> None:
    """Only what belongs into a home folder is refused, with HOME named."""
    place = open_to_all / "w.duckdb"
    place.write_bytes(warehouse.read_bytes())
    os.chown(place, NOBODY, NOBODY)
    here = {**env, "SKILLHOUSE_WAREHOUSE": str(place)}

    done = shell(f"$S {words}", here, open_to_all, user=NOBODY)

    assert done.code == code, done.err
    assert "fault is ours" not in done.err
    if code and words != "refresh":
        assert "Set HOME" in done.err


@AS_ROOT
def test_without_a_home_a_warehouse_has_to_be_named(env: dict[str, str], open_to_all: Path) -> None:
    """Exit code 1, and a sentence with both ways out."""
    del env["SKILLHOUSE_WAREHOUSE"]

    done = shell("$S projects", env, open_to_all, user=NOBODY)

    assert (done.out, done.code) == ("", 1)
    assert done.err.startswith("Error: There is no home folder")
    assert "HOME" in done.err
    assert "--warehouse" in done.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("projects", 0),
        ("collect alpha", 1),
        ("export skill_usage", 0),
        ("--warehouse w.duckdb projects", 1),
        ("register-project .", 1),
        ("export skill_usage --output rows.csv", 1),
        ("report --html page.html", 1),
        ("backup copy.duckdb", 1),
        ("restore copy.duckdb --yes", 1),
        ("demo --keep fleet", 1),
    ],
)
def test_a_current_folder_that_is_gone_matters_only_where_it_is_meant(
    env: dict[str, str], tmp_path: Path, words: str, code: int
) -> None:
    """Whole paths and names work; a relative path is refused with the reason."""
    done = shell(f"$S {words}", env, tmp_path, before="mkdir gone; cd gone; rmdir ../gone")

    if words == "collect alpha":
        assert "fault is ours" not in done.err
        return
    assert done.code == code
    assert done.err.startswith("Error: The current folder" if code else "")


@pytest.mark.parametrize("place", ["/proc/fleet", "/dev/null/fleet"])
def test_a_demo_says_where_it_cannot_be_kept(
    env: dict[str, str], tmp_path: Path, place: str
) -> None:
    """A sentence that names the folder; exit code 1."""
    done = shell(f"$S demo --keep {place}", env, tmp_path)

    assert (done.out, done.code) == ("", 1)
    assert done.err.startswith(f"Error: {place}: ")


# ---------------------------------------------------------------- in the warehouse's place


def _sqlite(place: Path) -> None:
    with sqlite3.connect(place) as con:
        con.execute("create table theirs (a)")
    con.close()


def _socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(place))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Path.mkdir, "is a folder, not a warehouse"),
        (os.mkfifo, "is a named pipe, not a warehouse"),
        (lambda place: place.symlink_to("/dev/null"), "is a device, not a warehouse"),
        (_sqlite, "is not a DuckDB file, but an SQLite database"),
        (lambda place: place.write_bytes(b"PAR1" + bytes(9000)), "but a Parquet file"),
        (lambda place: place.write_bytes(b"PK\x03\x04" + bytes(9000)), "but a ZIP archive"),
    ],
    ids=["folder", "pipe", "device", "sqlite", "parquet", "zip"],
)
def test_what_is_no_warehouse_is_named_and_left_alone(
    tmp_path: Path, make: object, told: str
) -> None:
    """Reading, writing and restoring say what it is; nobody is told to move it away."""
    assert callable(make)
    place = tmp_path / "w"
    make(place)
    before = place.read_bytes() if place.is_file() else None
    env = environment(place)

    for words in ("top-skills", "refresh", "register-project .", "backup", "restore --yes"):
        done = shell(f"$S {words}", env, tmp_path)
        assert (done.out, done.code) == ("", 1) or words == "restore --yes"
        assert told in done.err or words == "restore --yes"
        assert "away" not in done.err
        assert "damaged" not in done.err

    assert before == (place.read_bytes() if place.is_file() else None)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["w"]


@pytest.mark.parametrize("name", ["what?.duckdb", "back\\slash.duckdb"])
def test_a_path_that_duckdb_reads_otherwise_is_refused(tmp_path: Path, name: str) -> None:
    """Rather than opening another file, or losing its log; nothing is made."""
    for words in ("projects", "refresh"):
        done = shell(f"$S {words}", environment(tmp_path / name), tmp_path)
        assert (done.out, done.code) == ("", 1)
        assert "which has a special meaning in DuckDB" in done.err

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["it's", 'a "quote"', "two\nlines", "gr\u00fc\u00df *[1]", "a;b#c%41"]
)
def test_any_other_path_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    """The file that is made has this name and no other, and is found again."""
    place = tmp_path / name / f"{name}.duckdb"

    made = shell("$S --quiet register-project .", environment(place), tmp_path)
    found = shell("$S --json projects", environment(place), tmp_path)

    assert (made.out, made.err, made.code) == ("", "", 0)
    assert [each.name for each in place.parent.iterdir()] == [place.name]
    assert found.json["totals"]["projects"] == 1


@AS_ROOT
def test_a_read_only_disk_is_named_as_such(tmp_path: Path, house: House) -> None:
    """Writing is refused for the reason that it has; answers are given."""
    mount = (
        "mount -t tmpfs none d && cp w.duckdb d/ && chmod 600 d/w.duckdb && mount -o remount,ro d"
    )
    house.copy_to(tmp_path / "w.duckdb")
    (tmp_path / "d").mkdir()
    env = environment(tmp_path / "d" / "w.duckdb")

    def run(words: str) -> tuple[str, str, int]:
        done = shell(f"unshare -m bash -c '{mount} && $S {words}'", env, tmp_path)
        return done.out, done.err, done.code

    if "denied" in run("projects")[1] or "not permitted" in run("projects")[1]:
        pytest.skip("nothing may be mounted here")
    out, err, code = run("refresh")

    assert (out, code) == ("", 1)
    assert "read-only file system" in err
    assert "denied" not in err
    assert run("top-skills")[1:] == ("", 0)


@pytest.mark.parametrize("limit", [4, 6, 8, 12, 16, 24])
def test_too_few_open_files_are_named(env: dict[str, str], tmp_path: Path, limit: int) -> None:
    """However early it shows, importing included: never our fault, never a damaged file."""
    done = shell("$S refresh", env, tmp_path, before=f"ulimit -n {limit}")

    assert "damaged" not in done.err
    assert "Traceback" not in done.err or not re.search("cli|schema", done.err)
    assert done.code in (0, 1)


# ---------------------------------------------------------------- terminals


@pytest.mark.parametrize(
    "words",
    [["--help"], ["top-skills"], ["top-skills", "--help"], ["trends"], ["top-skills", "-x"]],
)
@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_no_escapes(
    env: dict[str, str], tmp_path: Path, words: list[str], term: str
) -> None:
    """Neither answers nor help nor errors; another terminal gets them."""
    plain = on_a_terminal(words, {**env, "TERM": term}, tmp_path)
    styled = on_a_terminal(words, {**env, "TERM": "xterm"}, tmp_path)

    assert "\x1b" not in plain.out
    assert "\x1b" in styled.out


@pytest.mark.parametrize("columns", ["0", "000", "-5", "\u00b2", "\u0663", "ten", "", "1e3"])
def test_a_width_that_is_none_counts_as_unset(
    env: dict[str, str], tmp_path: Path, columns: str
) -> None:
    """An answer in a pipe is not cut, and help is drawn as ever."""
    odd = {**env, "COLUMNS": columns, "LINES": columns, "TERMINAL_WIDTH": columns}

    for words in ("top-skills", "--help"):
        expected = shell(f"$S {words}", env, tmp_path)
        assert shell(f"$S {words}", odd, tmp_path).out == expected.out
    assert shell("$S top-skills --help", odd, tmp_path).code == 0


@pytest.mark.parametrize("after_s", [0.05, 0.08, 0.11, 0.14, 0.17, 0.2, 0.25, 0.3])
def test_an_early_interrupt_ends_with_130(
    env: dict[str, str], tmp_path: Path, after_s: float
) -> None:
    """Without a traceback, also while modules are imported; a command that was faster is done."""
    done = interrupted(["refresh"], env, tmp_path, after_s)

    if "Traceback" in done.err:
        # Python itself was still starting: it had come to importing our first module at most.
        assert ", in run" not in done.err
        return
    assert done.code in (130, 0, 1, -2)
    assert "Exception ignored" not in done.err


@pytest.mark.parametrize("warnings", ["always", "error", "default"])
def test_warnings_of_libraries_reach_nobody(
    env: dict[str, str], tmp_path: Path, warnings: str
) -> None:
    """They are for developers; a person is told our own sentences."""
    for words in ("top-skills", "status", "--help", "schedule show"):
        done = shell(f"$S {words}", {**env, "PYTHONWARNINGS": warnings}, tmp_path)
        assert (done.err, done.code) == ("", 0)


# ---------------------------------------------------------------- the command line


@pytest.mark.parametrize(
    "words",
    ["top-skills --warehouse", "--warehouse", "--warehouse top-skills", "--warehouse --json"],
)
def test_a_warehouse_option_without_a_path_is_named(
    env: dict[str, str], tmp_path: Path, words: str
) -> None:
    """Wherever it stands: it is what is wrong, and not a missing command."""
    done = shell(f"$S {words}", env, tmp_path)

    assert (done.out, done.code) == ("", 2)
    assert "--warehouse" in done.err.splitlines()[0]
    assert "requires an argument" in done.err


def test_a_start_pays_nothing_for_it(env: dict[str, str], warehouse: Path) -> None:
    """An answer imports neither what reads backups nor what writes files."""
    tell = "import sys; from cli.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass"
    done = subprocess.run(
        [
            *PROGRAM.split()[:1],
            "-c",
            f"{tell}\nsys.stderr.write(' '.join(sys.modules))",
            "projects",
        ],
        cwd=TOP,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    imported = set(done.stderr.split())
    assert not imported & {"schema.backups", "cli.exporting.places"}
    assert Warehouse(warehouse).exists()


def test_a_compiled_module_that_was_cut_off_is_named(env: dict[str, str], tmp_path: Path) -> None:
    """As a full disk leaves it: a sentence with the way out, and no silent end."""
    shell("$S doctor", {**env, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": "c"}, tmp_path)
    [module] = (tmp_path / "c").rglob("collector/checks/doctor.*.pyc")
    os.truncate(module, 2048)

    done = shell("$S doctor", {**env, "PYTHONPYCACHEPREFIX": "c"}, tmp_path)

    assert (done.out, done.code) == ("", 1)
    assert "Error: A compiled module of this installation is incomplete.\n" in done.err
