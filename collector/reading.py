"""Bytes of a file as they were at one moment, though its writer may be at work.

A file is read and then looked at again; when what was read may be a mixture of two states, the read
raises ``ChangedMeanwhile`` and whoever asked decides when to try again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import xxhash

from collector import documents
from collector.chunk_index import KnownChunk
from collector.trees import Candidate, FileRefused, Fingerprint, open_for_reading

MAX_DOCUMENT_BYTES = 1 << 30
MAX_LINE_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20
_FRAME_BYTES = (64 << 10, 1 << 20, 16 << 20)
"""How much is read of a document's begin and end, and how much more where that is not enough."""

_LIST_BEGINS = b'\n  "invocations": [\n'
_LIST_ENDS = b"\n  ]"
_RECORD_ENDS = b"\n    },\n"
_RECORD_LENGTH = len(b"\n    }")
_SEPARATOR = _RECORD_ENDS[_RECORD_LENGTH:]
_HEAD_BYTES = 512
_DRIFT_BYTES = 64 << 10
_BLANKS = b" \t\r"

Change = Literal["same", "longer", "other"]
"""What became of a last line that had no newline: nothing but blanks or a newline was added to it,
other bytes were, or other bytes stand in its place."""


class ChangedMeanwhile(Exception):
    """The file changed while it was read."""


class StartOver(Exception):
    """What is new in a file cannot be told without the rest: read it without its checkpoint."""


class LineTooLong(Exception):
    """A run of lines is too long to be held; line by line, the long one can be passed over."""


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


@dataclass(frozen=True)
class Sizes:
    """How large parts are to be: smaller among the last bytes of a file, where changes happen."""

    usual: int
    recent: int
    recent_bytes: int

    def at(self, bytes_left: int) -> int:
        """The size of a part with so much of the file from its beginning on."""
        return self.recent if bytes_left <= self.recent_bytes else self.usual


@dataclass(frozen=True)
class Run:
    """Whole records of a document, where they stand, and which known part they still are."""

    data: memoryview
    at: int
    digest: str
    head: str
    known: int | None = None

    @property
    def size_bytes(self) -> int:
        return len(self.data)


