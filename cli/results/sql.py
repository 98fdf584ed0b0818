"""A person's own query, and where the warehouse is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aggregator.answers.shared import NoFilters, NoTotals
from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import ONE, Bounds, Count, Positive, Text


class SqlFilters(Struct):
    """What was asked."""

    query: Text
    """The query."""
    limit: Positive | None
    """The most rows to show; null: all."""
    timeout_seconds: Annotated[float, Bounds(above=0)]
    """How long the query may take, in seconds."""


class SqlColumn(Struct):
    """A column of the result."""

    name: str
    """Its name; a second column of one name has `_2` added."""
    type: Text
    """The type that DuckDB gives it."""


class SqlTotals(Struct):
    """About all rows, shown or not."""

    columns: list[SqlColumn]
    """The columns of the result, in order."""
    rows: Count
    """Rows shown."""
    more: bool
    """Whether there are more rows than shown."""


class Sql(Struct):
    """The rows of a query."""

    filters: SqlFilters
    data: list[dict[str, object]]
    """The rows: values by the name of their column."""
    totals: SqlTotals


class WarehouseFile(Struct):
    """One row."""

    path: Text
    """The warehouse file."""
    exists: bool
    """Whether the file is there yet."""


class Path(Struct):
    """Where the warehouse is."""

    filters: NoFilters
    data: Annotated[list[WarehouseFile], ONE]
    totals: NoTotals
