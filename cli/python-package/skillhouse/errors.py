"""Errors as a notebook shows them: one text, with arguments named as Python has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from schema.errors import SkillhouseError

_IN_HINTS = {"warehouse": 'skillhouse.open("FILE")'}


@contextmanager
def in_words_of_python(arguments: Iterable[str] = ()) -> Iterator[None]:
    """Errors within the block say in one text what is wrong and what to do.

    What the command line says of its options is said of ``arguments`` here.
    """
    names = {f"--{name.replace('_', '-')}": name for name in arguments}
    try:
        yield
    except SkillhouseError as error:
        for option, name in names.items():
            error.message = error.message.replace(option, name)
            error.hint = error.hint.replace(option, name)
        error.hint = error.hint_with(_IN_HINTS)
        if error.parameter:
            error.message = f"{error.parameter}: {error.message}"
            error.parameter = ""
        error.args = (f"{error.message} {error.hint}".strip(),)
        raise
