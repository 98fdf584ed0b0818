"""What an exported file says, read by programs that are not ours."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from schema.warehouse import from_micros

FORMATS = ("csv", "parquet", "json", "markdown", "xlsx")


def rows_of(path: Path, form: str) -> list[dict[str, Any]]:
    """The rows of a tabular file by column; of JSON an answer's, or a table's."""
    if form == "csv":
        text = path.read_bytes().decode("utf-8")
        return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
    if form == "parquet":
        found = duckdb.connect().read_parquet(str(path))
        # Instants as DuckDB fetches them take a library that nothing else here needs.
        instants = [str(kind) == "TIMESTAMP WITH TIME ZONE" for kind in found.types]
        told = found.select(
            *(
                duckdb.FunctionExpression("epoch_us", duckdb.ColumnExpression(name)).alias(name)
                if is_instant
                else duckdb.ColumnExpression(name).cast("varchar[]").alias(name)
                if str(kind) == "TIMESTAMP WITH TIME ZONE[]"
                else duckdb.ColumnExpression(name)
                for name, kind, is_instant in zip(found.columns, found.types, instants, strict=True)
            )
        ).fetchall()
        return [
            {
                name: from_micros(value) if is_instant and value is not None else value
                for name, value, is_instant in zip(found.columns, row, instants, strict=True)
            }
            for row in told
        ]
    if form == "xlsx":
        page = openpyxl.load_workbook(path).worksheets[0]
        head, *rows = [[cell.value for cell in row] for row in page.rows]
        return [dict(zip(map(str, head), row, strict=True)) for row in rows]
    told = json.loads(path.read_text("utf-8"))
    return list(told["data"]) if isinstance(told, dict) else list(told)


def all_text(path: Path, form: str) -> str:
    """Everything that can be read out of a file: cells, heads, metadata and statistics."""
    if form == "xlsx":
        with zipfile.ZipFile(path) as parts:
            return "\n".join(
                f"{name}\n{parts.read(name).decode('utf-8')}" for name in parts.namelist()
            )
    if form != "parquet":
        return path.read_bytes().decode("utf-8")
    con = duckdb.connect()
    told = path.read_bytes().decode("latin-1")
    for source in ("read_parquet", "parquet_schema", "parquet_metadata", "parquet_kv_metadata"):
        columns = con.execute(
            f"select column_name from (describe from {source}($path))", {"path": str(path)}
        ).fetchall()
        for (column,) in columns:
            if column == "file_name":  # where the test put it, which is not in it
                continue
            quoted = '"' + column.replace('"', '""') + '"'
            values = con.execute(
                f"select cast({quoted} as varchar) from {source}($path)", {"path": str(path)}
            ).fetchall()
            told += "\n".join(str(value) for (value,) in values)
    return told
