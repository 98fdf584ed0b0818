"""What would be lost without the documents is said, and nothing where nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import Program, faults
from conftest import write_skills
from stores import STORE, bring_in, make_store, store
from test_read_only import untouched
from test_union import record, without_session


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def app(run: Program) -> Path:
    folder = run.folder("app")
    run("register-project", str(folder))
    return folder


def test_a_complete_move_loses_nothing(run: Program, app: Path) -> None:
    """What was written to both, and what was imported without a session: exit code 0."""
    first, second = record(follow_up_actions=["test"]), without_session(second=1)
    write_skills(app, {"invocations": [first, second]})
    file = make_store(app)
    store(file, [{**first, "workflow_phase": "setup"}, record("later", 5)])
    bring_in(file, [second])

    with untouched(app):
        done, told = run("migrate-check", "app", "--json"), run("migrate-check", "app")

    [found] = done.json["data"]
    counts = ("in_both", "only_in_documents", "only_in_databases", "behind_in_databases")
    assert (done.code, done.err, faults(done.json, "migrate-check")) == (0, "", [])
    assert [found[name] for name in counts] == [2, 0, 1, 0]
    assert found["differences"] == []
    assert found["added"][0]["skill_name"] == "later"
    assert (
        told.lines[-1] == "The databases contain everything: the JSON files are no longer needed."
    )
    assert run("projects", "--json").json["totals"]["rows"] == 0


def test_what_is_missing_or_behind_is_named(run: Program, app: Path) -> None:
    """A record that was left out, a duplicate that the import dropped, one that ended later."""
    twice = without_session(second=1)
    ended = record("ended", follow_up_actions=["test"])
    write_skills(app, {"invocations": [record("left-out"), twice, twice, ended]})
    file = make_store(app)
    store(file, [record("ended", completed=False, duration_seconds=None)])
    bring_in(file, [twice, twice])

    done, told = run("migrate-check", "app", "--json"), run("migrate-check", "app")

    [found] = done.json["data"]
    assert (done.code, faults(done.json, "migrate-check")) == (1, [])
    assert done.json["totals"] == {"lost": 3}
    assert (found["in_both"], found["only_in_documents"], found["behind_in_databases"]) == (2, 2, 1)
    assert [(each["skill_name"], each["occurrence"]) for each in found["missing"]] == [
        ("left-out", 1),
        ("review", 2),
    ]
    assert [
        (each["field"], each["document"], each["database"], each["behind"])
        for each in found["differences"]
    ] == [
        ("outcome", "success", "abandoned", True),
        ("duration_ms", 1500, None, True),
        ("followup_names", ["test"], [], True),
    ]
    assert told.err.splitlines() == [
        "Problem: app: 2 uses only in JSON files",
        "Problem: app: 1 use newer in JSON files than in the database",
    ]
    assert told.code == 1


@pytest.mark.parametrize("there", ["document", "database", "nothing"])
def test_one_side_alone_is_nothing_to_compare(run: Program, app: Path, there: str) -> None:
    """No loss is claimed where nothing was moved yet, or all was long ago."""
    if there == "document":
        write_skills(app, {"invocations": [record()]})
    elif there == "database":
        store(make_store(app), [record()])

    done = run("migrate-check", "app")

    assert (done.code, done.err) == (0, "")
    assert done.lines[-1].startswith("Nothing to compare: no ")


def test_a_store_that_cannot_be_read_is_a_problem(run: Program, app: Path) -> None:
    """The comparison says which file, and that nothing was taken from it."""
    write_skills(app, {"invocations": [record()]})
    make_store(app).write_bytes(b"garbage " * 100)

    done = run("migrate-check", "app")

    assert done.code == 1
    assert done.lines[-1] == "Nothing to compare: one side cannot be read in this project."
    assert f"Problem: app: {STORE} is not an SQLite database; nothing was read from it" in done.err
