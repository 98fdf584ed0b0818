"""Names that look alike but differ: they stay apart, and are reported.

Nothing is put together unasked: a name is what its writer wrote, and two writers may mean two
things by ``Review`` and ``review``. Alike are names that are equal without what cannot be seen
(blanks around them, characters without width), with every blank the same, and without regard to
case, to full width and to the way Unicode spells a character.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co"})
_WITHOUT_WIDTH = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that draw nothing, though their categories do not say so."""

_VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def look_alikes(names: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Of names, each with its kind, the groups of one kind that look alike; all in order."""
    groups: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, name in names:
        groups[kind, seen(name)].add(name)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def seen(name: str) -> str:
    """What there is to be seen of a name; equal for names that look alike."""
    visible = "".join(map(_seen, unicodedata.normalize("NFKC", name)))
    folded = unicodedata.normalize("NFKC", visible).casefold()
    return unicodedata.normalize("NFKC", " ".join(folded.split()))


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    is_unseen = (
        unicodedata.category(character) in _UNSEEN
        or character in _WITHOUT_WIDTH
        or any(ord(character) in variations for variations in _VARIATIONS)
    )
    return "" if is_unseen else character
