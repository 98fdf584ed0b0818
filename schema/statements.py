"""SQL lives in ``.sql`` files next to the Python that runs it; this reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from schema.engine import duckdb

_PARAMETER = re.compile(r"\$(\w+)")
_parsed: dict[str, duckdb.Statement] = {}
_ROOT = Path(__file__).resolve().parent.parent


@cache
def statement(path: str) -> str:
    """The text of a ``.sql`` file, named from the top, such as ``collector/sql/merge.sql``."""
    return (_ROOT / path).read_text(encoding="utf-8")


def steps(path: str) -> list[str]:
    """A file's statements one by one, in order.

    Our own files end every statement with a semicolon at the end of a line and put none elsewhere
    at a line's end, so no parser is needed to tell them apart.
    """
    parts = statement(path).split(";\n")
    return [part.strip() for part in parts if _has_code(part)]


def _has_code(part: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in part.splitlines())


def run(
    con: duckdb.DuckDBPyConnection, step: str, values: Mapping[str, object]
) -> duckdb.DuckDBPyConnection:
    """Execute one step with those of the named values that it uses.

    A text that was run before is not parsed again, which is a fifth of what planning one takes. The
    texts are those of our files, so there are not many.
    """
    parsed = _parsed.get(step)
    if parsed is None:
        [parsed] = con.extract_statements(step)
        _parsed[step] = parsed
    return con.execute(parsed, used_by(step, values))


def used_by(step: str, values: Mapping[str, object]) -> dict[str, object]:
    """Those of the named values that a statement uses; DuckDB refuses others."""
    used = set(_PARAMETER.findall(step))
    return {name: value for name, value in values.items() if name in used}


def run_all(con: duckdb.DuckDBPyConnection, path: str, values: Mapping[str, object]) -> None:
    """Execute a file's statements in order, all with the same named values."""
    for step in steps(path):
        run(con, step, values)


def has_rows(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether a table, which may be a temporary one, holds anything."""
    return bool(run(con, statement("schema/has_rows.sql"), {"table": table}).fetchall())


def row_count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has, which may be a temporary one."""
    [(rows,)] = run(con, statement("schema/row_count.sql"), {"table": table}).fetchall()
    return int(rows)
