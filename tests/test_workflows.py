"""Workflow executions: a row each, as it was at its last change, without its task."""

from __future__ import annotations

import pytest

from conftest import Fleet, write_workflows
from test_read_only import names, said, untouched

STORED = """
    select workflow_id, status, repositories, epoch_us(created_at), epoch_us(updated_at), time_basis
    from workflow_executions
    order by workflow_id
"""
NINE_US = 1785747600000000


def workflow(status: str = "completed", **fields: object) -> dict[str, object]:
    return {
        "id": "any",
        "status": status,
        "task": {"description": "correct-horse-battery"},
        "repos": ["/work/app"],
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
        ("a", "completed", ["/work/app"], NINE_US, NINE_US + 60 * 10**6, "local"),
        ("b", "completed", None, NINE_US, None, "local"),
        ("c", "completed", ["/work/app"], NINE_US, NINE_US + 5 * 10**6, "local"),
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
        ("[]", "holds no JSON object at the top; nothing was taken from it"),
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
