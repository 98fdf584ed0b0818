"""Texts that the page does not make itself, and how long a text may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from aggregator import text

LONGEST = 2_000
"""Maximum length of a name or a sentence."""

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
TOPS = (
    *(2, 10, 20, 100, 200, 500, 1 * SECOND, 2 * SECOND, 4 * SECOND, 10 * SECOND, 20 * SECOND),
    *(1 * MINUTE, 2 * MINUTE, 4 * MINUTE, 10 * MINUTE, 20 * MINUTE, 1 * HOUR, 2 * HOUR, 4 * HOUR),
    *(12 * HOUR, 2 * DAY, 4 * DAY, 10 * DAY, 20 * DAY, 100 * DAY),
)
"""Where an axis of durations may end, in ms."""


def duration_tops() -> list[tuple[int, str, str]]:
    """Where an axis of durations may end, in ms; the texts of its end and of its middle."""
    return [(top, _short(top), _short(top / 2)) for top in TOPS]


def _short(milliseconds: float) -> str:
    """``10 min`` for ``10 min 0 s``: an axis has round numbers and little room."""
    return re.sub(r" 0 (s|min)$", "", text.duration(milliseconds)).replace(".0 ", " ")


def worded(value: Any) -> Any:
    """The value with a text next to each duration, as every command writes it."""
    if isinstance(value, Mapping):
        found = {key: worded(each) for key, each in value.items()}
        for key in [key for key in found if key.endswith("duration_ms")]:
            found[key.removesuffix("_ms")] = text.duration(found[key])
        return found
    if isinstance(value, list | tuple):
        return [worded(each) for each in value]
    return value


def unusual(envelope: dict[str, Any]) -> dict[str, Any]:
    """The ``anomalies`` answer with its values as texts in their units."""
    units: Mapping[str, Callable[[Any], str]] = {
        "success_rate": text.percent,
        "duration": text.duration,
    }

    def shown(row: Mapping[str, Any], name: str) -> str:
        value = row.get(name)
        return units.get(str(row.get("measure")), lambda uses: f"{uses:,}")(value)

    data = []
    for row in envelope["data"]:
        shown_values = {"value_shown": text.NOT_AVAILABLE, "expected_shown": text.NOT_AVAILABLE}
        if row.get("value") is not None:
            shown_values["value_shown"] = shown(row, "value")
        if row.get("expected_low") is not None and row.get("expected_high") is not None:
            ends = shown(row, "expected_low"), shown(row, "expected_high")
            shown_values["expected_shown"] = " to ".join(ends)
        data.append({**row, **shown_values})
    return {**envelope, "data": data}


def shortened(value: Any) -> Any:
    """The value with too long texts cut so that different ones stay different."""
    if isinstance(value, str):
        if len(value) <= LONGEST:
            return value
        mark = sha256(value.encode(errors="surrogatepass")).hexdigest()[:8]
        return f"{value[:LONGEST]}... ({text.counted(len(value), 'character')}, {mark})"
    if isinstance(value, Mapping):
        return {key: shortened(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [shortened(each) for each in value]
    return value
