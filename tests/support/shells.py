"""The program as a shell starts it: streams redirected, closed or full, in any environment."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from command_line import Ran

PROGRAM = f"{sys.executable} -m cli"
_LONGEST_S = 60


def environment(warehouse: Path, **more: str) -> dict[str, str]:
    """What a process needs to find Python and its warehouse.

    Under a limit on the size of files Python would leave its compiled modules cut off.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "SKILLHOUSE_TIMEZONE": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def shell(
    line: str, env: Mapping[str, str], cwd: Path, *, user: int | None = None, before: str = ""
) -> Ran:
    """Run a line of bash in which ``$S`` is the program, run as ``user``; ``before`` is run first.

    Its exit code is that of the first program of a pipe.
    """
    program = PROGRAM if user is None else f"setpriv --reuid {user} --clear-groups {PROGRAM}"
    script = f"{before}\n{line}\nexit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env={**env, "S": program},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LONGEST_S,
        check=False,
    )
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return Ran(out, err, done.returncode)


def on_a_terminal(words: list[str], env: Mapping[str, str], cwd: Path) -> Ran:
    """Run the program with stdout and stderr on a terminal; both come back as ``out``."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM.split(), *words],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = bytearray()
        # A terminal whose other side is closed is an error to read from.
        with suppress(OSError):
            while piece := os.read(ours, 1 << 16):
                shown += piece
        os.close(ours)
    return Ran(shown.decode(), "", process.returncode)


def interrupted(words: list[str], env: Mapping[str, str], cwd: Path, after_s: float) -> Ran:
    """Run the program and press Ctrl-C after a while."""
    with subprocess.Popen(
        [*PROGRAM.split(), *words],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_LONGEST_S)
    return Ran(out, err, process.returncode)
