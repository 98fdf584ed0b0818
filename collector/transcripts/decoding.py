"""Values of JSON as they are needed: typed, in part, and never more of a text than is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from collector.timestamps import NotATimestamp, parse_timestamp
from collector.transcripts.facts import MAX_NAME
from collector.transcripts.jsonlines import too_deep

T = TypeVar("T")

ABSENT = msgspec.Raw(b"")
"""The default of a field that is decoded later, if at all."""

HEAD_BYTES = 8192
"""As much of a long text as is looked at, from its start."""

_LONGEST_PATH = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Control characters, and halves of characters, which no file and no database can hold.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# How nearly all times are written, which is read in a third of the time.
_USUAL = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
)
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_FAILURES = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
_text = msgspec.json.Decoder(str)
_items = msgspec.json.Decoder(list[msgspec.Raw])


class Rejected(Exception):
    """A use that cannot be stored; the argument is the reason and holds nothing of the line."""


def check(line: bytes) -> None:
    """Raise Rejected where a line's bytes are not those of a JSON value that we read."""
    if b"\0" in line:
        raise Rejected("has a NUL byte")
    if not line.isascii():
        try:
            line.decode()
        except UnicodeDecodeError:
            raise Rejected("is not UTF-8") from None
    if too_deep(line):
        raise Rejected("nests more than 100 deep")


def why_undecodable(line: bytes) -> str | None:
    """The reason to reject a line that does not decode; None where it is JSON of another shape."""
    try:
        check(line)
        msgspec.json.decode(line, type=msgspec.Raw)
        return None
    except Rejected as exc:
        return str(exc)
    except RecursionError:
        return "nests more than 100 deep"
    except _FAILURES:
        return "is not JSON"


def record(decode: Callable[[bytes], T], line: bytes) -> tuple[T, bytes] | None:
    """A line's record, and the line; None where it does not decode.

    Clients that cut texts leave halves of characters in them, which the decoder takes for an
    error. Such a line is read with the sign for what cannot be shown in their place.
    """
    try:
        return decode(line), line
    except _FAILURES:
        mended = _mended(line)
    try:
        return (decode(mended), mended) if mended != line else None
    except _FAILURES:
        return None


def _mended(line: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: b"\\ufffd" if found.group(1) else found.group(0), line)


def maybe(decode: Callable[[bytes | msgspec.Raw], T], raw: msgspec.Raw | bytes) -> T | None:
    """The decoded value; None where there is none or it has another shape."""
    try:
        return decode(raw)
    except _FAILURES:
        return None


def items(decode: Callable[[bytes | msgspec.Raw], T], raw: msgspec.Raw) -> list[T]:
    """A list's items of the wanted shape; the others are left out."""
    found = [maybe(decode, each) for each in maybe(_items.decode, raw) or []]
    return [each for each in found if each is not None]


def head(raw: msgspec.Raw) -> str | None:
    """A text's beginning, of about HEAD_BYTES at most; None where the value is no text."""
    view = memoryview(raw)
    if not len(view) or bytes(view[:1]) != b'"':
        return None
    if len(view) <= HEAD_BYTES:
        return _whole(bytes(view))
    part = bytes(view[: HEAD_BYTES + 16])
    # Cut before an escape or a character that may reach over the end.
    cut = len(part) - 16
    escape = part.rfind(b"\\", cut - 16)
    if escape >= 0:
        while part[escape - 1 : escape] == b"\\":
            escape -= 1
        cut = min(cut, escape)
    text = part[:cut].decode(errors="ignore")
    return _whole((text + '"').encode())


def _whole(written: bytes) -> str | None:
    text = maybe(_text.decode, written)
    return maybe(_text.decode, _mended(written)) if text is None else text


def tail(raw: msgspec.Raw, size: int = HEAD_BYTES) -> str:
    """The last bytes of a text as they are written, with its escapes; for what has none."""
    return bytes(memoryview(raw)[-size:]).decode(errors="replace")


def microseconds(stamp: object) -> int | None:
    """Microseconds since 1970 of a time with an offset; None if it is not one."""
    if isinstance(stamp, str) and _USUAL.fullmatch(stamp):
        try:
            return (datetime.fromisoformat(stamp) - _EPOCH) // _MICROSECOND
        except ValueError:
            return None
    try:
        moment = parse_timestamp(stamp, UTC)
    except NotATimestamp:
        return None
    return (moment.instant - _EPOCH) // _MICROSECOND if moment.basis == "offset" else None


def required_time(stamp: object) -> int:
    """The same for a use, which is rejected where it has none."""
    if stamp is None:
        raise Rejected("has no time")
    at_us = microseconds(stamp)
    if at_us is None:
        raise Rejected("has a time that is not a date and time with an offset")
    return at_us


def required_id(value: object) -> str:
    """The id of a use, which is rejected where it has none."""
    if not isinstance(value, str) or not value:
        raise Rejected("has no id")
    if an_id(value) is None:
        raise Rejected("has an invalid id")
    return value


def required_name(value: object) -> str:
    """The name of a use, which is rejected where it has none."""
    if value is None:
        raise Rejected("has no name")
    if not isinstance(value, str):
        raise Rejected("has a name that is not text")
    name = value.strip()
    if not name:
        raise Rejected("has an empty name")
    if len(name) > MAX_NAME:
        raise Rejected(f"has a name of more than {MAX_NAME} characters")
    if an_id(name) is None:
        raise Rejected("has a name with control characters")
    return name


def an_id(value: object) -> str | None:
    """The value where it can be an id or a name: text that can be stored, and not too long."""
    fits = isinstance(value, str) and 0 < len(value) <= MAX_NAME and not _UNFIT.search(value)
    return value if fits and isinstance(value, str) else None


def a_path(value: object) -> str | None:
    """The value where it can be a path."""
    fits = isinstance(value, str) and 0 < len(value) <= _LONGEST_PATH and not _UNFIT.search(value)
    return value if fits and isinstance(value, str) else None


def a_count(value: object) -> int | None:
    """The value where it is a count or a length of time."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53
    return value if is_count and isinstance(value, int) else None


def milliseconds(start_us: int, end_us: int) -> int | None:
    """From start to end; None where the end lies before the start."""
    return (end_us - start_us) // 1000 if end_us >= start_us else None


_MICROSECOND = datetime.resolution
