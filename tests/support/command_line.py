"""The program as a person has it: a line goes in, stdout, stderr and an exit code come out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import cli.main
from aggregator.refresh import refresh
from cli.answers.schemas import schema_of
from conftest import (
    NOW,
    Fleet,
    execution,
    invocation,
    lay_empty,
    write_executions,
    write_skills,
    write_workflows,
)
from made import made_once
from places import TOP as TOP
from schema.warehouse import Warehouse

LONG = "a-skill-whose-name-is-so-long-that-no-terminal-of-eighty-columns-holds-it-beside-numbers"
WAREHOUSE = Path("data") / "warehouse.duckdb"
WIDE = "検索と要約を行うとても長い名前の技能それは端末の幅を超える"


@dataclass(frozen=True)
class Ran:
    """What a line left."""

    out: str
    err: str
    code: int

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Program:
    """Call it with the words of a line. It runs in this process, at the moment ``now``."""

    now: datetime = NOW

    def __init__(
        self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.root = root
        self.warehouse = root / "data" / "warehouse.duckdb"
        self._capsys = capsys
        for variable in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "SKILLHOUSE_DEBUG"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(self.warehouse))
        monkeypatch.setenv("SKILLHOUSE_TIMEZONE", "UTC")
        monkeypatch.setenv("SKILLHOUSE_CONFIG", str(root / "config.toml"))
        monkeypatch.setattr(cli.main, "now_utc", lambda: self.now)

    def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        code: object = 0
        try:
            cli.main.main(words)
        except SystemExit as end:
            code = end.code or 0
        captured = self._capsys.readouterr()
        assert isinstance(code, int)
        return Ran(captured.out, captured.err, code)

    def lay_empty(self) -> Program:
        """Put an empty warehouse there, as a first pass makes it; returns the program."""
        lay_empty(Warehouse(self.warehouse, "UTC"))
        return self

    def folder(self, name: str) -> Path:
        """An empty folder, for example to be registered."""
        made = self.root / name
        made.mkdir(parents=True)
        return made


def start(*words: str, env: Mapping[str, str], stdin: str = "") -> Ran:
    """Run the program as a process of its own, its output piped."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=TOP,
        env={"PATH": "/usr/bin:/bin", "SKILLHOUSE_TIMEZONE": "UTC", **env},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.stdout, done.stderr, done.returncode)


# ---------------------------------------------------------------- a house that is lived in


def furnish(root: Path) -> None:
    """Three projects, collected and aggregated, one of them unregistered."""
    fleet = Fleet(root, Warehouse(root / WAREHOUSE, "UTC"))
    for name in ("alpha", "beta", "gone"):
        write_skills(fleet.project(name), {"invocations": _records(name), "last_updated": ""})
    runs = [
        execution(f"2026-11-{day:02}T10:00:00Z", execution_time_s=day, quality_score=0.5)
        for day in range(1, 15)
    ]
    write_executions(root / "beta", "reviewer", runs)
    run = {
        "status": "completed",
        "repos": [str(root / "alpha")],
        "updated_at": "2026-11-02T09:30:00",
    }
    write_workflows(
        root / "beta", {"wf_0a1b2c3d_tidy": {**run, "created_at": "2026-11-02T08:30:00"}}
    )
    with fleet.warehouse.writing() as con:
        con.execute("update projects set project_type = 'cli' where project_name = 'alpha'")
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute("update projects set is_active = false where project_name = 'gone'")
    refresh(fleet.warehouse, now=NOW)


def _records(project: str) -> list[dict[str, object]]:
    days = range(1, 21)
    # Two projects whose records are all equal would be copies.
    second = int(project == "beta")
    good = [
        invocation(
            at=f"2026-11-{day:02}T09:00:{second:02}",
            session_id=f"s-{day % 7}",
            workflow_path="quick" if day % 2 else None,
            follow_up_actions=["run tests"],
            alternatives_considered=["deploy"] if day % 3 else [],
            selection_rank=1 + day % 2,
        )
        for day in days
    ]
    bad = [
        invocation(
            "deploy",
            f"2026-11-{day:02}T11:00:{second:02}",
            completed=day % 3 == 0,
            error_type="ToolError",
        )
        for day in days
    ]
    rare = [invocation(LONG, "2026-11-02T08:00:00"), invocation(WIDE, "2026-11-03T08:00:00")]
    return [*good, *bad, *rare] if project != "gone" else [invocation("old-one"), *good[:3]]


class House:
    """The furnished house's projects, which nobody changes, and a fresh copy of its warehouse for
    each test."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self.root = made_once(factory, "house", furnish)
        self._warehouse = self.root / WAREHOUSE

    def copy_to(self, warehouse: Path) -> None:
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._warehouse, warehouse)


# ---------------------------------------------------------------- what output is held to


FORMATS = FormatChecker(["date"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def faults(answer: Any, command: str) -> list[str]:
    """What a command's JSON Schema has against an answer."""
    return [
        f"{error.json_path}: {error.message}" for error in _validator(command).iter_errors(answer)
    ]


@cache
def _validator(command: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(command), format_checker=FORMATS)


def is_command(line: str) -> bool:
    """Whether a line of a screen is a command to be copied, which is never wrapped."""
    return line.strip(" `;,.").startswith("skillhouse ")


def cells(line: str) -> int:
    """The columns of a terminal that a line takes."""
    widths = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(each) else widths.get(unicodedata.east_asian_width(each), 1)
        for each in line
    )
