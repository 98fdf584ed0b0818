"""This machine's zone: a name only where the clock agrees, and no trouble where there is none."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import invocation, write_skills
from places import TOP
from schema import zones


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, in an environment with these variables."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in ("TZ", "SKILLHOUSE_TIMEZONE")
    }
    line = [sys.executable, "-m", "cli", "--warehouse", str(folder / "w" / "w.duckdb"), *words]
    return subprocess.run(
        line, cwd=TOP, env={**environ, **more}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("variable", "zone"),
    [
        ("America/New_York", "America/New_York"),
        (":America/New_York", "America/New_York"),
        ("posix/America/New_York", "America/New_York"),
        ("EST5EDT", "EST5EDT"),
        ("UTC0", "UTC"),
        ("", "UTC"),
        ("EST5EDT,M3.2.0,M11.1.0", None),
        ("CET-1CEST", None),
        ("<+0330>-3:30", None),
        ("Mars/Base", None),
        ("Factory", None),
    ],
)
def test_the_variable_names_a_zone_or_none(variable: str, zone: str | None) -> None:
    """Rules that belong to many zones name none of them, and neither does a name of nowhere."""
    assert found(variable) == str(zone)


def found(variable: str) -> str:
    """The machine's zone in a process with this TZ; the C library keeps what it once saw."""
    code = "from schema.machine_zone import machine_zone; print(machine_zone())"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TOP,
        env={**os.environ, "TZ": variable},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def test_a_copied_file_is_known_by_its_content(tmp_path: Path) -> None:
    """A copy of a zone's file has no name; its changes since 1970 tell whose clock it is."""
    copied = tmp_path / "localtime"
    copied.write_bytes(zones.database.content("Australia/Lord_Howe"))

    assert found(f":{copied}") == "Australia/Lord_Howe"


def test_a_project_without_a_zone_is_asked_for_one(tmp_path: Path) -> None:
    """Where the clock has no name, the zone has to be named; all other commands do without."""
    project = tmp_path / "app"
    document = {"invocations": [invocation()], "skills": {}, "last_updated": "x"}
    write_skills(project, document)

    refused = run(tmp_path, "register-project", str(project), TZ="CET-1CEST")
    named = run(
        tmp_path, "register-project", str(project), "--timezone", "Europe/Berlin", TZ="CET-1CEST"
    )
    refreshed = run(tmp_path, "refresh", TZ="CET-1CEST")

    assert refused.returncode == 2
    assert "--timezone" in refused.stderr
    assert (named.returncode, refreshed.returncode) == (0, 0)
    assert "Project zone: Europe/Berlin" in named.stdout


def test_no_environment_ends_in_a_crash(tmp_path: Path) -> None:
    """Whatever TZ and SKILLHOUSE_TIMEZONE hold: an answer, or a refusal that says what to do."""
    dice = random.Random(14)
    odd = ["", ":", "/", "//", "UTC", "posix/", "right/UTC", "localtime", "../UTC", "a" * 300]
    odd += ["EST5EDT", "XXX", "<+01>-1", "Europe/berlin", "/etc/passwd", "/dev", "\udcff", "é"]
    commands = [
        ["status", "--line"],
        ["top-skills"],
        ["register-project", str(tmp_path)],
        ["doctor"],
    ]
    for _ in range(8):
        words = dice.choice(commands)
        variables = {"TZ": dice.choice(odd), "SKILLHOUSE_TIMEZONE": dice.choice([*odd, ""])}
        done = run(tmp_path, *words, **variables)
        assert done.returncode in (0, 1, 2), (words, variables, done.stderr)
        assert "Traceback" not in done.stderr
