"""What a prompt and a shell's completion read: small files next to the warehouse.

Both wait for an answer each time a person presses a key, so this module imports nothing that
Python does not load itself, except for words. Each refresh writes the files
(``cli.state_writer``). They begin with the size, the number and the time of last change of the
warehouse that they describe: of any other state of it they say nothing, and the warehouse is asked.
"""

from __future__ import annotations

import os
import sys

from schema.age import ago

STATUS = ".status"
NAMES = ".names"
FORMAT = "1"
"""Changes with the meaning of the lines."""

PROBLEMS = 1
_FLAGS = ("--line", "--quiet", "-q", "--no-color", "--no-pager")


def path_of(warehouse: str, kind: str) -> str:
    """The file of a kind, next to the warehouse that a path or a link leads to."""
    return os.path.realpath(warehouse) + kind


def fingerprint(warehouse: str) -> str | None:
    """The first line of files about the warehouse as it is now; None if it is being written."""
    try:
        found = os.stat(warehouse)
    except OSError:
        return None
    if os.path.exists(f"{os.path.realpath(warehouse)}.wal"):
        return None
    return f"{FORMAT} {found.st_ino} {found.st_size} {found.st_mtime_ns}"


def read(warehouse: str, kind: str) -> list[str] | None:
    """The lines of a file; None if it says nothing about the warehouse as it is now."""
    try:
        with open(path_of(warehouse, kind), encoding="utf-8") as file:
            head, *lines = file.read().splitlines()
    except (OSError, ValueError):
        return None
    return lines if head == fingerprint(warehouse) else None


# ---------------------------------------------------------------- the line of status


def line_of(lines: list[str], now: float) -> tuple[str, int]:
    """The line of ``status --line`` at a moment in seconds, and the exit code."""
    state: dict[str, str] = {}
    runs = []
    for line in lines:
        key, _, value = line.partition(" ")
        if key == "next":
            runs.append(value.split(" ", 2))
        else:
            state[key] = value
    projects = int(state["projects"])
    if not projects:
        return "skillhouse: no projects", 0
    problems = int(state["problems"])
    wrong = [state["failure"]] if "failure" in state else []
    if "overdue" in state and not _is_fresh(state["overdue"], now):
        wrong.append("overdue")
    if problems:
        wrong.append(_counted(problems, "problem"))
    collected = state.get("collected")
    words = wrong or (["fine"] if collected else [])
    if "running" in state:
        words.append("collecting")
    words.append(_counted(projects, "project"))
    words.append(f"collected {ago(now - float(collected))}" if collected else "never collected")
    for at, clock, moment in runs:
        if float(at) > now:
            words.append(f"next {clock if float(at) - now < 86400 else moment}")
            break
    return f"skillhouse: {', '.join(words)}", PROBLEMS if wrong else 0


def _is_fresh(span: str, now: float) -> bool:
    """Whether the moment is in the span in which the data is not overdue; ``-`` is none."""
    since, sign, until = span.partition(" ")
    return bool(sign) and float(since) <= now <= float(until)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def line_for(arguments: list[str]) -> tuple[str, int] | None:
    """The line for a command line that asks for nothing else; None if the file does not have it."""
    warehouse = None
    rest = iter(arguments)
    words = []
    for word in rest:
        option, sign, value = word.partition("=")
        if option == "--warehouse":
            warehouse = value if sign else next(rest, "")
        elif word not in _FLAGS:
            words.append(word)
    if words != ["status"] or "--line" not in arguments:
        return None
    path = default_warehouse() if warehouse is None else os.path.expanduser(warehouse)
    lines = read(path, STATUS) if path else None
    if lines is None:
        return None
    from time import time

    try:
        return line_of(lines, time())
    except (KeyError, ValueError):
        return None


# ---------------------------------------------------------------- where the warehouse is


def default_warehouse() -> str | None:
    """The warehouse if no option names one; None if only ``schema.settings`` can tell.

    A short cut of that module for the usual cases; a test compares the two.
    """
    env = os.environ
    if named := env.get("SKILLHOUSE_WAREHOUSE"):
        return os.path.expanduser(named)
    file = env.get("SKILLHOUSE_CONFIG") or _folder("XDG_CONFIG_HOME", "~/.config", "config.toml")
    data = _folder("XDG_DATA_HOME", "~/.local/share", "warehouse.duckdb")
    if file is None or data is None:
        return None
    try:
        with open(os.path.expanduser(file), encoding="utf-8") as settings:
            content = settings.read()
    except FileNotFoundError:
        return data
    except (OSError, ValueError):
        return None
    if "warehouse" not in content:
        return data
    for line in content.splitlines():
        key, _, value = line.partition("=")
        text = value.strip()
        if key.strip() == "warehouse" and text[:1] == text[-1:] == '"' and "\\" not in text:
            return None if '"' in text[1:-1] else os.path.expanduser(text[1:-1])
    return None


def _folder(variable: str, default: str, name: str) -> str | None:
    """A file in the platform's folder; None where its place is not plain to see."""
    named = os.environ.get(variable, "").strip()
    if sys.platform == "darwin" and not named:
        default = "~/Library/Application Support"
    elif not sys.platform.startswith("linux"):
        return None
    folder = os.path.expanduser(named or default)
    return os.path.join(folder, "skillhouse", name) if os.path.isabs(folder) else None
