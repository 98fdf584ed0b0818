"""Workflow executions: a row each, as it was at its last change, without its task."""

from __future__ import annotations

import pytest

from aggregator.verify import verify
from conftest import NOW, Fleet, write_workflows
from schema.backups import backup
from schema.compact import compact
from schema.restore import restore
from test_read_only import names, said, untouched

STORED = """
    select workflow_id, status, repositories, epoch_us(created_at), epoch_us(updated_at), time_basis
    from workflow_executions
    order by workflow_id
"""
KEPT = "select cast(columns(*) as varchar) from workflow_executions order by all"
NINE_US = 1785747600000000


def workflow(status: str = "completed", **fields: object) -> dict[str, object]:
    return {
        "id": "any",
        "status": status,
        "task": {"description": "correct-horse-battery"},
        "repos": ["/srv/app"],
        "created_at": "2026-08-03T09:00:00",
        "updated_at": "2026-08-03T09:00:05+00:00",
        "results": ["correct-horse-battery"],
        "errors": [],
        **fields,
    }


def test_each_workflow_is_a_row_at_its_last_change(fleet: Fleet) -> None:
    """A later state replaces an earlier one and never the other way round; what vanished stays."""
    project = fleet.project()
    write_workflows(project, {"a": workflow("running"), "b": workflow(updated_at=None, repos=None)})
    with untouched(fleet.root):
        first = fleet.collect()
    write_workflows(project, {"a": workflow("completed", updated_at="2026-08-03T09:01:00Z")})
    second = fleet.collect()
    write_workflows(project, {"a": workflow("running"), "c": workflow()})
    fleet.collect()
    fleet.collect(full=True)

    assert (first.projects[0].inserted, second.projects[0].updated) == (2, 1)
    assert fleet.query(STORED) == [
        ("a", "completed", ["/srv/app"], NINE_US, NINE_US + 60 * 10**6, "local"),
        ("b", "completed", None, NINE_US, None, "local"),
        ("c", "completed", ["/srv/app"], NINE_US, NINE_US + 5 * 10**6, "local"),
    ]
    assert names(fleet) == []


def test_what_a_workflow_was_asked_is_nowhere(fleet: Fleet) -> None:
    """No byte of its task, results or errors is stored."""
    write_workflows(fleet.project(), {"a": workflow(errors=["correct-horse-battery"])})

    fleet.collect()

    assert fleet.query("select count(*) from workflow_executions") == [(1,)]
    stored = b"".join(f.read_bytes() for f in fleet.warehouse.path.parent.rglob("*") if f.is_file())
    assert b"correct-horse" not in stored


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("[]", "is not a JSON object at the top level; nothing was read from it"),
        ('{"a": 1}', "1 record was rejected; the first is number 1, it is not a JSON object"),
        ('{"a": {}}', "1 record was rejected; the first is number 1, it has no status"),
        ('{"a": {"status": "x"}}', "1 record was rejected; the first is number 1, it has no time"),
        ("{nonsense}", "is not JSON"),
    ],
    ids=["list", "number", "no-status", "no-time", "no-json"],
)
def test_bad_workflows_are_said(fleet: Fleet, document: str, told: str) -> None:
    """A sentence each, and no row."""
    write_workflows(fleet.project(), document)

    [(_, message)] = said(fleet.collect())

    assert message.startswith(told)
    assert fleet.query(STORED) == []


def test_workflows_are_kept_as_everything_else_is(fleet: Fleet) -> None:
    """A compacted file, and one that was restored from a backup, hold them; verify reads them."""
    write_workflows(fleet.project(), {"a": workflow(), "b": workflow("running")})
    fleet.collect()
    before = fleet.query(KEPT)

    compact(fleet.warehouse)
    compacted = fleet.query(KEPT)
    copied = backup(fleet.warehouse, now=NOW)
    with fleet.warehouse.writing() as con:
        con.execute("delete from workflow_executions").fetchall()
    restore(fleet.warehouse, copied.path, now=NOW)
    restored = fleet.query(KEPT)
    with fleet.warehouse.reading() as con:
        verified = verify(con).sentences

    assert len(before) == 2
    assert compacted == restored == before
    assert verified == []


@pytest.mark.parametrize(
    ("wrong", "about"),
    [
        (
            "insert into workflow_executions select * from workflow_executions",
            "the workflow a of",
        ),
        ("update workflow_executions set project_id = 'x'", "workflow_executions of project x"),
        ("update workflow_executions set source_file_id = 7", "workflow_executions of file 7"),
        ("delete from workflow_executions", "has the rows that were inserted"),
    ],
    ids=["twice", "project", "file", "gone"],
)
def test_what_is_wrong_with_them_is_found(fleet: Fleet, wrong: str, about: str) -> None:
    """verify holds them to their project, their file and the ledger, each once."""
    write_workflows(fleet.project(), {"a": workflow()})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute(wrong).fetchall()

    with fleet.warehouse.reading() as con:
        sentences = verify(con).sentences

    assert any(about in sentence for sentence in sentences), sentences
