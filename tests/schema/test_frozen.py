"""The quick frozen dataclass does what the standard library's does."""

from __future__ import annotations

import ast
import copy
import dataclasses
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_line import TOP
from schema import frozen

T = TypeVar("T")
quick: Callable[[type], type] = frozen.dataclass(frozen=True)
standard: Callable[[type], type] = dataclasses.dataclass(frozen=True)
BOTH = (quick, standard)
BY_NAME: tuple[Callable[[type], type], ...] = tuple(
    each(frozen=True, kw_only=True) for each in (frozen.dataclass, dataclasses.dataclass)
)


class Named(Protocol):
    @property
    def name(self) -> str: ...


@frozen.dataclass(frozen=True)
class Point:
    """At the top, so that it can be pickled."""

    x: int
    y: int = 0


def make(decorator: Callable[[type], type]) -> tuple[type, type, type]:
    """A class with everything in use, one that inherits from it, and one that is not decorated."""

    class Base(Generic[T]):
        kinds: ClassVar[list[str]] = []
        name: T
        size: int = 3
        tags: list[str] = dataclasses.field(default_factory=list, repr=False)
        note: str = dataclasses.field(default="", compare=False)

        @cached_property
        def twice(self) -> int:
            return 2 * self.size

    base = decorator(Base)

    class Child(base, Named):  # type: ignore[misc,valid-type]  # made here
        size: int = 4
        more: tuple[int, ...] = ()

        def __post_init__(self) -> None:
            if self.size < 0:
                raise ValueError(self.size)

    class Loose(base):  # type: ignore[misc,valid-type]  # made here
        pass

    return base, decorator(Child), Loose


def outcome(act: Callable[[], object]) -> object:
    """What comes of it, or the kind of its error."""
    try:
        return act()
    except (TypeError, ValueError, AttributeError) as error:
        return type(error)


VALUES = st.one_of(st.integers(-2, 3), st.text(max_size=2), st.tuples(st.integers()))
NAMED = st.dictionaries(
    st.sampled_from(["name", "size", "tags", "note", "more", "other"]), VALUES, max_size=4
)


@given(st.sampled_from([BOTH, BY_NAME]), st.integers(0, 2), st.lists(VALUES, max_size=6), NAMED)
def test_instances_are_those_of_the_standard_library(
    decorators: tuple[Callable[[type], type], ...],
    place: int,
    values: list[object],
    named: dict[str, object],
) -> None:
    """Whatever is given: the same fields, text, hash, comparison, copy and kind of error."""

    def told(decorator: Callable[[type], type]) -> object:
        cls: Any = make(decorator)[place]
        made = cls(*values, **named)
        again = cls(*values, **named)
        return (
            vars(made),
            repr(made),
            made == again,
            made != again,
            made == object(),
            outcome(lambda: hash(made)),
            made.twice,
            copy.copy(made) == made,
            outcome(lambda: vars(dataclasses.replace(made, size=7))),
            outcome(lambda: dataclasses.asdict(made)),
            outcome(lambda: setattr(made, "size", 1)),
            outcome(lambda: setattr(made, "unknown", 1)),
            outcome(lambda: delattr(made, "name")),
        )

    quickly, normally = (outcome(lambda d=d: told(d)) for d in decorators)  # type: ignore[misc]
    assert quickly == normally


def test_classes_are_those_of_the_standard_library() -> None:
    """What is asked of a class: its fields in order, defaults, and how it is matched."""

    def told(cls: Any) -> object:
        return (
            [(f.name, f.type, f.default, f.repr, f.compare) for f in dataclasses.fields(cls)],
            cls.__match_args__,
            dataclasses.is_dataclass(cls),
            getattr(cls, "name", None),
            cls.size,
            hasattr(cls, "tags"),
            cls.note,
            cls.__qualname__,
        )

    for quickly, normally in (BOTH, BY_NAME):
        for mine, theirs in zip(make(quickly), make(normally), strict=True):
            assert told(mine) == told(theirs)


def test_what_a_class_defines_stays() -> None:
    """Its own ways of being compared, shown and made are not replaced."""

    class Own:
        x: int

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    for decorator in BOTH:
        cls: Any = decorator(type("Own", (), dict(vars(Own))))
        assert cls(1) == cls(2)
        assert repr(cls(1)) == "own"
        assert hash(cls(1)) == hash(cls(1))


@pytest.mark.parametrize("outer", BOTH)
@pytest.mark.parametrize("inner", BOTH)
def test_both_kinds_inherit_from_each_other(
    inner: Callable[[type], type], outer: Callable[[type], type]
) -> None:
    """A class may have a base of the other kind."""
    base = inner(type("Base", (), {"__annotations__": {"x": "int"}}))
    cls: Any = outer(type("Child", (base,), {"__annotations__": {"y": "int"}, "y": 2}))

    assert repr(cls(1)) == "Child(x=1, y=2)"
    assert dataclasses.replace(cls(1), x=5) == cls(5, 2)


def test_an_instance_is_pickled_and_matched() -> None:
    """As values are passed on and taken apart."""
    again = pickle.loads(pickle.dumps(Point(1, 2)))  # noqa: S301  # its own bytes
    assert again == Point(1, 2)
    match Point(3):
        case Point(x, y):
            assert (x, y) == (3, 0)


@pytest.mark.parametrize(
    "body",
    [
        {"x": []},
        {"x": dataclasses.field(init=False)},
        {"x": 1, "__annotations__": {"x": "int", "y": "int"}},
    ],
    ids=["shared default", "not given", "default first"],
)
def test_what_is_wrong_or_not_supported_is_refused(body: dict[str, object]) -> None:
    """When the class is defined, not when it is used."""
    with pytest.raises((TypeError, ValueError)):
        quick(type("Wrong", (), {"__annotations__": {"x": "int"}, **body}))


def test_modules_use_one_kind() -> None:
    """What a checker sees is the standard decorator, so that a call must be one that both take."""
    users = 0
    for folder in ("schema", "collector", "aggregator", "cli"):
        for path in (TOP / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            if "from schema.frozen import dataclass" not in text:
                continue
            users += 1
            for each in ast.walk(ast.parse(text)):
                if isinstance(each, ast.ClassDef):
                    marks = [ast.unparse(mark) for mark in each.decorator_list]
                    quickly = {mark for mark in marks if mark.partition("(")[0] == "dataclass"}
                    assert quickly <= {"dataclass(frozen=True)"}, path
    assert users > 50
