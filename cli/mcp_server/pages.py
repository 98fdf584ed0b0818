"""A page of an answer: limited in rows, and in characters, since it fills an agent's context.

A cursor holds the time of its list, the question, where to continue, and a digest of the whole
list. The next page asks the same question as of the same time; if the digest has changed, new data
came in between, and the cursor is refused: no row is repeated or missed unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cli.mcp_server.parts import Part
from schema.errors import UsageError

ALL_ROWS = 1_000

MAX_CHARACTERS = 20_000
"""Of a whole answer: its JSON and its text."""

VALID_FOR = timedelta(hours=12)
_FORMAT = 1
_MAX_TEXT = 500
_HEAD = (300, 20)
_TIGHTER = ((300, 20), (200, 12), (200, 8), (120, 6), (120, 4), (60, 2), (30, 0))
"""Maximum characters of a text and elements of a list, reduced until one row fits."""


@dataclass(frozen=True)
class Cursor:
    """Where a list continues; ``sent`` is the number of rows sent so far of each part."""

    question: str
    digest: str
    moment: datetime
    sent: tuple[int, ...]

    def __str__(self) -> str:
        fields = [_FORMAT, self.question, self.digest, self.moment.isoformat(), *self.sent]
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def read_cursor(text: str, question: str, now: datetime) -> Cursor:
    """The cursor in a text. UsageError if it is not one, of another question, or too old."""
    invalid = UsageError("This is not a valid cursor.", "Repeat the call without a cursor.")
    try:
        padded = text + "=" * (-len(text) % 4)
        form, asked, digest, moment, *sent = json.loads(base64.b64decode(padded, "-_", True))
        cursor = Cursor(str(asked), str(digest), datetime.fromisoformat(moment), tuple(sent))
        age = now - cursor.moment
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise invalid from None
    if form != _FORMAT or not sent or not all(type(n) is int and n >= 0 for n in sent):
        raise invalid
    if asked != question:
        raise UsageError(
            "This cursor belongs to another query.",
            "Use it with the arguments of the first call, or repeat the call without a cursor.",
        )
    if not timedelta(0) <= age <= VALID_FOR:
        raise UsageError("This cursor is too old.", "Repeat the call without a cursor.")
    return cursor


def digest(value: object) -> str:
    """A short hash of a JSON value."""
    text = json.dumps(value, sort_keys=True, default=str)
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Page:
    """The answers with the rows of this page; ``about`` describes the page."""

    answers: list[dict[str, Any]]
    about: dict[str, Any]

    @property
    def structured(self) -> dict[str, Any]:
        return {"answers": self.answers, "page": self.about}


def page(
    parts: Sequence[Part],
    question: str,
    limit: int,
    moment: datetime,
    cursor: Cursor | None,
    *,
    room: int,
    pageable: bool = True,
) -> Page:
    """The next rows of each part: ``limit`` at most, and as many as fit in ``room`` characters.

    UsageError when the list has changed since the cursor was given out.
    """
    now = digest([part.envelope["data"] for part in parts])
    sent = cursor.sent if cursor else (0,) * len(parts)
    if cursor and (cursor.digest != now or len(sent) != len(parts)):
        raise UsageError(
            "The data has changed since the first page of this list.",
            "Repeat the call without a cursor.",
        )
    heads = [_shortened({**part.envelope, "data": []}, *_HEAD) for part in parts]
    left = [part.rows[at : at + limit] for part, at in zip(parts, sent, strict=True)]
    rows = [[_shortened(row, _MAX_TEXT, None) for row in each] for each in left]
    room -= sum(map(size, heads)) + 400 + 160 * len(parts) + sum(len(p.about) for p in parts)
    _drop_rows(rows, room)
    for characters, elements in _TIGHTER:
        if sum(map(size, rows)) <= room:
            break
        rows = [
            [_shortened(row, characters, elements) for row in full[: len(kept)]]
            for full, kept in zip(left, rows, strict=True)
        ]
    ends = [at + len(kept) for at, kept in zip(sent, rows, strict=True)]
    more = any(end < len(part.rows) for end, part in zip(ends, parts, strict=True))
    whole = [[{**part.envelope, "data": []}, *full] for part, full in zip(parts, left, strict=True)]
    is_cut = any(
        size(before) != size(after)
        for head, kept, full in zip(heads, rows, whole, strict=True)
        for before, after in zip(full, [head, *kept], strict=False)
    )
    next_cursor = str(Cursor(question, now, moment, tuple(ends))) if more and pageable else None
    return Page(
        [{**head, "data": kept} for head, kept in zip(heads, rows, strict=True)],
        {
            "parts": [
                {
                    "command": part.command,
                    "first": at + 1 if kept else None,
                    "returned": len(kept),
                    "total": len(part.rows),
                    "about": part.about,
                }
                for part, at, kept in zip(parts, sent, rows, strict=True)
            ],
            "next_cursor": next_cursor,
            "shortened": is_cut,
        },
    )


def _drop_rows(rows: list[list[Any]], room: int) -> None:
    """Drop rows from the end of the longest part until the rest fits, but never a part's last."""
    sizes = [[size(row) + 2 for row in each] for each in rows]
    while sum(map(sum, sizes)) > room:
        most = max(range(len(sizes)), key=lambda at: (len(sizes[at]) > 1, sum(sizes[at])))
        if len(sizes[most]) <= 1:
            break
        sizes[most].pop()
        rows[most].pop()


def size(value: object) -> int:
    """Characters of a value as it is sent."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _shortened(value: Any, characters: int, elements: int | None) -> Any:
    """The value with long texts cut, and lists, too, where ``elements`` is given."""
    if isinstance(value, str):
        if len(value) <= characters:
            return value
        return f"{value[:characters]}... ({len(value):,} characters)"
    if isinstance(value, Mapping):
        items = list(value.items())
        # Our own objects have few fields; one with more has keys that come from the data.
        kept = items if elements is None or len(items) <= 60 else items[: max(elements, 1)]
        return {
            _shortened(str(key), characters, None): _shortened(inner, characters, elements)
            for key, inner in kept
        }
    if isinstance(value, list | tuple):
        kept_elements = value if elements is None else value[:elements]
        return [_shortened(each, characters, elements) for each in kept_elements]
    return value
