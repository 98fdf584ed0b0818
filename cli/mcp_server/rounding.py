"""Numbers as an agent needs them: rates with three digits, milliseconds whole.

The commands print every digit with ``--json``; an agent pays for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

_EXACT_BELOW = 100


def rounded(value: Any, key: str = "") -> Any:
    """A JSON value with its numbers rounded; ``key`` is the name of the field that it is in.

    Durations (``..._ms``) are whole, p-values have two significant digits, numbers below 1 three
    decimals, below 100 two, and larger ones none.
    """
    if isinstance(value, Mapping):
        return {name: rounded(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each, key) for each in value]
    if not isinstance(value, float) or not isfinite(value):
        return value
    if key.endswith("_ms"):
        return round(value)
    if key.startswith(("p_value", "adjusted_p")):
        return float(f"{value:.2g}")
    if abs(value) < 1:
        return round(value, 3)
    return round(value, 2) if abs(value) < _EXACT_BELOW else round(value)
