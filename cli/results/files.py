"""Files that are written for others: export and report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, cast

from aggregator.answers.shared import NoTotals
from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        ONE,
        Count,
        Limit,
        ProjectIds,
        TagsFilter,
        Text,
        TypesFilter,
    )

Format: TypeAlias = Literal["csv", "parquet", "json", "markdown", "xlsx"]


class ExportFilters(Struct):
    """What was asked."""

    what: Text
    """The answer or table that was exported."""
    name: str | None
    """The skill or agent of the query; null: all."""
    limit: Limit | None
    """The most rows to export; null: all."""


class ExportedFile(Struct):
    """One row."""

    path: Text
    """The file."""
    format: Format
    """The format."""
    public: bool
    """Whether it was anonymised for sharing."""
    rows: Count
    """Number of rows."""
    columns: Count
    """Columns of a tabular format; fields of nested objects count one each."""
    size_bytes: Count
    """Size in bytes."""
    cut_cells: Count
    """Texts that were cut because Excel has a limit."""


class ReportFilters(Struct):
    """What was asked."""

    public: bool
    """Whether it was anonymised for sharing."""
    projects: ProjectIds | None
    types: TypesFilter | None
    tags: TagsFilter | None


class ReportFile(Struct):
    """One row."""

    path: Text
    """The file."""
    public: bool
    """Whether it was anonymised for sharing."""
    size_bytes: Count
    """Size in bytes."""
    opened: bool
    """Whether it was opened in a browser."""


class Export(Struct):
    """What a file that was exported holds."""

    filters: ExportFilters
    data: Annotated[list[ExportedFile], ONE]
    totals: NoTotals


class Report(Struct):
    """Where a report was written."""

    filters: ReportFilters
    data: Annotated[list[ReportFile], ONE]
    totals: NoTotals


def format_of(name: str) -> Format:
    """The format of a name; the command takes no other."""
    return cast("Format", name)
