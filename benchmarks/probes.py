"""Observes a running process from outside: its memory, and its lock on a file."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_FLOCK = "hhqqi4x"
"""``struct flock`` of Linux: type, whence, start, length, process."""


def resident_bytes(pid: int) -> int:
    """The resident memory of a process and all its descendants; 0 where there is no /proc.

    Pages shared with a forked child are counted in both, so the sum may be too large.
    """
    total = 0
    for one in _with_descendants(pid):
        with suppress(OSError, IndexError), open(f"/proc/{one}/statm", encoding="ascii") as file:
            total += int(file.read().split()[1]) * _PAGE
    return total


def processor_s(pid: int) -> float:
    """The processor time of a process and all its descendants, ended ones that it waited for too.

    0 where there is no /proc.
    """
    ticks = 0
    for one in _with_descendants(pid):
        with suppress(OSError, IndexError), open(f"/proc/{one}/stat", encoding="utf-8") as file:
            # The second field is a name in parentheses, which may have spaces.
            ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _with_descendants(pid: int) -> Iterator[int]:
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as file:
                    waiting += map(int, file.read().split())


def peak_resident_bytes(pid: int) -> int:
    """The peak resident memory of one process; 0 where there is no /proc."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def is_write_locked(path: Path) -> bool:
    """Whether the file is locked for readers. Only queries the lock, takes none.

    Always false except on Linux: the layout of lock records differs.
    """
    if sys.platform != "linux":
        return False
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        asked = struct.pack(_FLOCK, fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
        answer = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        return bool(answer[0] != fcntl.F_UNLCK)
    except OSError:
        return False
    finally:
        os.close(file)
