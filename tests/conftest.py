"""What all tests share: a warehouse in a temporary place, and projects written into folders."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from collector.collect import collect
from collector.projects.registering import Registration, register
from collector.results import CollectResult
from schema import pool
from schema.file_access import make_folder
from schema.sentence_model import packaged
from schema.warehouse import Connection, Warehouse

pytest_plugins = ["no_network", "houses", "canary"]

# A busy machine makes any example late, which says nothing about the product.
settings.register_profile("skillhouse", deadline=None)
settings.load_profile("skillhouse")

THOROUGH = int(os.environ.get("SKILLHOUSE_THOROUGH", "1"))
"""How many times as many examples the costly properties are tried on."""

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""The moment at which tests collect, unless they say otherwise."""


INSTALLED_MODEL = packaged()
"""The sentence model that the extra ``semantic`` brings, where it is installed."""

SCALES = ("THOROUGH", "KILLS", "LOAD", "at_more_moments")
"""Names by which a module says that the environment decides how much it tries."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as ``long`` what tries more in `make long`: the tests of modules that import a scale."""
    for item in items:
        if isinstance(item, pytest.Function) and any(hasattr(item.module, each) for each in SCALES):
            item.add_marker("long")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, for while one waits for a disk or for another."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(autouse=True)
def nobodys_transcripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the transcripts or the settings of whoever runs it."""
    monkeypatch.setenv("SKILLHOUSE_CONFIG", "/dev/null/config.toml")
    for variable in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME"):
        monkeypatch.setenv(variable, "/nonexistent")


@pytest.fixture(scope="session", autouse=True)
def no_installed_model() -> Iterator[None]:
    """Tests find what they find without the model of the extra ``semantic``, installed or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schema.sentence_model._MODEL", ("no_such_package", "model.onnx"))
        yield


@pytest.fixture(scope="module", autouse=True)
def threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """DuckDB's threads, one to a core: of several test processes each has a core, so one thread.

    Modules about work that is done on many cores at once are marked ``all_cores``. So is whatever
    runs in processes of its own.
    """
    shared = "PYTEST_XDIST_WORKER" in os.environ and not _is_marked(request)
    pool.close_pool()
    if shared:
        pool.CONFIG["threads"] = 1
    yield
    pool.CONFIG.pop("threads", None)


def _is_marked(request: pytest.FixtureRequest) -> bool:
    return any(mark.name == "all_cores" for mark in request.node.iter_markers())


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse that does not exist yet, reporting in UTC."""
    return Warehouse(tmp_path / "data" / "warehouse.duckdb", "UTC")


class Fleet:
    """Projects in a temporary folder and the warehouse they are collected into."""

    def __init__(self, root: Path, warehouse: Warehouse) -> None:
        self.root = root
        self.warehouse = warehouse

    def project(self, name: str = "app", timezone: str = "UTC") -> Path:
        """A registered, empty project's folder."""
        return self.projects(name, timezone=timezone)[0]

    def projects(self, *names: str, timezone: str = "UTC") -> list[Path]:
        """Several of them, registered at once."""
        folders = [self.root / name for name in names]
        with self._writing() as con:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
                register(con, folder, now=NOW, default_timezone=timezone)
        return folders

    def register(self, folder: Path, timezone: str = "UTC") -> Registration:
        with self._writing() as con:
            return register(con, folder, now=NOW, default_timezone=timezone)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if not self.warehouse.exists():
            lay_empty(self.warehouse)
        with self.warehouse.writing() as con:
            yield con

    def collect(self, *names: str, full: bool = False, now: datetime = NOW) -> CollectResult:
        return collect(self.warehouse, names, now=now, full=full)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """What a statement says of the warehouse."""
        with self.warehouse.reading() as con:
            return con.execute(sql).fetchall()


def lay_empty(warehouse: Warehouse) -> None:
    """Put down the file that the first work on the warehouse makes, which takes longer."""
    made = _made(warehouse.timezone)
    make_folder(warehouse.path)
    warehouse.path.touch(mode=0o600)
    warehouse.path.write_bytes(made)


@cache
def _made(timezone: str) -> bytes:
    with TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "empty.duckdb", timezone)
        with warehouse.writing():
            pass
        return warehouse.path.read_bytes()


@pytest.fixture
def fleet(tmp_path: Path, warehouse: Warehouse) -> Fleet:
    return Fleet(tmp_path / "projects", warehouse)


def write_skills(folder: Path, document: object) -> Path:
    """Write ``skill_metrics.json`` as its writers do; text and bytes go in as they are."""
    file = folder / ".session-buddy" / "skill_metrics.json"
    return _write(file, document, lambda value: json.dumps(value, indent=2))


def write_executions(folder: Path, agent: str, lines: object) -> Path:
    """Write an agent's ``executions.jsonl``: a list of records, or text or bytes as they are."""
    file = folder / ".kaizen" / "metrics" / agent / "executions.jsonl"

    def as_lines(value: object) -> str:
        assert isinstance(value, list)
        return "".join(json.dumps(record, sort_keys=True) + "\n" for record in value)

    return _write(file, lines, as_lines)


def write_workflows(folder: Path, document: object) -> Path:
    """Write ``workflows.json`` as the engine does; text and bytes go in as they are."""
    file = folder / "data" / "workflow_state" / "workflows.json"
    return _write(file, document, lambda value: json.dumps(value, indent=2))


def _write(file: Path, content: object, encode: Callable[[object], str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content if isinstance(content, str) else encode(content), encoding="utf-8")
    return file


def invocation(
    name: str = "code-review", at: str = "2026-08-03T09:00:00", **fields: object
) -> dict[str, object]:
    """One skill record as a writer leaves it."""
    return {
        "skill_name": name,
        "invoked_at": at,
        "session_id": "s-1",
        "workflow_path": None,
        "completed": True,
        "duration_seconds": 1.5,
        "user_query": None,
        "alternatives_considered": [],
        "selection_rank": None,
        "follow_up_actions": [],
        "error_type": None,
        **fields,
    }


def execution(at: str = "2026-08-03T09:00:00Z", **fields: object) -> dict[str, object]:
    """One execution record as a writer leaves it."""
    return {"agent": "reviewer", "timestamp": at, "success": True, **fields}
