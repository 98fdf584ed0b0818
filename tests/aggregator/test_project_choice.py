"""Types and tags choose and group projects; every number is told again in plain Python.

One fleet in three states: all statistics up to date, uses collected since, and old uses archived.
Its projects share records: one is a worktree with all records of another and some of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aggregator.calendar import ALL_TIME, Span, bucket
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.compare import compare
from aggregator.reports.effectiveness import effectiveness
from aggregator.reports.top_skills import top_skills
from aggregator.retention import apply, store_raw_days
from collector.projects.editing import edit
from collector.projects.registry import find_project
from command_line import Program
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from expected import as_oracle, ranking, same
from oracle import Row, measure, read_project
from schema.errors import UnknownName, UsageError
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow

LABELS: dict[str, tuple[str | None, dict[str, str]]] = {
    "one": ("web", {"team": "core", "legacy": ""}),
    "two": ("web", {"team": "shop"}),
    "three": ("cli", {"team": "core", "env": "prod"}),
    "four": (None, {"legacy": "", "env": "test"}),
    "tree": ("Data", {"env": "prod"}),
}
"""Type and tags of each project."""

CHOICES: list[tuple[list[str], list[str], set[str]]] = [
    (["web"], [], {"one", "two"}),
    (["web", "cli"], [], {"one", "two", "three"}),
    (["data"], [], {"tree"}),
    ([], ["team:core"], {"one", "three"}),
    ([], ["team=core", "team:shop"], {"one", "two", "three"}),
    ([], ["team"], {"one", "two", "three"}),
    ([], ["legacy"], {"one", "four"}),
    ([], ["team", "env"], {"three"}),
    ([], ["env:prod", "env:test", "legacy"], {"four"}),
    (["web"], ["legacy"], {"one"}),
]
"""Types, tags, and the projects that they choose."""

STATES = ("fresh", "marked", "archived")
SPANS = [
    ALL_TIME,
    Span(None, date(2026, 10, 31)),
    Span(date(2026, 10, 1), date(2026, 11, 12)),
    bucket("monthly", date(2026, 11, 20)),
    bucket("weekly", date(2026, 9, 30)),
]
UTC_ZONE = ZoneInfo("UTC")


def records(chance: random.Random, project: str, count: int, last: datetime) -> list[Any]:
    """Uses of three skills in the months before ``last``."""
    return [
        invocation(
            chance.choice("abc"),
            (last - timedelta(seconds=chance.randrange(120 * 86_400))).isoformat()[:19] + "+00:00",
            session_id=f"{project}-{chance.randrange(12)}",
            completed=chance.random() < 0.7,
            error_type=chance.choice([None, "ToolError"]),
            duration_seconds=chance.choice([None, round(chance.uniform(0.1, 90), 3)]),
            follow_up_actions=["x"] * chance.randrange(3),
        )
        for _ in range(count)
    ]


def lay_out(root: Path, state: str) -> tuple[Warehouse, list[Row]]:
    """The fleet in a state, and its rows as plain Python reads them."""
    chance = random.Random(7)
    fleet = Fleet(root, Warehouse(root / "data" / "w.duckdb", "UTC"))
    last = datetime(2026, 11, 19, tzinfo=UTC)
    documents = {name: records(chance, name, 60, last) for name in LABELS}
    documents["tree"] = [*documents["one"], *documents["tree"][:25]]
    (root / "one" / ".git" / "worktrees" / "tree").mkdir(parents=True)
    (root / "tree").mkdir()
    (root / "tree" / ".git").write_text(f"gitdir: {root}/one/.git/worktrees/tree\n")

    def write(share: float) -> None:
        for name, uses in documents.items():
            write_skills(root / name, {"invocations": uses[: int(len(uses) * share)]})
        runs = [
            execution(f"2026-11-{day:02}T10:00:00Z", agent="agent", quality_score=day / 20)
            for day in range(1, int(19 * share) + 1)
        ]
        write_executions(root / "three", "agent", runs)

    fleet.projects(*LABELS)
    with fleet.warehouse.writing() as con:
        for name, (project_type, tags) in LABELS.items():
            edit(con, find_project(con, name), project_type=project_type, tags=tags)
    write(0.8 if state == "marked" else 1)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    if state == "marked":
        write(1)
        fleet.collect()
    if state == "archived":
        with fleet.warehouse.writing() as con:
            store_raw_days(con, 20)
        apply(fleet.warehouse, now=NOW)
    rows = {name: read_project(root / name, name, UTC_ZONE) for name in LABELS}
    of_one = {(row.name, row.invoked_at, row.session_id) for row in rows["one"]}
    rows["tree"] = [
        row for row in rows["tree"] if (row.name, row.invoked_at, row.session_id) not in of_one
    ]
    return fleet.warehouse, [row for each in rows.values() for row in each]


@pytest.fixture(scope="module", params=STATES)
def fleet(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, list[Row]]:
    return lay_out(tmp_path_factory.mktemp("choice"), request.param)


def within(rows: Iterable[Row], span: Span, projects: set[str]) -> list[Row]:
    """The rows of these projects on the days of a span."""
    return [
        row
        for row in rows
        if row.project in projects
        and (span.since is None or row.invoked_at.date() >= span.since)
        and (span.until is None or row.invoked_at.date() <= span.until)
    ]


def test_types_and_tags_choose_projects(fleet: tuple[Warehouse, list[Row]]) -> None:
    """One of the types; of the tags one of each key; any case; never more than was named."""
    warehouse, _ = fleet
    with warehouse.reading() as con:
        for types, tags, projects in CHOICES:
            chosen = scope(con, types=types, tags=tags)
            assert {each.name for each in chosen.projects} == projects
            named = (
                scope(con, ["one", "four"], types=types, tags=tags) if "one" in projects else None
            )
            assert named is None or {p.name for p in named.projects} == projects & {"one", "four"}
        for types, tags in ((["wbe"], []), ([], ["taem"]), ([], ["team:x"]), ([], ["core"])):
            with pytest.raises(UnknownName):
                scope(con, types=types, tags=tags)
        with pytest.raises(UsageError, match="None of the chosen projects has type 'cli' and tag"):
            scope(con, types=["cli"], tags=["legacy"])


def test_rankings_of_types_and_tags_are_exact(fleet: tuple[Warehouse, list[Row]]) -> None:
    """Every measure of every skill, over stored buckets and odd spans."""
    warehouse, rows = fleet
    with warehouse.reading() as con:
        for number, (types, tags, projects) in enumerate(CHOICES):
            chosen = scope(con, types=types, tags=tags)
            span = SPANS[number % len(SPANS)]
            for each in (span, ALL_TIME):
                found = top_skills(con, Question(each, chosen, "all", NOW), limit=100).rows
                wanted = ranking(within(rows, each, projects), limit=100)
                assert [(r.rank, r.measures.skill_name) for r in found] == [
                    (r.rank, r.name) for r in wanted
                ]
                for row, want in zip(found, wanted, strict=True):
                    assert same(as_oracle(row.measures), want.measures)
            told = effectiveness(con, Question(ALL_TIME, chosen, "all", NOW), "a")
            assert told is not None
            of_a = [row for row in within(rows, ALL_TIME, projects) if row.name == "a"]
            assert same(as_oracle(told.measures), measure(of_a))


@pytest.mark.parametrize(
    ("by", "groups_of"),
    [
        ("type", lambda kind, tags: [kind or ""]),
        ("tag:team", lambda kind, tags: [f"team:{tags['team']}" if "team" in tags else ""]),
        ("tag:legacy", lambda kind, tags: ["legacy" if "legacy" in tags else ""]),
        ("tag", lambda kind, tags: [f"{k}:{v}" if v else k for k, v in tags.items()] or [""]),
    ],
    ids=["type", "key", "plain", "every-tag"],
)
def test_groups_by_type_and_tag_are_exact(
    fleet: tuple[Warehouse, list[Row]],
    by: str,
    groups_of: Callable[[str | None, dict[str, str]], list[str]],
) -> None:
    """Each group has the measures of its projects; with several tags a project is in several."""
    warehouse, rows = fleet
    members: dict[str, set[str]] = {}
    for project, (kind, tags) in LABELS.items():
        for group in groups_of(kind, tags):
            members.setdefault(group, set()).add(project)
    with warehouse.reading() as con:
        for span in SPANS:
            found = compare(con, Question(span, scope(con), "all", NOW), "a", by)
            groups = found.by_type if by == "type" else found.by_tag
            expected = {
                group: [row for row in within(rows, span, projects) if row.name == "a"]
                for group, projects in members.items()
            }
            assert {each.group for each in groups} == {g for g, of in expected.items() if of}
            for each in groups:
                assert same(as_oracle(each), measure(expected[each.group]))


def test_a_wrong_group_is_refused(fleet: tuple[Warehouse, list[Row]]) -> None:
    """By what groups nothing, and by a tag that no project has."""
    warehouse, _ = fleet
    with warehouse.reading() as con:
        question = Question(ALL_TIME, scope(con), "all", NOW)
        with pytest.raises(UsageError, match="groups nothing"):
            compare(con, question, "a", "team")
        with pytest.raises(UnknownName, match="has the tag 'x'"):
            compare(con, question, "a", "tag:x")


QUESTIONS = [
    ["summary"],
    ["top-skills"],
    ["effectiveness", "a"],
    ["compare", "a"],
    ["health"],
    ["trends"],
    ["anomalies"],
    ["recommend"],
    ["workflows"],
    ["patterns", "sessions"],
    ["patterns", "transitions"],
    ["patterns", "pairs"],
    ["patterns", "heatmap"],
    ["patterns", "bottlenecks"],
    ["patterns", "alternatives"],
    ["find", "review"],
    ["skills"],
]


@pytest.mark.slow
def test_every_question_says_of_a_tag_what_it_says_of_its_projects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows and totals as with the projects named one by one; the filters say why."""
    run = Program(tmp_path, capsys, monkeypatch)
    (tmp_path / "data").mkdir()
    lay_out(tmp_path, "fresh")[0].path.rename(run.warehouse)
    for words in QUESTIONS:
        tagged = run("--json", *words, "--tag", "team:core")
        named = run("--json", *words, "--project", "one", "--project", "three")

        assert (tagged.code, named.code) == (0, 0), (words, tagged.err, named.err)
        assert _plain(tagged.json["data"]) == _plain(named.json["data"]), words
        assert _plain(tagged.json["totals"]) == _plain(named.json["totals"]), words
        filters = tagged.json["filters"]
        assert (filters["types"], filters["tags"]) == (None, ["team:core"])
        assert filters["projects"] == named.json["filters"]["projects"]


