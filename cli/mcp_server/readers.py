"""One shared connection for all calls that read at the same time, open only while they do.

Within a process DuckDB shares one instance of a file, and closing any handle of a file drops all
of the process's locks on it. So the first call opens the file, the calls that come meanwhile share
it, and the last one closes it: no call opens the file while another closes it. A call that finds a
writer waiting backs off as every reader does, and no call joins a connection to a file that has
been replaced, so that no answer is older than the longest running call.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Condition

from cli.stop import Stop, stoppable
from schema import writer_lock
from schema.error_translation import translate_errors
from schema.warehouse import Connection, Warehouse

READ_WAIT_S = 30.0
"""How long a call waits for a writer, in seconds; clients give a call a minute and more."""

_POLL_S = 0.05


@dataclass
class _Shared:
    """The connection that keeps the file open, what closes it, and how many calls use it."""

    con: Connection
    closing: ExitStack
    identity: tuple[int, ...] | None
    calls: int = 0


@dataclass
class Readers:
    """The calls that read one warehouse. Between calls nothing is open.

    ``opening`` while one of them opens or closes the file.
    """

    warehouse: Warehouse
    _changed: Condition = field(default_factory=Condition)
    _shared: _Shared | None = None
    opening: bool = False

    @contextmanager
    def reading(self, stop: Stop) -> Iterator[Connection]:
        """A read-only connection for one call; raises as ``Warehouse.reading`` does.

        Raises Stopped once ``stop`` is requested, also while waiting.
        """
        writer_lock.back_off(
            self.warehouse.path, time.monotonic() + writer_lock.BACK_OFF_S, stop.check
        )
        shared = self._join(stop)
        try:
            with shared.con.cursor() as con:
                # A cursor does not inherit the database in use from its connection.
                con.execute("use warehouse")
                stop.watch(con)
                with translate_errors(self.warehouse.path):
                    yield con
        finally:
            self._leave(shared)

    def _join(self, stop: Stop) -> _Shared:
        with self._changed:
            while self.opening or (self._shared and self._shared.identity != self._identity()):
                self._changed.wait(_POLL_S)
                stop.check()
            if self._shared is not None:
                self._shared.calls += 1
                return self._shared
            self.opening = True
        shared = None
        try:
            identity = self._identity()
            closing = ExitStack()
            warehouse = stoppable(self.warehouse, stop)
            shared = _Shared(closing.enter_context(warehouse.reading()), closing, identity, 1)
        finally:
            with self._changed:
                self._shared, self.opening = shared, False
                self._changed.notify_all()
        return shared

    def _leave(self, shared: _Shared) -> None:
        with self._changed:
            shared.calls -= 1
            if shared.calls:
                return
            self._shared, self.opening = None, True
        try:
            shared.closing.close()
        finally:
            with self._changed:
                self.opening = False
                self._changed.notify_all()

    def _identity(self) -> tuple[int, ...] | None:
        """Device and inode of the file; None where there is none."""
        try:
            found = os.stat(self.warehouse.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino
