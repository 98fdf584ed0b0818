"""Files that are written for others: export and report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, cast

from aggregator.answers.fields import ONE, Count, Limit, Text
from aggregator.answers.shared import NoTotals

Format: TypeAlias = Literal["csv", "parquet", "json", "markdown", "xlsx"]


@dataclass(frozen=True, kw_only=True)
class ExportFilters:
    """What was asked."""

    what: Text
    """The answer or table that was exported."""
    name: str | None
    """The name that was asked about; null: all."""
    limit: Limit | None
    """The most rows to export; null: all."""


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
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


@dataclass(frozen=True, kw_only=True)
class ReportFilters:
    """What was asked."""

    public: bool
    """Whether it was anonymised for sharing."""


@dataclass(frozen=True, kw_only=True)
class ReportFile:
    """One row."""

    path: Text
    """The file."""
    public: bool
    """Whether it was anonymised for sharing."""
    size_bytes: Count
    """Size in bytes."""
    opened: bool
    """Whether it was opened in a browser."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """What a file that was exported holds."""

    filters: ExportFilters
    data: Annotated[list[ExportedFile], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class Report:
    """Where a report was written."""

    filters: ReportFilters
    data: Annotated[list[ReportFile], ONE]
    totals: NoTotals


def format_of(name: str) -> Format:
    """The format of a name; the command takes no other."""
    return cast("Format", name)
