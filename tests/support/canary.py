"""A warehouse in which everything that is not for others says ``canary``."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.baselines.snapshots import save
from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from collector.collect import collect
from collector.projects.registering import register
from command_line import Program
from conftest import NOW, execution, invocation, write_executions, write_skills
from schema.warehouse import Warehouse

TIME = "09:17:43"
TOLD = ("deploy", "code-review", "ToolError")
"""What may be told, and has to be, or an empty file would pass."""


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with such a warehouse."""
    root = tmp_path_factory.mktemp("told")
    warehouse = Warehouse(root / "data" / "warehouse.duckdb", "UTC")
    for number, name in enumerate(("CanaryWorks", "canary-two")):
        folder = root / "home" / "canaryuser" / f"canary-folder-{number}"
        write_skills(folder, {"invocations": _records(number), "last_updated": ""})
        runs = [
            # Of equal records the second project's would be a copy of the first one's.
            execution(
                f"2026-11-{day:02}T{TIME}Z",
                agent="canaryuser/agent",
                success=day % 2 > 0,
                execution_time_s=1 + number,
            )
            for day in range(1, 15)
        ]
        write_executions(folder, "canaryuser-agent", runs)
        with warehouse.writing() as con:
            register(
                con,
                folder,
                now=NOW,
                default_timezone="UTC",
                name=name,
                project_type=f"canarytype{number}",
                tags={"team": "canarytag"},
            )
    collect(warehouse, now=NOW)
    refresh(warehouse, now=NOW)
    with warehouse.writing() as con:
        before = Question(ALL_TIME, scope(con), "all", NOW - timedelta(days=10))
        save(con, before, "canary-kept")
    return root


@pytest.fixture
def telling_program(
    telling: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The program on that warehouse, in the home folder of its user."""
    program = Program(tmp_path, capsys, monkeypatch)
    program.warehouse = telling / "data" / "warehouse.duckdb"
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(program.warehouse))
    monkeypatch.setenv("HOME", str(telling / "home" / "canaryuser"))
    return program


def _records(number: int) -> list[dict[str, object]]:
    told = []
    for day in range(1, 21):
        at = f"2026-11-{day:02}T{TIME}"
        more = {
            "session_id": f"canary-session-{number}-{day % 5}",
            "workflow_path": "/canary/workflow" if day % 2 else "canary-path",
            "follow_up_actions": ["canary follow-up"],
            "user_query": "canary question",
            "alternatives_considered": ["canary-alternative"],
            "selection_rank": 1,
        }
        error = "ToolError" if day % 2 else "CanaryError: no /home/canaryuser/file"
        told += [
            invocation("deploy", at, **more, completed=day > 9, error_type=error),
            invocation("code-review", at, **more),
            invocation("/home/canaryuser/skill", at, **more),
            invocation("CanaryWorks-helper", at, **more),
            invocation("for-canarytwo", at, **more),
            invocation("agent-of-canaryuser", at, **more),
            invocation(f"seen-2026112{day % 3}", at, **more),
        ]
    rare = [invocation("rare-one", f"2026-11-03T{TIME}", session_id="canary-session-9")]
    return told + rare * (3 - number)


def secrets_of(root: Path) -> list[str]:
    """What tells whose a file is, beside what says so by itself."""
    folders = [root / "home" / "canaryuser" / f"canary-folder-{number}" for number in (0, 1)]
    return [sha256(str(folder).encode()).hexdigest()[:8] for folder in folders]
