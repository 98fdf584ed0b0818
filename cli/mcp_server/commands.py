"""The tools that change the warehouse: each runs one of our commands in a process of its own.

One process cannot both write a DuckDB file and have many readers of it. The command waits for
readers like any writer. A cancelled call ends the command, which then leaves everything as it was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio

import cli
from cli.mcp_server import arguments
from schema.errors import SkillhouseError, UsageError
from schema.settings import Settings

_INSTALLED_IN = str(Path(cli.__file__).parent.parent)
_PROGRAM = f"import sys; sys.path.append({_INSTALLED_IN!r}); from cli.__main__ import run; run()"

CommandLine = Callable[[Any], list[str]]


def register_project(given: arguments.RegisterProject) -> list[str]:
    options = {"--name": given.name, "--type": given.type, "--timezone": given.timezone}
    line = [f"{option}={value}" for option, value in options.items() if value is not None]
    line += [f"--tag={key}={value}" for key, value in given.tags.items()]
    return ["register-project", *line, "--", given.path]


def unregister_project(given: arguments.UnregisterProject) -> list[str]:
    """Never with --purge: what an agent does can be undone."""
    return ["unregister-project", "--", given.project]


def collect(given: arguments.Collect) -> list[str]:
    return ["collect", *(["--full"] if given.full else []), "--", *given.projects]


def aggregate(given: arguments.Compute) -> list[str]:
    return ["aggregate", *(["--full"] if given.full else [])]


async def run(settings: Settings, line: list[str]) -> dict[str, Any]:
    """The JSON that a command prints. SkillhouseError with its message where it fails."""
    if any("\0" in word for word in line):
        raise UsageError(
            "An argument contains a NUL character.", "No path, name or tag can have one."
        )
    # -P: a folder `cli` in the client's current directory is not ours.
    program = [sys.executable, "-P", "-c", _PROGRAM, "--json", "--quiet"]
    program += [f"--warehouse={settings.warehouse_path}", *line]
    done = await anyio.run_process(
        program,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.stdout:
        envelope: dict[str, Any] = json.loads(done.stdout)
        return envelope
    raise _error(done.stderr.decode(errors="replace").splitlines())


def _error(lines: list[str]) -> SkillhouseError:
    """The error that a command printed; an error of JSON is its last line."""
    try:
        error = json.loads(lines[-1])["error"]
        return SkillhouseError(error["message"], " ".join(error["hint"].split()))
    except (IndexError, ValueError, TypeError, KeyError):
        return SkillhouseError(" ".join(lines) or "The command ended without an answer.")
