"""The words of a text: how skills and questions are split, so that both are compared alike.

Words are stored only as keyed hashes. The key lies in the warehouse's settings: without it nobody
can tell a word from its hash, and with it only words that one already has can be tried.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain, pairwise

RULES_VERSION = 1
"""Raised with every change of what a word is, or of what weighs how much: texts are read again."""

KEY_SETTING = "skill_words_key"
"""The setting that holds the key: 64 hexadecimal digits."""

MAX_LENGTH = 24
MAX_DIGITS = 4
"""A longer word, or one with more digits, is not a word but an identifier, and perhaps a secret."""

_STOP_WORDS = (
    "a about after all also am an and any are as at be been before being but by can could did do"
    " does for from had has have he her him his how i if in into is it its just me more my no not"
    " of on or our she should so some such than that the their them then there these they this to"
    " us was we were what when where which who why will with would you your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split(" "))

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_ASCII_TOKEN = re.compile(r"\.net\b|c\+\+|[cf]#|[a-z0-9]+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VOWEL = re.compile("[aeiouy]")


@cache
def _any_token() -> re.Pattern[str]:
    # Compiled when a text needs it, as below: it takes longer than importing most modules.
    return re.compile(rf"[{_CJK}]+|\.net\b|c\+\+|[cf]#|(?:(?![{_CJK}])[^\W_])+", re.IGNORECASE)


@cache
def _cjk() -> re.Pattern[str]:
    return re.compile(f"[{_CJK}]")


def words_of(text: str) -> list[str]:
    """The words of a text in order: split, in lower case, without endings and stop words.

    Chinese, Japanese and Korean have no spaces: their words are pairs of neighbouring characters.
    """
    find = _ASCII_TOKEN if text.isascii() else _any_token()
    return list(chain.from_iterable(map(_words_in, find.findall(text))))


@lru_cache(maxsize=1 << 16)
def _words_in(token: str) -> tuple[str, ...]:
    if not token.isascii() and _cjk().match(token):
        return (token,) if len(token) == 1 else tuple(a + b for a, b in pairwise(token))
    if len(token) > MAX_LENGTH or sum(map(str.isdigit, token)) > MAX_DIGITS:
        return ()
    parts = _CAMEL.split(token) if not token.islower() else [token]
    return tuple(filter(None, map(_word, parts)))


def _word(part: str) -> str:
    """The word a part of a text stands for; empty for one that is left out."""
    word = part.lower()
    if word in STOP_WORDS:
        return ""
    if len(word) < 2 and not word.isdigit() and word.isascii():
        return ""
    return _stem(word)


def _stem(word: str) -> str:
    """The word without the ending of a plural, of -ing or of -ed."""
    if not word.isascii() or len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            if not _VOWEL.search(base):
                break
            if base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            word = base
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


class WordHashes:
    """The hashes of words under one key, 32 bytes: each word's is made once."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, int] = {}

    def __getitem__(self, word: str) -> int:
        found = self._known.get(word)
        if found is None:
            digest = blake2b(word.encode(), digest_size=8, key=self._key).digest()
            found = self._known[word] = int.from_bytes(digest, "little")
        return found
