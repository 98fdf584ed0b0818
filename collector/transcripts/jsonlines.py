"""A file of JSON lines, read from a line's end to its last line end in bounded memory.

A file here only grows, but it may also be replaced, trimmed or copied over: the checkpoint holds
digests of the file's beginning and of what is before the offset, and where these no longer
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

from collector.files.trees import Candidate, FileRefused, open_for_reading

MAX_LINE_BYTES = 64 << 20
MAX_NESTING = 100
CHUNK_BYTES = 1 << 19
_SAMPLE_BYTES = 4096
_LINE_END = ord("\n")
_TYPE = b'"type":"'
_BOM = b"\xef\xbb\xbf"
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[{]+|[\]}]+")
# Room to read into, given back to be used again: making it again takes longer than reading a file.
_spare: list[bytearray] = []


class Place(Struct, frozen=True, omit_defaults=True):
    """How far a file was read: all before ``offset``, in ``lines`` lines."""

    offset: int = 0
    lines: int = 0
    head: str = ""
    tail: str = ""


class TooLong:
    """Stands for a line of more than MAX_LINE_BYTES, which was skipped."""


class Found:
    """Where bytes are in a piece of a file, asked for from left to right.

    The piece is the beginning of the buffer; from ``start`` on it has ``count`` lines.
    """

    def __init__(
        self,
        buffer: bytearray,
        piece: memoryview,
        start: int,
        count: int,
        markers: tuple[bytes, ...],
    ) -> None:
        self._buffer, self._piece = buffer, piece
        self._start, self._count = start, count
        self._end = len(piece)
        self._markers = markers
        self._known: dict[bytes, int] = {}
        self._first = -1

    def place(self, marker: bytes, start: int) -> int:
        """The marker's first place at or after ``start``; the piece's end where there is none."""
        known = self._known.get(marker, -1)
        if known < start:
            known = stringzilla.find(self._piece, marker, start)
            self._known[marker] = known = self._end if known < 0 else known
        return known

    def next(self, start: int) -> int:
        """Where the next line with one of the markers is, or a later place in that line; the
        piece's end where there is none."""
        if self._first < start:
            first, known = self._end, self._known
            for marker in self._markers:
                # What begins with a line's end tells of the line after it.
                before = marker[0] == _LINE_END
                place = known.get(marker, -1)
                if place < start - before:
                    place = self.place(marker, start - before)
                first = min(first, place + before)
            self._first = first
        return self._first

    def type(self, line: int) -> bytes:
        """What the line that begins at ``line`` says its type is; empty where only decoding tells,
        as something with brackets stands before it. In a string its quotes would be escaped."""
        at = self.place(_TYPE, line)
        first, buffer = line + 1, self._buffer
        if (
            at >= self._end
            or buffer.find(b"{", first, at) >= 0
            or buffer.find(b"[", first, at) >= 0
        ):
            return b""
        at += len(_TYPE)
        return bytes(self._piece[at : buffer.find(b'"', at)])

    def line(self, start: int, place: int) -> int:
        """Where the line begins in which ``place`` is; not before ``start``, where one begins."""
        return self._buffer.rfind(b"\n", start, place) + 1 or start

    def stop(self, start: int) -> int:
        """Where the line ends that begins at ``start``."""
        return self._buffer.index(b"\n", start)

    def lines(self, start: int, end: int) -> int:
        """How many lines end from start to end."""
        if start == self._start and end == self._end:
            return self._count
        return int(stringzilla.count(self._piece, b"\n", start, end))


