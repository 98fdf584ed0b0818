"""The counters of a member, and the file they are sent in.

A preview and a publish make them here, from the same warehouse and the same agreement, so that what
is shown is what is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple, get_args

from aggregator.calendar import bucket, today
from aggregator.relations.create import create_relations
from aggregator.team import limits
from aggregator.team.agreement import OTHER, Agreement
from aggregator.team.membership import Membership
from aggregator.team.names import is_plain, withheld
from schema.statements import run, statement
from schema.warehouse import Connection, reporting_zone

Counter = Literal["success", "failure", "abandoned", "unknown", "duration", "followup_actions"]
COUNTERS: tuple[Counter, ...] = get_args(Counter)
Reason = Literal[
    "withheld",
    "not in the agreement",
    "unreadable name",
    "source unknown",
    "too many uses",
    "too many skills",
]

_RESULT = "aggregator/team/counter_rows.sql"


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
class LeftOut:
    """A skill or agent with uses that are not sent."""

    kind: str
    skill_name: str
    uses: int
    reason: Reason


@dataclass(frozen=True)
class Weeks:
    """Whole weeks, by their Mondays: from ``since`` on, up to ``before``, which is not included."""

    since: date
    before: date


@dataclass(frozen=True)
class Outgoing:
    """What a publish would send. ``data`` is the file, ``digest`` its SHA-256.

    ``weeks_dropped`` is the number of the oldest weeks that no longer fit.
    """

    member: str
    rows: list[CounterRow]
    data: bytes
    digest: str
    left_out: tuple[LeftOut, ...]
    weeks_dropped: int


def weeks_of(entry: Membership, agreement: Agreement, now: datetime, zone: str) -> Weeks:
    """The weeks that may be sent: those that are over, since the week of joining."""
    monday = bucket("weekly", today(now, zone)).start
    earliest = max(limits.EARLIEST, monday - timedelta(weeks=agreement.weeks))
    return Weeks(max(entry.since, earliest), monday)


def outgoing(
    con: Connection, entry: Membership, agreement: Agreement, member: str, now: datetime
) -> Outgoing:
    """What the membership lets leave of the warehouse at ``now``."""
    weeks = weeks_of(entry, agreement, now, reporting_zone(con))
    names, left_out = _names(con, entry, agreement, weeks)
    _count(con, entry, agreement, member, weeks, names)
    try:
        return _written(con, member, weeks, (*left_out, *_too_many(con)))
    finally:
        con.execute("drop table temp.team_counters").fetchall()


def _names(
    con: Connection, entry: Membership, agreement: Agreement, weeks: Weeks
) -> tuple[list[str], tuple[LeftOut, ...]]:
    """The names that may leave, those used most where they are too many, and what is left out."""
    text = statement("aggregator/team/used_names.sql")
    create_relations(con, text, {})
    values = {"since": weeks.since, "before": weeks.before}
    names: dict[str, None] = {}
    left_out = []
    for kind, name, uses, unmeasured in run(con, text, values).fetchall():
        reason = _reason(name, entry, agreement)
        is_counted = uses > unmeasured
        if reason is None and is_counted and name not in names and len(names) == limits.MOST_SKILLS:
            reason = "too many skills"
        if reason is not None:
            left_out.append(LeftOut(kind, name, uses, reason))
            continue
        if is_counted:
            names[name] = None
        if unmeasured:
            left_out.append(LeftOut(kind, name, unmeasured, "source unknown"))
    return list(names), tuple(left_out)


def _reason(name: str, entry: Membership, agreement: Agreement) -> Reason | None:
    if withheld(name, entry.withheld):
        return "withheld"
    if agreement.lists(name):
        return None
    return "not in the agreement" if is_plain(name) else "unreadable name"


def _count(
    con: Connection,
    entry: Membership,
    agreement: Agreement,
    member: str,
    weeks: Weeks,
    names: list[str],
) -> None:
    """Fill the table `team_counters`."""
    text = statement("aggregator/team/counters.sql")
    create_relations(con, text, {})
    values = {
        "member": member,
        "team": entry.team,
        "since": weeks.since,
        "before": weeks.before,
        "names": names,
        "types": list(agreement.project_types),
        "other": OTHER,
        "counters": [each for each in COUNTERS if each in entry.counters],
    }
    run(con, text, values).fetchall()


def _too_many(con: Connection) -> Iterator[LeftOut]:
    """Take out the weeks that no reader would take, and say of what."""
    sums: dict[tuple[str, str], int] = {}
    values = {"most_uses": limits.MOST_USES, "most_in_all": limits.MOST_IN_ALL}
    for kind, name, uses in run(con, statement("aggregator/team/too_many.sql"), values).fetchall():
        sums[kind, name] = sums.get((kind, name), 0) + uses
    for (kind, name), uses in sums.items():
        yield LeftOut(kind, name, uses, "too many uses")


def _written(con: Connection, member: str, weeks: Weeks, left_out: tuple[LeftOut, ...]) -> Outgoing:
    """The file with as many of the newest weeks as readers take."""
    counted = run(con, statement("aggregator/team/counted_weeks.sql"), {}).fetchall()
    kept = _fitting(counted)
    while True:
        since = kept[-1] if kept else weeks.before
        data = _file(con, since)
        if len(data) <= limits.MOST_BYTES:
            break
        kept = kept[: len(kept) * 9 // 10]
    found = run(con, statement(_RESULT), {"since": since}).fetchall()
    return Outgoing(
        member,
        [CounterRow(*row) for row in found],
        data,
        sha256(data).hexdigest(),
        left_out,
        len(counted) - len(kept),
    )


def _fitting(counted: list[tuple[Any, ...]]) -> list[date]:
    """The newest weeks whose rows are not too many, the newest first."""

    def fitting() -> Iterator[date]:
        total = 0
        for week, rows in counted:
            total += rows
            if total > limits.MOST_ROWS:
                return
            yield week

    return list(fitting())


def _file(con: Connection, since: date) -> bytes:
    # DuckDB writes Parquet into files only. The folder is private, and gone at once.
    with TemporaryDirectory(prefix="skillhouse-team-") as folder:
        path = Path(folder) / "counters.parquet"
        values = {"since": since, "path": str(path)}
        run(con, statement("aggregator/team/counter_file.sql"), values).fetchall()
        return path.read_bytes()
