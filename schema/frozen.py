"""``@dataclass(frozen=True)`` whose methods are not compiled for each class.

The standard decorator writes six methods as text and compiles them, which takes more than half a
millisecond of processor time for a class. A question imports forty to a hundred classes and makes
instances of few. Here all classes share the functions; what they do is the same, and a type checker
sees the standard decorator. Classes of which very many instances are made fast, as for each record
that is collected, are better off with that one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass

_OWN_FIELDS = "_fields_of_frozen"
_set = object.__setattr__


def _frozen(cls: type, *, kw_only: bool) -> type:
    """Give the class the methods of a frozen dataclass, except those that it defines."""
    fields = _fields(cls)
    if not kw_only:
        _expect_defaults_last(cls, fields)
    compared = tuple(name for name, field in fields.items() if field.compare)
    shown = tuple(name for name, field in fields.items() if field.repr)
    methods: dict[str, object] = {
        "__init__": _init(cls, fields, places=0 if kw_only else len(fields)),
        "__repr__": _repr(shown),
        "__eq__": _eq(compared),
        "__setattr__": _setattr(cls, fields),
        "__delattr__": _delattr(cls, fields),
        "__match_args__": () if kw_only else tuple(fields),
    }
    defined = vars(cls)
    for name, method in methods.items():
        if name not in defined:
            setattr(cls, name, method)
    # A class that defines only how it is compared has no hash by itself: Python says None.
    if defined.get("__hash__") is None:
        setattr(cls, "__hash__", _hash(compared))  # noqa: B010  # mypy takes it for a method
    setattr(cls, _OWN_FIELDS, fields)
    for name in ("__dataclass_fields__", "__dataclass_params__"):
        setattr(cls, name, _Standard(cls, name))
    return cls


def _fields(cls: type) -> dict[str, dataclasses.Field[Any]]:
    """The fields by name, those of bases first; what stands in the class becomes its default."""
    found: dict[str, dataclasses.Field[Any]] = {}
    for base in cls.__mro__[-1:0:-1]:
        own = vars(base).get(_OWN_FIELDS)
        found |= own if own is not None else vars(base).get("__dataclass_fields__", {})
    for name, kind in cls.__annotations__.items():
        if str(kind).startswith(("ClassVar", "typing.ClassVar")):
            continue
        default = vars(cls).get(name, dataclasses.MISSING)
        if isinstance(default, dataclasses.Field):
            field: dataclasses.Field[Any] = default
            if field.default is not dataclasses.MISSING:
                setattr(cls, name, field.default)
            else:
                delattr(cls, name)
        else:
            field = dataclasses.field(default=default)
        if not field.init or field.hash is not None or field.kw_only is True:
            raise TypeError(f"{cls.__name__}.{name} needs the standard dataclass")
        if type(field.default).__hash__ is None:
            raise ValueError(f"{cls.__name__}.{name}: all instances would share the default")
        field.name, field.type = name, kind
        found[name] = field
    return found


def field_names(cls: type) -> tuple[str, ...]:
    """The names of such a class's fields, in order."""
    return tuple(vars(cls)[_OWN_FIELDS])


def _expect_defaults_last(cls: type, fields: dict[str, dataclasses.Field[Any]]) -> None:
    missing = dataclasses.MISSING
    optional = False
    for name, field in fields.items():
        if field.default is not missing or field.default_factory is not missing:
            optional = True
        elif optional:
            raise TypeError(f"{cls.__name__}.{name} has no default, but one before it has")


def _init(cls: type, fields: dict[str, dataclasses.Field[Any]], places: int) -> Callable[..., None]:
    """The constructor: the first ``places`` fields may be given without their names."""
    names = tuple(fields)
    missing = dataclasses.MISSING
    defaults = {name: each.default for name, each in fields.items() if each.default is not missing}
    factories = {
        name: each.default_factory
        for name, each in fields.items()
        if each.default_factory is not missing
    }
    finish = hasattr(cls, "__post_init__")

    def __init__(self: Any, /, *values: Any, **named: Any) -> None:
        if len(values) > places:
            raise TypeError(f"{cls.__name__}() takes {places} values, and {len(values)} were given")
        given = dict(zip(names, values, strict=False)) if values else {}
        if len(given) < len(names) or named:
            twice = given.keys() & named.keys() if values else ()
            given = {**defaults, **given, **named}
            for name, make in factories.items():
                if name not in given:
                    given[name] = make()
            if twice or given.keys() != fields.keys():
                wrong = sorted({*twice, *(given.keys() ^ fields.keys())})
                said = "is missing, does not have, or was given twice"
                raise TypeError(f"{cls.__name__}() {said}: {', '.join(wrong)}")
        for name in names:
            _set(self, name, given[name])
        if finish:
            self.__post_init__()

    return __init__


def _repr(names: tuple[str, ...]) -> Callable[[Any], str]:
    @recursive_repr()
    def __repr__(self: Any) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({values})"

    return __repr__


def _values(self: object, names: tuple[str, ...]) -> tuple[object, ...]:
    return tuple([getattr(self, name) for name in names])


def _eq(names: tuple[str, ...]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _values(self, names) == _values(other, names)

    return __eq__


def _hash(names: tuple[str, ...]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(_values(self, names))

    return __hash__


def _setattr(cls: Any, fields: dict[str, Any]) -> Callable[[Any, str, object], None]:
    def __setattr__(self: Any, name: str, value: object) -> None:
        if type(self) is cls or name in fields:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    return __setattr__


def _delattr(cls: Any, fields: dict[str, Any]) -> Callable[[Any, str], None]:
    def __delattr__(self: Any, name: str) -> None:
        if type(self) is cls or name in fields:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __delattr__


class _Standard:
    """What ``dataclasses.replace`` and ``fields`` read of a class, made when one first does.

    And what the standard decorator reads of a base.
    """

    def __init__(self, cls: type, name: str) -> None:
        self._cls, self._name = cls, name

    def __get__(self, instance: object, owner: type | None = None) -> object:
        if self._name == "__dataclass_fields__":
            fields: dict[str, dataclasses.Field[Any]] = vars(self._cls)[_OWN_FIELDS]
            listed = [(name, field.type, field) for name, field in fields.items()]
            # Without methods, and with a text that would else be made of its signature.
            twin = dataclasses.make_dataclass(
                self._cls.__name__,
                listed,
                namespace={"__doc__": self._cls.__name__},
                init=False,
                repr=False,
                eq=False,
            )
        else:
            twin = dataclasses.make_dataclass("Frozen", (), frozen=True)
        found = getattr(twin, self._name)
        setattr(self._cls, self._name, found)
        return found


if not TYPE_CHECKING:

    def dataclass(*, frozen, kw_only=False):  # checkers see the standard one
        if not frozen:
            raise TypeError("this is for frozen classes")
        return partial(_frozen, kw_only=kw_only)
