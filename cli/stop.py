"""Stopping work on a warehouse early, so that it is stored completely or not at all.

Work is stored in transactions. It is stopped by raising out of it: between two projects, while
waiting for the file, or by interrupting the statement that DuckDB is running.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock

from schema.engine import duckdb
from schema.warehouse import Connection, Warehouse


class Stopped(BaseException):
    """A stop was requested. Not an Exception, so that no error handler catches it."""


class Stop:
    """A request to stop, and the connections to interrupt for it."""

    def __init__(self) -> None:
        self._requested = Event()
        self._connections: list[Connection] = []
        self._guard = Lock()

    def request(self) -> None:
        """From now on ``check`` raises. May be called in a signal handler."""
        self._requested.set()

    @property
    def requested(self) -> bool:
        return self._requested.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the request, at most ``seconds``; returns whether it was made."""
        return self._requested.wait(seconds)

    def check(self, *_: object) -> None:
        """Raise Stopped once a stop is requested."""
        if self.requested:
            raise Stopped

    def watch(self, con: Connection) -> None:
        """Add a connection to those that ``interrupt`` interrupts."""
        with self._guard:
            self._connections.append(con)

    def forget(self) -> None:
        """Remove all connections: the work is done and they are closed."""
        with self._guard:
            self._connections.clear()

    def interrupt(self) -> None:
        """Interrupt the running statements. Later ones run: call this until the work has ended."""
        with self._guard:
            for con in self._connections:
                with suppress(duckdb.Error):
                    con.interrupt()


@dataclass(frozen=True)
class StoppableWarehouse(Warehouse):
    """A warehouse on which work stops when that is requested."""

    stop: Stop = field(default_factory=Stop)

    @contextmanager
    def reading(self, *, beside: Connection | None = None) -> Iterator[Connection]:
        self.stop.check()
        with super().reading(beside=beside) as con:
            self.stop.watch(con)
            yield con

    @contextmanager
    def staging_connection(self) -> Iterator[Connection]:
        self.stop.check()
        with super().staging_connection() as con:
            self.stop.watch(con)
            yield con


def stoppable(warehouse: Warehouse, stop: Stop) -> StoppableWarehouse:
    """The same warehouse; waiting and working end once ``stop`` is requested."""
    values = {**vars(warehouse), "while_waiting": stop.check, "stop": stop}
    return StoppableWarehouse(**values)
