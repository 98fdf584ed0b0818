"""One member's file, held to every rule.

A member's file is written by somebody else's program on somebody else's machine. It may be damaged,
of another version, or made to do harm. So its footer is looked at first, then its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from aggregator.team import limits
from aggregator.team.names import is_plain
from schema.statements import run, statement

COUNTERS = ("success", "failure", "abandoned", "unknown", "duration", "followup_actions")

COLUMNS = (
    *(("member", "VARCHAR"), ("team", "VARCHAR"), ("week", "DATE"), ("kind", "VARCHAR")),
    *(("skill", "VARCHAR"), ("project_type", "VARCHAR"), ("measured", "VARCHAR")),
    *(("counter", "VARCHAR"), ("bucket", "SMALLINT"), ("uses", "INTEGER")),
)
"""The columns of a member's file and their types, in order."""


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

    @property
    def values(self) -> dict[str, object]:
        """The parameters of statements that check rows."""
        return {
            "most_uses": limits.MOST_USES,
            "most_in_all": limits.MOST_IN_ALL,
            "most_skills": limits.MOST_SKILLS,
            "earliest": limits.EARLIEST,
            # Clocks differ: a week that has just begun elsewhere is left out and not refused.
            "latest": self.until + timedelta(weeks=1),
            "counters": list(COUNTERS),
            "teams": list(self.teams),
            "types": list(self.types),
            "from": self.since,
            "until": self.until,
        }


UNREADABLE = (duckdb.Error, RuntimeError, ValueError)
"""What the engine raises of a damaged file; its Python side fails on names that are no UTF-8."""


class WrongFile(Exception):
    """Why a file is refused; nothing of the file itself is in it."""


def take_one(
    con: duckdb.DuckDBPyConnection, member: str, expected: Expected, path: Path
) -> tuple[int, int]:
    """Add the rows that count to the table ``good``.

    Returns how many these are, and how many have unknown counters. Raises WrongFile.
    """
    try:
        return _rows(con, member, expected, path)
    except UNREADABLE as exc:
        # Nothing of a hostile file is repeated, not even in what the engine says of it.
        raise WrongFile(f"cannot be read ({type(exc).__name__})") from None
    finally:
        with suppress(duckdb.Error):
            con.execute("drop table if exists rows_given")


def _rows(
    con: duckdb.DuckDBPyConnection, member: str, expected: Expected, path: Path
) -> tuple[int, int]:
    file = {"path": str(path)}
    [(rows, unpacked)] = run(con, statement("aggregator/team/footer.sql"), file).fetchall()
    if rows > limits.MOST_ROWS:
        raise WrongFile(f"more than {limits.MOST_ROWS:,} rows")
    if unpacked > limits.MOST_UNPACKED:
        raise WrongFile("too large once unpacked")
    found = con.read_parquet(str(path), hive_partitioning=False)
    columns = tuple(
        (name, str(kind)) for name, kind in zip(found.columns, found.types, strict=True)
    )
    if sorted(columns) != sorted(COLUMNS):
        raise WrongFile("not the ten columns of a member's file")
    found.create("rows_given")
    values = {**expected.values, "member": member}
    [(fault,)] = run(con, statement("aggregator/team/take_in.sql"), values).fetchall()
    if fault:
        raise WrongFile(str(fault))
    words = run(con, statement("aggregator/team/take_in_names.sql"), {}).fetchall()
    if not all(is_plain(word) for (word,) in words):
        raise WrongFile("a text that is too long, or has spaces around it or hidden characters")
    values["skills"] = [word for (word,) in words if expected.lists(word)]
    [(rows,)] = run(con, statement("aggregator/team/take_in_good.sql"), values).fetchall()
    [(left_out,)] = run(con, statement("aggregator/team/take_in_left_out.sql"), values).fetchall()
    return int(rows), int(left_out)
