"""The words for verdicts on every screen. JSON keeps the values of its own schema."""

from __future__ import annotations


def word(verdict: str) -> str:
    """``worse`` for ``degrading``; a verdict that is plain already stays as it is."""
    # Only when a screen is made: commands are imported before the answers are.
    from aggregator.changes import WORDS

    words = {str(key): str(value) for key, value in WORDS.items()}
    return (words | {"steady": WORDS["stable"]}).get(verdict, verdict)
