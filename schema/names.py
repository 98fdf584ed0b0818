"""Which of the known names a person means who types one, or a part of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def matching_names(text: str, names: Collection[str]) -> list[str]:
    """The name itself; without it, what it is in other case; without that, what contains it.

    One name: that is it. None: unknown. Several: ambiguous. An empty text means none.
    """
    if text in names:
        return [text]
    folded = text.casefold()
    same = [name for name in names if name.casefold() == folded]
    return same or [name for name in names if folded and folded in name.casefold()]


def did_you_mean(near: Sequence[str], otherwise: str) -> str:
    """The hint for an unknown name: the names that are ``near``, or ``otherwise`` if none is."""
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


def one_of(names: Collection[str], at_most: int = 10) -> str:
    """The hint for several names that match."""
    shown = sorted(names)[:at_most]
    more = len(names) - len(shown)
    return f"Use one of {', '.join(shown)}{f' and {more} more' if more else ''}."
