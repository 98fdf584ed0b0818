"""The service's log: one line an event on stderr, for people or for programs.

It has times, counts, event names and our own sentences; nothing of what files contain.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

from cli.diagnostics import say
from cli.output import iso

LogFormat: TypeAlias = Literal["plain", "json"]


class Log:
    """Call it with an event and its fields. Fields that are None are left out.

    Times are written in ``zone``: the warehouse's, as soon as it is known.
    """

    def __init__(
        self,
        form: LogFormat,
        clock: Callable[[], datetime],
        zone: str,
        write: Callable[[str], None] = say,
    ) -> None:
        self._form = form
        self._clock = clock
        self._write = write
        self.zone = zone

    def __call__(self, event: str, **fields: object) -> None:
        values = {name: self._value(value) for name, value in fields.items() if value is not None}
        time = iso(self._clock(), self.zone)
        if self._form == "json":
            self._write(json.dumps({"time": time, "event": event, **values}))
            return
        self._write(" ".join([str(time), event, *(f"{n}={_plain(v)}" for n, v in values.items())]))

    def _value(self, value: object) -> object:
        return iso(value, self.zone) if isinstance(value, datetime) else value


def _plain(value: object) -> str:
    text = str(value)
    if text and text.isprintable() and not set(text) & set(' "='):
        return text
    return json.dumps(text, ensure_ascii=False)
