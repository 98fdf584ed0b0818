"""The words for verdicts on every screen. JSON keeps the values of its own schema."""

from __future__ import annotations

from collections.abc import Mapping


def word(verdict: str) -> str:
    """``worse`` for ``degrading``; a verdict that is plain already stays as it is."""
    # Only when a screen is made: commands are imported before the answers are.
    from aggregator.changes import WORDS

    words: Mapping[str, str] = {str(key): value for key, value in WORDS.items()}
    return words.get("stable" if verdict == "steady" else verdict, verdict)
