"""Bytes of a file as they were at one moment, though its writer may be at work.

A file is read and then looked at again; when what was read may be a mixture of two states, the read
raises ``ChangedMeanwhile`` and whoever asked decides when to try again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import xxhash

from collector.files.trees import Candidate, FileRefused, Fingerprint, open_for_reading
from schema.frozen import dataclass

MAX_DOCUMENT_BYTES = 1 << 30
MAX_LINE_BYTES = 64 << 20
PIECE_BYTES = 1 << 20
_BLANKS = b" \t\r"

Change = Literal["same", "longer", "other"]
"""What became of a last line that had no newline: nothing but blanks or a newline was added to it,
other bytes were, or other bytes are in its place."""


class ChangedMeanwhile(Exception):
    """The file changed while it was read."""


class LineTooLong(Exception):
    """A line is too long to be held in a chunk; reading line by line can skip it."""


def read_document(candidate: Candidate) -> bytes:
    """The whole file. FileRefused, also for one over MAX_DOCUMENT_BYTES; ChangedMeanwhile."""
    with open(open_for_reading(candidate), "rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        if before.st_size > MAX_DOCUMENT_BYTES:
            raise FileRefused(f"is larger than {MAX_DOCUMENT_BYTES >> 20} MiB")
        data = b"".join(read_pieces(file.fileno(), 0, before.st_size))
        after = os.fstat(file.fileno())
    if Fingerprint.of(before) != Fingerprint.of(after) or len(data) != before.st_size:
        raise ChangedMeanwhile
    return data


def digest(data: bytes) -> str:
    """A fingerprint of content; it guards against change, not against malice."""
    return xxhash.xxh3_128_hexdigest(data)


@dataclass(frozen=True)
class LinesCheckpoint:
    """How far a file of lines was read: all before ``offset``, which ends a line.

    ``prefix`` is the digest of those bytes, ``lines`` their number.
    """

    offset: int = 0
    prefix: str = ""
    lines: int = 0


class LineFile:
    """A file of lines, opened once and read from a checkpoint to its last complete line.

    ``last_line``, once it was read, is what stands behind the last newline: None where that is more
    than MAX_LINE_BYTES.
    """

    def __init__(self, candidate: Candidate) -> None:
        self._descriptor = open_for_reading(candidate)
        self._opened = os.fstat(self._descriptor)
        self._running = xxhash.xxh3_128()
        self._complete = xxhash.xxh3_128()
        self._offset = 0
        self._lines = 0
        self.last_line: bytes | None = b""

    def __enter__(self) -> LineFile:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def resume(self, checkpoint: LinesCheckpoint) -> bool:
        """Go on from ``checkpoint`` if the bytes before it are still those that were read then."""
        if self._opened.st_size < checkpoint.offset:
            return False
        state = self._hashed(checkpoint.offset)
        if state.hexdigest() != checkpoint.prefix:
            return False
        self._running, self._complete = state, state.copy()
        self._offset, self._lines = checkpoint.offset, checkpoint.lines
        return True

    def last_line_change(self, offset: int, size_bytes: int, known_digest: str) -> Change:
        """What became of the last line, of which so many bytes stood there when it was read."""
        if digest(self._read(offset, size_bytes)) != known_digest:
            return "other"
        at = offset + size_bytes
        while behind := self._read(at, PIECE_BYTES):
            rest = behind.lstrip(_BLANKS)
            if rest:
                return "same" if rest.startswith(b"\n") else "longer"
            at += len(behind)
        return "same"

    def rewind(self) -> None:
        """Read from the start after all."""
        self._running, self._complete = xxhash.xxh3_128(), xxhash.xxh3_128()
        self._offset = self._lines = 0

    def _read(self, start: int, size: int) -> bytes:
        end = min(start + size, self._opened.st_size)
        return b"".join(read_pieces(self._descriptor, start, end))

    def _hashed(self, end: int) -> xxhash.xxh3_128:
        """The digest of all before ``end``, or of what there is of it."""
        state = xxhash.xxh3_128()
        # One buffer again and again: new ones for each piece cost several times the hashing.
        buffer = memoryview(bytearray(PIECE_BYTES))
        at = 0
        while at < end:
            got = _read_into(self._descriptor, buffer[: min(len(buffer), end - at)], at)
            if not got:
                break
            state.update(buffer[:got])
            at += got
        return state

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """The number and bytes of each complete line, without its newline.

        None stands for a line over MAX_LINE_BYTES, which is never held in memory. What stands
        behind the last newline is not among them but in ``last_line``.
        """
        held: list[bytes] = []
        held_bytes = 0
        offset = self._offset
        for chunk in read_pieces(self._descriptor, offset, self._opened.st_size):
            end = chunk.rfind(b"\n") + 1
            if end:
                self._complete = self._running.copy()
                self._complete.update(chunk[:end])
                self._offset = offset + end
            self._running.update(chunk)
            offset += len(chunk)
            *complete, rest = chunk.split(b"\n")
            for part in complete:
                self._lines += 1
                too_long = held_bytes + len(part) > MAX_LINE_BYTES
                yield self._lines, None if too_long else b"".join([*held, part])
                held, held_bytes = [], 0
            held_bytes += len(rest)
            held = [*held, rest] if held_bytes <= MAX_LINE_BYTES else []
        self.last_line = b"".join(held) if held_bytes <= MAX_LINE_BYTES else None

    @property
    def unread_bytes(self) -> int:
        """How much stands behind what was read."""
        return self._opened.st_size - self._offset

    def chunks(self, size: int) -> Iterator[tuple[int, memoryview]]:
        """Chunks of complete lines of about ``size`` bytes, each with how many lines came before.

        A chunk is longer where a line is, and valid until the next one is asked for. Raises
        LineTooLong rather than hold MAX_LINE_BYTES.
        """
        # One buffer again and again: new ones for each piece cost several times the reading.
        buffer = bytearray(2 * size)
        held, at = 0, self._offset
        while at < self._opened.st_size:
            wanted = min(size, self._opened.st_size - at)
            if held + wanted > len(buffer):
                buffer = buffer[:held] + bytearray(held + wanted)
            got = _read_into(self._descriptor, memoryview(buffer)[held : held + wanted], at)
            if not got:
                break
            at += got
            self._running.update(memoryview(buffer)[held : held + got])
            end = buffer.rfind(b"\n", held, held + got) + 1
            held += got
            if (end or held) > MAX_LINE_BYTES:
                raise LineTooLong
            if not end:
                continue
            before = self._lines
            self._lines += buffer.count(b"\n", 0, end)
            self._offset += end
            yield before, memoryview(buffer)[:end]
            buffer[: held - end] = buffer[end:held]
            held -= end
        # What was hashed too much, an incomplete last line, is hashed again when it is complete.
        self._complete = self._running
        self.last_line = bytes(buffer[:held])
        if held:
            self._complete = self._hashed(self._offset)

    def checkpoint(self) -> LinesCheckpoint:
        """Where ``lines`` ended. ChangedMeanwhile when the file no longer holds what was read."""
        prefix = self._complete.hexdigest()
        changed = Fingerprint.of(os.fstat(self._descriptor)) != Fingerprint.of(self._opened)
        if changed and self._hashed(self._offset).hexdigest() != prefix:
            raise ChangedMeanwhile
        return LinesCheckpoint(self._offset, prefix, self._lines)


def modified_at(candidate: Candidate) -> datetime:
    """When the file was last written, to the microsecond."""
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    try:
        return epoch + timedelta(microseconds=candidate.modified_ns // 1000)
    except OverflowError:
        return epoch


def _read_into(descriptor: int, buffer: memoryview, start: int) -> int:
    """How many bytes from ``start`` were read into the buffer; 0 at the end. FileRefused."""
    try:
        return os.preadv(descriptor, [buffer], start)
    except OSError as exc:
        raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc


def read_pieces(descriptor: int, start: int, end: int, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """The bytes from ``start`` to ``end`` in pieces; fewer where the file ends. FileRefused."""
    while start < end:
        try:
            chunk = os.pread(descriptor, min(size, end - start), start)
        except OSError as exc:
            raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc
        if not chunk:
            return
        start += len(chunk)
        yield chunk
