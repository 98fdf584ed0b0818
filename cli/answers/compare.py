"""One skill or agent across projects and project types."""

from __future__ import annotations

from aggregator.reports.compare import Comparison
from aggregator.reports.compare import compare as look
from cli.answers.asked import Answered, ask
from cli.answers.fields import grouped_fields, measures_fields
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def compare(con: Connection, session: Session, wanted: Wanted, name: str) -> Answered[Comparison]:
    """``name`` in each project and type; raises as ``ask`` does, and for names as ``look``."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question, name)
    data: list[dict[str, object]] = [
        {"group": "project", "project_type": None, **grouped_fields(m, asked)}
        for m in found.by_project
    ]
    data += [
        {
            "group": "type",
            "project_type": m.group or None,
            "project_id": None,
            "project_name": None,
            **measures_fields(m, asked.zone),
        }
        for m in found.by_type
    ]
    told = answer(
        session,
        "compare",
        asked.zone,
        filters=asked.filters(name=name),
        data=data,
        totals={"projects": len(found.by_project), "types": len(found.by_type)},
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)
