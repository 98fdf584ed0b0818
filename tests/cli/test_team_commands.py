"""The commands of a team, as a member and as a maintainer type them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aggregator.team.rights import rights
from aggregator.team.store import open_store
from cli.nightly.refresh import Refresher
from command_line import Program, faults
from conftest import NOW, Fleet, invocation, write_skills
from places import TOP
from schema.warehouse import Warehouse

INIT = ("--name", "Tools", "--skill", "code-review", "--skill", "test-*", "--type", "cli")
JOIN = ("--since", "2026-09-01", "--withhold", "test-secret", "--yes")


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fleet: Fleet,
) -> Program:
    """The program, and a warehouse with some uses."""
    names = ["code-review", "test-one", "test-secret", "other"]
    records = [
        invocation(name, f"2026-{month:02}-03T09:{number:02}:00")
        for month in (10, 11)
        for number, name in enumerate(names)
    ]
    write_skills(fleet.project("client"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def team(run: Program) -> str:
    """The folder of a team."""
    url = str(run.root / "team")
    assert run("team", "init", url, *INIT).code == 0
    return url


def answered(run: Program, *words: str, code: int = 0) -> Any:
    """A command's JSON, held to its schema."""
    ran = run("--json", "team", *words)
    assert ran.code == code, ran.err
    assert faults(ran.json, f"team-{words[0]}") == []
    assert ran.json["command"] == f"team {words[0]}"
    return ran.json


def objects(url: str) -> list[Path]:
    return sorted((Path(url) / "members").iterdir())


def test_a_member_sees_sends_and_takes_back(run: Program, tmp_path: Path) -> None:
    """Every command in order, as JSON of its schema; the file is what the preview showed."""
    url = str(tmp_path / "team")
    made = answered(run, "init", url, *INIT)
    joined = answered(run, "join", url, *JOIN)
    shown = answered(run, "preview")
    before = objects(url)
    sent = answered(run, "publish")
    again = answered(run, "publish")
    status = answered(run, "status")
    [file] = objects(url)
    data = file.read_bytes()
    with duckdb.connect() as con:
        rows = con.execute(f"from '{file}'").fetchall()
    left = answered(run, "forget")
    after = answered(run, "status")

    assert made["data"][0]["teams"] == ["everyone"] and made["totals"]["created"]
    assert before == []
    assert joined["data"] == shown["data"]
    assert [[*row[:2], row[2].isoformat(), *row[3:]] for row in rows] == [
        list(row.values()) for row in shown["data"]
    ]
    assert shown["totals"]["sha256"] == sha256(data).hexdigest() == sent["data"][0]["sha256"]
    assert shown["totals"]["size_bytes"] == len(data) and shown["totals"]["would_send"]
    reasons = {each["skill_name"]: each["reason"] for each in shown["totals"]["left_out"]}
    assert reasons == {"test-secret": "withheld", "other": "not in the agreement"}
    assert [sent["data"][0]["state"], again["data"][0]["state"]] == ["sent", "unchanged"]
    assert status["data"][0]["member"] == file.stem and status["data"][0]["rows"] == len(rows)
    assert (left["data"][0]["left"], after["data"], objects(url)) == (True, [], [])


def test_a_screen_shows_what_is_sent_and_what_is_not(run: Program, team: str) -> None:
    """In words that need no second look."""
    run("team", "join", team, *JOIN)

    screen = run("team", "preview").out
    sent = run("team", "publish").out

    assert "8 rows of 2 weeks, 2026-09-28 to 2026-11-02" in screen
    assert "test-secret" in screen.split("Not sent")[1] and "withheld" in screen
    assert sent.startswith("Sent to Tools: 8 rows, ")
    assert run("team", "publish").out == "Nothing new for Tools: 8 rows were sent before.\n"
    assert "Last sent: just now, 8 rows" in run("team", "status").out


