"""A question before something is done; without a terminal, an error says how to confirm."""

from __future__ import annotations

import sys

import typer

from schema.errors import UsageError

TO_CONFIRM = "Not a terminal: add --yes to confirm."


def can_ask() -> bool:
    """Whether there is a person to be asked."""
    return sys.stdin.isatty()


def confirm(question: str, *, what: str, default: bool = False) -> None:
    """Go on if the answer is yes, abort if it is no.

    UsageError that says ``what`` would be done, where there is no terminal.
    """
    if not can_ask():
        raise UsageError(what, TO_CONFIRM)
    typer.confirm(question, default=default, abort=True, err=True)
