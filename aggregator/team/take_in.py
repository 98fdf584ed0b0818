"""Taking in the members' files: each is checked before it is counted, and what is wrong is refused.

A file's name, size and first bytes are looked at on their own, then hundreds of files are read at
once (``plain_files``). What is in doubt is held to every rule alone (``member_file``); a file that
is refused is named with its reason and never stops the others. What is good is joined into a few
large files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from aggregator.team import limits
from aggregator.team.agreement import is_member
from aggregator.team.member_file import UNREADABLE, Expected, WrongFile, take_one
from aggregator.team.plain_files import Counts, PlainFiles
from schema.pool import CONFIG
from schema.statements import statement

BATCH_FILES, BATCH_BYTES = 256, 64 << 20
"""What is read at once: up to so many files, and so many bytes of them."""

JOINED_ROWS, JOINED_BYTES = 8_000_000, 512 << 20
"""Rows of a joined file, which are about 32 MB; and bytes of the files it is made of."""

MEMORY = "1GB"
_MAGIC = b"PAR1"


@dataclass(frozen=True)
class Offered:
    """A member's object: the ``member`` its key names, its size in bytes, and how to read it."""

    member: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Refused:
    """A file that was not counted, and why."""

    member: str
    reason: str


@dataclass
class TakenIn:
    """What a rollup counts: the joined ``files``, how many members and rows are in them.

    ``left_out`` are rows of counters that a newer version publishes and this one does not know.
    """

    files: list[Path] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    rows: int = 0
    left_out: int = 0
    refused: list[Refused] = field(default_factory=list)


def take_in(offered: Iterable[Offered], expected: Expected, folder: Path) -> TakenIn:
    """Check all files, and join what is good into Parquet files in the folder."""
    with _engine(folder) as con:
        taking = _Taking(con, expected, folder)
        for each in offered:
            taking.offer(each)
        return taking.end()


class _Taking:
    """Files arrive, are checked when they are a batch, and wait to be joined."""

    def __init__(self, con: duckdb.DuckDBPyConnection, expected: Expected, folder: Path) -> None:
        self._con = con
        self._expected = expected
        self._folder = folder
        self._taken = TakenIn()
        self._seen: set[str] = set()
        self._plain = PlainFiles(con, expected)
        self._batch: dict[Path, str] = {}
        self._batch_bytes = 0
        self._waiting: dict[Path, tuple[str, Counts]] = {}
        self._waiting_rows = self._waiting_bytes = 0

    def offer(self, each: Offered) -> None:
        """Keep a copy of a file that may be one, until it is checked with others."""
        try:
            data = self._read(each)
        except WrongFile as wrong:
            self._refuse(each.member, wrong)
            return
        path = self._folder / f"{each.member}.parquet"
        path.write_bytes(data)
        self._batch[path] = each.member
        self._batch_bytes += len(data)
        if len(self._batch) >= BATCH_FILES or self._batch_bytes >= BATCH_BYTES:
            self._check()

    def end(self) -> TakenIn:
        """Check and join what is left."""
        self._check()
        # Without any row there is a file too: an engine needs its columns.
        if self._waiting_rows or not self._taken.files:
            self._join()
        return self._taken

    def _read(self, each: Offered) -> bytes:
        """The bytes of a file, if its name, size, beginning and end are right. Raises WrongFile."""
        if each.member in self._seen:
            raise WrongFile("a second file of one member")
        self._seen.add(each.member)
        if not is_member(each.member):
            raise WrongFile("not the name of a member")
        if self._expected.members is not None and each.member not in self._expected.members:
            raise WrongFile("not among the members that the agreement lists")
        if each.size > limits.MOST_BYTES:
            raise WrongFile("larger than 8 MiB")
        data = each.read()
        if len(data) > limits.MOST_BYTES:
            raise WrongFile("larger than 8 MiB")
        if len(data) < 12 or data[:4] != _MAGIC or data[-4:] != _MAGIC:
            raise WrongFile("not a whole Parquet file")
        return data

    def _check(self) -> None:
        batch, self._batch, self._batch_bytes = self._batch, {}, 0
        plain = self._plain.of(batch)
        for path, member in batch.items():
            if path in plain:
                counts = plain[path]
                self._waiting[path] = (member, counts)
                self._waiting_bytes += path.stat().st_size
            else:
                try:
                    counts = Counts(*take_one(self._con, member, self._expected, path))
                except WrongFile as wrong:
                    self._refuse(member, wrong)
                    continue
                finally:
                    path.unlink()
            self._taken.members.append(member)
            self._taken.rows += counts.rows
            self._taken.left_out += counts.left_out
            self._waiting_rows += counts.rows
            if self._waiting_rows >= JOINED_ROWS or self._waiting_bytes >= JOINED_BYTES:
                self._join()

    def _join(self) -> None:
        path = self._folder / f"counters-{len(self._taken.files):03}.parquet"
        try:
            rows = self._plain.good([*self._waiting]) if self._waiting else self._con.table("good")
            rows.write_parquet(str(path), compression="zstd")
        except UNREADABLE:
            # Some damage shows only when a file is read in another way.
            self._take_waiting_alone()
            self._con.table("good").write_parquet(str(path), compression="zstd")
        self._con.execute("truncate good")
        self._taken.files.append(path)
        for each in self._waiting:
            each.unlink()
        self._waiting, self._waiting_rows, self._waiting_bytes = {}, 0, 0

    def _take_waiting_alone(self) -> None:
        for path, (member, counts) in self._waiting.items():
            try:
                take_one(self._con, member, self._expected, path)
            except WrongFile as wrong:
                self._taken.members.remove(member)
                self._taken.rows -= counts.rows
                self._taken.left_out -= counts.left_out
                self._refuse(member, wrong)

    def _refuse(self, member: str, wrong: WrongFile) -> None:
        self._taken.refused.append(Refused(_printable(member), str(wrong)))


@contextmanager
def _engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect(str(folder / "taken.duckdb"), config=CONFIG)
    try:
        con.execute("set memory_limit = $limit", {"limit": MEMORY})
        con.execute("set temp_directory = $folder", {"folder": str(folder / "spill")})
        con.execute("set preserve_insertion_order = false")
        con.execute(statement("aggregator/team/good.sql"))
        yield con
    finally:
        con.close()
        (folder / "taken.duckdb").unlink(missing_ok=True)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)[:40]