class DocumentFile:
    """A large document laid out as writers with an indent of two spaces do, read part by part.

    Its records stand in one list on the top level, each beginning and ending on lines of its own. A
    raw line break cannot stand inside a JSON string, so such lines are found without parsing; and
    what ``frame`` and the parts hold, each parsed as JSON, proves that the cuts were right.
    """

    def __init__(self, candidate: Candidate) -> None:
        self._descriptor = open_for_reading(candidate)
        self._opened = os.fstat(self._descriptor)
        self._size = self._opened.st_size
        self._state = xxhash.xxh3_128()
        self._begin = 0
        self._end = 0
        self._buffer = bytearray()

    def __enter__(self) -> DocumentFile:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def frame(self) -> dict[str, object] | None:
        """The document with its list of records empty; None when it is not laid out so."""
        for size in _FRAME_BYTES:
            head = self._read(0, min(self._size, size))
            begins = head.find(_LIST_BEGINS)
            if begins >= 0:
                break
        else:
            return None
        self._begin = begins + len(_LIST_BEGINS)
        for size in _FRAME_BYTES:
            tail_at = max(self._begin, self._size - size)
            tail = self._read(tail_at, self._size)
            ends = _list_end(tail)
            if ends >= 0:
                break
        else:
            return None
        self._end = tail_at + ends
        if self._end <= self._begin:
            return None
        head, tail = head[: self._begin], tail[ends:]
        if (head + tail).count(b'"invocations"') != 1:
            return None
        self._state.update(head)
        self._state.update(tail)
        try:
            value = documents.parse_document(documents.decode(head + tail))
        except (documents.Torn, documents.Malformed):
            return None
        return value if isinstance(value, dict) else None

    def first_record(self) -> object:
        """The first record, or None where it cannot be read by itself."""
        start = self._read(self._begin, min(self._begin + _CHUNK_BYTES, self._end))
        cut = start.find(_RECORD_ENDS)
        text = start if cut < 0 else start[: cut + _RECORD_LENGTH]
        try:
            return documents.parse_document(documents.decode(text))
        except (documents.Torn, documents.Malformed):
            return None

    def runs(self, sizes: Sizes, known: Sequence[KnownChunk] = ()) -> Iterator[Run]:
        """The records in runs, without the commas between them.

        A run that is still one of ``known`` says so. Where one is not, the records up to the next
        that is are cut anew. A run's bytes are valid until the next one is asked for.
        """
        at, index = self._begin, 0
        while at < self._end:
            if index < len(known):
                run = self._unchanged(at, known[index], index)
                if run is not None:
                    yield run
                    at, index = at + len(run.data) + len(_SEPARATOR), index + 1
                    continue
                at_next, index = self._found_again(at, known, index + 1)
            else:
                at_next = self._end + len(_SEPARATOR)
            yield from self._cut(at, at_next - len(_SEPARATOR), sizes)
            at = at_next

    def read_again(self, run: Run) -> bytes:
        """The bytes of a run given before. ChangedMeanwhile when they are others by now."""
        data = self._read(run.at, run.at + run.size_bytes)
        if xxhash.xxh3_64_hexdigest(data) != run.digest:
            raise ChangedMeanwhile
        return data

    def _unchanged(self, at: int, known: KnownChunk, index: int) -> Run | None:
        after = at + known.size_bytes
        if not known.digest or after > self._end:
            return None
        data = self._view(at, min(known.size_bytes + len(_SEPARATOR), self._end - at))
        part, behind = data[: known.size_bytes], bytes(data[known.size_bytes :])
        if xxhash.xxh3_64_hexdigest(part) != known.digest:
            return None
        if behind != (b"" if after == self._end else _SEPARATOR):
            return None
        self._state.update(data)
        return Run(part, at, known.digest, known.head, index)

    def _found_again(self, at: int, known: Sequence[KnownChunk], index: int) -> tuple[int, int]:
        """Where the next known part begins, from which one on; the end where none is found."""
        expected = at
        while index < len(known):
            expected += known[index - 1].size_bytes + len(_SEPARATOR)
            part = known[index]
            start = max(at, expected - _DRIFT_BYTES)
            window = self._read(start, min(self._end, expected + _DRIFT_BYTES + _HEAD_BYTES))
            boundary = window.find(_RECORD_ENDS) if part.digest else -1
            while boundary >= 0:
                begins = boundary + len(_RECORD_ENDS)
                head = window[begins : begins + min(_HEAD_BYTES, part.size_bytes)]
                if xxhash.xxh3_64_hexdigest(head) == part.head:
                    return start + begins, index
                boundary = window.find(_RECORD_ENDS, begins)
            index += 1
        return self._end + len(_SEPARATOR), index

    def _cut(self, start: int, stop: int, sizes: Sizes) -> Iterator[Run]:
        """Runs of about the wanted size; ``stop`` ends a record."""
        at = start
        while at < stop:
            size = sizes.at(self._end - at)
            wanted = 2 * size
            while True:
                held = self._view(at, min(wanted, stop - at))
                buffer = self._buffer
                if at + len(held) == stop and len(held) <= size + size // 2:
                    cut = next_at = len(held)
                    break
                ends = buffer.rfind(_RECORD_ENDS, 0, min(size, len(held)))
                if ends < 0:
                    ends = buffer.find(_RECORD_ENDS, 0, len(held))
                if ends >= 0:
                    cut, next_at = ends + _RECORD_LENGTH, ends + len(_RECORD_ENDS)
                    break
                if at + len(held) == stop:
                    cut = next_at = len(held)
                    break
                wanted *= 2
            part = held[:cut]
            self._state.update(held[:next_at])
            if at + cut == stop and stop < self._end:
                self._state.update(_SEPARATOR)
            head = xxhash.xxh3_64_hexdigest(part[:_HEAD_BYTES])
            yield Run(part, at, xxhash.xxh3_64_hexdigest(part), head)
            at += next_at

    def _view(self, start: int, size: int) -> memoryview:
        """``size`` bytes from ``start``, in a buffer that is used again. ChangedMeanwhile."""
        if len(self._buffer) < size:
            self._buffer = bytearray(size)
        view = memoryview(self._buffer)[:size]
        got = 0
        while got < size:
            more = os.preadv(self._descriptor, [view[got:]], start + got)
            if not more:
                raise ChangedMeanwhile
            got += more
        return view

    def content(self) -> str:
        """A digest of all that was read. ChangedMeanwhile when the file changed under it."""
        if Fingerprint.of(os.fstat(self._descriptor)) != Fingerprint.of(self._opened):
            raise ChangedMeanwhile
        return self._state.hexdigest()

    def _read(self, start: int, end: int) -> bytes:
        return b"".join(_chunks(self._descriptor, start, end))


