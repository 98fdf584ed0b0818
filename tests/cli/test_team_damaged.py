"""A member whose copy of the team's numbers is damaged is told so, and gets another copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from aggregator.team import community
from aggregator.team.community import TABLES, copied, fetch, folder_of
from aggregator.team.store import Store, open_store
from cli.team_publishing import fetch_shared
from command_line import Program
from conftest import NOW
from joined import agreement, members_of, rolled_up
from reports import copy_of_two_types
from schema import pseudonyms
from schema.errors import CommunityUnusable
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

MEMBERS = members_of(4, 8, {"deploy": 0.9, "docs": 0.8, "lint": 0.7}, NOW, weeks=6)
ANSWERS = ("top-skills", "baselines", "changes", "suggest", "clusters")


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse in a team of eight."""
    root = tmp_path_factory.mktemp("member")
    warehouse = copy_of_two_types(tmp_path_factory, root / "own")
    rolled_up(root, warehouse, agreement(), MEMBERS, NOW - timedelta(days=2))
    return warehouse


@pytest.fixture
def run(
    member: Warehouse,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    program = Program(tmp_path, capsys, monkeypatch)
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(member.path))
    return program


def store_of(member: Warehouse) -> Store:
    return open_store(str(member.path.parents[2] / "store"))


def tables(copy: Path) -> list[Path]:
    return sorted(copy.glob("*/*.parquet"))


