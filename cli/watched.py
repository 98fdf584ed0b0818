"""Work of DuckDB's that takes a while, with a bar that says how far it is, and an end on Ctrl-C.

The one way to read many rows for somebody who waits.
"""

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
    """``watched``, for an answer that is looked for in rows; a program is shown no bar."""
    wanted = not session.output.quiet and not session.output.as_json
    with progress(wanted, "Reading rows") as bar:
        return watched(con, bar, work)


def watched(con: Connection, bar: Callable[[int, int], None], work: Callable[[], Done]) -> Done:
    """What ``work`` returns or raises, which is all that uses ``con`` meanwhile.

    ``bar`` is told hundredths, of each statement of the work anew.
    """
    # DuckDB knows how far it is only where it would draw a bar of its own.
    con.execute("set enable_progress_bar = true").fetchall()
    con.execute("set enable_progress_bar_print = false").fetchall()
    found: list[Done] = []
    failed: list[BaseException] = []
    ended = Event()

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # raised anew where somebody waits for it
            failed.append(error)
        finally:
            ended.set()

    Thread(target=run).start()
    try:
        while not ended.wait(_LOOK_EVERY_S):
            bar(max(0, int(con.query_progress())), 100)
    except BaseException:
        # The connection must not be busy when it is closed. After an interrupt a thread could not
        # be joined again; an event can be waited for. Between two statements nothing is there to
        # be interrupted, so the next one is, too.
        con.interrupt()
        while not ended.wait(_LOOK_EVERY_S):
            con.interrupt()
        raise
    if failed:
        raise failed[0]
    return found[0]