def _list_end(tail: bytes) -> int:
    """Where the list of records ends: the last line that closes a list on the top level."""
    at = tail.rfind(_LIST_ENDS)
    while at >= 0 and tail[at + len(_LIST_ENDS) : at + len(_LIST_ENDS) + 1] not in (b",", b"\n"):
        at = tail.rfind(_LIST_ENDS, 0, at)
    return at


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
        while behind := self._read(at, _CHUNK_BYTES):
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
        return b"".join(_chunks(self._descriptor, start, end))

    def _hashed(self, end: int) -> xxhash.xxh3_128:
        """The digest of all before ``end``, or of what there is of it."""
        state = xxhash.xxh3_128()
        # One buffer again and again: new ones for each piece cost several times the hashing.
        buffer = memoryview(bytearray(_CHUNK_BYTES))
        at = 0
        while at < end:
            try:
                got = os.preadv(self._descriptor, [buffer[: min(len(buffer), end - at)]], at)
            except OSError as exc:
                raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc
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
        self.last_line = b"".join(held) if held_bytes <= MAX_LINE_BYTES else None

    @property
    def unread_bytes(self) -> int:
        """How much stands behind what was read."""
        return self._opened.st_size - self._offset

    def parts(self, size: int) -> Iterator[tuple[int, bytes]]:
        """Runs of complete lines of about ``size`` bytes, each with how many lines came before.

        A run is longer where a line is. Raises LineTooLong rather than hold MAX_LINE_BYTES.
        """
        held: list[bytes] = []
        held_bytes = 0
        for chunk in _chunks(self._descriptor, self._offset, self._opened.st_size, size):
            self._running.update(chunk)
            end = chunk.rfind(b"\n") + 1
            if not end:
                held.append(chunk)
                held_bytes += len(chunk)
                if held_bytes > MAX_LINE_BYTES:
                    raise LineTooLong
                continue
            part, rest = b"".join([*held, chunk[:end]]), chunk[end:]
            if len(part) > MAX_LINE_BYTES:
                raise LineTooLong
            before = self._lines
            self._lines += part.count(b"\n")
            self._offset += len(part)
            yield before, part
            held, held_bytes = [rest] if rest else [], len(rest)
        # What was hashed too much, an incomplete last line, is hashed again when it is complete.
        self._complete = self._running
        self.last_line = b"".join(held)
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


def _chunks(descriptor: int, start: int, end: int, size: int = _CHUNK_BYTES) -> Iterator[bytes]:
    while start < end:
        try:
            chunk = os.pread(descriptor, min(size, end - start), start)
        except OSError as exc:
            raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc
        if not chunk:
            return
        start += len(chunk)
        yield chunk
