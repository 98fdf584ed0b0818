"""How a message writes the command or the parameter that it names: as its reader would.

What to do next is known where a fault is found, far below the front ends. It names commands and
parameters as the code does, and the front end in use says how its users write them. Without one it
is the command line, which is there wherever skillhouse is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_OPTIONS = {"types": "type", "tags": "tag", "projects": "project"}
"""Options with another name than their parameter has in the code."""


class CommandLine:
    """What is written in a terminal. Other front ends override what their users write otherwise."""

    def parameter(self, name: str) -> str:
        """A parameter, by its name in the code."""
        return f"--{_OPTIONS.get(name, name).replace('_', '-')}"

    def command(
        self, name: str, values: Sequence[str], parameters: Mapping[str, str | bool]
    ) -> str:
        """A command, which can be copied; a parameter that is True is a flag."""
        # Imported here: most commands have nothing to say.
        from shlex import quote

        given = [quote(each) for each in values]
        options = []
        for each, value in parameters.items():
            # As the command line has it, also where a front end writes parameters otherwise.
            options.append(CommandLine.parameter(self, each))
            options += [] if value is True else [quote(str(value))]
        is_like_option = any(each.startswith("-") for each in values)
        words = [*options, "--", *given] if is_like_option else [*given, *options]
        return " ".join(["skillhouse", name, *words])


_TERMINAL = CommandLine()
_in_use: ContextVar[CommandLine] = ContextVar("spelling", default=_TERMINAL)


@contextmanager
def spelled_by(front_end: CommandLine) -> Iterator[None]:
    """Within the block, messages are written for the users of ``front_end``."""
    before = _in_use.set(front_end)
    try:
        yield
    finally:
        _in_use.reset(before)


def command(name: str, *values: str, **parameters: str | bool) -> str:
    """The command of that name; a value may be what stands for one, as ``PATH``."""
    return _in_use.get().command(name, values, parameters)


def parameter(name: str) -> str:
    """The parameter of that name in the code."""
    return _in_use.get().parameter(name)
