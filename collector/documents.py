"""JSON text to values, with the faults of real files told apart.

A file cut off in the middle is ``Torn`` (its writer is at work: try again later); anything else
that is not JSON is ``Malformed``. Depth and number size are bounded, so no input can exhaust the
stack.
"""

from __future__ import annotations

import json
import re

NESTING_LIMIT = 100
"""How deep a record may nest, the record itself counted as 1."""

TOO_DEEP = "\x00nested too deep\x00"
"""Stands where a value deeper than the limit was cut out of a document."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_LITERAL_START = re.compile(
    r"-?|\.|[eE][+-]?|-?\d+\.?\d*(?:[eE][+-]?\d*)?|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?"
    r"|n(?:u(?:ll?)?)?|N(?:aN?)?|-?I(?:n(?:f(?:i(?:n(?:i(?:ty?)?)?)?)?)?)?"
)
_ESCAPE_LENGTH = 6


class Torn(ValueError):
    """The text ends before the document does."""


class Malformed(ValueError):
    """The text is not JSON; the argument says where, never what."""


class TooDeep(ValueError):
    """A value nests deeper than the limit."""


def decode(data: bytes) -> str:
    """UTF-8 text of a file, a leading byte order mark removed. Malformed for anything else."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Malformed("is UTF-16, not UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        if exc.end >= len(data) and exc.reason == "unexpected end of data":
            raise Torn("ends inside a character") from exc
        raise Malformed(f"is not UTF-8 (byte {exc.start})") from exc


def parse_document(text: str) -> object:
    """The document's value; values nested too deep are replaced by TOO_DEEP.

    Raises Torn or Malformed.
    """
    try:
        return _loads(text)
    except RecursionError:
        # Two levels more than a record: the document and the list the record is in.
        return _loads(_cut_deep(text, NESTING_LIMIT + 2))


def parse_record(text: str) -> object:
    """One line's value. Raises TooDeep, Torn or Malformed."""
    try:
        value = _loads(text)
    except RecursionError:
        raise TooDeep(_TOO_DEEP_REASON) from None
    if nests_too_deep(value):
        raise TooDeep(_TOO_DEEP_REASON)
    return value


_TOO_DEEP_REASON = f"is nested deeper than {NESTING_LIMIT} levels"


def nests_too_deep(record: object) -> bool:
    """Whether ``record`` goes deeper than the limit, or had something cut out for that."""
    level: list[object] = [record]
    for _ in range(NESTING_LIMIT):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif value == TOO_DEEP:
                return True
        if not below:
            return False
        level = below
    return any(isinstance(value, dict | list) or value == TOO_DEEP for value in level)


def _loads(text: str) -> object:
    try:
        return _value(text)
    except json.JSONDecodeError as exc:
        if _is_cut_off(text, exc):
            raise Torn("ends before the document does") from None
        where = f"line {exc.lineno}, column {exc.colno}"
        raise Malformed(f"is not JSON ({where}: {exc.msg.lower()})") from None


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # An integer of thousands of digits: Python refuses to convert it, we call it infinite.
        return json.loads(text, parse_int=_bounded_int)


def _bounded_int(digits: str) -> float:
    return int(digits) if len(digits) <= 400 else float("inf")


def _is_cut_off(text: str, exc: json.JSONDecodeError) -> bool:
    rest = text[exc.pos :].rstrip(" \t\r\n")
    if not rest or exc.msg.startswith("Unterminated string"):
        return True
    if exc.msg.startswith("Invalid \\"):
        return len(rest) < _ESCAPE_LENGTH
    return _LITERAL_START.fullmatch(rest) is not None


def _cut_deep(text: str, limit: int) -> str:
    """``text`` with every container that opens below ``limit`` levels replaced by TOO_DEEP."""
    kept: list[str] = []
    depth = 0
    copied_to = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in "[{":
            depth += 1
            if depth == limit + 1:
                kept.append(text[copied_to : token.start()])
        elif mark in "]}":
            if depth == limit + 1:
                kept.append(json.dumps(TOO_DEEP))
                copied_to = token.end()
            depth -= 1
    if depth > limit:
        raise Torn("ends before the document does")
    kept.append(text[copied_to:])
    return "".join(kept)
