"""A file of JSON lines, read from a line's end to its last line end in bounded memory.

A file here only grows, but it may also be replaced, trimmed or copied over: the checkpoint holds
digests of the file's beginning and of what stands before the offset, and where these no longer
agree the file is read from its start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Protocol

import stringzilla
import xxhash
from msgspec import Struct

from collector.trees import Candidate, FileRefused, open_for_reading

MAX_LINE_BYTES = 64 << 20
MAX_NESTING = 100
CHUNK_BYTES = 1 << 19
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


class Gate(Protocol):
    """Tells which lines need not be looked at: while ``idle``, those without any marker."""

    markers: tuple[bytes, ...]

    def idle(self) -> bool: ...


class JsonLines:
    """An open file; ``place`` is where the lines given out so far end.

    ``read_lines`` counts the lines from the file's start, ``passed_over`` those of them that the
    gate let pass in this reading.
    """

    def __init__(self, candidate: Candidate, place: Place | None) -> None:
        self._descriptor = open_for_reading(candidate)
        self.resumed = place is not None and self._still_there(place)
        start = place if place is not None and self.resumed else Place()
        self._offset, self.read_lines = start.offset, start.lines
        self.passed_over = 0
        self._before = os.fstat(self._descriptor)

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def place(self) -> Place:
        """Where the lines given out end; the digests are of the bytes as they stand now."""
        head, tail = self._samples(self._offset)
        return Place(self._offset, self.read_lines, head, tail)

    def changed(self) -> bool:
        """Whether the file became shorter or another one was put in its place while it was read."""
        now = os.fstat(self._descriptor)
        return now.st_size < self._offset or now.st_nlink == 0 < self._before.st_nlink

    def lines(self, gate: Gate) -> Iterator[tuple[int, bytes | TooLong]]:
        """Each line's number, from 1, and its bytes; the last one only where it has its newline.

        While the gate is idle, lines without one of its markers are passed over, as long as all
        lines around look whole.
        """
        held: list[bytes] = []
        held_bytes = skipping = 0
        at = self._offset
        while chunk := self._read(at):
            at += len(chunk)
            end = chunk.rfind(b"\n") + 1
            if not end:
                if skipping or held_bytes + len(chunk) > MAX_LINE_BYTES:
                    skipping += held_bytes + len(chunk)
                    held, held_bytes = [], 0
                else:
                    held.append(chunk)
                    held_bytes += len(chunk)
                continue
            start = 0
            if skipping or held:
                start = chunk.index(b"\n") + 1
                size = held_bytes + start
                self._advance(skipping + size)
                if skipping or size > MAX_LINE_BYTES + 1:
                    yield self.read_lines, TooLong()
                else:
                    held.append(chunk[: start - 1])
                    yield self.read_lines, b"".join(held)
            rest = chunk[end:]
            held, held_bytes, skipping = ([rest], len(rest), 0) if rest else ([], 0, 0)
            if start < end:
                yield from self._whole_lines(chunk, start, end, gate)

    def _whole_lines(
        self, chunk: bytes, start: int, end: int, gate: Gate
    ) -> Iterator[tuple[int, bytes]]:
        """The lines from start to end, without those that the gate lets pass."""
        found = _Found(chunk, end, gate.markers) if gate.markers and _look_whole(chunk) else None
        first = start
        while start < end:
            if found is not None and start > first and gate.idle():
                line = chunk.rfind(b"\n", start, found.next(start)) + 1 or start
                if line > start:
                    passed = found.lines(start, line)
                    self.passed_over += passed
                    self.read_lines += passed
                    self._offset += line - start
                    start = line
                    continue
            stop = chunk.index(b"\n", start)
            self._advance(stop + 1 - start)
            yield self.read_lines, chunk[start:stop]
            start = stop + 1

    def _advance(self, size: int) -> None:
        self._offset += size
        self.read_lines += 1

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


class _Found:
    """Where the next marker stands in a piece of a file, asked for from left to right."""

    def __init__(self, chunk: bytes, end: int, markers: tuple[bytes, ...]) -> None:
        self._text = stringzilla.Str(chunk)
        self._end = end
        self._next = dict.fromkeys(markers, -1)

    def lines(self, start: int, end: int) -> int:
        """How many lines end from start to end."""
        return int(self._text[start:end].count(b"\n"))

    def next(self, start: int) -> int:
        """The first marker's place at or after ``start``; the end where there is none."""
        for marker, known in self._next.items():
            if known < start:
                place = self._text.find(marker, start)
                if place < 0:
                    self._next[marker] = self._end
                    continue
                # A line's beginning is told by the end of the one before it.
                self._next[marker] = place + marker.startswith(b"\n")
        return min(self._next.values())


def _look_whole(chunk: bytes) -> bool:
    """Whether a piece of a file may be searched instead of decoded: each line in it begins and ends
    like an object. What does not is looked at line by line, to say what is wrong with it."""
    text = stringzilla.Str(chunk)
    return bool(text.count(b"}\n{") >= text.count(b"\n") - 1 and text.find(b"\0") < 0)


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
