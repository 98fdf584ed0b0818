"""Zone databases that tests make up, laid out like the package ``tzdata``."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from schema.zones import Database

Change = tuple[int, int]
"""An instant in seconds since 1970, and how many seconds the clock is ahead of UTC from then on."""


def zone_file(first: int, changes: Sequence[Change], footer: str) -> bytes:
    """A zone's file (TZif, version 2) with these changes, and a rule for the time after them."""
    offsets = sorted({first, *(offset for _, offset in changes)})
    # The first type is the one before any change.
    offsets.remove(first)
    offsets.insert(0, first)
    types = b"".join(struct.pack(">lBB", offset, 0, 0) for offset in offsets)
    numbers = (0, 0, 0, len(changes), len(offsets), 4)
    empty = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    data = b"".join(
        [
            struct.pack(">4sc15x6l", b"TZif", b"2", *numbers),
            *(struct.pack(">q", instant) for instant, _ in changes),
            bytes(offsets.index(offset) for _, offset in changes),
            types,
            b"ZZZ\0",
        ]
    )
    old = struct.pack(">lBB", first, 0, 0) + b"ZZZ\0"
    return empty + old + data + f"\n{footer}\n".encode()


def make_database(folder: Path, version: str, zones: dict[str, bytes]) -> Database:
    """A database of these zones, and of UTC."""
    files = {"UTC": zone_file(0, [], "UTC0"), **zones}
    (folder / "zoneinfo").mkdir(parents=True)
    for name, content in files.items():
        path = folder / "zoneinfo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "zones").write_text("\n".join(files) + "\n", encoding="ascii")
    return Database(folder, version)
