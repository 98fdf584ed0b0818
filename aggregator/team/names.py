"""Which names may leave a machine, and when two names are one and the same in disguise.

A name that leaves must be exactly what the agreement lists, in the one form in which it can be
written; a name that is withheld is recognised in whatever disguise. So what is unclear stays.
"""

from __future__ import annotations

import re
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


_ALIKE = {
    "a": "\u0430\u03b1\u0251\u0561",
    "b": "\u0432\u03b2\u0184\u0185\u044c",
    "c": "\u0441\u03f2",
    "d": "\u0501",
    "e": "\u0435\u03b5\u0454\u212e",
    "g": "\u0581\u0261\u018d",
    "h": "\u04bb\u043d\u0570",
    "i": "\u0456\u03b9\u0131\u0269",
    "j": "\u0458\u03f3",
    "k": "\u043a\u03ba",
    "l": "\u04cf\u01c0\u05d5\u05df",
    "m": "\u043c\u03bc",
    "n": "\u03b7\u0578\u043f",
    "o": "\u043e\u03bf\u0585\u05e1\u0ae6\u0d20\u1035",
    "p": "\u0440\u03c1",
    "q": "\u051b\u0566",
    "r": "\u0433",
    "s": "\u0455\u01bd",
    "t": "\u0442\u03c4",
    "u": "\u03c5\u057d",
    "v": "\u0475\u03bd",
    "w": "\u051d\u03c9\u0461",
    "x": "\u0445\u03c7",
    "y": "\u0443\u04af\u03b3",
    "z": "\u03b6",
}
_LATIN = str.maketrans({each: letter for letter, others in _ALIKE.items() for each in others})
"""Letters of other alphabets that look like a small letter of the Latin one."""

_DIGITS = str.maketrans("01|", "oll")
"""Signs that look like a letter. Not part of a fold: a range such as [0-9] would be none."""

_DRESSED = re.compile(
    r"LATIN (?:SMALL )?LETTER (?:(?:SMALL CAPITAL|SCRIPT|DOTLESS|OPEN|TURNED|LONG) )?([A-Z])"
    r"(?: WITH .+)?"
)
"""Names of letters that are a Latin one with a stroke, a hook or the like."""


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
    """Whether one of the patterns matches a name in any case, Unicode form, spacing or alphabet."""
    folded = fold(name)
    as_letters = folded.translate(_DIGITS)
    return any(
        fnmatchcase(name, pattern)
        or fnmatchcase(folded, fold(pattern))
        or fnmatchcase(as_letters, fold(pattern).translate(_DIGITS))
        for pattern in patterns
    )


@cache
def fold(text: str) -> str:
    """The text without case, accents, strokes, marks, spaces, invisible characters and kinds of
    dashes, in Latin letters where it looks like them.

    Equal for all spellings that a person may take for the same. Looser than that is harmless: what
    is folded decides only what stays.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        _plainest(character)
        for character in unicodedata.normalize("NFKD", folded.casefold())
        if not _is_invisible(character) and unicodedata.category(character)[0] != "M"
    ).translate(_LATIN)


def _plainest(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) == "Pd" or character in "\u2212\u02d7\u2043":
        return "-"
    letter = _DRESSED.fullmatch(unicodedata.name(character, ""))
    return character if letter is None else letter[1].lower()
