"""The demo fleet at a fixed moment, in a window of 100 columns, for the examples of documents."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import cli.main
from cli.demo.fleet import write_fleet

MOMENT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
ELSEWHERE = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME")
"""Variables that name folders outside of HOME."""
Run = Callable[[str], str]


@contextlib.contextmanager
def fleet(root: Path) -> Iterator[Run]:
    """A function that runs a command line of a document and returns what it prints.

    The demo fleet stands in ``~/code``, all but payments-service registered.
    """
    code = root / "home" / "code"
    projects = write_fleet(code, MOMENT)
    surroundings = {
        "HOME": str(root / "home"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "SKILLHOUSE_WAREHOUSE": str(root / "home" / "data" / "warehouse.duckdb"),
        "SKILLHOUSE_TIMEZONE": "Europe/Berlin",
    }
    with patch.dict(os.environ, surroundings), patch.object(cli.main, "now_utc", lambda: MOMENT):
        for name in ELSEWHERE:
            os.environ.pop(name, None)

        def run(line: str) -> str:
            written = io.BytesIO()
            printed = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
            with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
                arguments = [os.path.expanduser(word) for word in shlex.split(line)[1:]]
                cli.main.main(arguments)
            shown = written.getvalue().decode()
            for project in projects:
                home_path = f"~/code/{project.path.name}"
                shown = shown.replace(_project_id(str(project.path)), _project_id(home_path))
            return shown.replace(str(root / "home"), "~")

        for project in projects:
            if project.path.name != "payments-service":
                run(
                    f"skillhouse register-project {shlex.quote(str(project.path))}"
                    f" --type {project.project_type} --timezone {project.timezone}"
                )
        yield run


def _project_id(path: str) -> str:
    return sha256(path.encode()).hexdigest()[:8]
