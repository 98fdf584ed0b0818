"""The process: what the console script and ``python -m cli`` run, by way of skillhouse.start.

A person waits for its beginning and its end, so neither does what they have no need of.
"""

from __future__ import annotations

import gc
import os
import sys

from skillhouse.start import INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def run() -> None:
    """Run the program; the process ends with its exit code."""
    if sys.platform == "win32":
        sys.exit("skillhouse runs on Linux and macOS. On Windows, use WSL.")
    # Whatever takes time to be imported is imported in here: an interrupt may come at any moment.
    try:
        open_missing_streams()
        expect_utf8()
        answer_shell()
        quiet_libraries()
        # What is imported stays: looking through it for garbage, time and again, finds none.
        gc.disable()
        interrupts = end_on_interrupts()
        from cli.main import main

        interrupts()
        gc.freeze()
        gc.enable()
        main()
    except SystemExit as end:
        leave(end.code)
        raise
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def answer_shell() -> None:
    """Answer a shell: what completes a line, or the line of ``status --line``.

    Before anything else is imported: a person waits for it at every key. Returns where a refresh
    has not left the answer ready.
    """
    if "_SKILLHOUSE_COMPLETE" in os.environ:
        from cli.completion import answer

        if (completed := answer()) is not None:
            sys.stdout.write(f"{completed}\n")
            leave(0)
            sys.exit(0)
    if "--line" not in sys.argv:
        return
    from cli.state_file import line_for

    if (found := line_for(sys.argv[1:])) is not None:
        line, code = found
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        leave(code)
        sys.exit(code)


def open_missing_streams() -> None:
    """Open the null device for each standard stream that was closed before we were started.

    A file that is opened later would get its number otherwise, and whatever a library writes to
    stderr would be written into that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is taken, which is this one.
            os.open(os.devnull, os.O_RDWR)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  # it stays
            setattr(sys, name, stream)


def expect_utf8() -> None:
    """Start again in UTF-8 where the locale has another encoding.

    Names, paths and exported data are UTF-8, whatever the terminal is set to.
    """
    if sys.flags.utf8_mode or sys.getfilesystemencoding() == "utf-8" or not sys.executable:
        return
    try:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606
    except OSError:
        return


def quiet_libraries() -> None:
    """Keep off stderr what is not ours: warnings of libraries, and an interrupt in a callback."""
    if os.environ.get("SKILLHOUSE_DEBUG"):
        return
    import warnings

    warnings.simplefilter("ignore")
    sys.unraisablehook = _unraisable


def end_on_interrupts() -> Callable[[], object]:
    """End at once on Ctrl-C, while modules are imported and nothing has started.

    What is returned takes that back.
    """
    import signal

    # One that is ignored, as behind nohup, stays so.
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return lambda: None
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    return lambda: signal.signal(signal.SIGINT, signal.default_int_handler)


def _unraisable(raised: sys.UnraisableHookArgs) -> None:
    """Nobody can catch what is raised in a callback; an interrupt ends the process even so."""
    if isinstance(raised.exc_value, KeyboardInterrupt):
        os._exit(INTERRUPTED)


def _is_watched() -> bool:
    """Whether a profiler or debugger is looking on. Since Python 3.12 it may do so as a monitor."""
    monitoring = getattr(sys, "monitoring", None)
    monitors = monitoring is not None and any(map(monitoring.get_tool, range(6)))
    return bool(sys.getprofile() or sys.gettrace() or monitors)


def leave(code: object) -> None:
    """End the process without Python's tear-down, which changes nothing once all is written.

    Returns where a profiler or debugger is looking on.
    """
    if _is_watched() or not isinstance(code, int | None):
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # whoever writes an answer flushes it, and says when that fails
    os._exit(code or 0)


if __name__ == "__main__":
    from skillhouse.start import run as start

    start()
