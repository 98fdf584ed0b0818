"""Tests that session-buddy recorded: collected as sums, judged by our test beside the tool's."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from scipy import stats

from aggregator.experiments.recorded import recorded
from conftest import NOW, Fleet
from schema.warehouse import Warehouse
from stores import EXPERIMENT_TABLES, STORE, make_store

SUMS = "select experiment, cast(arms as varchar) from recorded_experiments"


@pytest.fixture
def fleet(tmp_path: Path, warehouse: Warehouse) -> Fleet:
    return Fleet(tmp_path / "fleet", warehouse)


def _store(project: Path) -> Path:
    file = make_store(project)
    with closing(sqlite3.connect(file)) as con:
        con.executescript(EXPERIMENT_TABLES)
    return file


def _config(con: sqlite3.Connection, name: object = "search", **changed: object) -> int:
    values = {
        "test_name": name,
        "description": "a secret of the person",
        "control_strategy": "semantic",
        "treatment_strategy": "aware",
        "start_date": "2026-09-01T10:00:00+00:00",
        "end_date": None,
        "min_sample_size": 30,
        "assignment_ratio": 0.5,
    } | changed
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    con.execute(f"insert into ab_test_configs ({columns}) values ({marks})", [*values.values()])
    [(number,)] = con.execute("select max(test_id) from ab_test_configs").fetchall()
    return int(number)


def _fill(con: sqlite3.Connection, test: int, seed: int) -> dict[str, dict[str, list[int]]]:
    """Users who differ, and the outcomes of each by arm and user."""
    dice = random.Random(seed)
    outcomes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in range(80):
        user, arm = f"person-{number}", "control" if number % 2 else "treatment"
        con.execute(
            "insert into ab_test_assignments (test_id, user_id, group_name) values (?, ?, ?)",
            (test, user, arm),
        )
        rate = 0.9 if dice.random() < 0.5 else 0.4
        for _ in range(dice.randrange(12)):
            good = int(dice.random() < rate)
            outcomes[arm][user].append(good)
            con.execute(
                "insert into ab_test_outcomes"
                " (test_id, user_id, skill_name, completed, recorded_at)"
                " values (?, ?, 'x', ?, '2026-10-11 09:00:00')",
                (test, user, good),
            )
    return outcomes


def test_sums_are_those_of_the_database_and_no_user_is_stored(fleet: Fleet) -> None:
    """Sums over users by arm are plain Python's; of users and descriptions nothing is stored."""
    project = fleet.project()
    with closing(sqlite3.connect(_store(project))) as con:
        outcomes = _fill(con, _config(con), 3)
        _config(con, "without outcomes")
        con.commit()
    fleet.collect()

    [(arms, began_on, ended_on, share)] = fleet.query(
        "select cast(arms as varchar), cast(began_on as varchar), cast(ended_on as varchar), share"
        " from recorded_experiments"
    )
    assert (began_on, ended_on, share) == ("2026-09-01", "2026-10-11", 0.5)
    for arm, found in json.loads(str(arms)).items():
        users = [(sum(each), len(each)) for each in outcomes[arm].values()]
        assert found == {
            "assigned": 40,
            "units": len(users),
            "successes": sum(s for s, _ in users),
            "known": sum(n for _, n in users),
            "ss": sum(s * s for s, _ in users),
            "sn": sum(s * n for s, n in users),
            "nn": sum(n * n for _, n in users),
        }
    stored = fleet.warehouse.path.read_bytes()
    assert b"person-1" not in stored
    assert b"a secret" not in stored


def test_our_verdict_stands_beside_the_tool_s(fleet: Fleet) -> None:
    """The tool's is scipy's t-test over single outcomes; ours takes users for the observations."""
    project = fleet.project()
    wanted = {}
    with closing(sqlite3.connect(_store(project))) as con:
        for seed in range(40):
            outcomes = _fill(con, _config(con, f"test-{seed:02}"), seed)
            flat = {arm: [x for each in of.values() for x in each] for arm, of in outcomes.items()}
            p_value = stats.ttest_ind(flat["control"], flat["treatment"]).pvalue
            means = {arm: sum(each) / len(each) for arm, each in flat.items()}
            better = max(means, key=means.__getitem__)
            wanted[f"app/test-{seed:02}"] = better if p_value < 0.05 else "inconclusive"
        con.commit()
    fleet.collect()

    with fleet.warehouse.reading() as con:
        found = recorded(con)
    assert {each.report.experiment.name: each.report.tool_verdict for each in found} == wanted
    theirs = sum(verdict != "inconclusive" for verdict in wanted.values())
    ours = sum(each.report.verdict in ("better", "worse") for each in found)
    assert ours < theirs


def test_what_changes_in_the_database_changes_here(fleet: Fleet) -> None:
    """New outcomes replace the sums, and a test that was deleted goes."""
    project = fleet.project()
    file = _store(project)
    with closing(sqlite3.connect(file)) as con:
        test = _config(con)
        _fill(con, test, 1)
        _fill(con, _config(con, "other"), 2)
        con.commit()
    fleet.collect()
    before = fleet.query(SUMS)
    assert len(before) == 2
    fleet.collect(full=True)
    assert fleet.query(SUMS) == before

    with closing(sqlite3.connect(file)) as con:
        con.execute("delete from ab_test_outcomes where test_id = ?", (test,))
        con.execute("update ab_test_outcomes set completed = 1")
        con.commit()
    fleet.collect(now=NOW)
    [(name, arms)] = fleet.query(
        "select experiment, cast(arms as varchar) from recorded_experiments"
    )
    assert name == "other"
    assert all(arm["successes"] == arm["known"] for arm in json.loads(str(arms)).values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_date": "soon"},
        {"assignment_ratio": 1.5},
        {"assignment_ratio": "half"},
        {"control_strategy": "x" * 201},
        {"test_name": b"\xff\xfe"},
    ],
)
def test_one_that_is_unusable_is_a_finding_and_the_others_are_taken(
    fleet: Fleet, wrong: dict[str, object]
) -> None:
    """A test without a day, a share or a name is left out, counted, and harms nothing else."""
    project = fleet.project()
    with closing(sqlite3.connect(_store(project))) as con:
        con.text_factory = bytes
        _fill(con, _config(con, "wrong"), 1)
        column, value = next(iter(wrong.items()))
        con.execute(f"update ab_test_configs set {column} = ?", (value,))
        _fill(con, _config(con, "right"), 2)
        con.commit()
    fleet.collect()
    assert fleet.query("select experiment from recorded_experiments") == [("right",)]
    [(findings,)] = fleet.query("select cast(findings as varchar) from source_files")
    assert json.loads(str(findings))["field_unusable"] == 1


def test_tables_of_another_kind_do_no_harm(fleet: Fleet) -> None:
    """Tables of the same names with other columns yield no test, and the rest is read."""
    project = fleet.project()
    file = make_store(project)
    with closing(sqlite3.connect(file)) as con:
        for table in ("ab_test_configs", "ab_test_assignments", "ab_test_outcomes"):
            con.execute(f"create table {table} (x)")
        con.execute(
            "insert into skill_invocation (skill_name, invoked_at, session_id, completed)"
            " values ('a', '2026-11-01T10:00:00', 's', 1)"
        )
        con.commit()
    fleet.collect()
    assert (project / STORE).exists()
    assert fleet.query("select count(*) from skill_usage") == [(1,)]
    assert fleet.query("select count(*) from recorded_experiments") == [(0,)]
