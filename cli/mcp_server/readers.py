"""The warehouse as many calls of one process read it at once, and only while they do.

Within a process DuckDB shares one instance of a file, and closing any handle of a file drops all
of the process's locks on it. So the first call opens the file, those that come meanwhile join it,
and the last one closes it: no call opens the file while another closes it. A call that finds a
writer waiting stands back as any reader does, and none joins a file that was replaced, so that what
is read is never older than the longest call that is under way.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Condition

from cli.service.stop import Stop, stoppable
from schema import gate
from schema.warehouse import Connection, Warehouse, told

READ_WAIT_S = 30.0
"""Longer than a person waits: the clients give a call a minute and more."""

_PAUSE_S = 0.05


@dataclass
class _Opened:
    """The connection that keeps the file open, what closes it, and how many calls use it."""

    con: Connection
    closing: ExitStack
    identity: tuple[int, ...] | None
    calls: int = 0


@dataclass
class Readers:
    """The calls that read one warehouse. It holds nothing open between calls.

    ``at_the_door`` while one of them opens or closes the file.
    """

    warehouse: Warehouse
    _changed: Condition = field(default_factory=Condition)
    _opened: _Opened | None = None
    at_the_door: bool = False

    @contextmanager
    def reading(self, stop: Stop) -> Iterator[Connection]:
        """A read-only connection of this call's own; raises as ``Warehouse.reading`` does.

        Stopped as soon as ``stop`` is wished for, also while waiting.
        """
        gate.give_way(self.warehouse.path, time.monotonic() + gate.GIVE_WAY_S, stop.check)
        opened = self._joined(stop)
        try:
            with opened.con.cursor() as con:
                # What is in use is a connection's own, and its cursors do not take it over.
                con.execute("use warehouse")
                stop.watch(con)
                with told(self.warehouse.path):
                    yield con
        finally:
            self._leave(opened)

    def _joined(self, stop: Stop) -> _Opened:
        with self._changed:
            while self.at_the_door or (self._opened and self._opened.identity != self._identity()):
                self._changed.wait(_PAUSE_S)
                stop.check()
            if self._opened is not None:
                self._opened.calls += 1
                return self._opened
            self.at_the_door = True
        opened = None
        try:
            identity = self._identity()
            closing = ExitStack()
            warehouse = stoppable(self.warehouse, stop)
            opened = _Opened(closing.enter_context(warehouse.reading()), closing, identity, 1)
        finally:
            with self._changed:
                self._opened, self.at_the_door = opened, False
                self._changed.notify_all()
        return opened

    def _leave(self, opened: _Opened) -> None:
        with self._changed:
            opened.calls -= 1
            if opened.calls:
                return
            self._opened, self.at_the_door = None, True
        try:
            opened.closing.close()
        finally:
            with self._changed:
                self.at_the_door = False
                self._changed.notify_all()

    def _identity(self) -> tuple[int, ...] | None:
        """Which file it is; None where there is none."""
        try:
            found = os.stat(self.warehouse.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino
