"""What is remembered of a document's chunks, so that one that did not change is not parsed again.

A chunk is known by a digest of its bytes and one of its first bytes, so that after a chunk that
changed or grew the next unchanged one is found again. Only numbers are stored of its records, none
of their content.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from collector.file_records import NameTotals
from schema.frozen import dataclass

FORMAT = 2
"""Raise it when records are read differently: no chunk is then taken as known."""


@dataclass(frozen=True)
class KnownChunk:
    """One chunk as it was read. ``digest`` is empty for one that must be read again each time.

    ``earliest_us`` and ``latest_us`` are the times of its records as written, ``totals`` their
    NameTotals by name, as JSON; both ``findings`` and it are in a fixed order.
    """

    size_bytes: int
    digest: str
    head: str
    records: int
    findings: Sequence[int]
    earliest_us: int | None
    latest_us: int | None
    totals: str

    def overlaps(self, earliest_us: int | None, latest_us: int | None) -> bool:
        """Whether a record of this chunk may be as old as one from that time to that."""
        if self.earliest_us is None or self.latest_us is None:
            return False
        if earliest_us is None or latest_us is None:
            return False
        return self.earliest_us <= latest_us and earliest_us <= self.latest_us


@dataclass(frozen=True)
class ChunkIndex:
    """All chunks of a document in their order, and what their records add up to."""

    chunks: tuple[KnownChunk, ...] = ()
    totals: Mapping[str, NameTotals] | None = None

    def totals_without(self, gone: Iterable[KnownChunk]) -> dict[str, NameTotals]:
        """What the chunks that are not among ``gone`` add up to."""
        # Copies: whoever gets them adds to them.
        left = {name: replace(total) for name, total in (self.totals or {}).items()}
        for chunk in gone:
            for name, numbers in json.loads(chunk.totals).items():
                left[name] -= NameTotals(*numbers)
        return {name: total for name, total in left.items() if total.records}

    def packed(self, key: str) -> dict[str, object]:
        """The index as a checkpoint stores it; ``key`` names the terms the chunks were read under.

        The names in it are those of all earlier versions, whose checkpoints go on to be used.
        """
        whole = {
            "parts": [list(vars(chunk).values()) for chunk in self.chunks],
            "totals": {n: list(vars(total).values()) for n, total in (self.totals or {}).items()},
        }
        text = zlib.compress(json.dumps(whole, separators=(",", ":")).encode(), 1)
        return {"key": f"{FORMAT} {key}", "ledger": base64.b64encode(text).decode()}


def unpack_index(packed: object, key: str) -> ChunkIndex:
    """The index in a checkpoint; an empty one where there is none, or one of other terms."""
    match packed:
        case {"key": str(known), "ledger": str(text)} if known == f"{FORMAT} {key}":
            whole = json.loads(zlib.decompress(base64.b64decode(text)))
            return ChunkIndex(
                tuple(KnownChunk(*chunk) for chunk in whole["parts"]),
                {name: NameTotals(*numbers) for name, numbers in whole["totals"].items()},
            )
    return ChunkIndex()