def test_the_registry_lists_what_types_and_tags_choose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``projects --type --tag``, unregistered ones too; none that fits is an error, as anywhere."""
    run = Program(tmp_path, capsys, monkeypatch)
    (tmp_path / "data").mkdir()
    lay_out(tmp_path, "fresh")[0].path.rename(run.warehouse)
    assert run("unregister-project", "two").code == 0
    every = run("projects", "--json").json["data"]
    assert {row["project_name"] for row in every} == set(LABELS)
    for types, tags, names in CHOICES:
        words = [
            *(w for t in types for w in ("--type", t)),
            *(w for t in tags for w in ("--tag", t)),
        ]
        found = run("projects", "--json", *words).json
        assert found["data"] == [row for row in every if row["project_name"] in names]
        assert found["totals"]["rows"] == sum(row["rows"] for row in found["data"])
        assert found["filters"] == {"types": types or None, "tags": tags or None}
    assert run("projects", "--type", "web", "--tag", "env").code == 2
    assert "'nothing'" in run("projects", "--tag", "nothing").err


def _plain(value: Any) -> Any:
    """Without the command lines, which repeat how the projects were chosen."""
    if isinstance(value, dict):
        return {
            k: _plain(v) for k, v in value.items() if k not in ("evidence", "details", "command")
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value