class Gate(Protocol):
    """Tells which lines need not be decoded, by what a search for bytes finds in them: those from
    ``start`` to where ``passes`` says. It is given what looks into them, and ``end``, where they
    end. ``markers`` are what it searches for; without any, all lines are decoded."""

    markers: tuple[bytes, ...]

    def passes(self, found: Found, start: int, end: int) -> int: ...


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

        Lines that the gate lets pass are passed over, as long as all lines around look whole.
        """
        buffer = _spare.pop() if _spare else bytearray(CHUNK_BYTES)
        os.lseek(self._descriptor, self._offset, os.SEEK_SET)
        # At the front stand the end of a line and the beginning of the next one, up to ``held``; so
        # many bytes of it were dropped.
        buffer[0] = _LINE_END
        held, dropped = 1, 0
        # What is added meanwhile may wait: the file will look different then.
        left = self._before.st_size - self._offset
        while left > 0 and (size := self._read_into(memoryview(buffer)[held:])):
            left -= size
            filled = held + size
            end = buffer.rfind(b"\n", held, filled) + 1
            if not end:
                held = filled
                if dropped or held > MAX_LINE_BYTES:
                    dropped, held = dropped + held - 1, 1
                elif held == len(buffer):
                    buffer = _larger(buffer)
                continue
            start = 1
            stop = buffer.find(b"\n", held, filled)
            if dropped or stop - start > MAX_LINE_BYTES:
                self._advance(dropped + stop)
                yield self.read_lines, TooLong()
                start, dropped = stop + 1, 0
            if start < end:
                yield from self._whole_lines(buffer, start, end, gate)
            rest = buffer[end - 1 : filled]
            held = len(rest)
            if len(buffer) > CHUNK_BYTES > held:
                buffer = bytearray(CHUNK_BYTES)
            buffer[:held] = rest
        if len(buffer) == CHUNK_BYTES:
            _spare.append(buffer)

    def _whole_lines(
        self, buffer: bytearray, start: int, end: int, gate: Gate
    ) -> Iterator[tuple[int, bytes]]:
        """The lines from start to end, without those that the gate lets pass."""
        piece = memoryview(buffer)[:end]
        count = _whole(piece, start) if gate.markers else None
        found = Found(buffer, piece, start, count, gate.markers) if count is not None else None
        while start < end:
            if found is not None:
                line = gate.passes(found, start, end)
                if line > start:
                    self._pass_over(found.lines(start, line), line - start)
                    start = line
                    continue
            stop = buffer.index(b"\n", start)
            self._advance(stop + 1 - start)
            yield self.read_lines, bytes(piece[start:stop])
            start = stop + 1

    def _pass_over(self, lines: int, size: int) -> None:
        self.passed_over += lines
        self.read_lines += lines
        self._offset += size

    def _advance(self, size: int) -> None:
        self._offset += size
        self.read_lines += 1

    def _read_into(self, space: memoryview) -> int:
        try:
            return os.readv(self._descriptor, [space])
        except OSError as exc:
            raise _unreadable(exc) from exc

    def _read(self, at: int, size: int) -> bytes:
        try:
            return os.pread(self._descriptor, size, at)
        except OSError as exc:
            raise _unreadable(exc) from exc

    def _samples(self, offset: int) -> tuple[str, str]:
        head = self._digest(0, min(_SAMPLE_BYTES, offset))
        start = max(0, offset - _SAMPLE_BYTES)
        return head, self._digest(start, offset - start) if start else head

    def _digest(self, at: int, size: int) -> str:
        return xxhash.xxh3_64_hexdigest(self._read(at, size) if size else b"")

    def _still_there(self, place: Place) -> bool:
        if os.fstat(self._descriptor).st_size < place.offset:
            return False
        return self._samples(place.offset) == (place.head, place.tail)


def _unreadable(exc: OSError) -> FileRefused:
    return FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}")


def _larger(buffer: bytearray) -> bytearray:
    """The same with room for more, up to the longest line."""
    larger = bytearray(min(2 * len(buffer), MAX_LINE_BYTES + CHUNK_BYTES))
    larger[: len(buffer)] = buffer
    return larger


def _whole(piece: memoryview, start: int) -> int | None:
    """How many lines a piece of a file has from ``start`` on, if it may be searched instead of
    decoded: each line begins and ends like an object. None where one does not: they are looked at
    line by line, to say what is wrong."""
    if bytes(piece[start : start + 1]) != b"{" or bytes(piece[-2:]) != b"}\n":
        return None
    lines = int(stringzilla.count(piece, b"\n", start))
    if stringzilla.count(piece, b"}\n{", start) != lines - 1:
        return None
    return lines if stringzilla.find(piece, b"\0", start) < 0 else None


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
