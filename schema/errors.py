"""Every error this product raises on purpose.

    SkillhouseError            what happened (message) and what to do next (hint)
    ├── UsageError             the request itself was wrong
    │   ├── UnknownName        no such project, skill or agent; the nearest ones are in the hint
    │   ├── BadDate            a date or period in a form we do not read
    │   └── ProjectError       a folder that cannot be registered
    └── WarehouseError         the warehouse file cannot be used
        ├── WarehouseBusy      another process holds it longer than we were told to wait
        ├── WarehouseNewer     written by a newer program
        ├── WarehouseDamaged   not a DuckDB file, or a broken one
        └── WarehouseDenied    the file system refuses (permission, read-only, full)

The message says what is wrong, the hint says what to do. Neither ever holds the content of a file.
"""

from __future__ import annotations


class SkillhouseError(Exception):
    """An error a person can act on; ``hint`` says how and may be empty."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SkillhouseError):
    """The request was wrong: an option's value, or a combination."""


class UnknownName(UsageError):
    """A project, skill or agent that the warehouse does not know."""


class BadDate(UsageError):
    """A date, period or range we cannot read."""


class ProjectError(UsageError):
    """A folder that cannot be registered, or a name that is taken."""


class WarehouseError(SkillhouseError):
    """The warehouse file cannot be used."""


class WarehouseBusy(WarehouseError):
    """Another process holds the warehouse; ``message`` names it."""


class WarehouseNewer(WarehouseError):
    """The file was written by a newer version of the program."""


class WarehouseDamaged(WarehouseError):
    """The file is not a warehouse, or is broken."""


class WarehouseDenied(WarehouseError):
    """The file system refused: permission, read-only, or no space."""
