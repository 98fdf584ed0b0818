"""Ending a pass early, so that it leaves either all of it or nothing.

A pass stores in transactions. To end one is to raise out of it: between two projects, while it
waits for the file, or by interrupting the statement that DuckDB works on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock

import duckdb

from schema.warehouse import Connection, Warehouse


class Stopped(BaseException):
    """The service was told to end. No error: nothing that handles errors shall handle it."""


class Stop:
    """A request to end, and the connections to interrupt for it."""

    def __init__(self) -> None:
        self._requested = Event()
        self._connections: list[Connection] = []
        self._guard = Lock()

    def request(self) -> None:
        """From now on, ``check`` raises. May be called by a signal's handler."""
        self._requested.set()

    @property
    def requested(self) -> bool:
        return self._requested.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the request, at most so long; returns whether it has come."""
        return self._requested.wait(seconds)

    def check(self, *_: object) -> None:
        """Raise Stopped once the end is requested."""
        if self.requested:
            raise Stopped

    def watch(self, con: Connection) -> None:
        """Interrupt this connection, too, when it comes to that."""
        with self._guard:
            self._connections.append(con)

    def forget(self) -> None:
        """The pass is over; its connections are closed."""
        with self._guard:
            self._connections.clear()

    def interrupt(self) -> None:
        """Break off what DuckDB is doing. It counts for one statement: call it until it is over."""
        with self._guard:
            for con in self._connections:
                with suppress(duckdb.Error):
                    con.interrupt()


@dataclass(frozen=True)
class StoppableWarehouse(Warehouse):
    """A warehouse whose work ends when that is requested."""

    stop: Stop = field(default_factory=Stop)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.stop.check()
        with super().reading() as con:
            self.stop.watch(con)
            yield con

    @contextmanager
    def workshop(self) -> Iterator[Connection]:
        self.stop.check()
        with super().workshop() as con:
            self.stop.watch(con)
            yield con


def stoppable(warehouse: Warehouse, stop: Stop) -> StoppableWarehouse:
    """The same warehouse, with an end to all waiting and working once ``stop`` is requested."""
    return StoppableWarehouse(
        path=warehouse.path,
        timezone=warehouse.timezone,
        read_wait_s=warehouse.read_wait_s,
        write_wait_s=warehouse.write_wait_s,
        while_waiting=stop.check,
        note=warehouse.note,
        stop=stop,
    )
