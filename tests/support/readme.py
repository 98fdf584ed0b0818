"""The README's examples, run for real: ``render`` puts under each command what it prints.

Every example is a ``console`` block that begins with ``$ skillhouse``. They run in order on the
demo fleet at a fixed moment, in a window of 100 columns. ``make docs`` renews the file.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import cli.main
from cli.demo.fleet import write_fleet
from places import TOP

README = TOP / "README.md"
MOMENT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
_EXAMPLE = re.compile(r"```console\n\$ (skillhouse [^\n]*)\n.*?```", re.DOTALL)
Run = Callable[[str], str]


@contextlib.contextmanager
def fleet(root: Path) -> Iterator[Run]:
    """A function that runs a command line of the README and returns what it prints.

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

        def run(line: str) -> str:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
                arguments = [os.path.expanduser(word) for word in shlex.split(line)[1:]]
                cli.main.main(arguments)
            shown = printed.getvalue()
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


def render(text: str) -> str:
    """``text`` with each example's output as the program prints it now."""
    with tempfile.TemporaryDirectory() as folder, fleet(Path(folder).resolve()) as run:

        def example(match: re.Match[str]) -> str:
            printed = "\n".join(line.rstrip() for line in run(match[1]).rstrip().splitlines())
            return f"```console\n$ {match[1]}\n{printed}\n```"

        return _EXAMPLE.sub(example, text)


if __name__ == "__main__":
    README.write_text(render(README.read_text(encoding="utf-8")), encoding="utf-8")
