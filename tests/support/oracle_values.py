"""Single values of the files, read once more in plain Python; part of the oracle."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)


def text_of(value: object) -> str | None:
    """A text that says something; anything else, and the empty text, is None."""
    return value if isinstance(value, str) and value else None


def texts_of(value: object) -> tuple[str, ...] | None:
    """The texts of a list that say something; None for what is no list."""
    if not isinstance(value, list):
        return None
    return tuple(text for text in map(text_of, value) if text is not None)


def rank_of(value: object) -> int | None:
    """A whole number; anything else is None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def instant_of(value: object, zone: ZoneInfo) -> datetime | None:
    """The UTC instant of an ISO 8601 text; without an offset it is `zone`'s clock, first pass."""
    if not isinstance(value, str):
        return None
    try:
        written = datetime.fromisoformat(value)
        if written.tzinfo is None:
            written = written.replace(tzinfo=zone, fold=0)
        return written.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number_of(value: object) -> Decimal | None:
    """A real, finite number as it was written; a bool is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return Decimal(str(value)) if math.isfinite(value) else None
    except OverflowError:
        return None


def milliseconds_of(value: object, per_unit: int) -> Decimal | None:
    """A duration in ms, to 3 places half-even; a negative one was not measured."""
    number = number_of(value)
    if number is None or number < 0:
        return None
    return EXACT.quantize(EXACT.multiply(number, Decimal(per_unit)), Decimal("0.001"))


def score_of(value: object) -> Decimal | None:
    """A quality score to 6 places half-even."""
    number = number_of(value)
    return None if number is None else EXACT.quantize(number, Decimal("0.000001"))


def count_of(value: object) -> int | None:
    """A whole number, not negative."""
    number = number_of(value)
    return int(number) if number is not None and number >= 0 and number % 1 == 0 else None


def verdict_of(value: object) -> bool | None:
    """True for true, 1 and 1.0; False for false, 0 and 0.0; a text or anything else is none."""
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    return None


def json_of(text: str) -> Any:
    """The JSON value of a text, None where it is not JSON (cut off, empty, not UTF-8)."""
    try:
        text.encode("utf-8")
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
