"""One transcript, read from its checkpoint: what it says, and where the next reading goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from collector.files.trees import FileRefused
from collector.transcripts import claude_code, claude_files, codex, copilot, decoding, jsonlines
from collector.transcripts.facts import Facts
from collector.transcripts.jsonlines import JsonLines, Place, TooLong
from collector.transcripts.reader import Owner, Reject, Sink
from collector.transcripts.roots import Found

_META_LIMIT_BYTES = 1 << 16
_ATTEMPTS = 3


class Checkpoint(Struct, frozen=True):
    """How far a file was read and what is still open there; ``state`` is the tool's own."""

    place: Place
    state: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Checkpoint).decode


@dataclass(frozen=True)
class Reading:
    """What one reading of one file gave.

    ``whole`` says that it was read from its start. ``first_cwd`` is the folder it began in.
    ``records`` counts its lines that are JSON objects, ``ignored`` those that do not count.
    """

    facts: Facts
    checkpoint: bytes
    whole: bool
    records: int = 0
    ignored: int = 0
    rejects: list[Reject] = field(default_factory=list)
    unknown_types: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    first_cwd: str | None = None


def with_state(checkpoint: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The checkpoint with another state of the same tool, if it has one."""
    known = _decode(checkpoint)
    return _encode(Checkpoint(known.place, change(known.state) if known.state else b""))


def read(found: Found, checkpoint: bytes | None, owner: Owner) -> Reading:
    """Read what is new in a file; ``checkpoint`` None reads it from its start.

    Raises FileRefused where it cannot be opened or read. A file that is replaced while it is read
    is read again.
    """
    known = _decode(checkpoint) if checkpoint else None
    for attempt in range(_ATTEMPTS):
        reading = _read_once(found, known, owner, last=attempt == _ATTEMPTS - 1)
        if reading is not None:
            return reading
    raise FileRefused("keeps changing while it is read")


def _read_once(found: Found, known: Checkpoint | None, owner: Owner, last: bool) -> Reading | None:
    sink = Sink(owner)
    with JsonLines(found.candidate, known.place if known else None) as file:
        state = known.state if known is not None and file.resumed else None
        reader = _reader(found, state, sink)
        if reader is None:
            return Reading(Facts(), _encode(Checkpoint(Place(), b"")), whole=True)
        for number, line in file.lines(reader):
            if isinstance(line, TooLong):
                sink.reject(number, f"is longer than {jsonlines.MAX_LINE_BYTES >> 20} MiB")
                continue
            value = jsonlines.content(line)
            if value:
                reader.line(number, value)
        if file.changed() and not last:
            return None
        place = file.place()
    _read_beside(found, reader, owner, sink)
    return Reading(
        sink.facts(),
        _encode(Checkpoint(place, reader.state())),
        whole=state is None,
        records=sink.records + file.passed_over,
        ignored=sink.ignored + file.passed_over,
        rejects=sink.rejects,
        unknown_types=sink.unknown_types,
        versions=sink.versions,
        first_cwd=reader.first_cwd,
    )


_AnyReader = claude_code.Reader | codex.Reader | copilot.Reader


def _reader(found: Found, state: bytes | None, sink: Sink) -> _AnyReader | None:
    path = found.candidate.path
    if found.tool == "codex":
        return codex.Reader(path, state, sink)
    if found.tool == "copilot":
        return copilot.Reader(decoding.an_id(path.split("/")[-2]), state, sink)
    file = claude_files.classify(path)
    return claude_code.Reader(file, state, sink) if file is not None else None


def _read_beside(found: Found, reader: _AnyReader, owner: Owner, sink: Sink) -> None:
    """What an agent's ``.meta.json`` adds; its type only where the agent's folder has an owner."""
    if not isinstance(reader, claude_code.Reader) or reader.agent is None:
        return
    with_name = owner(None, reader.first_cwd) is not None
    for candidate in found.candidate.beside:
        data = claude_files.small_file(candidate, _META_LIMIT_BYTES)
        meta = claude_files.read_meta(data, reader.agent, with_name) if data else None
        if meta is not None:
            sink.agent(meta)
