"""A team's folder that is not mounted, empty, made again or another team's.

Nothing is founded there by mistake, nothing is sent to the wrong team, and nothing is said to be
deleted that lies somewhere else.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.team import folder_store
from aggregator.team.agreement import new_team_id
from aggregator.team.publish import Published, forget, publish
from command_line import Program
from conftest import NOW, Fleet, invocation, write_skills
from places import TOP
from schema.warehouse import Warehouse
from watched_store import Watched

JOIN = ("--since", "2026-09-01", "--yes")


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fleet: Fleet,
) -> Program:
    """The program, and a warehouse with two uses."""
    records = [invocation("deploy", f"2026-{month}-03T09:00:00") for month in (10, 11)]
    write_skills(fleet.project("client"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def team(run: Program) -> Path:
    """The folder of a team that this warehouse looks after, is in and has sent to."""
    folder = run.root / "team"
    assert run("team", "init", str(folder), "--name", "Tools", "--skill", "deploy").code == 0
    assert run("team", "join", str(folder), *JOIN).code == 0
    assert run("team", "publish").code == 0
    return folder


def emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def missing(folder: Path) -> None:
    shutil.rmtree(folder)


def not_mounted(folder: Path) -> None:
    emptied(folder)
    (folder / "lost+found").mkdir()


def without_agreement(folder: Path) -> None:
    (folder / "agreement.json").unlink()
    for each in (folder / "members").iterdir():
        each.unlink()


def damaged(folder: Path) -> None:
    without_agreement(folder)
    (folder / "agreement.json").write_text("{")


def of_another_team(folder: Path) -> None:
    found = json.loads((folder / "agreement.json").read_text())
    without_agreement(folder)
    (folder / "agreement.json").write_text(
        json.dumps({**found, "team_id": new_team_id(), "name": "Others"})
    )


SPOILED: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "empty": (emptied, 75, "is empty: what belongs there may not be mounted"),
    "missing": (missing, 75, "is not there"),
    "not mounted": (not_mounted, 75, "is empty"),
    "without agreement": (without_agreement, 1, "There is no team at"),
    "damaged": (damaged, 1, "is not valid JSON"),
    "another team's": (of_another_team, 1, "Another team's agreement lies at"),
}


def objects(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize(("spoil", "code", "said"), SPOILED.values(), ids=SPOILED)
def test_a_store_that_is_not_the_teams_is_not_touched(
    run: Program, team: Path, spoil: Callable[[Path], None], code: int, said: str
) -> None:
    """By no command: none founds, sends, counts or says that something was deleted; and the
    membership stays, so that all goes on when the store is back."""
    spoil(team)
    before = objects(team)
    member = json.loads(run("--json", "team", "status").out)["data"][0]["member"]

    for words in (
        ("init", str(team), "--skill", "deploy"),
        ("init", str(team), "--least-members", "7"),
        ("publish",),
        ("rollup",),
        ("rollup", str(team)),
        ("forget",),
        ("forget", "--member", member),
    ):
        refused = run("team", *words)
        assert (refused.code, refused.out) == (code, ""), words
        assert said in " ".join(refused.err.split()), (words, refused.err)
        assert "Traceback" not in refused.err and len(refused.err.splitlines()) > 1
    joining = run("team", "join", str(team), *JOIN)
    assert joining.code != 0
    assert "skillhouse team forget --only-here" in run("team", "forget").err
    assert run("refresh").code == 0
    assert objects(team) == before
    assert json.loads(run("--json", "team", "status").out)["data"][0]["member"] == member


@pytest.mark.parametrize("spoil", [emptied, damaged])
def test_the_same_team_can_be_put_back(
    run: Program, team: Path, spoil: Callable[[Path], None]
) -> None:
    """With the agreement as its maintainer wrote it last: members need not join again."""
    run("team", "init", str(team), "--least-members", "7")
    agreed = (team / "agreement.json").read_bytes()
    spoil(team)

    hint = run("team", "init", str(team)).err
    back = run("--json", "team", "init", str(team), "--restore")
    published = run("team", "publish")
    again = run("team", "join", "--anew", "--yes"), run("team", "publish")

    assert f"skillhouse team init {team} --restore" in hint.splitlines()
    assert back.code == 0 and json.loads(back.out)["totals"]["created"] is False
    assert (team / "agreement.json").read_bytes() == agreed
    # Files may have been deleted on purpose, so none comes back by itself.
    assert published.out == "Nothing new for Tools: 4 rows were sent before.\n"
    assert [each.code for each in again] == [0, 0]
    assert len(list((team / "members").glob("*.parquet"))) == 1
    assert run("team", "init", str(team), "--restore").code == 2


def test_another_team_is_founded_only_when_told(run: Program, team: Path) -> None:
    """What members sent to the one before is deleted: they agreed to that team alone."""
    compare = ("--control", "deploy", "--treatment", "deploy-b", "--by", "member", "--weeks", "4")
    run("team", "init", str(team), "--skill", "deploy*")
    assert run("experiment", "create", "which", *compare).code == 0
    assert run("team", "rollup").code == 0
    assert {name.split("/")[0] for name in objects(team)} >= {"members", "experiments", "community"}
    (team / "agreement.json").unlink()
    # As from a warehouse that knows nothing of that place.
    with Warehouse(run.warehouse, "UTC").writing() as con:
        con.execute("delete from settings where key in ('team_url', 'team_agreement')").fetchall()
        con.execute("delete from team_membership").fetchall()

    left = run("team", "init", str(team), "--skill", "deploy")
    assert (left.code, left.out) == (1, "") and "has objects of a team" in left.err
    assert not (team / "agreement.json").exists()
    assert run("team", "init", str(team), "--restore").code == 2
    assert run("team", "init", str(team), "--restore", "--anew").code == 2
    founded = run("team", "init", str(team), "--anew", "--skill", "deploy")

    assert founded.code == 0 and founded.out.startswith("A new team is founded.\n")
    assert objects(team).keys() == {"agreement.json"}
    changed = run("team", "init", str(team), "--team", "a").out
    assert changed.startswith("The agreement is changed.\n")


def test_another_teams_agreement_is_looked_after_only_when_told(run: Program, team: Path) -> None:
    """`--anew` then takes the team that is there, and deletes nothing."""
    (team / "members" / "000000000001.parquet").write_bytes(b"x")
    found = json.loads((team / "agreement.json").read_text())
    (team / "agreement.json").write_text(json.dumps({**found, "team_id": new_team_id()}))

    assert run("team", "init", str(team), "--name", "Mine").code == 1
    taken = run("team", "init", str(team), "--name", "Mine", "--anew")

    assert taken.code == 0 and taken.out.startswith("The agreement is changed.\n")
    assert len(list((team / "members").iterdir())) == 2


def test_a_mount_point_that_is_not_mounted_is_no_folder_of_a_team(
    run: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's list of file systems says what belongs there; nothing is written beneath."""
    share = tmp_path / "our share"
    share.mkdir()
    table = tmp_path / "fstab"
    table.write_text(f"# comment\nhost:/team {str(share).replace(' ', chr(92) + '040')} nfs ro\n\n")
    monkeypatch.setattr(folder_store, "FILE_SYSTEMS", table)

    for url in (share, share / "team"):
        refused = run("team", "init", str(url), "--skill", "deploy")
        assert refused.code == 75 and f"{share} is not mounted" in refused.err
    assert run("team", "join", str(share), *JOIN).code == 75
    assert list(share.iterdir()) == []
    table.write_text("proc /proc proc defaults\nnone none swap sw\n")
    assert run("team", "init", str(share), "--skill", "deploy").code == 0


