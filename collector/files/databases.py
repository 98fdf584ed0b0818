"""A project's SQLite database, read without touching it.

Opening it would: a reader leaves ``-wal`` and ``-shm`` next to it, the last one to close moves the
log into the database, and a journal left by a crash is rolled back. So the database and its log are
copied to a private temporary place, as they were at one moment, and the copy is opened.

A log (``-wal``) only grows until it is started again, with another header. Whatever was moved into
the database while it was copied is therefore in a log that is copied after it, and counts as it
is there. Without a log nothing may change between the first look and the last.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import xxhash

from collector.files.reading import ChangedMeanwhile
from collector.files.trees import Candidate, Entry, FileRefused, Fingerprint, Tree, open_for_reading
from schema.frozen import dataclass
from schema.statements import statement

MAX_DATABASE_BYTES = 4 << 30
"""Database and log together."""

WAIT_S = 0.5
"""How long a writer is waited for, each time the database is tried."""

READ_LIMIT_S = 20.0
"""How long SQLite may take over a small database; large ones get more, see ``_SECONDS_A_BYTE``."""

READERS = 2
"""SQLite uses one processor a connection; more than two are faster than what follows."""

_SECONDS_A_BYTE = 1 / (4 << 20)
_PAUSE_S = 0.05
_RECENT_S = 2.0
_CHUNK_BYTES = 1 << 20
_STEPS_BETWEEN_LOOKS = 20_000
_HEADER_BYTES = 100
_LOG_HEADER_BYTES = 32
_LONGEST_VALUE_BYTES = 64 << 20

# Where SQLite's processes lock: in the database itself, and in the log's index.
_SHARED_LOCK = (0x40000000, 512)
_LOG_WRITE_LOCK = (120, 1)


class Damaged(Exception):
    """The file is not a database, or a broken one; the argument completes a sentence."""


class HeldByWriter(Exception):
    """Another process keeps readers out for longer than we wait."""


@dataclass(frozen=True)
class Copy:
    """A copy that is open for reading; ``writer_at_work`` says that more will be committed.

    ``readers`` are more connections to it, for other threads.
    """

    con: sqlite3.Connection
    readers: tuple[sqlite3.Connection, ...]
    writer_at_work: bool


def with_logs(tree: Tree, candidate: Candidate) -> Candidate:
    """The database together with those of its logs that are there."""
    logs = [tree.file(candidate.path + ending) for ending in ("-journal", "-wal")]
    return replace(candidate, beside=tuple(log for log in logs if isinstance(log, Candidate)))


def fingerprint(candidate: Candidate) -> str:
    """How database and logs looked."""
    every = (candidate, *candidate.beside)
    return "|".join(Fingerprint.of(each.status).text() for each in every)


@contextmanager
def opened_copy(tree: Tree, candidate: Candidate) -> Iterator[Copy]:
    """The database as it was last committed, on a connection of its own.

    Raises FileRefused, ChangedMeanwhile, HeldByWriter, and Damaged also for what SQLite finds
    within the block.
    """
    with tempfile.TemporaryDirectory(prefix="skillhouse-", ignore_cleanup_errors=True) as folder:
        place = os.path.join(folder, "copy.db")
        size, writer_at_work = _copied(tree, candidate, place)
        with ExitStack() as stack, _faults_named():
            con, *readers = (stack.enter_context(_opened(place, size)) for _ in range(1 + READERS))
            # The copy may hold a user's own words: it has no name for longer than need be.
            shutil.rmtree(folder, ignore_errors=True)
            yield Copy(con, tuple(readers), writer_at_work)


@contextmanager
def _opened(place: str, size: int) -> Iterator[sqlite3.Connection]:
    con = sqlite3.connect(place, isolation_level=None, cached_statements=0, check_same_thread=False)
    with closing(con):
        _prepare(con, size)
        yield con


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise Damaged(_fault(exc)) from exc


def _fault(exc: sqlite3.Error) -> str:
    name = getattr(exc, "sqlite_errorname", "")
    if name == "SQLITE_NOTADB":
        return "is not an SQLite database"
    if name == "SQLITE_INTERRUPT":
        return "takes too long to be read"
    if name.startswith("SQLITE_CORRUPT"):
        return "is a damaged SQLite database"
    return f"cannot be read by SQLite ({name or type(exc).__name__})"


def _prepare(con: sqlite3.Connection, size: int) -> None:
    """Nothing of the file's own making runs for long, and nothing is written for it."""
    ends = time.monotonic() + READ_LIMIT_S + size * _SECONDS_A_BYTE
    con.set_progress_handler(lambda: time.monotonic() > ends, _STEPS_BETWEEN_LOOKS)
    con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE_BYTES)
    # A name or a prompt need not be Unicode; what is read is decoded where it is used.
    con.text_factory = bytes
    for setting in ("trusted_schema = off", "cell_size_check = on"):
        con.execute(f"pragma {setting}").fetchall()
    con.execute(statement("collector/sql/sqlite/names.sql")).fetchall()


# ---------------------------------------------------------------- copying


@dataclass(frozen=True)
class _State:
    """The database and its logs at one moment; ``log_header`` begins with the log's salts."""

    candidates: tuple[Candidate, ...]
    looks: tuple[str, ...]
    log_header: bytes

    @property
    def size(self) -> int:
        return sum(each.status.st_size for each in self.candidates)


