"""The server in the settings of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import Count


class ClientFilters(Struct):
    """What was asked."""

    client: str
    """The client that was named."""
    write: bool
    """Whether its file was to be changed."""


class Placed(Struct):
    """The client's file, and what belongs in it."""

    client: str
    """The client."""
    path: str
    """The client's file."""
    content: str | None
    """What belongs in it, in its own format; null: the server was to be removed."""
    written: bool
    """Whether the file was changed."""
    backup: str | None
    """A copy of the file as it was before; null: it was not changed, or not there."""
    skill: str | None
    """The text of the skill file; null: it was not asked for."""
    skill_path: str | None
    """Where the skill file belongs; null: this client has no place for it."""


class ClientTotals(Struct):
    """Over all rows, shown or not."""

    written: Count
    """Files that were changed."""


class McpClient(Struct):
    """What a client needs to start the server."""

    filters: ClientFilters
    data: list[Placed]
    totals: ClientTotals
