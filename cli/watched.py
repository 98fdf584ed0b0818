"""Long queries with a progress bar, which Ctrl-C interrupts."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

from cli.diagnostics import progress
from cli.session import Session
from schema.warehouse import Connection

Done = TypeVar("Done")

_LOOK_EVERY_S = 0.1


def reading_rows(session: Session, con: Connection, work: Callable[[], Done]) -> Done:
    """``watched`` for a command that reads many records; no bar with --json or --quiet."""
    wanted = not session.output.quiet and session.output.for_people
    with progress(wanted, "Reading records") as bar:
        return watched(con, bar, work)


def watched(con: Connection, bar: Callable[[int, int], None], work: Callable[[], Done]) -> Done:
    """Run ``work``, the only user of ``con`` meanwhile; returns or raises as it does.

    ``bar`` is called with percent, starting again for each statement.
    """
    # DuckDB tracks progress only if its own progress bar is enabled.
    con.execute("set enable_progress_bar = true").fetchall()
    con.execute("set enable_progress_bar_print = false").fetchall()
    found: list[Done] = []
    failed: list[BaseException] = []
    ended = Event()

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # raised again where somebody waits for it
            failed.append(error)
        finally:
            ended.set()

    Thread(target=run).start()
    try:
        while not ended.wait(_LOOK_EVERY_S):
            bar(max(0, int(con.query_progress())), 100)
    except BaseException:
        # The connection must not be busy when it is closed. Wait for an event, because a join that
        # was interrupted cannot be repeated, and interrupt again for each further statement.
        con.interrupt()
        while not ended.wait(_LOOK_EVERY_S):
            con.interrupt()
        raise
    if failed:
        raise failed[0]
    return found[0]
