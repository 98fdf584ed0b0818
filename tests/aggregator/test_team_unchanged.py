"""A publish that has nothing new counts nothing; whenever it could have, it counts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from aggregator.retention import apply, store_raw_days
from aggregator.team import agreement as agreements
from aggregator.team import unchanged
from aggregator.team.agreement import parse, serialise
from aggregator.team.community import folder_of
from aggregator.team.counters import Outgoing
from aggregator.team.join import confirm, found_team, propose
from aggregator.team.membership import SWITCH
from aggregator.team.publish import Published, forget_member, preview, publish
from aggregator.team.store import MEMBERS, open_store
from conftest import NOW, Fleet, invocation, write_skills
from schema.errors import AgreementWider, NotAMember, ObjectChanged
from schema.warehouse import Warehouse
from watched_store import Watched

pytestmark = pytest.mark.slow
NAMES = ["alpha", "also"]


@pytest.fixture
def url(tmp_path: Path) -> str:
    place = str(tmp_path / "team")
    found_team(open_store(place), name="Tools", skills=NAMES, project_types=["cli"], teams=["x"])
    return place


@pytest.fixture
def joined(fleet: Fleet, url: str) -> Warehouse:
    """A member's warehouse, whose counters were sent."""
    names = [*NAMES, "hidden"]
    records = [
        invocation(name, f"2026-{month:02}-03T09:{number:02}:00", session_id=f"s-{number}")
        for month in (9, 10, 11)
        for number, name in enumerate(names)
    ]
    # A Monday's morning, which is a Sunday's evening elsewhere.
    records.append(invocation(NAMES[0], "2026-11-09T05:00:00", session_id="s-monday"))
    write_skills(fleet.project("app"), {"invocations": records, "last_updated": ""})
    write_skills(fleet.project("other"), {"invocations": records[:4], "last_updated": ""})
    fleet.collect()
    join(fleet.warehouse, url)
    publish(fleet.warehouse, now=NOW)
    return fleet.warehouse


def join(warehouse: Warehouse, url: str, withhold: tuple[str, ...] = ()) -> None:
    proposal = propose(warehouse, now=NOW, url=url, since="2026-08-01", withhold=withhold)
    with warehouse.writing() as con:
        confirm(con, proposal)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's times tell its states apart at once, as nothing writes twice within a tick here."""
    monkeypatch.setattr(unchanged, "SETTLED_NS", 0)


def was_counted(done: Published) -> bool:
    """Whether the counters were made, or taken to be those of before."""
    return isinstance(done.counted, Outgoing)


def quiet(warehouse: Warehouse, now: datetime = NOW) -> None:
    """Publish until it is noted that nothing has changed."""
    for _ in range(4):
        if not was_counted(publish(warehouse, now=now)):
            return
    raise AssertionError("counted again and again")


@pytest.mark.usefixtures("at_once")
def test_what_is_unchanged_is_not_counted_again(joined: Warehouse, url: str) -> None:
    """One HEAD, and the answer is that of counting: the file that is there, and what stays."""
    counted = publish(joined, now=NOW)
    store = Watched(url)

    done = publish(joined, now=NOW + timedelta(hours=5), opener=store)

    shown = preview(joined, now=NOW).outgoing
    assert was_counted(counted) and not was_counted(done)
    assert done.state == counted.state == "unchanged"
    assert store.requests == [f"head {agreements.KEY}"]
    for name in ("member", "row_count", "size_bytes", "digest", "left_out", "weeks_dropped"):
        assert getattr(done.counted, name) == getattr(shown, name)
    assert [each.skill_name for each in done.counted.left_out] == ["hidden"]
    [entry] = open_store(url).list(MEMBERS)
    assert open_store(url).get(entry.key).data == shown.data
    assert (folder_of(joined.path) / "unchanged.json").stat().st_mode & 0o077 == 0


def test_a_file_that_was_just_written_is_not_told_by_its_times(joined: Warehouse) -> None:
    """Another write within the same tick of the clock would leave the same times."""
    assert all(was_counted(publish(joined, now=NOW)) for _ in range(2))
    assert os.listdir(folder_of(joined.path)) == []


