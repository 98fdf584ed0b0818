"""Everything written to stderr, and all exit codes. Nothing else writes to stderr."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.text import plain
from cli.proposals import as_typed
from cli.terminal import is_capable
from schema.errors import (
    SkillhouseError,
    StoreUnreachable,
    SystemRefused,
    UsageError,
    WarehouseBusy,
)
from schema.spelling import parameter

if TYPE_CHECKING:
    from cli.output import Output

DEBUG_VARIABLE = "SKILLHOUSE_DEBUG"
PROBLEMS_SHOWN = 20
_OF_A_FULL_STREAM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
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
    if isinstance(error, WarehouseBusy | StoreUnreachable):
        return ExitCode.BUSY
    return ExitCode.PROBLEMS


def ended_by(error: BaseException, version: str, *, as_json: bool = False) -> int:
    """Print what ended the command, as JSON or as lines; returns its exit code."""
    if isinstance(error, BrokenPipeError) or is_closed_pipe(error):
        give_up_stdout()
        return ExitCode.DONE
    if was_interrupted(error):
        return ExitCode.INTERRUPTED
    if (known := _as_known(error)) is not None:
        report_error(known, as_json=as_json)
        return exit_code(known)
    report_crash(error, version, as_json=as_json)
    return ExitCode.OUR_FAULT


def was_interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C ended the command; in the midst of a query DuckDB says so in its own way."""
    if isinstance(error, RuntimeError):
        return str(error) == "Query interrupted"
    return isinstance(error, KeyboardInterrupt)


def is_closed_pipe(error: BaseException) -> bool:
    """Whether Rich, which prints a command's help, exits because of a closed pipe."""
    return isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError)


def _as_known(error: BaseException) -> SkillhouseError | None:
    """The error as one that the user can act on; None for an internal error."""
    if isinstance(error, SkillhouseError):
        return error
    if isinstance(error, MemoryError):
        return SystemRefused("Not enough memory.", "Free some memory and run the command again.")
    if isinstance(error, EOFError):
        # Python keeps a compiled module that a full disk truncated, and then fails to read it.
        return SystemRefused(
            "A compiled module of this installation is incomplete.",
            "Delete the __pycache__ folders of skillhouse, or reinstall it.",
        )
    if isinstance(error, ImportError) and (open_files := _open_files_refused()) is not None:
        # With too many open files, Python reports only that the library could not be imported.
        return SystemRefused.of(open_files)
    if not isinstance(error, OSError):
        return None
    if error.filename is None and error.errno in _OF_A_FULL_STREAM:
        # An error without a file name comes from stdout: all other writers name their file.
        give_up_stdout()
        return SystemRefused.of(error, "Standard output")
    if error.filename is None and not _has_current_folder():
        return SystemRefused(
            "The current folder does not exist any more.", "Change to another folder and try again."
        )
    return SystemRefused.of(error)


def _open_files_refused() -> OSError | None:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as exc:
        return exc
    return None


def _has_current_folder() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def give_up_stdout() -> None:
    """Redirect stdout to the null device, so that the rest of the output cannot fail."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


LONGEST_QUOTE = 200
"""Characters of a name or text that an error repeats."""

_LONG_QUOTE = re.compile(rf"'([^']{{{LONGEST_QUOTE + 1},}})'")


def report_error(error: SkillhouseError, *, as_json: bool = False) -> None:
    """Print what is wrong, and what to do."""
    option = f"{parameter(error.parameter)}: " if error.parameter else ""
    message = _LONG_QUOTE.sub(lambda found: f"'{found[1][:LONGEST_QUOTE]}...'", error.message)
    if as_json:
        say_error(f"{option}{message}", error.hint, exit_code(error))
        return
    say(f"Error: {option}{message}")
    for line in error.hint.splitlines():
        say(line)


def report_crash(error: BaseException, version: str, *, as_json: bool = False) -> None:
    """Print an internal error: where it happened, without any data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    message = f"Internal error ({type(error).__name__}, {place}). Your data is unchanged."
    report = f"Please report: the line above, the command you ran, and version {version}."
    details = f"{DEBUG_VARIABLE}=1 shows the details."
    if as_json:
        report = report.replace("the line above", "this message")
        say_error(message, f"{report}\n{details}", ExitCode.OUR_FAULT)
    else:
        for line in (message, report, details):
            say(line)
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)


def report_problems(problems: Sequence[str], *, more_with: str = "skillhouse doctor") -> None:
    """Print the first problems, and how many more there are."""
    for problem in problems[:PROBLEMS_SHOWN]:
        say(f"Problem: {problem}")
    more = len(problems) - PROBLEMS_SHOWN
    if more > 0:
        say(f"... and {more} more. List all: `{more_with}`")


def say(line: str) -> None:
    """Print one line to stderr, control characters escaped; ignores a closed stderr."""
    with suppress(OSError):
        sys.stderr.write(plain(as_typed(line)) + "\n")
        sys.stderr.flush()


def say_error(message: str, hint: str, code: int) -> None:
    """Print an error as one line of JSON; ``hint`` may be empty, and have several lines."""
    import json

    hint = as_typed(hint)
    error = {"message": as_typed(message), "hint": hint, "exit_code": int(code)}
    say(json.dumps({"error": error}).replace("\x7f", "\\u007f"))


def note(output: Output, sentence: str) -> None:
    """Print a note, unless it is a warning of an answer that is data."""
    if output.for_people:
        output.note(sentence)


@contextmanager
def progress(wanted: bool, what: str) -> Iterator[Progress]:
    """A progress bar on a terminal for work that takes more than a second."""
    bar = Progress(what, wanted and is_capable(sys.stderr))
    try:
        yield bar
    finally:
        bar.close()


class Progress:
    """A progress bar; call it with the parts done and the total."""

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
        self._write(f"\r{self._what} [{bar}] {done}/{total}")
        self._drawn = True

    def close(self) -> None:
        if self._drawn:
            self._write("\r" + " " * (len(self._what) + 48) + "\r")

    @staticmethod
    def _write(text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