def test_joining_is_confirmed_by_a_person(run: Program, team: str) -> None:
    """Without a terminal it takes --yes; nothing is stored before."""
    for words in (("team", "join", team), ("--json", "team", "join", team)):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "--yes" in ran.err

    assert run("team", "publish").code == 1 and objects(team) == []
    assert answered(run, "status")["data"] == []


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "is_member"), [("n", False), ("y", True), ("\x04", False)])
def test_a_terminal_asks(run: Program, team: str, typed: str, is_member: bool) -> None:
    """After the agreement and the very rows were shown; only a yes counts."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "team", "join", team, *JOIN[:-1]],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=TOP,
        env={**os.environ},
    ) as process:
        os.write(ours, f"{typed}\n".encode() if typed != "\x04" else b"\x04")
        out, err = process.communicate(timeout=60)
    os.close(theirs)
    os.close(ours)

    assert "code-review" in out and "Not sent" in out and "Send these" in err + out
    assert (process.returncode == 0) is is_member
    assert bool(answered(run, "status")["data"]) is is_member
    assert objects(team) == []


def test_a_refresh_publishes_and_never_fails_because_of_it(run: Program, team: str) -> None:
    """It says what it sent, and what kept it from sending; its exit code is its own."""
    silent = run("refresh")
    run("team", "join", team, *JOIN)
    Path(team).rename(f"{team}-away")
    away = run("refresh")
    Path(f"{team}-away").rename(team)
    sent = run("refresh")
    unchanged = run("refresh")

    assert "team" not in silent.err.lower() and silent.code == 0
    assert away.code == 0 and "Nothing was sent to your team: " in away.err
    assert "is not there" in away.err
    assert sent.code == 0 and "Note: Sent to Tools: 8 rows" in sent.err
    assert unchanged.code == 0 and "Tools" not in unchanged.err
    assert len(objects(team)) == 1


def test_the_nightly_service_publishes_too(run: Program, team: str) -> None:
    """And logs it; a store that is away is no failed run."""
    run("team", "join", team, *JOIN)
    logged: list[str] = []

    def log(event: str, **fields: object) -> None:
        logged.append(f"{event} {fields}")

    refresher = Refresher(
        Warehouse(run.warehouse, "UTC"),
        log,  # type: ignore[arg-type] # a log is called
        lambda *_: None,
    )
    failed = [refresher.run(NOW, "schedule")]
    Path(team).rename(f"{team}-away")
    failed.append(refresher.run(NOW, "schedule"))

    assert failed == [None, None]
    told = [line for line in logged if line.startswith("team ")]
    assert "Sent to Tools" in told[0]
    assert len(told) == 3 and all("is not there" in line for line in told[1:])


def test_the_switch_silences_every_command(
    run: Program, team: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a refresh does not even mention it."""
    run("team", "join", team, *JOIN)
    monkeypatch.setenv("SKILLHOUSE_TEAM", "off")

    for words in (("preview",), ("publish",), ("forget",), ("join", team), ("init", team, *INIT)):
        ran = run("team", *words)
        assert ran.code == 1 and "SKILLHOUSE_TEAM is set" in ran.err
    refreshed = run("refresh")

    assert (refreshed.code, refreshed.err, objects(team)) == (0, "", [])
    assert answered(run, "status")["totals"]["switched_off"]


def write(url: str, text: str) -> None:
    (Path(url) / "agreement.json").write_text(text, encoding="utf-8")


def wider(url: str) -> None:
    document = json.loads((Path(url) / "agreement.json").read_text())
    write(url, json.dumps({**document, "skills": ["*"]}))


FAULTS: dict[str, tuple[Callable[[str], object], int, str]] = {
    "the folder is away": (lambda url: Path(url).rename(f"{url}-away"), 75, "is not there"),
    "no agreement": (lambda url: (Path(url) / "agreement.json").unlink(), 1, "There is no team at"),
    "empty": (lambda url: write(url, ""), 1, "agreement.json is not valid JSON"),
    "cut off": (lambda url: write(url, '{"format": 1, "team'), 1, "is not valid JSON"),
    "newer": (lambda url: write(url, '{"format": 7}'), 1, "has format 7; this program knows up to"),
    "without a list": (
        lambda url: write(
            url, '{"format": 1, "team_id": "0123456789abcdef", "name": "x", "teams": ["a"]}'
        ),
        1,
        "has no list skills",
    ),
    "wider": (wider, 1, "allows more than you confirmed: it lists further skills and agents: *"),
}


