"""``dashboard``: serves the report on this machine until a signal stops it."""

from __future__ import annotations

import os
import signal
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cli.diagnostics import ExitCode, note, say
from cli.options import PublicOption
from cli.output import write
from cli.session import Session

if TYPE_CHECKING:
    from cli.dashboard.collecting import Collecting
    from cli.dashboard.live import Live
    from cli.dashboard.server import Server


def dashboard(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option("--port", min=0, max=65535, metavar="N", help="Port (0: any free one)."),
    ] = 0,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    public: PublicOption = False,
) -> None:
    """Serve the report in a browser, updated automatically.

    Serves it on 127.0.0.1 at the printed address until Ctrl-C. Everybody on this machine who knows
    the address can read it. New data shows within seconds of a refresh, and *Collect now* runs one.
    """
    session: Session = context.obj
    from cli.dashboard.collecting import Collecting, command_for
    from cli.dashboard.live import Live, maker
    from cli.dashboard.server import Server

    with Server(port) as server:
        live = Live(session.warehouse, maker(public=public))
        # Who is shown a public page only reads.
        collecting = None if public else Collecting(command_for(session.warehouse.path))
        try:
            received = _serve(server, live, collecting, session, open_it=open_it)
        finally:
            if collecting is not None:
                collecting.stop()
    if received == signal.SIGINT:
        raise typer.Exit(ExitCode.INTERRUPTED)


def _serve(
    server: Server, live: Live, collecting: Collecting | None, session: Session, *, open_it: bool
) -> int:
    """Serve until a signal arrives; returns its number."""
    with _signals() as wait:
        Thread(target=server.serve, args=(live, collecting), daemon=True).start()
        write(server.url)
        if not session.output.quiet:
            say("Press Ctrl-C to stop.")
        if open_it and not webbrowser.open(server.url):
            note(session.output, "No browser could be started. Open the address yourself.")
        received = wait()
        server.shutdown()
    return received


@contextmanager
def _signals() -> Iterator[Callable[[], int]]:
    """A function that waits for SIGTERM or SIGINT, also one that arrived before the call.

    The signal's number is read from a pipe: a Python handler would not run while the main thread
    waits.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    woken_before = signal.set_wakeup_fd(writing)
    before = {each: signal.signal(each, _note) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: os.read(reading, 1)[0]
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(woken_before)
        os.close(reading)
        os.close(writing)


def _note(number: int, frame: FrameType | None) -> None:
    """Does nothing: the signal's number is in the pipe already."""
