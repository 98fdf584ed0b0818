"""A gate in front of the warehouse, so that a writer gets in however many readers come and go.

The locks that DuckDB takes are not fair: as long as any reader has the file, others may join it,
and a writer that tries in between may never find it free. So a writer shuts the gate first: a lock
on a small file beside the warehouse, which is there only while somebody wants to write or writes. A
reader that finds it shut gives way, for a while. Programs that know no gate are still kept apart by
DuckDB's own lock.

The lock dies with its process, and what a killed one leaves of the file is taken over by the next.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from schema.errors import WarehouseBusy

GIVE_WAY_S = 2.0
"""So long a reader stands back for a writer: longer than an answer takes, so that the readers that
are in are out by then, but bounded, since the writer may be waiting for one that stays."""

_PAUSE_S = 0.01
_STOP, _PASS = b"-", b"+"
"""What the gate's file begins with; who keeps it follows."""


def gate_of(warehouse: Path) -> Path:
    """The file that is there while somebody writes, or waits to."""
    return warehouse.with_name(f"{warehouse.name}.gate")


class Gate:
    """The gate as its one keeper has it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def is_there(self) -> bool:
        """Whether other writers are kept out; not where the folder takes no file."""
        return self._descriptor >= 0

    def stop_readers(self) -> None:
        """Have readers give way, because the file itself is to be written."""
        self._say(_STOP)

    def let_readers_pass(self) -> None:
        """Have readers go on, because it is a copy that is written."""
        self._say(_PASS)

    def _say(self, sign: bytes) -> None:
        if self.is_there:
            os.pwrite(self._descriptor, sign, 0)


@contextmanager
def shut(
    warehouse: Path, wait_s: float, while_waiting: Callable[[], None] | None = None
) -> Iterator[Gate]:
    """Keep the gate during the block; one process at a time can, the other writers wait.

    Readers give way from the beginning. WarehouseBusy when another process keeps it for longer
    than ``wait_s``; ``while_waiting`` is called meanwhile and may raise. Where the folder takes no
    file there is none, and the block runs without.
    """
    gate = gate_of(warehouse)
    give_up_at = time.monotonic() + wait_s
    while (descriptor := _taken(gate)) is None:
        if time.monotonic() >= give_up_at:
            raise WarehouseBusy(
                f"The warehouse {warehouse} is in use by {_holder(gate)}.",
                "Try again when it is done; a pass takes seconds.",
            )
        if while_waiting is not None:
            while_waiting()
        time.sleep(_PAUSE_S)
    try:
        yield Gate(descriptor)
    finally:
        if descriptor >= 0:
            # Gone before it is let go: who has opened it by then sees that it is no longer the one.
            with suppress(OSError):
                gate.unlink(missing_ok=True)
            os.close(descriptor)


def give_way(
    warehouse: Path, until: float, while_waiting: Callable[[], None] | None = None
) -> None:
    """Return when the gate is open, or at the latest at ``until`` by the monotonic clock.

    ``while_waiting`` is called meanwhile and may raise.
    """
    gate = gate_of(warehouse)
    while _is_shut(gate) and time.monotonic() < until:
        if while_waiting is not None:
            while_waiting()
        time.sleep(_PAUSE_S)


def _taken(gate: Path) -> int | None:
    """The gate's descriptor, locked; None while another has it, -1 where no gate can be."""
    try:
        descriptor = os.open(gate, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return -1
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(gate)):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, _STOP + f"{os.getpid()} {sys.executable}".encode(), 0)
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(descriptor)
        return -1
    os.close(descriptor)
    return None


def _is_shut(gate: Path) -> bool:
    try:
        descriptor = os.open(gate, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 1, 0) != _PASS
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _holder(gate: Path) -> str:
    """Who has the gate, as far as it says so."""
    try:
        pid, _, program = gate.read_text(encoding="utf-8")[1:].partition(" ")
    except (OSError, UnicodeDecodeError):
        return "another process"
    return f"process {pid} ({program})" if pid.isdecimal() else "another process"
