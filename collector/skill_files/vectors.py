"""Vectors of the texts of skill files, of name and description, where a sentence model is there.

They are made of what the warehouse keeps; no file is read again.
"""

from __future__ import annotations

from schema.connection import transaction
from schema.errors import UsageError
from schema.sentence_model import chosen, load
from schema.statements import run, run_all, statement
from schema.warehouse import Connection, Warehouse


def are_missing(con: Connection) -> bool:
    """Whether a model is there, and texts of which it has made nothing yet."""
    files = chosen(con)
    return files is not None and bool(_missing(con, files.name, 1))


def make_vectors(warehouse: Warehouse) -> tuple[int, str | None]:
    """Make the missing vectors: how many, and why not, where the model cannot be run.

    The model runs while the warehouse is closed. Raises WarehouseError.
    """
    with warehouse.reading() as con:
        files = chosen(con)
        missing = [] if files is None else _missing(con, files.name, None)
    if files is None or not missing:
        return 0, None
    try:
        model = load(files)
        made = model.vectors([text for _, text in missing])
    except UsageError as error:
        return 0, f"{error.message} {error.hint}"
    with warehouse.writing() as con, transaction(con):
        if chosen(con) != files:
            return 0, None
        run_all(con, "collector/skill_files/sql/staged_vectors.sql", {})
        appender = con.appender("staged_skill_vectors")
        for (digest, _), vector in zip(missing, made, strict=True):
            appender.append_row(digest, files.name, vector)
        appender.flush()
        run_all(con, "collector/skill_files/sql/vectors.sql", {"model": files.name})
    return len(made), None


def _missing(con: Connection, model: str, limit: int | None) -> list[tuple[str, str]]:
    """Digests and what the model is to read, of texts without a vector."""
    text = statement("collector/skill_files/sql/missing_vectors.sql")
    rows = run(con, text, {"model": model, "limit": limit}).fetchall()
    return [(digest, said) for digest, said in rows]
