"""Work of DuckDB's that takes a while, with a bar that says how far it is, and an end on Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from cli.diagnostics import Progress
from schema.warehouse import Connection

Done = TypeVar("Done")

_LOOK_EVERY_S = 0.1


def watched(con: Connection, bar: Progress, work: Callable[[], Done]) -> Done:
    """What ``work`` returns or raises, which is all that uses ``con`` meanwhile."""
    # DuckDB knows how far it is only where it would draw a bar of its own.
    con.execute("set enable_progress_bar = true").fetchall()
    con.execute("set enable_progress_bar_print = false").fetchall()
    done: list[Done] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # raised anew where somebody waits for it
            failed.append(error)

    worker = Thread(target=run)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(_LOOK_EVERY_S)
            bar(max(0, int(con.query_progress())), 100)
    except BaseException:
        con.interrupt()
        worker.join()
        raise
    if failed:
        raise failed[0]
    return done[0]
