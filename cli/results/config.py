"""The settings that a person made for all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import Count


class SettingFilters(Struct):
    """What was asked."""

    name: str | None
    """The setting that was named; null: all."""


class SettingRow(Struct):
    """One setting."""

    name: str
    """The name by which it is set."""
    value: str | int | list[str] | None
    """The value that counts where the command line names none; null: the default."""
    source: Literal["environment", "file", "default"]
    """Where that value was found."""
    variable: str
    """The variable of the environment that decides before the file."""
    about: str
    """What it decides."""


class SettingTotals(Struct):
    """Over all rows, shown or not."""

    set: Count
    """Settings that the environment or the file decides."""


class Settings(Struct):
    """The settings, and where each was found."""

    filters: SettingFilters
    data: list[SettingRow]
    totals: SettingTotals
