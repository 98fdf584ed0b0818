"""JSON text to values, with the faults of real files told apart.

A file cut off in the middle is torn (its writer is at work: try again later); anything else that
is not JSON is malformed. Both are ordinary, so they are answers and not exceptions. Depth and
number size are bounded, so no input can exhaust the stack.
"""

from __future__ import annotations

import json
import re
from typing import Literal

from schema.frozen import dataclass

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


@dataclass(frozen=True)
class Fault:
    """Why a text has no value that is taken; ``reason`` says where, never what stands there.

    ``torn``: it ends before its value does; ``deep``: it nests deeper than the limit.
    """

    kind: Literal["torn", "malformed", "deep"]
    reason: str


DEEP = Fault("deep", f"is nested deeper than {NESTING_LIMIT} levels")
_CUT_OFF = Fault("torn", "ends before the document does")


def parse_document(data: bytes) -> object | Fault:
    """The value of a file's bytes; values in it that nest too deep are replaced by TOO_DEEP."""
    text = _decoded(data)
    if isinstance(text, Fault):
        return text
    try:
        return _loads(text)
    except RecursionError:
        # Two levels more than a record: the document and the list the record is in.
        cut = _cut_deep(text, NESTING_LIMIT + 2)
        return _CUT_OFF if cut is None else _loads(cut)


def parse_record(line: bytes | str) -> object | Fault:
    """One line's value."""
    text = line if isinstance(line, str) else _decoded(line)
    if isinstance(text, Fault):
        return text
    try:
        value = _loads(text)
    except RecursionError:
        return DEEP
    return DEEP if nests_too_deep(value) else value


def _decoded(data: bytes) -> str | Fault:
    """UTF-8 text, a leading byte order mark removed."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault("malformed", "is UTF-16, not UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        if exc.end >= len(data) and exc.reason == "unexpected end of data":
            return Fault("torn", "ends inside a character")
        return Fault("malformed", f"is not UTF-8 (byte {exc.start})")


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


def _loads(text: str) -> object | Fault:
    try:
        return _value(text)
    except json.JSONDecodeError as exc:
        if _is_cut_off(text, exc):
            return _CUT_OFF
        where = f"line {exc.lineno}, column {exc.colno}"
        return Fault("malformed", f"is not JSON ({where}: {exc.msg.lower()})")


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


def _cut_deep(text: str, limit: int) -> str | None:
    """``text`` with every container that opens below ``limit`` levels replaced by TOO_DEEP.

    None where one of them is not closed.
    """
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
        return None
    kept.append(text[copied_to:])
    return "".join(kept)
