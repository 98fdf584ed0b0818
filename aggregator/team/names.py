"""Which names may leave a machine, and when two names are one and the same in disguise.

A name that leaves must be exactly what the agreement lists, in the one form in which it can be
written; a name that is withheld is recognised in whatever disguise. So what is unclear stays.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

LONGEST_NAME = 199
"""Characters of a name that may leave."""

_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Letters and marks that leave no trace on a screen, in addition to the categories C and Z."""


def is_plain(text: str) -> bool:
    """Whether a text has the one form in which it may be shared.

    That is 1 to 199 characters in Unicode's form NFKC, none of them invisible, single spaces inside
    and none around.
    """
    if not 1 <= len(text) <= LONGEST_NAME or text != text.strip(" ") or "  " in text:
        return False
    if text.isascii():
        return text.isprintable()
    if any(character != " " and _is_invisible(character) for character in text):
        return False
    return unicodedata.normalize("NFKC", text) == text and not unicodedata.combining(text[0])


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character)[0] in "CZ" or character in _INVISIBLE


def listed(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns matches a name exactly as it is written."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def withheld(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns matches a name in any case, Unicode form or spacing."""
    folded = fold(name)
    return any(fnmatchcase(folded, fold(pattern)) for pattern in patterns)


@cache
def fold(text: str) -> str:
    """The text without case, accents, spaces, invisible characters and kinds of dashes.

    Equal for all spellings that a person may take for the same.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        "-" if unicodedata.category(character) == "Pd" else character
        for character in unicodedata.normalize("NFKD", folded.casefold())
        if not _is_invisible(character) and unicodedata.category(character) != "Mn"
    )
