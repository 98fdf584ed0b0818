"""What a rollup asks of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]


class Engine(Protocol):
    """Runs the statements of ``aggregator/team/rollup``.

    Made with three tables to read, all of them Parquet files: ``counters``, the members' rows;
    ``asked``, one row of the values that statements use; ``assigned``, who has which arm.
    """

    @property
    def name(self) -> str:
        """Name and version, as ``team status`` shows them."""

    def create(self, name: str, sql: str) -> None:
        """Keep the rows of a query under a name, for the queries after it."""

    def rows(self, sql: str) -> Sequence[Row]:
        """The rows of a query, in any order: whole numbers, texts, days and doubles."""

    def close(self) -> None:
        """Give everything back."""
