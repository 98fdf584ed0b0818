"""The verdicts that a refresh stores are those that an answer would find, or are not read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import retention
from aggregator.calendar import ALL_TIME
from aggregator.findings import stored
from aggregator.findings.compare import compare
from aggregator.findings.find import Findings, every_project, find
from aggregator.findings.finding import Judged
from aggregator.findings.rules import rules
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from collector.collect import collect
from collector.projects import registering, registry
from conftest import THOROUGH, invocation, write_skills
from fleets import DEMO, Demo, demo_fleet
from schema.connection import Connection
from schema.warehouse import Warehouse


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_fleet(tmp_path_factory)


def asked(con: Connection, now: datetime = DEMO, *projects: str) -> Question:
    return Question(ALL_TIME, scope(con, projects), "all", now)


def write_uses(project: Path, uses: list[tuple[str, bool, datetime]]) -> None:
    """Uses as their writer leaves them: a name, whether it succeeded, and when."""
    records = [
        invocation(name, moment.isoformat(), completed=good, session_id=f"s-{number}")
        for number, (name, good, moment) in enumerate(uses)
    ]
    write_skills(project, {"invocations": records})


def computed(con: Connection, question: Question, found: Findings) -> Findings:
    """What the comparison itself says of the same days."""
    over = question.over(found.whole)
    judged = compare(con, over, every_project(con, over), found.recent)
    return replace(
        found,
        verdicts=judged.verdicts,
        compared=judged.compared,
        expected_looks=judged.expected_looks,
    )


@contextmanager
def read_from_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Notes for each look at what is stored whether it was the answer."""
    answered: list[bool] = []
    read = stored.read

    def noted(con: Connection, basis: stored.Basis) -> Judged | None:
        found = read(con, basis)
        answered.append(found is not None)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(stored, "read", noted)
        yield answered


def expect_same(warehouse: Warehouse, now: datetime = DEMO, *projects: str) -> Findings:
    with warehouse.reading() as con:
        question = asked(con, now, *projects)
        found = find(con, question)
        wanted = computed(con, question, found)
    assert list(found.verdicts) == list(wanted.verdicts)
    assert found == wanted
    return found