def late(fleet: Fleet, url: str) -> None:
    folder = fleet.root / "app"
    path = folder / ".session-buddy" / "skill_metrics.json"
    document = json.loads(path.read_text())
    document["invocations"].append(
        {**document["invocations"][0], "invoked_at": "2026-11-04T10:00:00"}
    )
    write_skills(folder, document)
    fleet.collect()


def archived(fleet: Fleet, url: str) -> None:
    with fleet.warehouse.writing() as con:
        store_raw_days(con, 30)
    refresh(fleet.warehouse, now=NOW)
    assert apply(fleet.warehouse, now=NOW) > 0


def restored(fleet: Fleet, url: str) -> None:
    """The bytes of an earlier state, with its times as well."""
    path = fleet.warehouse.path
    kept = path.with_name("kept.duckdb")
    shutil.copy2(path, kept)
    with fleet.warehouse.writing() as con:
        con.execute("insert into settings values ('told', 'before')")
    quiet(fleet.warehouse)
    shutil.copy2(kept, path)


def swapped(fleet: Fleet, url: str) -> None:
    """Another file of the same size and times takes the place of this one."""
    path = fleet.warehouse.path
    shutil.copy2(path, path.with_name("twin.duckdb"))
    os.replace(path.with_name("twin.duckdb"), path)


def narrower(fleet: Fleet, url: str) -> None:
    store = open_store(url)
    found = store.get(agreements.KEY)
    changed = replace(parse(found.data), skills=("alpha",))
    store.put(agreements.KEY, serialise(changed), expected_etag=found.etag)


def wider(fleet: Fleet, url: str) -> None:
    """Confirmed again; until then nothing is sent, though all is as it was noted."""
    store = open_store(url)
    found = store.get(agreements.KEY)
    [entry] = store.list(MEMBERS)
    before = store.get(entry.key)
    changed = replace(parse(found.data), skills=(*NAMES, "hidden"))
    store.put(agreements.KEY, serialise(changed), expected_etag=found.etag)
    for _ in range(2):
        with pytest.raises(AgreementWider):
            publish(fleet.warehouse, now=NOW)
    assert store.get(entry.key) == before
    join(fleet.warehouse, url)


def in_another_zone(fleet: Fleet, url: str) -> None:
    """In which uses of a Monday are of the week before."""
    before = preview(fleet.warehouse, now=NOW).outgoing
    refresh(fleet.warehouse, now=NOW, timezone="Pacific/Honolulu")
    assert preview(fleet.warehouse, now=NOW).outgoing.digest != before.digest


def of(statement: str) -> Callable[[Fleet, str], None]:
    def change(fleet: Fleet, url: str) -> None:
        with fleet.warehouse.writing() as con:
            con.execute(statement)

    return change


CHANGES: dict[str, Callable[[Fleet, str], None]] = {
    "late records": late,
    "a file swapped": swapped,
    "a backup restored": restored,
    "another type": of("update projects set project_type = 'cli' where project_name = 'other'"),
    "unregistered": of("update projects set is_active = false where project_name = 'other'"),
    "other names withheld": lambda fleet, url: join(fleet.warehouse, url, withhold=("*so",)),
    "a wider agreement": wider,
    "another zone": in_another_zone,
    "a narrower agreement": narrower,
    "rows archived": archived,
    "nothing that counts": of("insert into settings values ('told again', 'once')"),
}


@pytest.mark.usefixtures("at_once")
def test_whatever_is_written_is_counted(joined: Warehouse, fleet: Fleet, url: str) -> None:
    """One change after the other; what lies in the store is then what a preview shows."""
    for name, change in CHANGES.items():
        quiet(joined)
        change(fleet, url)

        done = publish(joined, now=NOW)

        assert was_counted(done), name
        shown = preview(joined, now=NOW).outgoing
        [entry] = open_store(url).list(MEMBERS)
        assert open_store(url).get(entry.key).data == shown.data, name
        assert done.counted.digest == shown.digest, name
    quiet(joined)


