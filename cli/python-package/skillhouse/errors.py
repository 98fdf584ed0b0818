"""Errors as a notebook shows them: one text, with arguments named as Python has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from cli.answers import catalogue
from schema.errors import SkillhouseError
from schema.spelling import CommandLine, spelled_by


class _Python(CommandLine):
    """Questions are methods; whatever else there is to do is done in a terminal."""

    def parameter(self, name: str) -> str:
        return 'skillhouse.open("FILE")' if name == "warehouse" else name

    def command(
        self, name: str, values: Sequence[str], parameters: Mapping[str, str | bool]
    ) -> str:
        question = name.replace(" ", "-")
        if question not in catalogue.names():
            return super().command(name, values, parameters)
        given = [*(repr(each) for each in values), *(f"{k}={v!r}" for k, v in parameters.items())]
        return f"{question.replace('-', '_')}({', '.join(given)})"


@contextmanager
def in_words_of_python() -> Iterator[None]:
    """Errors within the block say in one text what is wrong and what to do."""
    try:
        with spelled_by(_Python()):
            yield
    except SkillhouseError as error:
        if error.parameter:
            error.message = f"{error.parameter}: {error.message}"
            error.parameter = ""
        error.args = (f"{error.message} {error.hint}".strip(),)
        raise
