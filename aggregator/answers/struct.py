"""The base of every type of an answer: named fields, given when it is made, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, dataclass_transform

from schema.frozen import dataclass, field_names


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Struct:
    """Subclasses are frozen dataclasses whose fields are given by name.

    The fields of their bases come first, from right to left.
    """

    field_names: ClassVar[tuple[str, ...]] = ()
    """The names of the fields, in order."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)
        cls.field_names = field_names(cls)


def as_json(value: object) -> Any:
    """A value of an answer in the types that JSON has; TypeError for one that has none there."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Struct):
        # A field whose name is a keyword of Python ends with an underscore.
        return {name.rstrip("_"): as_json(getattr(value, name)) for name in value.field_names}
    if isinstance(value, Mapping):
        return {str(name): as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not a JSON value")