@pytest.mark.parametrize(("spoil", "code", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_store_is_a_sentence(
    run: Program, team: str, spoil: Callable[[str], object], code: int, said: str
) -> None:
    """With its exit code, as lines and as JSON; `status` still answers and knows of it."""
    run("team", "join", team, *JOIN)
    spoil(team)

    as_lines = run("team", "publish")
    as_json = run("--json", "team", "publish")

    assert (as_lines.code, as_lines.out, as_json.code) == (code, "", code)
    assert as_lines.err.startswith("Error: ") and said in as_lines.err
    assert "Traceback" not in as_lines.err and len(as_lines.err.splitlines()) >= 2
    assert said in json.loads(as_json.err)["error"]["message"]
    assert said in answered(run, "status")["data"][0]["problem"]


UNREACHABLE: dict[str, tuple[str, int]] = {
    "a folder that is away": ("{team}", 75),
    "a bucket without answer": ("s3://bucket/team", 75),
}


@pytest.mark.parametrize(("url", "code"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_team_whose_store_is_gone_can_be_left(
    run: Program, team: str, monkeypatch: pytest.MonkeyPatch, url: str, code: int
) -> None:
    """`forget` names the way; `--only-here` asks no store and says what stays in it."""
    monkeypatch.setattr("aggregator.team.store._PAUSE_S", 0.01)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    run("team", "join", team, *JOIN)
    assert run("team", "publish").code == 0
    [sent] = objects(team)
    member = sent.stem
    Path(team).rename(f"{team}-away")
    url = url.format(team=team)
    with Warehouse(run.warehouse, "UTC").writing() as con:
        con.execute("update team_membership set url = $url", {"url": url}).fetchall()

    for words in (("publish",), ("forget",), ("join",), ("rollup", url)):
        refused = run("team", *words)
        assert (refused.code, refused.out) == (code, ""), words
        assert refused.err.startswith("Error: ") and "Traceback" not in refused.err
    preview = run("team", "preview")
    assert preview.code == 0 and "does not answer" in " ".join(
        preview.err.split() + preview.out.split()
    )
    assert "skillhouse team forget --only-here" in run("team", "forget").err
    left = answered(run, "forget", "--only-here")

    assert left["data"] == [{"url": url, "member": member, "left": True, "deleted": False}]
    assert f"{url}/members/{member}.parquet" in left["warnings"][0]
    assert f"skillhouse team forget --member {member}" in left["warnings"][0]
    assert answered(run, "status")["data"] == []
    assert [each.name for each in objects(f"{team}-away")] == [sent.name]
    assert run("refresh").err == ""
    assert run("team", "forget", "--only-here").code == 1
    assert run("team", "forget", "--only-here", "--member", member).code == 2


def test_who_never_sent_leaves_nothing_behind(run: Program, team: str) -> None:
    """And is told so."""
    run("team", "join", team, *JOIN)
    Path(team).rename(f"{team}-away")

    left = answered(run, "forget", "--only-here")

    assert (left["data"][0]["deleted"], left["warnings"]) == (True, [])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("init", "ftp://host/team", "--skill", "a"), 2, "ftp:// is not a team's store"),
        (("init", "{team}-new"), 2, "has to say which skills"),
        (("init", "{team}", "--least-members", "2"), 2, "least-members"),
        (("init", "{team}", "--skill", "a\u200b"), 2, "skills[0]"),
        (("init", "{team}", "--category", "quality"), 2, "--category"),
        (("init", "/nonexistent/share/team", "--skill", "a"), 75, "is not there"),
        (("join", "{team}-new", "--yes"), 75, "is not there"),
        (("join", "{team}", "--as", "other", "--yes"), 2, "There is no team 'other'"),
        (("join", "{team}", "--since", "soon", "--yes"), 2, "soon"),
        (("join", "{team}", "--withhold", "", "--yes"), 2, "--withhold"),
        (("join", "--yes"), 1, "This warehouse is in no team"),
        (("preview",), 1, "This warehouse is in no team"),
        (("forget", "--member", "../../x"), 2, "12 hexadecimal digits"),
    ],
)
def test_a_wrong_line_is_told_what_is_wrong(
    run: Program, team: str, words: tuple[str, ...], code: int, said: str
) -> None:
    """And changes nothing."""
    before = (Path(team) / "agreement.json").read_bytes()

    ran = run("team", *(word.format(team=team) for word in words))

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err and "Traceback" not in ran.err
    assert (Path(team) / "agreement.json").read_bytes() == before and objects(team) == []


def test_init_again_changes_only_what_is_given(run: Program, team: str) -> None:
    """And says what members have to confirm."""
    again = answered(run, "init", team, "--category", "quality=test-*", "--team", "a")
    wider = answered(run, "init", team, "--skill", "*", "--least-members", "7")
    same = answered(run, "init", team)

    assert again["totals"] == {**again["totals"], "created": False, "wider": []}
    [found] = wider["data"]
    assert (found["skills"], found["teams"], found["least_members"]) == (["*"], ["a"], 7)
    assert found["categories"] == [{"category": "quality", "patterns": ["test-*"]}]
    assert found["project_types"] == ["cli"] and found["team_name"] == "Tools"
    assert wider["totals"]["wider"] == ["it lists further skills and agents: *"]
    assert same["data"] == wider["data"]


def test_a_maintainer_deletes_a_members_object(run: Program, team: str) -> None:
    """By the member's name, without being a member."""
    run("team", "join", team, *JOIN)
    run("team", "publish")
    [file] = objects(team)

    gone = answered(run, "forget", "--member", file.stem)

    assert gone["data"] == [{"url": team, "member": file.stem, "left": False, "deleted": True}]
    assert objects(team) == [] and len(answered(run, "status")["data"]) == 1


def test_the_rights_are_printed_to_copy(run: Program, team: str, tmp_path: Path) -> None:
    """Commands for a folder, a policy for a bucket that lets a member touch one key."""
    lines = run("team", "init", team).out
    policy = rights(open_store("s3://bucket/our/team"))
    start, end = policy.index("{"), policy.index("}")
    statements = json.loads("\n".join(policy[start : end + 1]))["Statement"]

    assert f"chmod 1733 {team}/members" in lines
    assert [each["Resource"] for each in statements] == [
        [
            "arn:aws:s3:::bucket/our/team/agreement.json",
            "arn:aws:s3:::bucket/our/team/experiments/*",
            "arn:aws:s3:::bucket/our/team/community/*",
        ],
        "arn:aws:s3:::bucket/our/team/members/MEMBER.parquet",
        "arn:aws:s3:::bucket",
    ]
    assert [each.get("Condition") for each in statements] == [
        None,
        None,
        {"StringLike": {"s3:prefix": ["our/team/experiments/*", "our/team/community/*"]}},
    ]
    [whole] = [line for line in rights(open_store("s3://bucket")) if "experiments/*" in line][1:]
    assert '"experiments/*"' in whole
    assert any("versioning" in line for line in policy)


def test_categories_are_yours_first_then_the_teams(run: Program, team: str) -> None:
    """`top-skills --category` follows the same order, and counts what it shows."""
    run("team", "init", team, "--category", "agreed=test-*", "--category", "agreed=code-*")
    run("team", "join", team, *JOIN)
    run("categories", "set", "mine", "CODE-*")

    def shown(category: str) -> tuple[list[str], dict[str, int]]:
        found = run("--json", "top-skills", "--category", category).json
        assert faults(found, "top-skills") == []
        assert found["filters"]["category"] == category
        return [row["skill_name"] for row in found["data"]], found["totals"]

    assert shown("mine") == (["code-review"], {"total_invocations": 2, "skills": 1, "projects": 1})
    assert shown("agreed")[0] == ["test-one", "test-secret"]
    assert shown("none") == ([], {"total_invocations": 0, "skills": 0, "projects": 0})
