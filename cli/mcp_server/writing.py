"""The tools that change the warehouse: each is a command of ours, in a process of its own.

Within one process DuckDB cannot be both the one that writes and one of many that read. The command
waits for readers as any writer does, and a call that is cancelled ends it: what it does is done
whole or not at all.
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
from cli.mcp_server import arguments as given
from schema.errors import SkillhouseError, UsageError
from schema.settings import Settings

_HERE = str(Path(cli.__file__).parent.parent)
_PROGRAM = f"import sys; sys.path.append({_HERE!r}); from cli.__main__ import run; run()"

Line = Callable[[Any], list[str]]


def register_project(asked: given.RegisterProject) -> list[str]:
    options = {"--name": asked.name, "--type": asked.type, "--timezone": asked.timezone}
    words = [f"{option}={value}" for option, value in options.items() if value is not None]
    words += [f"--tag={key}={value}" for key, value in asked.tags.items()]
    return ["register-project", *words, "--", asked.path]


def unregister_project(asked: given.UnregisterProject) -> list[str]:
    """Never with --purge: what an agent does can be undone."""
    return ["unregister-project", "--", asked.project]


def collect(asked: given.Collect) -> list[str]:
    return ["collect", *(["--full"] if asked.full else []), "--", *asked.projects]


def compute(asked: given.Compute) -> list[str]:
    return ["aggregate", *(["--full"] if asked.full else [])]


async def run(settings: Settings, line: list[str]) -> dict[str, Any]:
    """The JSON of a line. SkillhouseError with what the command says where it has none."""
    if any("\0" in word for word in line):
        raise UsageError(
            "An argument contains a NUL character.", "No path, name or tag can have one."
        )
    # -P: a folder `cli` where the client happens to be is not ours.
    words = [sys.executable, "-P", "-c", _PROGRAM, "--json", "--quiet"]
    words += [f"--warehouse={settings.warehouse_path}", *line]
    done = await anyio.run_process(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False
    )
    if done.stdout:
        envelope: dict[str, Any] = json.loads(done.stdout)
        return envelope
    said = done.stderr.decode(errors="replace").strip().removeprefix("Error: ")
    raise SkillhouseError(" ".join(said.split()) or "The command ended without an answer.")
