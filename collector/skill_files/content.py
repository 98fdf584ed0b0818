"""What is kept of a skill file: name, description, what its author says of it, and words.

Of the body only words remain, as hashes under the warehouse's key and in no order: no text of it
is stored, and what looks like an identifier or a secret is not even hashed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from collector.skill_files import front_matter
from collector.skill_files.categories import derived
from collector.skill_files.front_matter import FrontMatter
from collector.skill_files.walk import Found
from schema.frozen import dataclass
from schema.skill_words import WordHashes, words_of

MAX_DESCRIPTION = 1024
MAX_NAME = 200
MAX_CATEGORY = 60
BODY_CHARACTERS = 6_000
"""Only the beginning of the body, without code, is used; more text does not improve the search."""

MAX_TAGS_IN_TAGS = 5

MAX_BODY = 60_000
"""Of a longer body not even the code is looked for."""

HALF = 3.0
"""A word of this value weighs one half."""

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CODE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"#{1,6}[ \t]+(.+?)[ \t#]*$")
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Field:
    """How much a word counts in one part of a skill: ``boost``, less in a longer part by ``b``.

    ``usual_length`` is in words.
    """

    boost: float
    b: float
    usual_length: float

    def values(self, words: list[str]) -> Iterable[tuple[str, float]]:
        """Each word of the part with its value."""
        norm = 1 - self.b + self.b * len(words) / self.usual_length
        return ((word, self.boost * count / norm) for word, count in Counter(words).items())


NAME = Field(4, 0, 1)
DESCRIPTION = Field(4, 0.6, 30)
BODY = Field(1, 0.75, 420)


@dataclass(frozen=True)
class SkillText:
    """What is kept of a text, once for all files that have it. ``category_basis``: who said it.

    ``description_length`` is in characters, before the description was cut.
    """

    digest: str
    description: str
    category: str | None
    category_basis: str | None
    description_length: int
    words: list[int]
    weights: list[float]


@dataclass(frozen=True)
class SkillContent:
    """What a skill file says of itself, and the text it has."""

    name: str
    folder_name: str
    is_visible: bool
    text: SkillText


def clean(text: str) -> str:
    """A text on one line, without tags and without control and invisible characters."""
    if not text.isascii():
        # Characters that show nothing stand within words: they are taken out of them.
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    for _ in range(MAX_TAGS_IN_TAGS):
        text, tags = _TAG.subn(" ", text)
        if not tags:
            break
    return " ".join(_CONTROL.sub(" ", text).split())


def content_of(found: Found, data: bytes, key: bytes, hashes: WordHashes) -> SkillContent:
    """What is kept of a file. UnicodeDecodeError where it is not UTF-8."""
    whole = data.decode("utf-8-sig")
    matter = front_matter.read(whole)
    path = found.candidate.path
    folder_name = _folder_name(found)
    told_name = clean(matter.text("name") or "")[:MAX_NAME]
    name = told_name or folder_name
    described = matter.text("description") or ""
    if not described and found.root.kind == "command":
        described = _first_sentence(matter.body)
    description = clean(described)
    # The top folder of a project is called as its clone is.
    other_name = "" if found.is_top and path == "SKILL.md" else folder_name
    named = list(dict.fromkeys([*words_of(name), *words_of(other_name)]))
    is_named_as_told = bool(told_name) and set(named) == set(words_of(name))
    digest = _digest(data, key, "" if is_named_as_told else other_name)
    stated = _stated_category(matter)
    weighed = _weights(named, [description, *matter.list("tags"), *matter.list("triggers")], matter)
    category, basis = (stated, "told") if stated else (derived(weighed), "derived")
    by_hash = sorted((hashes[word], weight) for word, weight in weighed.items())
    return SkillContent(
        name,
        folder_name,
        matter.flag("disable-model-invocation") is not True,
        SkillText(
            digest,
            description[:MAX_DESCRIPTION].rstrip(),
            category,
            basis if category else None,
            len(description),
            [word for word, _ in by_hash],
            # Rounded, so that the column packs well; a ranking needs no more.
            [round(weight, 3) for _, weight in by_hash],
        ),
    )


def _folder_name(found: Found) -> str:
    """The folder of a skill, or the file's name for an agent, a command and a flat skill."""
    parts = found.candidate.real.split("/")
    if found.root.ends == "SKILL.md":
        parts = found.candidate.path.split("/") if not found.is_top else parts
        return clean(parts[-2])[:MAX_NAME] or "SKILL"
    name = found.candidate.path.split("/")[-1]
    return clean(name.removesuffix(found.root.ends))[:MAX_NAME] or clean(name)


def _digest(data: bytes, key: bytes, other_name: str) -> str:
    """Of a file's bytes, and of the name of its folder where that adds to its words."""
    state = blake2b(data, digest_size=16, key=key)
    if other_name:
        state.update(f"\0{other_name}".encode())
    return state.hexdigest()


def _stated_category(matter: FrontMatter) -> str | None:
    stated = (
        matter.text("category")
        or matter.nested_text("metadata", "category")
        or matter.text("domain")
        or matter.nested_text("metadata", "domain")
    )
    category = clean(stated or "")
    return category if 0 < len(category) <= MAX_CATEGORY else None


def _first_sentence(body: str) -> str:
    """The first heading of a text, or else its first sentence."""
    lines = [line.strip() for line in _CODE.sub("", body[:BODY_CHARACTERS]).split("\n")]
    first = next((line for line in lines if line), "")
    heading = _HEADING.match(first)
    if heading:
        return heading[1]
    paragraph = []
    for line in lines[lines.index(first) :] if first else []:
        if not line:
            break
        paragraph.append(line)
    text = " ".join(paragraph)
    sentence = _SENTENCE.match(text)
    return sentence[0] if sentence else text


def _weights(named: list[str], described: list[str], matter: FrontMatter) -> dict[str, float]:
    """How much of a question's word the skill explains, 0..1, for each of its words."""
    parts = (
        (NAME, named),
        (DESCRIPTION, words_of("\n".join(described))),
        (BODY, words_of(_CODE.sub(" ", matter.body[:MAX_BODY])[:BODY_CHARACTERS])),
    )
    values: dict[str, float] = {}
    for part, words in parts:
        for word, value in part.values(words):
            values[word] = values.get(word, 0.0) + value
    return {word: value / (value + HALF) for word, value in values.items()}
