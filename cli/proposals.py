"""Commands that a screen or an error proposes: with the warehouse that this run was given.

Typed without it they would ask another warehouse than the one the screen is about.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache

_OWN = frozenset({"demo", "discover"})
"""Commands that are about no warehouse, or always about the user's own."""

_options: ContextVar[str] = ContextVar("options", default="")


def use_options(options: Sequence[str]) -> None:
    """The global options of this run that choose its warehouse; none for the default one."""
    _options.set(shlex.join(options))


def as_typed(text: str) -> str:
    """``text`` with these options in each ``skillhouse COMMAND``."""
    options = _options.get()
    if not options or "skillhouse " not in text:
        return text
    return _commands().sub(lambda _: f"skillhouse {options} ", text)


@cache
def _commands() -> re.Pattern[str]:
    # Imported here: most runs have no such options.
    from cli.catalogue import Catalogue
    from cli.program import ALIASES

    names = sorted({*Catalogue(), *ALIASES} - _OWN)
    return re.compile(rf"\bskillhouse (?=(?:{'|'.join(names)})(?![\w-]))")
