"""The counters of a member, and the file they are sent in.

A preview and a publish make them here, from the same warehouse and the same agreement, so that what
is shown is what is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from aggregator.relations.create import create_relations
from aggregator.team import limits
from aggregator.team.agreement import OTHER, Agreement
from aggregator.team.counted import COUNTERS, Counted, LeftOut, Reason, Weeks, weeks_of
from aggregator.team.membership import Membership
from aggregator.team.names import is_plain, withheld
from schema.frozen import dataclass
from schema.pool import pooled_connection
from schema.statements import run, statement, steps
from schema.warehouse import Connection, reporting_zone


class CounterRow(NamedTuple):
    """One counter as it is sent."""

    member: str
    team: str
    week: date
    kind: str
    skill: str
    project_type: str
    measured: str
    counter: str
    bucket: int | None
    uses: int


@dataclass(frozen=True)
class Outgoing(Counted):
    """The same with the file itself, ``data``."""

    data: bytes

    @cached_property
    def rows(self) -> list[CounterRow]:
        """The rows of the file, read from it: a publish needs none, and a preview shows these."""
        with _file() as path, pooled_connection(path.parent) as con:
            path.write_bytes(self.data)
            text = statement("aggregator/team/counter_rows.sql")
            return [CounterRow(*row) for row in run(con, text, {"path": str(path)}).fetchall()]


def outgoing(
    con: Connection, entry: Membership, agreement: Agreement, member: str, now: datetime
) -> Outgoing:
    """What the membership lets leave of the warehouse at ``now``.

    Leaves temporary tables behind, which end with the connection.
    """
    weeks = weeks_of(entry, agreement, now, reporting_zone(con))
    values = {
        "since": weeks.since,
        "before": weeks.before,
        "types": sorted({OTHER, *agreement.project_types}),
        "other": OTHER,
        "counters": [each for each in COUNTERS if each in entry.counters],
    }
    _run_steps(con, "aggregator/team/uses.sql", values)
    used = run(con, statement("aggregator/team/used_names.sql"), {}).fetchall()
    skills, left_out = _skills(used, entry, agreement)
    values["kinds"] = [kind for kind, _ in skills]
    values["skills"] = [name for _, name in skills]
    _run_steps(con, "aggregator/team/counters.sql", values)
    values |= {"member": member, "team": entry.team}
    # A use is counted with its outcome and its duration: so few reach no limit of rows or uses.
    if sum(2 * uses + actions for *_, uses, _, actions in used) <= min(
        limits.MOST_USES, limits.MOST_ROWS
    ):
        rows, data = _file_since(con, values, weeks.since)
        if len(data) <= limits.MOST_BYTES:
            return _outgoing(member, rows, data, left_out)
    counted = _weeks(con)
    if _may_be_too_many(counted):
        left_out += tuple(_too_many(con, skills))
        counted = _weeks(con)
    return _newest(con, values, weeks, counted, left_out)


def _run_steps(con: Connection, path: str, values: dict[str, Any]) -> None:
    create_relations(con, statement(path), {})
    for step in steps(path):
        run(con, step, values).fetchall()


def _skills(
    used: Iterable[tuple[Any, ...]], entry: Membership, agreement: Agreement
) -> tuple[list[tuple[str, str]], tuple[LeftOut, ...]]:
    """The skills and agents that may leave, in order, and what is left out.

    By name: those used most where they are too many.
    """
    names: set[str] = set()
    left_out = []
    for kind, name, uses, unmeasured, _ in used:
        reason = _reason(name, entry, agreement)
        is_counted = uses > unmeasured
        if reason is None and is_counted and name not in names and len(names) == limits.MOST_SKILLS:
            reason = "too many skills"
        if reason is not None:
            left_out.append(LeftOut(kind, name, uses, reason))
            continue
        if is_counted:
            names.add(name)
        if unmeasured:
            left_out.append(LeftOut(kind, name, unmeasured, "source unknown"))
    skills = sorted((kind, name) for kind, name, *_ in used if name in names)
    return skills, tuple(left_out)


def _reason(name: str, entry: Membership, agreement: Agreement) -> Reason | None:
    if withheld(name, entry.withheld):
        return "withheld"
    if agreement.lists(name):
        return None
    return "not in the agreement" if is_plain(name) else "unreadable name"


class _Week(NamedTuple):
    """Rows of a week, the uses of its largest one, and those of all of them."""

    monday: date
    rows: int
    most: int
    uses: int


def _weeks(con: Connection) -> list[_Week]:
    """The weeks that have rows, the newest first."""
    found = run(con, statement("aggregator/team/counted_weeks.sql"), {}).fetchall()
    return [_Week(*row) for row in found]


def _may_be_too_many(counted: list[_Week]) -> bool:
    """Whether a skill can have more uses than a reader takes: mostly none has."""
    largest = max((week.most for week in counted), default=0)
    return largest > limits.MOST_USES or sum(week.uses for week in counted) > limits.MOST_IN_ALL


def _too_many(con: Connection, skills: list[tuple[str, str]]) -> Iterator[LeftOut]:
    """Take out the weeks that no reader would take, and say of what."""
    sums: dict[int, int] = {}
    values = {"most_uses": limits.MOST_USES, "most_in_all": limits.MOST_IN_ALL}
    for place, uses in run(con, statement("aggregator/team/too_many.sql"), values).fetchall():
        sums[place] = sums.get(place, 0) + uses
    for place, uses in sums.items():
        yield LeftOut(*skills[place - 1], uses, "too many uses")


def _newest(
    con: Connection,
    values: dict[str, Any],
    weeks: Weeks,
    counted: list[_Week],
    left_out: tuple[LeftOut, ...],
) -> Outgoing:
    """The file with as many of the newest weeks as readers take."""
    kept = list(_fitting(counted))
    while True:
        rows, data = _file_since(con, values, kept[-1].monday if kept else weeks.before)
        if len(data) <= limits.MOST_BYTES:
            return _outgoing(values["member"], rows, data, left_out, len(counted) - len(kept))
        kept = kept[: len(kept) * 9 // 10]


def _outgoing(
    member: str, rows: int, data: bytes, left_out: tuple[LeftOut, ...], weeks_dropped: int = 0
) -> Outgoing:
    digest = sha256(data).hexdigest()
    return Outgoing(member, rows, len(data), digest, left_out, weeks_dropped, data)


def _fitting(counted: list[_Week]) -> Iterator[_Week]:
    """The newest weeks whose rows are not too many, the newest first."""
    total = 0
    for week in counted:
        total += week.rows
        if total > limits.MOST_ROWS:
            return
        yield week


def _file_since(con: Connection, values: dict[str, Any], since: date) -> tuple[int, bytes]:
    """The rows of a file of the weeks from ``since`` on, and the file."""
    with _file() as path:
        text = statement("aggregator/team/counter_file.sql")
        [(rows,)] = run(con, text, {**values, "since": since, "path": str(path)}).fetchall()
        return int(rows), path.read_bytes()


@contextmanager
def _file() -> Iterator[Path]:
    """A place for the file: DuckDB reads and writes Parquet in files only. It is private, and gone
    at once."""
    with TemporaryDirectory(prefix="skillhouse-team-") as folder:
        yield Path(folder) / "counters.parquet"