@contextmanager
def altered(path: Path, data: bytes | None) -> Iterator[None]:
    """A file with other bytes, or that is not there otherwise, for a while."""
    kept = path.read_bytes() if path.exists() else None
    if data is not None:
        path.write_bytes(data)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if kept is not None:
            path.write_bytes(kept)


@pytest.mark.usefixtures("at_once")
def test_in_doubt_it_is_counted(joined: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log next to the file, another program, a week more or less, a note that is none."""
    note = folder_of(joined.path) / "unchanged.json"
    log = joined.path.with_name(f"{joined.path.name}.wal")
    quiet(joined)
    whole = note.read_bytes()
    with altered(log, b""):
        assert unchanged.file_state(joined.path) is None
        assert was_counted(publish(joined, now=NOW))
    for data in (b"", whole[:-9], b"[]", whole.replace(b'"format": 1', b'"format": 2'), b"\xff"):
        with altered(note, data):
            assert was_counted(publish(joined, now=NOW)), data
    for days in (-14, 7):
        quiet(joined)
        assert was_counted(publish(joined, now=NOW + timedelta(days=days))), days
        publish(joined, now=NOW)
    quiet(joined)
    monkeypatch.setattr(unchanged, "program_state", lambda: ("other",))
    assert was_counted(publish(joined, now=NOW))


@pytest.mark.usefixtures("at_once")
def test_a_warehouse_reached_by_a_link_is_counted(joined: Warehouse, tmp_path: Path) -> None:
    """Its log could lie next to the link or next to the file."""
    link = tmp_path / "link.duckdb"
    link.symlink_to(joined.path)
    by_link = Warehouse(link, joined.timezone)

    assert all(was_counted(publish(by_link, now=NOW)) for _ in range(3))


@pytest.mark.usefixtures("at_once")
def test_what_was_deleted_stays_away_and_the_switch_silences(
    joined: Warehouse, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A maintainer's deletion is not undone, and nothing is asked or told when teams are off."""
    quiet(joined)
    forget_member(open_store(url), publish(joined, now=NOW).counted.member)

    assert publish(joined, now=NOW).state == "unchanged"
    assert list(open_store(url).list(MEMBERS)) == []

    monkeypatch.setenv(SWITCH, "off")
    store = Watched(url)
    with pytest.raises(NotAMember):
        publish(joined, now=NOW, opener=store)
    assert store.requests == []


@pytest.mark.usefixtures("at_once")
def test_an_older_backup_does_not_say_that_nothing_is_new(
    joined: Warehouse, fleet: Fleet, url: str
) -> None:
    """The store has what was sent after it: that is told, until this one is to continue."""
    kept = joined.path.with_name("kept.duckdb")
    shutil.copy2(joined.path, kept)
    late(fleet, url)
    assert publish(joined, now=NOW).state == "sent"
    quiet(joined)
    [entry] = open_store(url).list(MEMBERS)
    newer = open_store(url).get(entry.key)
    shutil.copy2(kept, joined.path)

    for _ in range(3):
        with pytest.raises(ObjectChanged, match="Another installation publishes"):
            publish(joined, now=NOW)
    assert open_store(url).get(entry.key) == newer

    proposal = propose(joined, now=NOW, replacing=True)
    with joined.writing() as con:
        confirm(con, proposal)
    assert publish(joined, now=NOW).state == "sent"
    assert open_store(url).get(entry.key).data == preview(joined, now=NOW).outgoing.data
    quiet(joined)


@pytest.mark.usefixtures("at_once")
def test_an_object_that_was_copied_to_another_store_is_still_ours(
    joined: Warehouse, url: str
) -> None:
    """The same bytes with another e-tag, as after a bucket moved, are taken for what was sent."""
    with joined.writing() as con:
        con.execute("update team_membership set sent_etag = 'of before'").fetchall()

    assert publish(joined, now=NOW).state == "sent"
    quiet(joined)
