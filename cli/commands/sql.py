"""``sql``: a person's own query; ``path``: where the file is that it is asked of."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.options import row_limit
from cli.output import write
from cli.session import Session, tell
from cli.sql_query import DEFAULT_TIMEOUT_S, Rows, as_json, as_text, run
from schema.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cli.screen import Block

_SHOWN = 50
"""Rows on a terminal, unless a limit is given."""

_PLAN = ["explain_key", "explain_value"]
"""The columns of what `explain` answers: a drawing of several lines."""


def sql(
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="One SELECT statement; - reads it from stdin.")
    ],
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV with a header instead of a table.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=0,
            metavar="N",
            help=f"Maximum number of rows; without it, a table on a terminal has {_SHOWN}.",
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            help=f"Time limit of the query ({DEFAULT_TIMEOUT_S:g} s).",
        ),
    ] = DEFAULT_TIMEOUT_S,
) -> None:
    """Run your own read-only SQL query on the warehouse.

    The query sees the tables and views of docs/data-dictionary.md and nothing else: it cannot
    change anything, and cannot read or write other files. Instants are in UTC.
    """
    session: Session = context.obj
    form = session.output.format
    if as_csv and form not in ("table", "csv"):
        other = "--json" if form == "json" else f"--format {form}"
        raise UsageError(f"--csv and {other} cannot be combined.", "Use one of them.")
    as_csv = as_csv or form == "csv"
    statement = _read_stdin() if query == "-" else query
    on_terminal = sys.stdout.isatty() and not as_csv and session.output.for_people
    limit = row_limit(limit)
    asked = limit if limit is not None or not on_terminal else _SHOWN
    found = run(session.warehouse, statement, timeout_s=timeout, limit=asked)
    if as_csv:
        _write_csv(found, session.output.fields)
    else:
        _show(session, statement, found, asked, timeout)
    if found.more and limit is None:
        session.output.note(f"Only the first {_SHOWN} rows are shown (more: --limit N).")


def path(context: typer.Context) -> None:
    """The path of the warehouse file.

    It is a DuckDB file and yours: open a copy of it with any DuckDB client. To have one, use
    `skillhouse backup`; the tables and views are described in docs/data-dictionary.md.
    """
    from aggregator.answers.shared import NoFilters, NoTotals
    from cli.results import sql as results

    session: Session = context.obj
    warehouse = session.warehouse
    result = results.WarehouseFile(path=str(warehouse.path), exists=warehouse.exists())
    if session.output.for_people:
        write(text.plain(result.path))
        if not result.exists:
            session.output.note("There is no warehouse yet: skillhouse register-project PATH")
        return
    zone = _zone(session) if result.exists else "UTC"
    typed = results.Path(filters=NoFilters(), data=[result], totals=NoTotals())
    tell(session, "path", zone, typed, list)


def _zone(session: Session) -> str:
    from schema.warehouse import reporting_zone

    with session.warehouse.reading() as con:
        return reporting_zone(con)


def _read_stdin() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise UsageError("The text on stdin is not UTF-8.", "A query must be UTF-8.") from None


def _show(session: Session, statement: str, found: Rows, limit: int | None, timeout: float) -> None:
    from cli.results import sql as results

    result = results.Sql(
        filters=results.SqlFilters(query=statement, limit=limit, timeout_seconds=timeout),
        data=as_json(found) if not session.output.for_people else [],
        totals=results.SqlTotals(
            columns=[results.SqlColumn(name=each.name, type=each.type) for each in found.columns],
            rows=len(found.rows),
            more=found.more,
        ),
    )
    # What DuckDB computes with, and so what the rows are in, is UTC.
    tell(session, "sql", "UTC", result, lambda: _table(found))


def _table(found: Rows) -> list[Block]:
    from cli.screen import Column, Line, Table, Verbatim

    if not found.rows:
        return [Line("No rows.")]
    if [each.name for each in found.columns] == _PLAN:
        return [Verbatim(str(row[1])) for row in found.rows]
    columns = [
        Column(
            each.name,
            _cell_at(place),
            right=each.kind == "number",
            drop=place,
            name=each.kind != "number",
        )
        for place, each in enumerate(found.columns)
    ]
    return [Table(columns, found.rows)]


def _cell_at(place: int) -> Callable[[Sequence[object]], str]:
    def cell(row: Sequence[object]) -> str:
        return text.NOT_AVAILABLE if row[place] is None else as_text(row[place])

    return cell


def _write_csv(found: Rows, fields: Sequence[str]) -> None:
    from cli.exporting.flat import csv_line, without_formula
    from cli.formats import Chosen, for_stdout, shape_of_columns

    names = [each.name for each in found.columns]
    Chosen.of(shape_of_columns(names), fields)
    places = [names.index(name) for name in fields or names]

    def text_of(value: object) -> str | None:
        if value is None:
            return None
        return without_formula(value) if isinstance(value, str) else as_text(value)

    lines = [csv_line([names[place] for place in places])]
    lines += [csv_line([text_of(row[place]) for place in places]) for row in found.rows]
    write(for_stdout(lines))
