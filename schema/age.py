"""How long ago, in words. Imports nothing: a prompt waits for it."""

from __future__ import annotations

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def ago(seconds: float) -> str:
    """``2 hours ago``, in one unit; what is less than a minute, or in the future, is now."""
    for length, unit in _UNITS:
        if (amount := int(seconds // length)) > 0:
            return f"{amount} {unit}{'s' if amount > 1 else ''} ago"
    return "just now"
