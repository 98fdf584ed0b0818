"""A rollup from the members' files to what is published; and what happens where it is disturbed."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aggregator.team import community
from aggregator.team.agreement import KEY, Agreement, serialise
from aggregator.team.community import CURRENT, copied, current, fetch
from aggregator.team.counting import asked
from aggregator.team.showing import shown
from aggregator.team.store import Store, open_store
from aggregator.team.weekly_rollup import (
    Inputs,
    duckdb_engine,
    remember,
    remembered,
    roll_up,
)
from members import SKILLS, TEAMS, TODAY, TYPES, Row, team_of, write_rows
from schema.errors import CommunityUnusable, TeamError
from team_truth import truth

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
AGREEMENT = Agreement("0123456789abcdef", "Atlas", SKILLS, TYPES, TEAMS)
TEAM = team_of(5, 12, weeks=20, uses=150)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the files of twelve members."""
    root = tmp_path_factory.mktemp("team") / "store"
    store = open_store(str(root))
    store.prepare()
    store.put(KEY, serialise(AGREEMENT), expected_etag=None)
    for member, rows in TEAM.items():
        data = write_rows(root.parent / "file.parquet", rows)
        store.put(f"members/{member}.parquet", data, expected_etag=None)
    return root


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Store:
    shutil.copytree(filled, tmp_path / "store")
    return open_store(str(tmp_path / "store"))


def keys(store: Store, prefix: str = "community/") -> list[str]:
    return sorted(entry.key for entry in store.list(prefix))


def published(store: Store, table: str) -> list[Any]:
    found = current(store)
    assert found is not None
    data = store.get(community.key_of(found[0].run, table)).data
    path = Path(store.url) / "read.parquet"
    path.write_bytes(data)
    with duckdb.connect() as con:
        return con.read_parquet(str(path)).fetchall()


def every_row(but: str = "") -> list[Row]:
    return [row for member, rows in TEAM.items() if member != but for row in rows]


def test_what_is_published_is_what_plain_python_lets_be_seen(store: Store) -> None:
    """All tables of the members' rows, hidden as the rule says; the members' files are as before,
    nothing of the rollup is left, and nobody is named."""
    before = {key: store.get(key).data for key in keys(store, "members/")}
    done = roll_up(store, now=NOW)

    told = shown(truth(every_row(), asked(TODAY, least_members=5, baseline_weeks=13)), 5)
    assert published(store, "cells") == told.cells
    assert published(store, "durations") == told.durations
    assert published(store, "changes") == told.changes
    assert published(store, "pairs") == told.pairs
    assert (done.header.members, done.cells) == (12, len(told.cells))
    assert {key: store.get(key).data for key in keys(store, "members/")} == before
    assert keys(store, "rollups/") == []
    for key in keys(store):
        assert not any(member.encode() in store.get(key).data for member in TEAM)


def test_a_bad_file_is_named_and_stops_nobody(store: Store, tmp_path: Path) -> None:
    """And what was refused is known on the maintainer's machine alone."""
    store.put("members/aaaaaaaaaaaa.parquet", b"PAR1 nothing", expected_etag=None)
    store.put("members/notes.txt", b"hello", expected_etag=None)

    done = roll_up(store, now=NOW)
    remember(done, tmp_path / "kept")

    assert done.header.members == 12
    assert {each.member for each in done.refused} == {"aaaaaaaaaaaa", "notes.txt"}
    assert remembered(tmp_path / "kept") == (done.header.run, done.refused)
    assert not any(b"aaaaaaaaaaaa" in store.get(key).data for key in keys(store))


def test_two_runs_are_kept_and_a_forgotten_member_is_in_neither_file_nor_sum(
    store: Store,
) -> None:
    """The next rollup counts as if the member had never been there."""
    [first, *_] = [roll_up(store, now=NOW + timedelta(weeks=0))]
    second = roll_up(store, now=NOW + timedelta(minutes=1))
    gone = next(iter(TEAM))
    store.delete(f"members/{gone}.parquet")
    third = roll_up(store, now=NOW + timedelta(minutes=2))

    runs = {key.split("/")[1] for key in keys(store)} - {"current.json"}
    assert runs == {second.header.run, third.header.run}
    assert third.header.previous == second.header.run
    told = shown(truth(every_row(gone), asked(TODAY, least_members=5, baseline_weeks=13)), 5)
    assert published(store, "cells") == told.cells
    assert first.header.run not in runs


