"""Errors as a notebook shows them: one text, with arguments named as Python has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from schema.errors import SkillhouseError

_ELSEWHERE = {"--warehouse": 'skillhouse.open("FILE")'}
"""Options that are not arguments of a method."""


@contextmanager
def in_words_of_python(arguments: Iterable[str] = ()) -> Iterator[None]:
    """Errors within the block say in one text what is wrong and what to do.

    Messages are made for the command line: options are named as ``arguments`` here.
    """
    names = {f"--{name.replace('_', '-')}": name for name in arguments} | _ELSEWHERE
    try:
        yield
    except SkillhouseError as error:
        for option, name in names.items():
            error.message = error.message.replace(option, name)
            error.hint = error.hint.replace(option, name)
        if error.parameter:
            error.message = f"{error.parameter}: {error.message}"
            error.parameter = ""
        error.args = (f"{error.message} {error.hint}".strip(),)
        raise
