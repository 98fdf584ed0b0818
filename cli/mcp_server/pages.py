"""A page of an answer: so many rows, and never more characters than an agent's context bears.

A cursor holds the moment of its list, what was asked, where to go on, and a digest of the whole
list. The next page asks the same question as of the same moment; when the digest has changed, a
pass came in between, and the cursor is refused: rows never repeat or go missing unnoticed.
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

from cli.mcp_server.questions import Part
from schema.errors import UsageError

EVERY_ROW = 1_000

CHARACTERS = 20_000
"""Of an answer in all: its JSON and its text."""

VALID_FOR = timedelta(hours=12)
_FORM = 1
_LONGEST = 500
_HEAD = (300, 20)
_TIGHTER = ((300, 20), (200, 8), (120, 4), (60, 2), (30, 0))
"""Characters of a text and elements of a list, ever fewer, until one row fits."""


@dataclass(frozen=True)
class Cursor:
    """Where a list goes on: the rows told so far of each part."""

    question: str
    digest: str
    moment: datetime
    told: tuple[int, ...]

    def __str__(self) -> str:
        fields = [_FORM, self.question, self.digest, self.moment.isoformat(), *self.told]
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def read_cursor(text: str, question: str, now: datetime) -> Cursor:
    """The cursor of a text. UsageError for what is none, for another question's, or an old one."""
    unknown = UsageError("This cursor is none that was given out.", "Ask again without a cursor.")
    try:
        padded = text + "=" * (-len(text) % 4)
        form, asked, digest, moment, *told = json.loads(base64.b64decode(padded, "-_", True))
        cursor = Cursor(str(asked), str(digest), datetime.fromisoformat(moment), tuple(told))
        age = now - cursor.moment
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise unknown from None
    if form != _FORM or not told or not all(type(n) is int and n >= 0 for n in told):
        raise unknown
    if asked != question:
        raise UsageError(
            "This cursor belongs to another question.",
            "Repeat the first call's arguments with it, or ask again without a cursor.",
        )
    if not timedelta(0) <= age <= VALID_FOR:
        raise UsageError("This cursor is too old.", "Ask again without a cursor.")
    return cursor


def digest(value: object) -> str:
    """A few digits that change with the value."""
    text = json.dumps(value, sort_keys=True, default=str)
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Page:
    """The answers with the rows of this page, and what is said of it."""

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
    """The next rows of each part: ``limit`` at most, and as many as ``room`` characters hold.

    UsageError when the list is no longer the one the cursor belongs to.
    """
    now = digest([part.envelope["data"] for part in parts])
    told = cursor.told if cursor else (0,) * len(parts)
    if cursor and (cursor.digest != now or len(told) != len(parts)):
        raise UsageError(
            "The warehouse has changed since this list was begun.", "Ask again without a cursor."
        )
    heads = [_shortened({**part.envelope, "data": []}, *_HEAD) for part in parts]
    left = [part.rows[at : at + limit] for part, at in zip(parts, told, strict=True)]
    rows = [[_shortened(row, _LONGEST, None) for row in each] for each in left]
    room -= sum(map(_size, heads)) + 400 + 160 * len(parts) + sum(len(p.about) for p in parts)
    _take_away(rows, room)
    for characters, elements in _TIGHTER:
        if sum(map(_size, rows)) <= room:
            break
        rows = [
            [_shortened(row, characters, elements) for row in full[: len(kept)]]
            for full, kept in zip(left, rows, strict=True)
        ]
    ends = [at + len(kept) for at, kept in zip(told, rows, strict=True)]
    more = any(end < len(part.rows) for end, part in zip(ends, parts, strict=True))
    whole = [[{**part.envelope, "data": []}, *full] for part, full in zip(parts, left, strict=True)]
    is_cut = any(
        _size(was) != _size(told)
        for head, kept, full in zip(heads, rows, whole, strict=True)
        for was, told in zip(full, [head, *kept], strict=False)
    )
    following = str(Cursor(question, now, moment, tuple(ends))) if more and pageable else None
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
                for part, at, kept in zip(parts, told, rows, strict=True)
            ],
            "next_cursor": following,
            "shortened": is_cut,
        },
    )


def _take_away(rows: list[list[Any]], room: int) -> None:
    """Drop rows from the end of the longest part until the rest fits, but never the last one."""
    sizes = [[_size(row) + 2 for row in each] for each in rows]
    while sum(map(sum, sizes)) > room and sum(map(len, sizes)) > 1:
        most = max(range(len(sizes)), key=lambda at: (len(sizes[at]) > 1, sum(sizes[at])))
        sizes[most].pop()
        rows[most].pop()


def _size(value: object) -> int:
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
        # The fields of an answer are known and few; whatever has more keys is named by others.
        kept = items if elements is None or len(items) <= 60 else items[: max(elements, 1)]
        return {
            _shortened(str(key), characters, None): _shortened(inner, characters, elements)
            for key, inner in kept
        }
    if isinstance(value, list | tuple):
        kept_elements = value if elements is None else value[:elements]
        return [_shortened(each, characters, elements) for each in kept_elements]
    return value
