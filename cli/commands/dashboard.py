"""``dashboard``: the report on the loopback, until a signal ends it."""

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
from cli.output import write
from cli.session import Session

if TYPE_CHECKING:
    from cli.dashboard.live import Live
    from cli.dashboard.server import Server


def dashboard(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option("--port", min=0, max=65535, metavar="N", help="0 takes any that is free."),
    ] = 0,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    public: Annotated[
        bool,
        typer.Option("--public", help="For others: no paths, sessions, projects or exact times."),
    ] = False,
) -> None:
    """The report in a browser, renewed by itself.

    Serves what `report` writes on 127.0.0.1 until Ctrl-C, at the address that is printed: who has
    it can read the page, as long as the dashboard runs. A pass that ends shows within seconds.
    """
    from cli.report.charting import charting_library

    session: Session = context.obj
    charting_library(session.warehouse.path)
    from cli.dashboard.live import Live, maker
    from cli.dashboard.server import Server

    with Server(port) as server:
        live = Live(session.warehouse, maker(public=public))
        received = _serve(server, live, session, open_it=open_it)
    if received == signal.SIGINT:
        raise typer.Exit(ExitCode.INTERRUPTED)


def _serve(server: Server, live: Live, session: Session, *, open_it: bool) -> int:
    """Serve until a signal comes; its number."""
    with _signals() as wait:
        Thread(target=server.serve, args=(live,), daemon=True).start()
        write(server.url)
        if not session.output.quiet:
            say("Ctrl-C ends it.")
        if open_it and not webbrowser.open(server.url):
            note(session.output, "No browser could be started; open the address yourself.")
        received = wait()
        server.shutdown()
    return received


@contextmanager
def _signals() -> Iterator[Callable[[], int]]:
    """What waits for the signal that ends the program, one before the call included.

    The number comes through a pipe, into which it is written when the signal arrives, in whichever
    thread that is. A handler of Python's runs later, and never while the main thread waits.
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
    """Nothing is left to do for a signal whose number is in the pipe."""
