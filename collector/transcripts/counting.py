"""Which of the transcripts' rows answers count, where a project has files of its own as well."""

from __future__ import annotations

from collector.parameters import Counting
from schema.statements import has_rows, run_all, statement
from schema.warehouse import Connection


def decide_counted(con: Connection) -> None:
    """Say again which rows count; call it in any transaction that changes rows or the setting."""
    if has_rows(con, "transcript_pieces"):
        run_all(con, "collector/sql/transcripts/counted.sql", {})


def set_counting(con: Connection, project_id: str, setting: Counting) -> None:
    """What counts of a project from now on; what is stored stays."""
    con.execute(
        statement("collector/sql/transcripts/set_counting.sql"),
        {"setting": setting, "id": project_id},
    ).fetchall()
    decide_counted(con)
