"""Looking at a running process from outside: its memory, and the lock it holds on a file."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_FLOCK = "hhqqi4x"
"""``struct flock`` of Linux: type, whence, start, length, process."""


def resident_bytes(pid: int) -> int:
    """The resident memory of a process and all its descendants; 0 where there is no /proc.

    Pages that a forked child shares are counted in both: the sum is never too small.
    """
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            with open(f"/proc/{one}/statm", encoding="ascii") as file:
                total += int(file.read().split()[1]) * _PAGE
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as file:
                    waiting += map(int, file.read().split())
        except (OSError, IndexError):
            continue
    return total


def largest_bytes(pid: int) -> int:
    """The most resident memory that one process had at a time; 0 where there is no /proc."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def held_by_a_writer(path: Path) -> bool:
    """Whether an open for reading would find the file locked. Asks only, takes no lock.

    False on systems whose lock records are laid out differently.
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
