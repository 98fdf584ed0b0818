"""How a project's skill folders and files look, without listing or opening any of them.

A run remembers every folder that it entered and every file that it found, with a digest of what the
system says of them all. As long as the digest is the same, no file was added, removed, renamed or
written, and the project is not searched again: one system call for each folder and file.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from xxhash import xxh3_128_hexdigest

FINE, COARSE = 50_000_000, 2_100_000_000
"""Nanoseconds within which two changes may bear one time: on most file systems, and on old ones."""

_TEN_MS = 10_000_000
_MOST = (1 << 63) - 1


class Look(NamedTuple):
    """A project's last look. ``looked_at`` are paths below the project's.

    ``rules`` say what was looked for; ``digest`` is None where the next run has to search.
    """

    rules: str
    files: int
    looked_at: Sequence[str]
    digest: str | None


def look(top: str, rules: str, files: int, paths: Iterable[str], began_ns: int) -> Look:
    """A look at these paths (``""``: the top folder), which a search found that began then.

    Without a digest where something was changed so recently that a further change may not be told
    apart, or has a name that cannot be stored.
    """
    looked_at = sorted(paths)
    digest = None
    if _can_be_stored([top, *looked_at]):
        digest = _digest(top, looked_at, began_ns)
    return Look(rules, files, looked_at if digest else (), digest)


def is_same(known: Look, top: str, rules: str) -> bool:
    """Whether nothing looks different than it did."""
    if known.digest is None or known.rules != rules:
        return False
    return _digest(top, known.looked_at, None) == known.digest


def _can_be_stored(paths: Iterable[str]) -> bool:
    try:
        "".join(paths).encode()
    except UnicodeEncodeError:
        return False
    return True


def _digest(top: str, paths: Iterable[str], began_ns: int | None) -> str | None:
    """None where a path is not there, is a link, or is too recent for a search that began then."""
    # The project's own path is stored with the project and nowhere else, so that it is in here.
    values = array("q", [crc32(os.fsencode(top))])
    lstat, add = os.lstat, values.extend
    try:
        for path in paths:
            found = lstat(f"{top}/{path}" if path else top)
            if stat.S_ISLNK(found.st_mode):
                return None
            if began_ns is not None and _is_recent(found, began_ns):
                return None
            add(
                (
                    found.st_mode,
                    found.st_ino & _MOST,
                    found.st_size,
                    found.st_mtime_ns,
                    found.st_ctime_ns,
                )
            )
    except (OSError, ValueError, OverflowError):
        return None
    return xxh3_128_hexdigest(values)


def _is_recent(found: os.stat_result, began_ns: int) -> bool:
    """Whether it may change once more without bearing another time."""
    newest = max(found.st_mtime_ns, found.st_ctime_ns)
    margin = FINE if newest % _TEN_MS else COARSE
    return newest > began_ns - margin
