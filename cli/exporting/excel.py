"""Excel workbooks, written row by row with little memory.

Text is always written as text, so no formula in it is computed. Times are text with their offset,
which Excel's own times lack. Numbers with more digits than Excel keeps are text, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.exporting.sheet import FORMULA_BEGINS, Relation, Sheet, texts
from schema.errors import UsageError
from schema.statements import statement
from schema.warehouse import Connection

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576
MAX_CHARACTERS = 32_767
EXACT_DIGITS = 15
_FIRST_YEAR = 1900
_AT_ONCE = 10_000


def expect_library() -> None:
    """SkillhouseError where the library that writes workbooks is not installed."""
    try:
        import xlsxwriter  # noqa: F401  # asked for, not used
    except ImportError:
        from cli.installation import missing_extra

        raise missing_extra("excel", "Writing an Excel file") from None


def write_excel(
    con: Connection,
    sheet: Sheet,
    about: Mapping[str, object],
    made_on: datetime,
    path: Path,
    on_progress: Callable[[int, int], None],
) -> int:
    """Write a sheet of rows and a sheet ``about`` them; returns the number of cut cells.

    ``on_progress`` is called with the rows done and the total.

    UsageError for more rows than Excel has.
    """
    import xlsxwriter

    if (count := sheet.count()) >= MAX_ROWS:
        raise UsageError(
            f"{count:,} rows are too many for Excel (limit: {MAX_ROWS:,} with the heading).",
            "Select fewer with --limit, --days or --project, or use --format parquet or csv.",
        )
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    rows = texts(con, sheet)
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"created": made_on.replace(tzinfo=None)})
        bold = workbook.add_format({"bold": True})
        quoted = workbook.add_format({"quote_prefix": True})
        days = workbook.add_format({"num_format": "yyyy-mm-dd"})
        page = workbook.add_worksheet(sheet.title[:31])
        page.freeze_panes(1, 0)
        cut = 0
        for place, name in enumerate(sheet.columns):
            page.write_string(0, place, name, bold)
        for number, row in enumerate(_all(con, rows), start=1):
            for place, value in enumerate(row):
                cut += _write(page, number, place, value, quoted, days)
            if number % _AT_ONCE == 0:
                on_progress(number, count)
        second = workbook.add_worksheet("about")
        for number, (name, value) in enumerate(about.items()):
            second.write_string(number, 0, name, bold)
            cut += _write(second, number, 1, value, quoted, days)
    return cut


def _all(con: Connection, rows: Relation) -> Iterator[tuple[Any, ...]]:
    """The rows of a relation in batches; the statement refers to it by its name."""
    con.execute(statement("cli/exporting/rows.sql"))
    while part := con.fetchmany(_AT_ONCE):
        yield from part


def _write(
    page: Worksheet, row: int, place: int, value: object, quoted: Format, days: Format
) -> bool:
    """Write a value into a cell; returns whether it was cut."""
    if value is None:
        return False
    if isinstance(value, bool):
        page.write_boolean(row, place, value)
    elif isinstance(value, int | float | Decimal) and _is_exact(value):
        page.write_number(row, place, value)
    elif isinstance(value, date) and value.year >= _FIRST_YEAR:
        page.write_datetime(row, place, datetime(value.year, value.month, value.day), days)  # noqa: DTZ001  # a day has no zone
    else:
        text = str(value)
        risky = text.startswith(FORMULA_BEGINS)
        page.write_string(row, place, text[:MAX_CHARACTERS], quoted if risky else None)
        return len(text) > MAX_CHARACTERS
    return False


def _is_exact(value: int | float | Decimal) -> bool:
    """Whether Excel keeps all digits of a number; Excel stores floats itself."""
    if isinstance(value, float):
        return isfinite(value)
    return abs(value) < 10**EXACT_DIGITS and _digits(value) <= EXACT_DIGITS


def _digits(value: int | Decimal) -> int:
    return len(Decimal(value).normalize().as_tuple().digits)
