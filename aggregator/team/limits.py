"""What a rollup takes of one member. A publish keeps to it, so no file of its own is refused."""

from __future__ import annotations

from datetime import date

MOST_BYTES = 8 << 20
MOST_ROWS = 500_000
MOST_UNPACKED = 256 << 20
"""Bytes of a file's columns once they are unpacked, as its footer states them."""

MOST_USES = 100_000
"""Uses of one row."""

MOST_IN_ALL = 10_000_000
"""Uses of one skill by one member: squares of them, over all members, stay whole numbers."""

MOST_SKILLS = 2_000
"""Names of one member: pairs of them are counted, so the work grows with their square."""

EARLIEST = date(2020, 1, 6)
"""Monday of the first week."""
