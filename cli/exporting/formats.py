"""CSV, Parquet and JSON, written by DuckDB in a stream, and the JSON of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cli.exporting.sheet import Sheet, texts
from schema.statements import statement
from schema.warehouse import Connection

Row = Mapping[str, object]


def write_csv(con: Connection, sheet: Sheet, path: Path) -> None:
    """RFC 4180 with a header, UTF-8; null is empty, an empty text is ``""``."""
    texts(con, sheet, escape_formulas=True).write_csv(str(path), header=True)


def write_parquet(sheet: Sheet, path: Path) -> None:
    """Every column with its own type, including times, decimals and lists."""
    sheet.rows.write_parquet(str(path), compression="zstd")


def write_json_rows(con: Connection, sheet: Sheet, path: Path) -> None:
    """A list of objects; lists stay lists."""
    rows = texts(con, sheet, lists=False)  # noqa: F841  # the statement finds it by its name
    con.execute(statement("cli/exporting/json.sql"), {"path": str(path)}).fetchall()


def write_envelope(envelope: Row, path: Path) -> None:
    """An answer as ``--json`` prints it."""
    text = json.dumps(envelope, indent=2, allow_nan=False).replace("\x7f", "\\u007f")
    path.write_text(text + "\n", encoding="utf-8")
