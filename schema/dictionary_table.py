"""What the data dictionary says of a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table or view: what one row is, who writes it, what for, and the meaning of each column."""

    name: str
    grain: str
    written_by: str
    purpose: str
    meanings: dict[str, str]
