"""When the texts of skills and agents on disk changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schema.statements import statement
from schema.warehouse import Connection, from_micros


@dataclass(frozen=True)
class TextChange:
    """A file of a skill or agent got another text; ``project_id`` is that of its file."""

    project_id: str
    kind: str
    skill_name: str
    changed_at: datetime


def text_changes(con: Connection) -> list[TextChange]:
    """Every change that was noticed, oldest first."""
    rows = con.execute(statement("aggregator/reports/text_changes.sql")).fetchall()
    return [TextChange(project, kind, name, from_micros(us)) for project, kind, name, us in rows]
