"""A parameter of a question or a command, declared once for every front end.

The command line's option, the MCP argument, the keyword of ``import skillhouse`` and the JSON
Schema of an answer's filters are made from it. Cheap to import.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from schema.frozen import dataclass

MAX_COUNT = 1_000_000_000
"""Largest number that a front end accepts: fits in 32 bits."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Parameter(Generic[Value]):
    """Its name in the code, its default, and a sentence that says what it does.

    ``least`` and ``most`` bound a number, both included.
    """

    name: str
    default: Value
    sentence: str
    least: int | None = None
    most: int | None = None

    @property
    def sentence_with_default(self) -> str:
        """For a front end that does not show defaults itself."""
        return f"{self.sentence.rstrip('.')} (default: {self.default})."
