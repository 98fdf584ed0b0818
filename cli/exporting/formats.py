"""The formats that DuckDB writes, which lets rows pass through without holding them, and JSON."""

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
    texts(con, sheet, harmless=True).write_csv(str(path), header=True)


def write_parquet(sheet: Sheet, path: Path) -> None:
    """Every column with its own type: instants, decimals and lists as they are."""
    sheet.rows.write_parquet(str(path), compression="zstd")


def write_json_rows(con: Connection, sheet: Sheet, path: Path) -> None:
    """A list of objects; what is a list in the table is one here."""
    rows = texts(con, sheet, lists=False)  # noqa: F841  # the statement finds it by its name
    con.execute(statement("cli/exporting/json.sql"), {"path": str(path)}).fetchall()


def write_envelope(envelope: Row, path: Path) -> None:
    """An answer as ``--json`` gives it."""
    text = json.dumps(envelope, indent=2, allow_nan=False).replace("\x7f", "\\u007f")
    path.write_text(text + "\n", encoding="utf-8")