def _copied(tree: Tree, candidate: Candidate, place: str) -> tuple[int, bool]:
    """Copy all to ``place``; the size, and whether a writer is at work on what is to come."""
    with ExitStack() as stack:
        main = open_for_reading(candidate)
        stack.callback(os.close, main)
        logged = _is_logged(main)
        at_work = _awaited(tree, candidate, main, logged)
        before = _state(tree, candidate)
        _check_room(before.size, place)
        digests = _copy_all(before, place)
        if not logged and _is_held(main, *_SHARED_LOCK):
            raise HeldByWriter
        after = _state(tree, candidate)
    same_file = before.candidates[0].status.st_ino == after.candidates[0].status.st_ino
    if logged and same_file and before.log_header and before.log_header == after.log_header:
        return before.size, at_work
    if before.looks != after.looks or before.log_header != after.log_header:
        raise ChangedMeanwhile
    recently = time.time() - max(each.modified_ns for each in before.candidates) / 1e9
    if recently < _RECENT_S and digests != [_digest(each) for each in before.candidates]:
        # A clock that ticks slowly can hide a change from a look.
        raise ChangedMeanwhile
    return before.size, at_work


def _awaited(tree: Tree, candidate: Candidate, main: int, logged: bool) -> bool:
    """Wait for a writer who keeps readers out; whether one is left who does not.

    With a log, a writer keeps no reader from what was committed before. Raises HeldByWriter.
    """
    ends = time.monotonic() + WAIT_S
    while _is_written(tree, candidate) if logged else _is_held(main, *_SHARED_LOCK):
        if time.monotonic() > ends:
            if not logged:
                raise HeldByWriter
            return True
        time.sleep(_PAUSE_S)
    return False


def _is_written(tree: Tree, candidate: Candidate) -> bool:
    index = tree.file(candidate.path + "-shm")
    if not isinstance(index, Candidate):
        return False
    try:
        descriptor = open_for_reading(index)
    except FileRefused:
        return False
    try:
        return _is_held(descriptor, *_LOG_WRITE_LOCK)
    finally:
        os.close(descriptor)


def _is_held(descriptor: int, start: int, length: int) -> bool:
    """Whether another process has locked these bytes for writing. Nothing is locked by asking."""
    if sys.platform == "darwin":
        question = struct.pack("qqihh", start, length, 0, fcntl.F_RDLCK, os.SEEK_SET)
        kind = slice(20, 22)
    else:
        question = struct.pack("hhqqi", fcntl.F_RDLCK, os.SEEK_SET, start, length, 0)
        kind = slice(0, 2)
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, question)
    except OSError:
        return False
    return bool(struct.unpack("h", answer[kind])[0] != fcntl.F_UNLCK)


def _is_logged(descriptor: int) -> bool:
    """Whether the database keeps a log (WAL), as its header says."""
    header = os.pread(descriptor, _HEADER_BYTES, 0)
    return len(header) > 19 and header[18] == 2


def _state(tree: Tree, candidate: Candidate) -> _State:
    entries: list[Entry | None] = [
        tree.file(candidate.path + ending) for ending in ("", "-journal", "-wal")
    ]
    there: list[Candidate] = []
    for entry in entries:
        if isinstance(entry, Candidate):
            there.append(entry)
        elif entry is not None:
            raise FileRefused(f"has a log that {entry.reason}")
    if not there or there[0].path != candidate.path:
        raise ChangedMeanwhile
    looks = tuple(f"{each.path}|{Fingerprint.of(each.status).text()}" for each in there)
    header = b""
    if there[-1].path.endswith("-wal"):
        descriptor = open_for_reading(there[-1])
        try:
            header = os.pread(descriptor, _LOG_HEADER_BYTES, 0)
        finally:
            os.close(descriptor)
    return _State(tuple(there), looks, header)


def _check_room(size: int, place: str) -> None:
    if size > MAX_DATABASE_BYTES:
        raise FileRefused(f"is larger than {MAX_DATABASE_BYTES >> 20} MiB with its log")
    if shutil.disk_usage(os.path.dirname(place)).free < size:
        needed = (size >> 20) + 1
        raise FileRefused(f"needs {needed} MiB of temporary room to be read, and there is less")


def _copy_all(state: _State, place: str) -> list[str]:
    """Copy the database first, then its logs; the digests of what was copied."""
    digests = []
    for each in state.candidates:
        ending = each.path.removeprefix(state.candidates[0].path)
        digest = xxhash.xxh3_128()
        try:
            with Path(place + ending).open("xb", buffering=0) as target:
                for chunk in _content(each):
                    digest.update(chunk)
                    target.write(chunk)
        except OSError as exc:
            why = (exc.strerror or type(exc).__name__).lower()
            raise FileRefused(f"cannot be copied to be read: {why}") from exc
        digests.append(digest.hexdigest())
    return digests


def _digest(candidate: Candidate) -> str:
    digest = xxhash.xxh3_128()
    for chunk in _content(candidate):
        digest.update(chunk)
    return digest.hexdigest()


def _content(candidate: Candidate) -> Iterator[bytes]:
    descriptor = open_for_reading(candidate)
    try:
        at = 0
        while chunk := os.pread(descriptor, _CHUNK_BYTES, at):
            at += len(chunk)
            if at > MAX_DATABASE_BYTES:
                raise ChangedMeanwhile
            yield chunk
    finally:
        os.close(descriptor)
