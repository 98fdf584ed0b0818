"""What is longer than the terminal goes through a pager; nothing is lost if that fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress

from cli.output import write
from cli.terminal import height, is_capable

NO_PAGER = ("", "cat", "never")
_DEFAULT = ("less", "more")


def page(text: str, wanted: str | None) -> None:
    """Print a text to stdout; on a terminal that is too short for it, with a pager.

    ``wanted`` is the command of the pager, or one of ``NO_PAGER``; None is $PAGER, or ``less``.
    """
    lines = height() if is_capable(sys.stdout) else None
    if lines is None or text.count("\n") + 1 < lines or not _paged(text, _command(wanted)):
        write(text)


def _command(wanted: str | None) -> list[str]:
    """The words of the pager's command; none for no pager."""
    import shlex
    import shutil

    named = wanted if wanted is not None else os.environ.get("PAGER")
    if named is None:
        return next(([found] for name in _DEFAULT if (found := shutil.which(name))), [])
    if named.strip() in NO_PAGER:
        return []
    try:
        return shlex.split(named)
    except ValueError:
        return []


def _paged(text: str, command: list[str]) -> bool:
    """Whether a pager has shown the text, or was ended by the person who read it."""
    if not command:
        return False
    import subprocess

    try:
        # The command is the person's own choice.
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=_surroundings())  # noqa: S603
    except OSError:
        return False
    assert pager.stdin is not None
    with suppress(KeyboardInterrupt):  # in the pager, Ctrl-C is the pager's
        with suppress(OSError, ValueError):
            pager.stdin.write(f"{text}\n".encode(sys.stdout.encoding or "utf-8", "replace"))
        with suppress(OSError):
            pager.stdin.close()
    while True:
        with suppress(KeyboardInterrupt):
            return pager.wait() == 0


def _surroundings() -> Mapping[str, str]:
    """The environment, in which ``less`` shows colors and leaves a short text on the screen."""
    return {"LESS": "FRX", "LV": "-c", **os.environ}
