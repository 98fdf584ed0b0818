"""A large skill document, cut into chunks between its records without being parsed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import xxhash

from collector.bulk.chunk_index import KnownChunk
from collector.files import documents
from collector.files.reading import PIECE_BYTES, ChangedMeanwhile, read_pieces
from collector.files.trees import Candidate, Fingerprint, open_for_reading
from schema.frozen import dataclass

_FRAME_BYTES = (64 << 10, 1 << 20, 16 << 20)
"""How much is read of a document's start and end; the next size where that is not enough."""

_LIST_BEGINS = b'\n  "invocations": [\n'
_LIST_ENDS = b"\n  ]"
_RECORD_ENDS = b"\n    },\n"
_RECORD_LENGTH = len(b"\n    }")
_SEPARATOR = _RECORD_ENDS[_RECORD_LENGTH:]
_HEAD_BYTES = 512
_DRIFT_BYTES = 64 << 10


@dataclass(frozen=True)
class ChunkSizes:
    """Wanted sizes of chunks, in bytes: smaller near the end of a file, where changes happen."""

    usual: int
    recent: int
    recent_bytes: int

    def at(self, bytes_left: int) -> int:
        """The size of a chunk that begins so many bytes before the end of the records.

        A usual one does not reach into where they are smaller.
        """
        return min(self.usual, max(self.recent, bytes_left - self.recent_bytes))


@dataclass(frozen=True)
class DocumentChunk:
    """Whole records of a document, where they stand, and which known chunk they still are."""

    data: memoryview
    at: int
    digest: str
    head: str
    known: int | None = None

    @property
    def size_bytes(self) -> int:
        return len(self.data)


class DocumentFile:
    """A large document laid out as writers with an indent of two spaces do, read chunk by chunk.

    Its records are in one list on the top level, each beginning and ending on lines of its own. A
    raw line break cannot stand inside a JSON string, so such lines are found without parsing; and
    what ``frame`` and the chunks hold, each parsed as JSON, proves that the cuts were right.
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
        value = documents.parse_document(head + tail)
        return value if isinstance(value, dict) else None

    @property
    def records_bytes(self) -> int:
        """The size of its list of records, once ``frame`` has found it."""
        return self._end - self._begin

    def first_record(self) -> object:
        """The first record, or a Fault where it cannot be read by itself."""
        start = self._read(self._begin, min(self._begin + PIECE_BYTES, self._end))
        cut = start.find(_RECORD_ENDS)
        text = start if cut < 0 else start[: cut + _RECORD_LENGTH]
        return documents.parse_document(text)

    def chunks(
        self, sizes: ChunkSizes, known: Sequence[KnownChunk] = ()
    ) -> Iterator[DocumentChunk]:
        """The records in chunks, without the commas between them.

        A chunk that is still one of ``known`` says so. Where one is not, the records up to the next
        that is are cut again. A chunk's bytes are valid until the next one is asked for.
        """
        at, index = self._begin, 0
        while at < self._end:
            if index < len(known):
                chunk = self._unchanged(at, known[index], index)
                if chunk is not None:
                    yield chunk
                    at, index = at + len(chunk.data) + len(_SEPARATOR), index + 1
                    continue
                at_next, index = self._found_again(at, known, index + 1)
            else:
                at_next = self._end + len(_SEPARATOR)
            yield from self._cut(at, at_next - len(_SEPARATOR), sizes)
            at = at_next

    def read_again(self, chunk: DocumentChunk) -> bytes:
        """The bytes of a chunk that was given before. ChangedMeanwhile when they differ."""
        data = self._read(chunk.at, chunk.at + chunk.size_bytes)
        if xxhash.xxh3_64_hexdigest(data) != chunk.digest:
            raise ChangedMeanwhile
        return data

    def _unchanged(self, at: int, known: KnownChunk, index: int) -> DocumentChunk | None:
        after = at + known.size_bytes
        if not known.digest or after > self._end:
            return None
        data = self._view(at, min(known.size_bytes + len(_SEPARATOR), self._end - at))
        chunk, behind = data[: known.size_bytes], bytes(data[known.size_bytes :])
        if xxhash.xxh3_64_hexdigest(chunk) != known.digest:
            return None
        if behind != (b"" if after == self._end else _SEPARATOR):
            return None
        self._state.update(data)
        return DocumentChunk(chunk, at, known.digest, known.head, index)

    def _found_again(self, at: int, known: Sequence[KnownChunk], index: int) -> tuple[int, int]:
        """Where the next known chunk begins, and its index; the end where none is found."""
        expected = at
        while index < len(known):
            expected += known[index - 1].size_bytes + len(_SEPARATOR)
            chunk = known[index]
            start = max(at, expected - _DRIFT_BYTES)
            window = self._read(start, min(self._end, expected + _DRIFT_BYTES + _HEAD_BYTES))
            boundary = window.find(_RECORD_ENDS) if chunk.digest else -1
            while boundary >= 0:
                begins = boundary + len(_RECORD_ENDS)
                head = window[begins : begins + min(_HEAD_BYTES, chunk.size_bytes)]
                if xxhash.xxh3_64_hexdigest(head) == chunk.head:
                    return start + begins, index
                boundary = window.find(_RECORD_ENDS, begins)
            index += 1
        return self._end + len(_SEPARATOR), index

    def _cut(self, start: int, stop: int, sizes: ChunkSizes) -> Iterator[DocumentChunk]:
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
            chunk = held[:cut]
            self._state.update(held[:next_at])
            if at + cut == stop and stop < self._end:
                self._state.update(_SEPARATOR)
            head = xxhash.xxh3_64_hexdigest(chunk[:_HEAD_BYTES])
            yield DocumentChunk(chunk, at, xxhash.xxh3_64_hexdigest(chunk), head)
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
        return b"".join(read_pieces(self._descriptor, start, end))


def _list_end(tail: bytes) -> int:
    """Where the list of records ends: the last line that closes a list on the top level."""
    at = tail.rfind(_LIST_ENDS)
    while at >= 0 and tail[at + len(_LIST_ENDS) : at + len(_LIST_ENDS) + 1] not in (b",", b"\n"):
        at = tail.rfind(_LIST_ENDS, 0, at)
    return at
