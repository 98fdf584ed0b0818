"""The base of every type of an answer: named fields, given when it is made, never changed.

It is what a frozen dataclass is, without code generated for each class. A query defines twenty such
types before it answers, which took a tenth of its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from inspect import get_annotations
from typing import Any, ClassVar, NoReturn, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Struct:
    """Subclasses annotate their fields; those of their bases come first, from right to left."""

    field_names: ClassVar[tuple[str, ...]] = ()
    """The names of the fields, in order."""
    _defaults: ClassVar[dict[str, object]] = {}

    def __init_subclass__(cls) -> None:
        names: dict[str, None] = {}
        for part in reversed(cls.__mro__):
            if part not in (object, Struct):
                names |= dict.fromkeys(get_annotations(part))
        cls.field_names = tuple(names)
        cls._defaults = {name: getattr(cls, name) for name in names if hasattr(cls, name)}

    def __init__(self, **values: Any) -> None:
        given = {**self._defaults, **values} if self._defaults else values
        if given.keys() != set(self.field_names):
            wrong = sorted(given.keys() ^ set(self.field_names))
            raise TypeError(f"{type(self).__qualname__} is missing or has no {', '.join(wrong)}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__qualname__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__qualname__} cannot be changed")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *(repr(getattr(self, name)) for name in self.field_names)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.field_names)
        return f"{type(self).__qualname__}({fields})"


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
    raise TypeError(f"{type(value).__name__} is no JSON value")
