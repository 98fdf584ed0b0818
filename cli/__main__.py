"""The process: what the console script and ``python -m cli`` run, by way of skillhouse_start.

A person waits for its beginning and its end, so neither does what they have no need of.
"""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Run the program; the process ends with its exit code."""
    if sys.platform == "win32":
        sys.exit("skillhouse runs on Linux and macOS. On Windows, use WSL.")
    # What is imported stays: looking through it for garbage, time and again, finds none.
    gc.disable()
    from cli.main import main

    gc.freeze()
    gc.enable()
    try:
        main()
    except SystemExit as end:
        leave(end.code)
        raise


def leave(code: object) -> None:
    """End the process without Python's tear-down, which changes nothing once all is written.

    Returns where that is not so: output cannot be written, of which the ordinary end tells, or a
    profiler or debugger is looking on.
    """
    if sys.getprofile() or sys.gettrace() or not isinstance(code, int | None):
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code or 0)


if __name__ == "__main__":
    from skillhouse_start import run as start

    start()