def test_a_mount_point_is_found_however_it_is_written(
    run: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With odd spaces, escaped characters and slashes at the end; also behind a link."""
    table = tmp_path / "fstab"
    monkeypatch.setattr(folder_store, "FILE_SYSTEMS", table)
    link = tmp_path / "link"
    for number, name in enumerate(("a\tb", "back\\slash", "#team", "no\xa0break", "plain/")):
        share = Path(f"{tmp_path}/{name}")
        share.mkdir()
        written = f"{tmp_path}/{name}"
        for each in "\\\t #":
            written = written.replace(each, f"\\{ord(each):03o}")
        table.write_text(f" \thost:/team \t {written}  nfs\tro 0 0")
        link.unlink(missing_ok=True)
        link.symlink_to(share)
        for url in (share, link, link / f"team{number}"):
            refused = run("team", "init", str(url), "--skill", "deploy")
            assert refused.code == 75 and "is not mounted" in refused.err, (name, url)
        assert list(share.iterdir()) == []


def test_what_is_mounted_from_the_same_device_is_mounted(
    run: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a folder that is bound to another place is: only the system's list tells."""
    share = tmp_path / "our share"
    share.mkdir()
    written = str(share).replace(" ", "\\040")
    table, mounted = tmp_path / "fstab", tmp_path / "mountinfo"
    table.write_text(f"/srv/team {written} none bind 0 0\n")
    mounted.write_text("22 27 0:21 / /proc rw - proc proc rw\n")
    monkeypatch.setattr(folder_store, "FILE_SYSTEMS", table)
    monkeypatch.setattr(folder_store, "_MOUNTED", mounted)
    assert run("team", "init", str(share), "--skill", "deploy").code == 75

    mounted.write_text(f"36 27 8:1 /srv/team {written} rw,relatime shared:1 - ext4 /dev/sda1 rw\n")

    assert run("team", "init", str(share), "--skill", "deploy").code == 0


def test_a_place_that_is_known_is_known_by_every_path(run: Program, team: Path) -> None:
    """A link or a path with dots founds no other team where the folder was emptied."""
    link = run.root / "link"
    link.symlink_to(team)
    emptied(team)

    for url in (link, run.root / "data" / ".." / "team", f"{team}/", f"{link}//"):
        refused = run("team", "init", str(url), "--skill", "deploy")
        assert refused.code == 75 and "The agreement of Tools was there" in refused.err, url
    assert list(team.iterdir()) == []
    assert run("team", "init", str(link), "--restore").code == 0
    assert run("team", "publish").out.startswith("Nothing new for Tools")


@pytest.mark.parametrize("url", ["", " ", "file:///tmp/team", "ftp://host/team"])
def test_what_names_no_place_is_refused(
    run: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    """Nothing is made in the current folder where a variable was empty."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)

    for words in (("init", url, "--skill", "deploy"), ("join", url, *JOIN), ("rollup", url)):
        refused = run("team", *words)
        assert refused.code == 2 and refused.err.startswith("Error: "), (words, refused.err)
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["members/list.csv", "experiments/model/weights.bin", "experiments/a.json", "community/a.md"],
)
def test_what_is_not_of_a_team_is_never_deleted(run: Program, tmp_path: Path, name: str) -> None:
    """A folder that has folders of these names for something else is not taken for an old team."""
    place = tmp_path / "work"
    mine = place / name
    mine.parent.mkdir(parents=True)
    mine.write_text("{}")
    (place / "members").mkdir(exist_ok=True)
    (place / "members" / "000000000001.parquet").write_bytes(b"x")

    for more in ((), ("--anew",)):
        refused = run("team", "init", str(place), "--skill", "deploy", *more)
        assert refused.code == 2 and f"{name} is not of a team" in refused.err
    assert sorted(objects(place)) == sorted({name, "members/000000000001.parquet"})
    mine.unlink()
    assert run("team", "init", str(place), "--skill", "deploy", "--anew").code == 0
    assert objects(place).keys() == {"agreement.json"}


def test_a_first_try_that_fails_leaves_nothing_behind(run: Program, tmp_path: Path) -> None:
    """Neither a folder nor folders in it."""
    url = tmp_path / "new"

    assert run("team", "init", str(url)).code == 2
    assert run("team", "init", str(url), "--skill", "a\u200b").code == 2

    assert not url.exists()


def test_what_is_sent_while_forgetting_is_deleted_too(run: Program, tmp_path: Path) -> None:
    """A first publish that comes when nothing was there yet to be deleted."""
    folder = tmp_path / "team"
    run("team", "init", str(folder), "--skill", "deploy")
    assert run("team", "join", str(folder), *JOIN).code == 0
    warehouse, store = Warehouse(run.warehouse, "UTC"), Watched(str(folder))
    sent: list[Published] = []

    def send(request: str) -> None:
        if request.startswith("delete") and not sent:
            sent.append(publish(warehouse, now=NOW))

    store.after = send
    forget(warehouse, opener=store)

    assert [each.state for each in sent] == ["sent"]
    assert list((folder / "members").iterdir()) == []


@pytest.mark.slow
def test_a_rollup_without_room_for_its_files_says_so(run: Program, team: Path) -> None:
    """And publishes nothing; that the store has room does not help."""
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 4; exec {sys.executable} -m cli team rollup"],
        capture_output=True,
        text=True,
        cwd=TOP,
        check=False,
    )

    assert done.returncode == 1 and done.stderr.startswith("Error: "), done.stderr
    assert "Nothing was published" in done.stderr and "TMPDIR" in done.stderr
    assert not (team / "community" / "current.json").exists()
    assert run("team", "rollup").code == 0