def test_after_a_refresh_the_stored_verdicts_are_the_answer_and_the_same_in_every_number(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the cells by project, of which few answers speak, and the number of comparisons."""
    with read_from_store(monkeypatch) as answered:
        found = expect_same(demo.refreshed)
    assert answered == [True]
    assert any(each.findings for each in found.verdicts.values())
    assert all(each.cells for each in found.verdicts.values())


def test_of_some_projects_nothing_stored_is_read(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verdict on one project is not that on all of them."""
    with read_from_store(monkeypatch) as answered:
        with demo.refreshed.reading() as con:
            [first, *_] = asked(con).scope.projects
        found = expect_same(demo.refreshed, DEMO, first.name)
    assert answered == []
    assert {key for each in found.verdicts.values() for key in each.cells} == {first.project_id}


def test_rows_that_no_refresh_has_seen_are_in_the_verdicts(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collected, not refreshed: what was stored before is not the answer any more."""
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    project = tmp_path / "late"
    days = [timedelta(days=2 + n % 60, hours=n % 5) for n in range(200)]
    write_uses(project, [("brand-new", True, DEMO - each) for each in days])
    with warehouse.writing() as con:
        registering.register(con, project, now=DEMO, default_timezone="UTC", name="late")
    collect(warehouse, now=DEMO)
    with read_from_store(monkeypatch) as answered:
        found = expect_same(warehouse)
        assert answered == []
        assert ("skill", "brand-new") in found.verdicts
        refresh(warehouse, now=DEMO)
        assert expect_same(warehouse).verdicts == found.verdicts
    assert answered == [True]


@pytest.mark.parametrize("days", [(14, 90), (30, 60)])
def test_other_days_to_compare_are_compared(
    demo: Demo, tmp_path: Path, days: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting that changed: what is stored is about other days, until a refresh knows of it."""
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    for is_stored in (False, True):
        with warehouse.reading() as con, read_from_store(monkeypatch) as answered:
            question = replace(asked(con), recent_days=days[0], earlier_days=days[1])
            found = find(con, question)
            assert found == computed(con, question, found)
        assert answered == [is_stored]
        refresh(warehouse, now=DEMO, full=True, compared_days=days)


def test_a_purged_project_is_in_no_stored_verdict_and_an_unregistered_one_is_not_compared(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a verdict read that was found with the project's old type."""
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    with warehouse.reading() as con:
        projects = asked(con).scope.projects
    one, two, three = (registry_project(warehouse, each.name) for each in projects[:3])
    with warehouse.writing() as con:
        con.execute(
            "update projects set project_type = 'another' where project_id = $id",
            {"id": one.project_id},
        )
    with read_from_store(monkeypatch) as answered:
        assert expect_same(warehouse).types[one.project_id] == "another"
    assert answered == [False]
    with warehouse.writing() as con:
        registry.unregister(con, two)
    expect_same(warehouse)
    refresh(warehouse, now=DEMO)
    assert two.project_id not in expect_same(warehouse).types
    with warehouse.writing() as con:
        registry.purge(con, three)
        for table in ("stored_verdicts", "verdict_basis"):
            assert con.execute(f"from {table}").fetchall() == []
    expect_same(warehouse)
    refresh(warehouse, now=DEMO)
    found = expect_same(warehouse)
    assert three.project_id not in {key for each in found.verdicts.values() for key in each.cells}


def registry_project(warehouse: Warehouse, name: str) -> registry.Project:
    with warehouse.reading() as con:
        return registry.find_project(con, name)


def test_verdicts_of_another_version_or_of_a_file_that_has_none_are_found_again(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade of the program, or of the file; the next refresh stores them."""
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    with monkeypatch.context() as patch:
        patch.setattr(stored, "rules", lambda: "others")
        with read_from_store(monkeypatch) as answered:
            expect_same(warehouse)
        assert answered == [False]
    other = "update verdict_basis set basis = replace(basis, $rules, 'others')"
    for order, values in ((other, {"rules": rules()}), ("delete from verdict_basis", {})):
        with warehouse.writing() as con:
            con.execute(order, values)
        with read_from_store(monkeypatch) as answered:
            expect_same(warehouse)
            refresh(warehouse, now=DEMO)
            expect_same(warehouse)
        assert answered[0] is False
        assert answered[-1] is True


def test_a_refresh_that_finds_nothing_compares_once_a_day(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The days that are compared move with the last collect; then it compares, and only then."""
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    written: list[datetime] = []
    write = stored.write
    now = DEMO

    def noted(con: Connection, *rest: object) -> None:
        written.append(now)
        write(con, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(stored, "write", noted)
    refresh(warehouse, now=now)
    assert written == []
    now = DEMO + timedelta(days=1)
    with warehouse.writing() as con:
        con.execute("update projects set last_sync_at = $now", {"now": now})
    for _ in range(2):
        refresh(warehouse, now=now)
    assert written == [now]
    with read_from_store(monkeypatch) as answered:
        expect_same(warehouse, now)
    assert answered == [True]


def test_archived_days_change_no_verdict(demo: Demo, tmp_path: Path) -> None:
    """Retention inside the days that are compared."""
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    with warehouse.writing() as con:
        retention.store_raw_days(con, 20)
    assert retention.apply(warehouse, now=DEMO) > 0
    expect_same(warehouse)
    refresh(warehouse, now=DEMO, full=True)
    expect_same(warehouse)


@pytest.mark.slow
@settings(max_examples=4 * THOROUGH)
@given(seed=st.integers(0, 10**6))
def test_whatever_happens_between_two_questions_the_answer_is_that_of_the_comparison(
    demo: Demo, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Collects, refreshes, days that pass, projects that come and go, in any order."""
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("any")
    warehouse = demo.copied_to(folder / "w.duckdb")
    now = DEMO
    for step in range(5):
        with warehouse.reading() as con:
            projects = asked(con).scope.projects
        each = dice.choice(projects)
        match dice.randrange(6):
            case 0:
                now += timedelta(days=dice.randint(1, 40), hours=dice.randint(0, 23))
            case 1:
                project = folder / f"p{step}"
                write_uses(
                    project,
                    [
                        (
                            dice.choice(["a", "b"]),
                            dice.random() < 0.7,
                            now - timedelta(hours=dice.randint(-30, 3000)),
                        )
                        for _ in range(80)
                    ],
                )
                with warehouse.writing() as con:
                    registering.register(con, project, now=now, default_timezone="UTC")
                collect(warehouse, now=now)
            case 2:
                chosen = registry_project(warehouse, each.name)
                with warehouse.writing() as con:
                    registry.unregister(con, chosen)
            case 3:
                chosen = registry_project(warehouse, each.name)
                with warehouse.writing() as con:
                    registry.purge(con, chosen)
            case _:
                refresh(warehouse, now=now, full=dice.random() < 0.3)
        expect_same(warehouse, now)
