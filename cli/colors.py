"""Colors by meaning: which words mean what, and how a theme shows it.

Every command has the same word for the same thing, so the color follows from the word.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from schema.frozen import dataclass

Tone: TypeAlias = Literal["heading", "quiet", "good", "bad", "attention"]
Theme: TypeAlias = Literal["auto", "dark", "light"]

_WORDS: dict[Tone, tuple[str, ...]] = {
    "bad": (
        "needs attention",
        "worse",
        "got worse",
        "slower",
        "became slower",
        "fails",
        "has a low success rate",
        "problem",
        "failed",
        "failure",
        "critical",
        "overdue",
        "interrupted",
        "differ",
    ),
    "good": (
        "better",
        "got better",
        "faster",
        "became faster",
        "success",
        "completed",
        "done",
        "excellent",
    ),
    "attention": (
        "worth a look",
        "may have got worse",
        "may have got better",
        "may have become slower",
        "may have become faster",
        "may fail",
        "may have a low success rate",
        "abandoned",
        "cancelled",
        "problems",
        "silent",
        "unused",
        "needs work",
        "note",
    ),
    "quiet": (
        "n/a",
        "no clear change",
        "no change",
        "not enough data",
        "unknown",
        "none",
        "never",
        "default",
    ),
}
_TONE_OF = {word: tone for tone, words in _WORDS.items() for word in words}
_LEAD = re.compile(r"(?:- )?([A-Za-z][a-z]+(?: [a-z]+)*)(?=:| \()")

_CODES: Mapping[Theme, Mapping[Tone, str]] = {
    "dark": {"heading": "1", "quiet": "2", "good": "92", "bad": "91", "attention": "93"},
    "light": {
        "heading": "1",
        "quiet": "38;5;242",
        "good": "38;5;22",
        "bad": "38;5;124",
        "attention": "38;5;130",
    },
    # Readable on both, where the terminal does not say which it is.
    "auto": {"heading": "1", "quiet": "2", "good": "32", "bad": "31", "attention": "35"},
}
_LIGHT_BACKGROUNDS = frozenset({"7", *map(str, range(9, 16))})


@dataclass(frozen=True)
class Palette:
    """How texts are shown on a terminal; without a theme they stay plain."""

    theme: Theme | None

    def styled(self, text: str, tone: Tone | None) -> str:
        """The text in the color of a tone."""
        if self.theme is None or tone is None or not text:
            return text
        return f"\x1b[{_CODES[self.theme][tone]}m{text}\x1b[0m"

    def line(self, text: str) -> str:
        """A sentence whose first words say what it means: ``- Needs attention: got worse``."""
        if self.theme is None or (lead := _LEAD.match(text)) is None:
            return text
        shown = self.styled(lead[1], _TONE_OF.get(lead[1].lower()))
        return f"{text[: lead.start(1)]}{shown}{text[lead.end(1) :]}"


def tone_of(cell: str) -> Tone | None:
    """The tone of a table's cell; of a list of words, that of the first."""
    return _TONE_OF.get(cell) or _TONE_OF.get(cell.partition(",")[0])


def theme_of(wanted: str | None) -> Theme:
    """The theme that is set, or the one of the background that the terminal names."""
    if wanted == "dark":
        return "dark"
    if wanted == "light":
        return "light"
    _, sign, background = os.environ.get("COLORFGBG", "").rpartition(";")
    if not sign or not background.isdecimal():
        return "auto"
    return "light" if background in _LIGHT_BACKGROUNDS else "dark"
