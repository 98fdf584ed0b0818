"""Taking in the members' files: each is checked before it is read, and what is wrong is refused.

A member's file is written by somebody else's program on somebody else's machine. It may be damaged,
of another version, or made to do harm. So its size and footer are looked at first, then its rows
are held to every rule; a refused file is named with its reason and never stops the others. What is
good is joined into a few large files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb

from aggregator.team.agreement import is_member
from aggregator.team.names import is_plain
from schema.pool import CONFIG
from schema.statements import run, statement

MOST_BYTES = 8 << 20
MOST_ROWS = 500_000
MOST_USES = 100_000
"""Uses of one row."""

MOST_IN_ALL = 10_000_000
"""Uses of one skill by one member: squares of them, over all members, stay whole numbers."""

MOST_UNPACKED = 256 << 20
"""Bytes of a file's columns once they are unpacked, as its footer states them."""

JOINED_ROWS = 8_000_000
"""Rows of a joined file: about 32 MB."""

MEMORY = "1GB"
EARLIEST = date(2020, 1, 6)
COUNTERS = ("success", "failure", "abandoned", "unknown", "duration", "followup_actions")

COLUMNS = (
    *(("member", "VARCHAR"), ("team", "VARCHAR"), ("week", "DATE"), ("kind", "VARCHAR")),
    *(("skill", "VARCHAR"), ("project_type", "VARCHAR"), ("measured", "VARCHAR")),
    *(("counter", "VARCHAR"), ("bucket", "SMALLINT"), ("uses", "INTEGER")),
)
"""The columns of a member's file and their types, in order."""

_MAGIC = b"PAR1"


@dataclass(frozen=True)
class Offered:
    """A member's object: the ``member`` its key names, its size in bytes, and how to read it."""

    member: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Expected:
    """What the agreement lets through, for a rollup of weeks from ``since`` up to ``until``.

    ``until`` is the Monday of the open week. ``lists`` says whether the agreement lists a name;
    ``members`` are those that are counted, None: all.
    """

    lists: Callable[[str], bool]
    teams: Collection[str]
    types: Collection[str]
    since: date
    until: date
    members: Collection[str] | None = None


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


class _Wrong(Exception):
    """Why a file is refused."""


def take_in(offered: Iterable[Offered], expected: Expected, folder: Path) -> TakenIn:
    """Check all files, and join what is good into Parquet files in the folder."""
    taken = TakenIn()
    seen: set[str] = set()
    with _engine(folder) as con:
        joined = 0
        for each in offered:
            try:
                if each.member in seen:
                    raise _Wrong("a second file of one member")
                seen.add(each.member)
                rows, left_out = _take(con, each, expected, folder / "member.parquet")
            except _Wrong as wrong:
                taken.refused.append(Refused(_printable(each.member), str(wrong)))
                continue
            taken.members.append(each.member)
            taken.rows += rows
            taken.left_out += left_out
            joined += rows
            if joined >= JOINED_ROWS:
                _write(con, taken, folder)
                joined = 0
        # Without any row there is a file too: an engine needs its columns.
        if joined or not taken.files:
            _write(con, taken, folder)
    return taken


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


def _write(con: duckdb.DuckDBPyConnection, taken: TakenIn, folder: Path) -> None:
    path = folder / f"counters-{len(taken.files):03}.parquet"
    con.table("good").write_parquet(str(path), compression="zstd")
    con.execute("truncate good")
    taken.files.append(path)


def _take(
    con: duckdb.DuckDBPyConnection, each: Offered, expected: Expected, path: Path
) -> tuple[int, int]:
    """How many rows of the file count, and how many have unknown counters. Raises _Wrong."""
    if not is_member(each.member):
        raise _Wrong("not the name of a member")
    if expected.members is not None and each.member not in expected.members:
        raise _Wrong("not among the members that the agreement lists")
    if each.size > MOST_BYTES:
        raise _Wrong("larger than 8 MiB")
    data = each.read()
    if len(data) > MOST_BYTES:
        raise _Wrong("larger than 8 MiB")
    if len(data) < 12 or data[:4] != _MAGIC or data[-4:] != _MAGIC:
        raise _Wrong("not a whole Parquet file")
    path.write_bytes(data)
    try:
        return _rows(con, each.member, expected, path)
    except duckdb.Error as exc:
        # Nothing of a hostile file is repeated, not even in what the engine says of it.
        raise _Wrong(f"cannot be read ({type(exc).__name__})") from None
    finally:
        with suppress(duckdb.Error):
            con.execute("drop table if exists rows_given")
        path.unlink(missing_ok=True)


def _rows(
    con: duckdb.DuckDBPyConnection, member: str, expected: Expected, path: Path
) -> tuple[int, int]:
    file = {"path": str(path)}
    [(rows, unpacked)] = run(con, statement("aggregator/team/footer.sql"), file).fetchall()
    if rows > MOST_ROWS:
        raise _Wrong(f"more than {MOST_ROWS:,} rows")
    if unpacked > MOST_UNPACKED:
        raise _Wrong("too large once unpacked")
    found = con.read_parquet(str(path), hive_partitioning=False)
    columns = tuple(
        (name, str(kind)) for name, kind in zip(found.columns, found.types, strict=True)
    )
    if sorted(columns) != sorted(COLUMNS):
        raise _Wrong("not the ten columns of a member's file")
    found.create("rows_given")
    values = {
        "member": member,
        "most_uses": MOST_USES,
        "most_in_all": MOST_IN_ALL,
        "earliest": EARLIEST,
        # Clocks differ: a week that has just begun elsewhere is left out and not refused.
        "latest": expected.until + timedelta(weeks=1),
        "counters": list(COUNTERS),
        "teams": list(expected.teams),
        "types": list(expected.types),
        "from": expected.since,
        "until": expected.until,
    }
    [(fault,)] = run(con, statement("aggregator/team/take_in.sql"), values).fetchall()
    if fault:
        raise _Wrong(str(fault))
    words = run(con, statement("aggregator/team/take_in_names.sql"), {}).fetchall()
    if not all(is_plain(word) for (word,) in words):
        raise _Wrong("a text that is too long, or has spaces around it or hidden characters")
    values["skills"] = [word for (word,) in words if expected.lists(word)]
    [(rows,)] = run(con, statement("aggregator/team/take_in_good.sql"), values).fetchall()
    [(left_out,)] = run(con, statement("aggregator/team/take_in_left_out.sql"), values).fetchall()
    return int(rows), int(left_out)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)[:40]
