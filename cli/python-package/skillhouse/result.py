"""What a question is answered with: typed rows, the JSON of the command, and data frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import polars

    from cli.output import Answer

Row = TypeVar("Row", covariant=True)
Filters = TypeVar("Filters", covariant=True)
Totals = TypeVar("Totals", covariant=True)


@dataclass(frozen=True)
class Result(Generic[Row, Filters, Totals]):
    """An answer. Rates are 0..1, durations milliseconds, and None is what is not known.

    Iterating over it and ``len`` are about the rows in ``data``. ``skillhouse schema COMMAND`` says
    what each field means.
    """

    question: str
    _answer: Answer = field(repr=False)

    @property
    def data(self) -> tuple[Row, ...]:
        """The rows."""
        return tuple(self._answer.data)

    @property
    def filters(self) -> Filters:
        """What was asked, as it was understood."""
        filters: Filters = self._answer.filters
        return filters

    @property
    def totals(self) -> Totals:
        """Over all rows, shown or not."""
        totals: Totals = self._answer.totals
        return totals

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences to act on."""
        return tuple(self._answer.warnings)

    @property
    def generated_at(self) -> datetime:
        """The moment that all numbers are as of, in UTC."""
        return self._answer.generated_at

    @property
    def timezone(self) -> str:
        """The zone in which days are cut and instants are written."""
        return self._answer.timezone

    def json(self) -> dict[str, object]:
        """The object that the command prints with --json."""
        return self._answer.envelope()

    def pl(self) -> polars.DataFrame:
        """The rows as a polars frame, its columns those of ``export`` and always of the same types.

        SkillhouseError where polars is not installed: it comes with ``skillhouse[frames]``.
        """
        from skillhouse import frames

        return frames.polars_frame(frames.columns_of_answer(self.question, self._answer))

    def df(self) -> Any:
        """The same as a pandas frame. SkillhouseError where pandas is not installed."""
        from skillhouse import frames

        return frames.pandas_frame(frames.columns_of_answer(self.question, self._answer))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self._answer.data)

    def __repr__(self) -> str:
        return f"<{self.question}: {len(self)} row{'' if len(self) == 1 else 's'}>"
