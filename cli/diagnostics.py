"""All that goes to stderr, and every exit code. Nothing else in the product writes there."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from time import monotonic

from cli.text import plain
from schema.errors import SkillhouseError, UsageError, WarehouseBusy

DEBUG_VARIABLE = "SKILLHOUSE_DEBUG"
PROBLEMS_SHOWN = 20
_BAR_AFTER_S = 1.0


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    OUR_FAULT = 70
    BUSY = 75
    INTERRUPTED = 130


def exit_code(error: SkillhouseError) -> ExitCode:
    """The exit code an error ends the command with."""
    if isinstance(error, UsageError):
        return ExitCode.USAGE
    if isinstance(error, WarehouseBusy):
        return ExitCode.BUSY
    return ExitCode.PROBLEMS


def report_error(error: SkillhouseError) -> None:
    """A sentence that says what is wrong, and one that says what to do."""
    say(f"Error: {error.message}")
    if error.hint:
        say(error.hint)


def report_crash(error: BaseException, version: str) -> None:
    """Our own fault: where it happened, without any of the data it happened on."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    say(f"Error: skillhouse failed ({type(error).__name__} at {place}). The fault is ours.")
    say("Nothing half done was kept: what is written is written whole or not at all.")
    say(
        f"Please report it with these two lines, version {version}, and what you ran;"
        f" {DEBUG_VARIABLE}=1 shows the details."
    )
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)


def report_problems(problems: Sequence[str], *, more_with: str = "skillhouse doctor") -> None:
    """What a person may want to act on, the first of them in full."""
    for problem in problems[:PROBLEMS_SHOWN]:
        say(f"Problem: {problem}")
    more = len(problems) - PROBLEMS_SHOWN
    if more > 0:
        say(f"... and {more} more; `{more_with}` shows all of them.")


def say(line: str) -> None:
    """One line to stderr, whatever is in it shown harmlessly."""
    sys.stderr.write(plain(line) + "\n")


@contextmanager
def progress(wanted: bool, what: str) -> Iterator[Progress]:
    """A bar on a terminal for work that takes longer than a second; nothing otherwise."""
    bar = Progress(what, wanted and sys.stderr.isatty())
    try:
        yield bar
    finally:
        bar.close()


class Progress:
    """Called with the parts done and the parts in all."""

    def __init__(self, what: str, wanted: bool) -> None:
        self._what = what
        self._wanted = wanted
        self._began = monotonic()
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        if not self._wanted or monotonic() - self._began < _BAR_AFTER_S:
            return
        filled = round(24 * done / max(total, 1))
        bar = "#" * filled + "." * (24 - filled)
        sys.stderr.write(f"\r{self._what} [{bar}] {done}/{total}")
        sys.stderr.flush()
        self._drawn = True

    def close(self) -> None:
        if self._drawn:
            sys.stderr.write("\r" + " " * (len(self._what) + 48) + "\r")
            sys.stderr.flush()
