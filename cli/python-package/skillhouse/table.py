"""The rows of a person's own query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars

    from cli.sql_query import Rows


@dataclass(frozen=True)
class Table:
    """Rows of plain Python values by column. Instants are in UTC; lists and structs are JSON texts.

    Iterating over it gives one dict for each row.
    """

    _found: Rows = field(repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; a second one of a name has ``_2`` added."""
        return tuple(column.name for column in self._found.columns)

    @property
    def rows(self) -> tuple[tuple[object, ...], ...]:
        """The rows, their values in the order of ``columns``."""
        return tuple(self._found.rows)

    @property
    def more(self) -> bool:
        """Whether there are more rows than the limit let through."""
        return self._found.more

    def pl(self) -> polars.DataFrame:
        """The rows as a polars frame; SkillhouseError where polars is not installed."""
        from skillhouse import frames

        return frames.polars_frame(frames.columns_of_query(self._found))

    def df(self) -> Any:
        """The rows as a pandas frame; SkillhouseError where pandas is not installed."""
        from skillhouse import frames

        return frames.pandas_frame(frames.columns_of_query(self._found))

    def __iter__(self) -> Iterator[dict[str, object]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self._found.rows)

    def __len__(self) -> int:
        return len(self._found.rows)

    def __repr__(self) -> str:
        return f"<{len(self)} row{'' if len(self) == 1 else 's'}: {', '.join(self.columns)}>"
