"""Bytes of a file as they were at one moment, though its writer may be at work.

A file is read and then looked at again; when what was read may be a mixture of two states, the read
raises ``ChangedMeanwhile`` and whoever asked decides when to try again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import xxhash

from collector.trees import Candidate, FileRefused, Fingerprint, open_for_reading

MAX_DOCUMENT_BYTES = 1 << 30
MAX_LINE_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20


class ChangedMeanwhile(Exception):
    """The file changed while it was read."""


def read_document(candidate: Candidate) -> bytes:
    """The whole file. FileRefused, also for one over MAX_DOCUMENT_BYTES; ChangedMeanwhile."""
    with open(open_for_reading(candidate), "rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        if before.st_size > MAX_DOCUMENT_BYTES:
            raise FileRefused(f"is larger than {MAX_DOCUMENT_BYTES >> 20} MiB")
        data = b"".join(_chunks(file.fileno(), 0, before.st_size))
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
    """A file of lines, opened once and read from a checkpoint to its last complete line."""

    def __init__(self, candidate: Candidate) -> None:
        self._descriptor = open_for_reading(candidate)
        self._opened = os.fstat(self._descriptor)
        self._running = xxhash.xxh3_128()
        self._complete = xxhash.xxh3_128()
        self._offset = 0
        self._lines = 0

    def __enter__(self) -> LineFile:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def resume(self, checkpoint: LinesCheckpoint) -> bool:
        """Go on from ``checkpoint`` if the bytes before it are still those that were read then."""
        if self._opened.st_size < checkpoint.offset:
            return False
        state = xxhash.xxh3_128()
        for chunk in _chunks(self._descriptor, 0, checkpoint.offset):
            state.update(chunk)
        if state.hexdigest() != checkpoint.prefix:
            return False
        self._running, self._complete = state, state.copy()
        self._offset, self._lines = checkpoint.offset, checkpoint.lines
        return True

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """The number and bytes of each complete line, without its newline.

        None stands for a line over MAX_LINE_BYTES, which is never held in memory. What stands
        behind the last newline is not a line yet.
        """
        held: list[bytes] = []
        held_bytes = 0
        offset = self._offset
        for chunk in _chunks(self._descriptor, offset, self._opened.st_size):
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

    def checkpoint(self) -> LinesCheckpoint:
        """Where ``lines`` ended. ChangedMeanwhile when the file no longer holds what was read."""
        prefix = self._complete.hexdigest()
        if Fingerprint.of(os.fstat(self._descriptor)) != Fingerprint.of(self._opened):
            state = xxhash.xxh3_128()
            for chunk in _chunks(self._descriptor, 0, self._offset):
                state.update(chunk)
            if state.hexdigest() != prefix:
                raise ChangedMeanwhile
        return LinesCheckpoint(self._offset, prefix, self._lines)


def modified_at(candidate: Candidate) -> datetime:
    """When the file was last written, to the microsecond."""
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    try:
        return epoch + timedelta(microseconds=candidate.status.st_mtime_ns // 1000)
    except OverflowError:
        return epoch


def _chunks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        try:
            chunk = os.pread(descriptor, min(_CHUNK_BYTES, end - start), start)
        except OSError as exc:
            raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc
        if not chunk:
            return
        start += len(chunk)
        yield chunk
