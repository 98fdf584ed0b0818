"""A rollup from beginning to end: taking in, counting, publishing.

It counts when ``community/current.json`` was replaced, which is its last step and a
compare-and-swap: a rollup that is killed leaves the one before in force, and of two at once the
second one ends with an error and takes its files away. What a killed one left is deleted later: in
the store after a day, on this machine by the next one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from aggregator.team import arms as experiment_arms
from aggregator.team import community, experiments, limits
from aggregator.team.agreement import Agreement
from aggregator.team.clusters import (
    LEAST_MEMBERS,
    adoption,
    clusters_of,
    expect_library,
)
from aggregator.team.community import File, Header, key_of
from aggregator.team.counting import Asked, Counted, asked, count
from aggregator.team.engines.engine import Engine, Row
from aggregator.team.member_file import Expected
from aggregator.team.publish import check_team, current_agreement
from aggregator.team.showing import Cell, Shown, hidden_skills, shown, skills_in_full
from aggregator.team.store import COMMUNITY, MEMBERS, Entry, Store
from aggregator.team.take_in import Offered, Refused, take_in
from aggregator.team.working_folder import working_folder
from schema.errors import (
    CommunityUnusable,
    EngineFailed,
    ObjectChanged,
    ObjectMissing,
    StoreDenied,
    TeamError,
)
from schema.pool import CONFIG
from schema.statements import run, statement, steps

ROLLUPS = "rollups/"
LEFT_AFTER = timedelta(days=1)
"""After that time files of a rollup that did not end are those of one that was killed."""

_STAMP = "%Y%m%dT%H%M%SZ"

_OF_ANOTHER = (
    "The numbers that were published there are those of another team, and so may be members' files."
    " Delete what is in members/ and community/; members publish again."
)

MakeEngine = Callable[["Inputs"], Engine]


@dataclass(frozen=True)
class Inputs:
    """What an engine reads: local files, and ``keys`` of the same objects if they were uploaded."""

    counters: list[Path]
    asked: Path
    assigned: Path
    folder: Path
    run: str
    keys: list[str]


@dataclass(frozen=True)
class Rollup:
    """What a rollup did. ``left_out`` are rows of counters that only newer versions know;
    ``members_before`` were counted by the one before."""

    header: Header
    rows: int
    left_out: int
    refused: list[Refused]
    cells: int
    seconds: float
    members_before: int = 0


def duckdb_engine(inputs: Inputs) -> Engine:
    """The engine in this process."""
    from aggregator.team.engines.duckdb import DuckDBEngine

    return DuckDBEngine(inputs.counters, inputs.asked, inputs.assigned, inputs.folder)


def roll_up(
    store: Store,
    *,
    now: datetime,
    engine: MakeEngine = duckdb_engine,
    uploads: bool = False,
    team_id: str | None = None,
) -> Rollup:
    """Take in, count and publish. ``uploads``: the engine reads from the store, not from here.
    ``team_id``: the team that is known at this place, None: none is.

    Raises what the store and the engine raise, AgreementUnusable, and TeamError where another
    rollup published meanwhile.
    """
    began = datetime.now(UTC)
    agreement = current_agreement(store).agreement
    if team_id is not None:
        check_team(agreement, team_id, store.url)
    before, etag = _before(store)
    if before is not None:
        check_team(agreement, before.team_id, store.url, _OF_ANOTHER)
    name = f"{now.astimezone(UTC).strftime(_STAMP)}-{secrets.token_hex(3)}"
    with working_folder() as folder, _failures_told(folder):
        values = asked(
            now.astimezone(UTC).date(),
            least_members=agreement.least_members,
            baseline_weeks=agreement.baseline_weeks,
        )
        taken = take_in(_offered(store), _expected(agreement, values), folder)
        if len(taken.members) >= LEAST_MEMBERS:
            expect_library()
        planned, _ = experiments.published(store, agreement.team_id)
        keys: list[str] = []
        try:
            inputs = Inputs(
                taken.files,
                write_asked(values, folder),
                write_assigned(
                    experiment_arms.assigned(planned, taken.members, values.until), folder
                ),
                folder,
                name,
                keys,
            )
            if uploads:
                for path in (*taken.files, inputs.asked, inputs.assigned):
                    keys.append(f"{ROLLUPS}{name}/{path.name}")
                    store.overwrite(keys[-1], path.read_bytes())
            with closing(engine(inputs)) as made:
                counted = count(made, members_too=len(taken.members) >= LEAST_MEMBERS)
                engine_name = made.name
        finally:
            if keys:
                store.delete_folder(f"{ROLLUPS}{name}/")
        arms = experiment_arms.shown(
            planned,
            counted.tables["arms"],
            counted.tables["arm_rests"],
            arms_before(store, before, folder),
            until=values.until,
            least_members=agreement.least_members,
            hidden_skills=hidden_skills(counted.tables),
        )
        result = shown(
            counted.tables, agreement.least_members, experiment_arms.first_days(planned, arms)
        )
        tables = _tables(result, counted, len(taken.members), agreement.least_members)
        tables["arms"] = [astuple(each) for each in arms]
        header = Header(
            name,
            agreement.team_id,
            agreement.name,
            now.astimezone(UTC),
            engine_name,
            len(taken.members),
            agreement.least_members,
            values.baseline_from,
            values.earlier_from,
            values.recent_from,
            values.until,
            {},
            None if before is None else before.run,
        )
        header = _publish(store, header, _as_parquet(tables, folder), etag)
    _clear(store, header, now, before)
    seconds = (datetime.now(UTC) - began).total_seconds()
    return Rollup(
        header,
        taken.rows,
        taken.left_out,
        taken.refused,
        len(result.cells),
        seconds,
        before.members if before else 0,
    )


@contextmanager
def _failures_told(folder: Path) -> Iterator[None]:
    """EngineFailed where the files of a rollup cannot be written, as on a full disk."""
    try:
        yield
    except (duckdb.IOException, duckdb.TransactionException, duckdb.OutOfMemoryException) as exc:
        raise EngineFailed(
            f"The team rollup could not write its files in {folder.parent}"
            f" ({type(exc).__name__}). Nothing was published.",
            "Free some space there, or name another folder in TMPDIR, and run it again.",
        ) from exc


def _before(store: Store) -> tuple[Header | None, str | None]:
    """The run in force, None if there is none or it is damaged, and the e-tag to be replaced."""
    try:
        found = community.current(store)
    except CommunityUnusable:
        return None, store.etag(community.CURRENT)
    return (None, None) if found is None else found


def arms_before(
    store: Store, before: Header | None, folder: Path
) -> dict[str, list[experiment_arms.Arm]]:
    """What the run before published of experiments, through a file in ``folder``; nothing where it
    cannot be read."""
    found: dict[str, list[experiment_arms.Arm]] = {}
    if before is None:
        return found
    with suppress(TeamError):
        path = folder / "arms-before.parquet"
        path.write_bytes(store.get(key_of(before.run, "arms"), at_most=community.MOST_BYTES).data)
        with duckdb.connect(config=CONFIG) as con:
            rows = con.read_parquet(str(path)).fetchall()
        for row in rows:
            found.setdefault(row[0], []).append(experiment_arms.Arm(*row))
    return found


def _offered(store: Store) -> Iterator[Offered]:
    entries = sorted(store.list(MEMBERS))
    for entry in entries:
        name = entry.key.removeprefix(MEMBERS)
        member = name.removesuffix(".parquet") if name.endswith(".parquet") else name
        yield Offered(member, entry.size_bytes, _reader(store, entry))


def _reader(store: Store, entry: Entry) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return store.get(entry.key, at_most=limits.MOST_BYTES).data
        except (ObjectMissing, StoreDenied):
            # Forgotten meanwhile, or no regular file: there is nothing to be read.
            return b""

    return read


def _expected(agreement: Agreement, values: Asked) -> Expected:
    return Expected(
        agreement.lists,
        agreement.teams,
        agreement.project_types,
        values.until - timedelta(weeks=agreement.weeks),
        values.until,
        agreement.members,
    )


def write_asked(values: Asked, folder: Path) -> Path:
    """The one row of values that an engine reads, as a file in the folder."""
    path = folder / "asked.parquet"
    with duckdb.connect(config=CONFIG) as con:
        run(con, statement("aggregator/team/asked.sql"), asdict(values))
        con.table("asked").write_parquet(str(path))
    return path


def write_assigned(rows: list[Row], folder: Path) -> Path:
    """The file of the table ``assigned``, from the rows of ``experiment_arms.assigned``."""
    path = folder / "assigned.parquet"
    with duckdb.connect(config=CONFIG) as con:
        run(con, statement("aggregator/team/assigned.sql"), {})
        appender = con.appender("assigned")
        for row in rows:
            appender.append_row(*row)
        appender.flush()
        con.table("assigned").write_parquet(str(path))
    return path


def _tables(
    result: Shown, counted: Counted, members: int, least_members: int
) -> dict[str, list[Row]]:
    """The rows of all published tables, by name."""
    clusters = clusters_of(result.pairs, members)
    usual: dict[tuple[str, str], int] = {}
    for row in result.cells:
        cut, _, kind, skill, _, _, uses, *_ = row
        if cut == "all":
            usual[kind, skill] = usual.get((kind, skill), 0) + uses
    in_full = skills_in_full(Cell(*row) for row in counted.tables["cells"])
    users = {
        (kind, skill): count
        for kind, skill, count in counted.tables["users"]
        if (kind, skill) in in_full
    }
    return {
        "cells": result.cells,
        "durations": result.durations,
        "changes": result.changes,
        "pairs": result.pairs,
        "clusters": [(number, *skill) for number, group in enumerate(clusters) for skill in group],
        "adoption": adoption(counted.used, clusters, usual, least_members, users),
    }


def _publish(store: Store, header: Header, tables: dict[str, bytes], etag: str | None) -> Header:
    """The header with its files, once they and at last itself are in the store.

    However that ends, files of a run that is in force stay: the answer to a write may be lost, and
    an interruption may come when the write is done.
    """
    files = {name: File(len(data), sha256(data).hexdigest()) for name, data in tables.items()}
    header = replace(header, files=files)
    try:
        for table, data in tables.items():
            # Nobody else has this run's name, so there is nothing that could be replaced.
            store.overwrite(key_of(header.run, table), data)
        store.put(community.CURRENT, community.serialise(header), expected_etag=etag)
    except BaseException as exc:
        with suppress(TeamError):
            in_force = community.current(store)
            if in_force is None or in_force[0].run != header.run:
                store.delete_folder(f"{COMMUNITY}{header.run}/")
        if isinstance(exc, ObjectChanged):
            raise TeamError(
                "Another team rollup was published meanwhile; this one was discarded.",
                "Nothing to do: the other one is used.",
            ) from None
        raise
    return header


def _as_parquet(tables: dict[str, list[Row]], folder: Path) -> dict[str, bytes]:
    """Written in ``folder``. Equal rows are equal bytes."""
    found = {}
    with duckdb.connect(config=CONFIG) as con:
        for step in steps("aggregator/team/community.sql"):
            con.execute(step)
        for table in community.TABLES:
            appender = con.appender(table)
            for row in tables[table]:
                appender.append_row(*row)
            appender.flush()
            path = folder / f"{table}.parquet"
            con.table(table).write_parquet(str(path), compression="zstd")
            found[table] = path.read_bytes()
    return found


def _clear(store: Store, header: Header, now: datetime, before: Header | None) -> None:
    """Delete all runs but the last two, and what killed rollups left behind."""
    kept = {header.run, header.previous}
    replaced = None if before is None else before.previous
    for prefix in (COMMUNITY, ROLLUPS):
        for name in store.folders(prefix):
            if name not in kept and (name == replaced or _is_left(name, now)):
                store.delete_folder(f"{prefix}{name}/")


def _is_left(name: str, now: datetime) -> bool:
    try:
        began = datetime.strptime(name.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return now - began > LEFT_AFTER


def remember(rollup: Rollup, folder: Path) -> None:
    """Keep on the maintainer's machine which files were refused, for ``team status``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    document: dict[str, Any] = {
        "run": rollup.header.run,
        "rows": rollup.rows,
        "left_out": rollup.left_out,
        "refused": [asdict(each) for each in rollup.refused],
    }
    (folder / "last-rollup.json").write_text(json.dumps(document, indent=2), encoding="utf-8")


def remembered(folder: Path) -> tuple[str, list[Refused]] | None:
    """The last rollup made on this machine: its run, and the files it refused."""
    try:
        found = json.loads((folder / "last-rollup.json").read_text(encoding="utf-8"))
        return found["run"], [Refused(each["member"], each["reason"]) for each in found["refused"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
