"""A file of JSON lines, read from a line's end to its last line end in bounded memory.

A file here only grows, but it may also be replaced, trimmed or copied over: the checkpoint holds
digests of the file's beginning and of what stands before the offset, and where these no longer
agree the file is read from its start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import xxhash
from msgspec import Struct

from collector.trees import Candidate, FileRefused, open_for_reading

MAX_LINE_BYTES = 64 << 20
MAX_NESTING = 100
CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 4096
_BOM = b"\xef\xbb\xbf"
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[{]+|[\]}]+")


class Place(Struct, frozen=True, omit_defaults=True):
    """How far a file was read: all before ``offset``, in ``lines`` lines."""

    offset: int = 0
    lines: int = 0
    head: str = ""
    tail: str = ""


class TooLong:
    """Stands for a line of more than MAX_LINE_BYTES, which was skipped."""


class JsonLines:
    """An open file; ``place`` is where the lines given out so far end."""

    def __init__(self, candidate: Candidate, place: Place | None) -> None:
        self._descriptor = open_for_reading(candidate)
        self.resumed = place is not None and self._still_there(place)
        start = place if place is not None and self.resumed else Place()
        self._offset, self._lines = start.offset, start.lines
        self._before = os.fstat(self._descriptor)

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def place(self) -> Place:
        """Where the lines given out end; the digests are of the bytes as they stand now."""
        head, tail = self._samples(self._offset)
        return Place(self._offset, self._lines, head, tail)

    def changed(self) -> bool:
        """Whether the file became shorter or another one was put in its place while it was read."""
        now = os.fstat(self._descriptor)
        return now.st_size < self._offset or now.st_nlink == 0 < self._before.st_nlink

    def lines(self) -> Iterator[tuple[int, bytes | TooLong]]:
        """Each line's number, from 1, and its bytes; the last one only where it has its newline."""
        held: list[bytes] = []
        held_bytes = skipped = 0
        at = self._offset
        while chunk := self._read(at):
            at += len(chunk)
            end = chunk.rfind(b"\n")
            if end < 0:
                if skipped or held_bytes + len(chunk) > MAX_LINE_BYTES:
                    skipped += held_bytes + len(chunk)
                    held, held_bytes = [], 0
                else:
                    held.append(chunk)
                    held_bytes += len(chunk)
                continue
            lines = chunk[:end].split(b"\n")
            rest = chunk[end + 1 :]
            if skipped or held_bytes + len(lines[0]) > MAX_LINE_BYTES:
                self._advance(skipped + held_bytes + len(lines[0]) + 1)
                held = []
                yield self._lines, TooLong()
                del lines[0]
            elif held:
                held.append(lines[0])
                lines[0] = b"".join(held)
                held = []
            del chunk
            for line in lines:
                self._advance(len(line) + 1)
                yield self._lines, line
            del lines
            held, held_bytes, skipped = ([rest], len(rest), 0) if rest else ([], 0, 0)

    def _advance(self, size: int) -> None:
        self._offset += size
        self._lines += 1

    def _read(self, at: int, size: int = CHUNK_BYTES) -> bytes:
        try:
            return os.pread(self._descriptor, size, at)
        except OSError as exc:
            raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc

    def _samples(self, offset: int) -> tuple[str, str]:
        head = self._read(0, min(_SAMPLE_BYTES, offset)) if offset else b""
        start = max(0, offset - _SAMPLE_BYTES)
        tail = self._read(start, offset - start) if offset else b""
        return xxhash.xxh3_64_hexdigest(head), xxhash.xxh3_64_hexdigest(tail)

    def _still_there(self, place: Place) -> bool:
        if os.fstat(self._descriptor).st_size < place.offset:
            return False
        return self._samples(place.offset) == (place.head, place.tail)


def content(line: bytes) -> bytes:
    """The line without a byte order mark and the space around it."""
    return line.removeprefix(_BOM).strip(b" \t\r")


def too_deep(line: bytes) -> bool:
    """Whether the value nests more than MAX_NESTING deep; brackets in strings do not count."""
    if line.count(b"[") + line.count(b"{") <= MAX_NESTING:
        return False
    depth = 0
    for run in _BRACKETS.findall(_STRING.sub(b"", line)):
        depth += len(run) if run[0] in b"[{" else -len(run)
        if depth > MAX_NESTING:
            return True
    return False