def spoil(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda copy: [path.write_bytes(change(path.read_bytes())) for path in tables(copy)]


def flipped(data: bytes) -> bytes:
    return bytes(each ^ 255 if 40 < place < 400 else each for place, each in enumerate(data))


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "tables cut off": spoil(lambda data: data[:60]),
    "tables empty": spoil(lambda data: b""),
    "bits flipped": spoil(flipped),
    "another table": lambda copy: shutil.copy(tables(copy)[0], tables(copy)[1]),
    "a table missing": lambda copy: tables(copy)[-1].unlink(),
    "the run missing": lambda copy: shutil.rmtree(tables(copy)[0].parent),
    "the name of the run cut off": lambda copy: (copy / "current.json").write_bytes(b'{"format'),
    "everything missing": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_copy_is_as_none_and_is_replaced(
    run: Program, member: Warehouse, damage: Callable[[Path], object]
) -> None:
    """No answer, no advice and no report fails because of it, and the next refresh mends it."""
    whole = run("--json", "team", "top-skills").json
    assert whole["data"]
    damage(folder_of(member.path))

    for question in ANSWERS:
        found = run("--json", "team", question)
        assert (found.code, found.json["data"]) == (0, []), found.err
        assert "skillhouse refresh" in found.json["warnings"][0]
    assert run("recommend").code == 0
    assert run("report", "--html", str(run.root / "report.html")).code == 0
    assert run("team", "status").code == 0
    said = fetch_shared(member)

    assert said == []
    assert run("--json", "team", "top-skills").json["data"] == whole["data"]


def test_a_copy_that_cannot_be_kept_is_told(run: Program, member: Warehouse) -> None:
    """Where it belongs is something else: a sentence that says where and why."""
    copy = folder_of(member.path)
    kept = copy.with_name("kept")
    for spoiled in (
        lambda: copy.write_text("x"),
        lambda: (copy / "current.json").mkdir(parents=True),
    ):
        copy.rename(kept)
        spoiled()
        [said] = fetch_shared(member)
        assert said.startswith("Your team's numbers were not fetched: The team's numbers cannot be")
        assert str(copy) in said and "Internal error" not in said
        shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
        kept.rename(copy)
    assert run("--json", "team", "top-skills").json["data"]


@pytest.mark.parametrize("table", ["cells", "changes"])
@pytest.mark.parametrize(
    "columns", ["1 as a", "* exclude (kind)", "* replace (null::varchar as kind)"]
)
def test_tables_that_answers_do_not_know_are_not_taken(
    member: Warehouse, tmp_path: Path, table: str, columns: str
) -> None:
    """Other columns or missing values, under the right digest: the copy stays what it was."""
    store, copy = store_of(member), folder_of(member.path)
    before, whole = copied(copy), store.get(community.CURRENT)
    assert before is not None
    run_name = f"{before.run}-other"
    files = {}
    for name in TABLES:
        path = tmp_path / f"{name}.parquet"
        path.write_bytes(store.get(community.key_of(before.run, name)).data)
        if name == table:
            other = tmp_path / "other.parquet"
            with duckdb.connect() as con:
                con.sql(f"select {columns} from '{path}'").write_parquet(str(other))
            path = other
        data = path.read_bytes()
        store.put(community.key_of(run_name, name), data, expected_etag=None)
        files[name] = community.File(len(data), sha256(data).hexdigest())
    header = replace(before, run=run_name, files=files)
    store.overwrite(community.CURRENT, community.serialise(header))

    with pytest.raises(
        CommunityUnusable, match=f"{table}.parquet of the team's rollup is not a table"
    ):
        fetch(store, before.team_id, copy)

    assert copied(copy) == before
    store.overwrite(community.CURRENT, whole.data)
    for name in TABLES:
        store.delete(community.key_of(run_name, name))


@pytest.mark.parametrize("stored", ['{"format": 1}', '{"format": 9}'])
def test_an_unreadable_membership_fails_only_what_is_about_it(
    run: Program, member: Warehouse, stored: str
) -> None:
    """Advice and reports are made without the team; its commands say what is wrong."""
    with member.writing() as con:
        [(before,)] = con.execute("select agreement from team_membership").fetchall()
        con.execute("update team_membership set agreement = $new", {"new": stored}).fetchall()
    try:
        assert run("recommend").code == 0
        assert run("report", "--html", str(run.root / "report.html")).code == 0
        answer = run("--json", "team", "top-skills")
        assert answer.code == 0 and "stored here cannot be read" in answer.json["warnings"][0]
        for words in (("status",), ("publish",), ("preview",)):
            refused = run("team", *words)
            assert refused.code == 1 and "stored here cannot be read" in refused.err
        with member.reading() as con:
            [row] = con.execute("select * from team_membership").fetchall()
        left = run("--json", "team", "forget", "--only-here")
        assert left.code == 0 and left.json["data"][0]["left"] is True
        assert run("team", "status").out.startswith("This warehouse is in no team.")
        with member.writing() as con:
            values = {f"v{number}": value for number, value in enumerate(row)}
            places = ", ".join(f"${name}" for name in values)
            con.execute(f"insert into team_membership values ({places})", values).fetchall()
        fetch_shared(member)
    finally:
        with member.writing() as con:
            con.execute("update team_membership set agreement = $old", {"old": before}).fetchall()
        assert fetch_shared(member) == []


MEMBER_DAMAGES = {
    "the secret garbled": "update settings set value = 'xyz' where key = 'pseudonyms'",
    "the secret cut off": "update settings set value = 'abcd' where key = 'pseudonyms'",
    "the secret gone": "delete from settings where key = 'pseudonyms'",
    "what was sent cut off": "update team_membership set sent_digest = 'x', published_at = null",
}


@pytest.mark.parametrize("damage", MEMBER_DAMAGES.values(), ids=MEMBER_DAMAGES)
def test_a_member_who_is_not_who_they_were_sends_and_deletes_nothing(
    run: Program, member: Warehouse, tmp_path: Path, damage: str
) -> None:
    """With another secret the name would be somebody else's: what was sent would stay, and be sent
    once more. `--only-here` leaves all the same."""
    pseudonyms.ensured(member)
    copy = Warehouse(tmp_path / "own" / "warehouse.duckdb", "UTC")
    copy.path.parent.mkdir()
    shutil.copy(member.path, copy.path)
    with copy.writing() as con:
        con.execute("update team_membership set sent_digest = 'x', sent_etag = 'x'").fetchall()
        con.execute(
            "update team_membership set sent_rows = 1, sent_bytes = 1, published_at = now()"
        ).fetchall()
        con.execute(damage).fetchall()
    run.warehouse = copy.path
    before = [entry.key for entry in store_of(member).list("members/")]

    for words in (("publish",), ("preview",), ("join", "--yes")):
        refused = run("--warehouse", str(copy.path), "team", *words)
        assert refused.code in (1, 65) and refused.err.startswith("Error: "), refused.err
        assert f"skillhouse --warehouse {copy.path} restore" in refused.err
    if "published_at" not in damage:
        kept = run("--warehouse", str(copy.path), "team", "forget")
        assert kept.code == 1 and f"{copy.path} team forget --only-here" in kept.err
    assert run("--warehouse", str(copy.path), "team", "status").code in (0, 1)
    assert [entry.key for entry in store_of(member).list("members/")] == before
    left = run("--warehouse", str(copy.path), "team", "forget", "--only-here")
    assert left.code == 0, left.err
    assert "stays at" in left.out + left.err