class Killed(BaseException):
    """The process ends here."""


class Dying:
    """A store whose process is killed before its so many-th change; nothing is cleaned up then."""

    def __init__(self, store: Store, changes: int) -> None:
        self._store = store
        self._left = changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _change(self) -> None:
        if self._left <= 0:
            raise Killed
        self._left -= 1

    def put(self, key: str, data: bytes, *, expected_etag: str | None) -> str:
        self._change()
        return self._store.put(key, data, expected_etag=expected_etag)

    def overwrite(self, key: str, data: bytes) -> str:
        self._change()
        return self._store.overwrite(key, data)

    def delete(self, key: str) -> bool:
        self._change()
        return self._store.delete(key)

    def delete_folder(self, prefix: str) -> None:
        self._change()
        self._store.delete_folder(prefix)


@pytest.mark.slow
def test_a_rollup_killed_anywhere_leaves_a_whole_community_in_force(
    store: Store, tmp_path: Path
) -> None:
    """Before each of its changes to the store: a reader gets the run before or the new one, whole;
    and a later rollup takes away what was left."""
    first = roll_up(store, now=NOW)
    completed = changes = 0
    while not completed:
        dying: Any = Dying(store, changes)
        try:
            roll_up(dying, now=NOW + timedelta(minutes=1 + changes), uploads=True)
            completed = 1
        except Killed:
            pass
        header = fetch(store, AGREEMENT.team_id, tmp_path / "copy")
        assert header is not None
        assert copied(tmp_path / "copy") == header
        if header.run != first.header.run:
            assert header.previous in (first.header.run, header.previous)
        changes += 1
    assert changes > 8

    last = roll_up(store, now=NOW + timedelta(days=3))

    runs = {key.split("/")[1] for key in keys(store)} - {"current.json"}
    assert runs == {last.header.run, last.header.previous}
    assert keys(store, "rollups/") == []


def test_of_two_rollups_at_once_one_wins_whole(store: Store, tmp_path: Path) -> None:
    """The other says so, and leaves nothing behind."""
    inner: list[Any] = []

    def engine(inputs: Inputs) -> Any:
        if not inner:
            inner.append(None)
            inner.append(roll_up(store, now=NOW))
        return duckdb_engine(inputs)

    with pytest.raises(TeamError, match="Another team rollup"):
        roll_up(store, now=NOW, engine=engine)

    header = fetch(store, AGREEMENT.team_id, tmp_path / "copy")
    assert header is not None
    assert header == inner[1].header
    assert {key.split("/")[1] for key in keys(store)} == {header.run, "current.json"}


def test_a_damaged_community_is_refused_by_readers_and_replaced_by_a_rollup(
    store: Store, tmp_path: Path
) -> None:
    """The copy stays what it was; a file that is not the one named never reaches it."""
    folder = tmp_path / "copy"
    assert fetch(store, AGREEMENT.team_id, folder) is None
    done = roll_up(store, now=NOW)
    fetch(store, AGREEMENT.team_id, folder)
    newer = roll_up(store, now=NOW + timedelta(minutes=1))
    store.overwrite(community.key_of(newer.header.run, "cells"), b"PAR1")
    with pytest.raises(CommunityUnusable, match="not the file"):
        fetch(store, AGREEMENT.team_id, folder)
    assert copied(folder) == done.header
    with pytest.raises(CommunityUnusable, match="another team"):
        fetch(store, "f" * 16, folder)

    for damaged in (b"", b"{", b"[]", b'{"format": 1}', b'{"format": 1, "run": "../.."}'):
        store.overwrite(CURRENT, damaged)
        with pytest.raises(CommunityUnusable):
            fetch(store, AGREEMENT.team_id, folder)
    store.overwrite(CURRENT, b'{"format": 2}')
    with pytest.raises(TeamError, match="format 2"):
        roll_up(store, now=NOW)
    store.overwrite(CURRENT, b"{")

    again = roll_up(store, now=NOW)

    assert fetch(store, AGREEMENT.team_id, folder) == again.header


def test_a_store_without_members_publishes_nothing(store: Store) -> None:
    for key in keys(store, "members/"):
        store.delete(key)

    done = roll_up(store, now=NOW)

    assert (done.header.members, done.rows, done.cells) == (0, 0, 0)
    assert published(store, "cells") == []
