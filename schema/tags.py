"""Tags of projects: ``team:core`` has a key and a value, ``legacy`` is only a key.

A project has at most one value for each key. Stored is an object of strings, where the value of a
tag without one is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schema.errors import UsageError

LONGEST = 100
"""Characters of a key, and of a value."""


def parse_tag(text: str) -> tuple[str, str]:
    """Key and value of ``team:core``, ``team=core`` or ``legacy``. UsageError for no tag."""
    separator = "=" if "=" in text else ":"
    key, _, value = (part.strip() for part in text.partition(separator))
    if not key:
        raise UsageError(f"{text!r} is not a tag.", "For example: team:core, or legacy")
    for part in (key, value):
        if len(part) > LONGEST or not part.isprintable():
            raise UsageError(
                f"{part[:LONGEST]!r} cannot be a tag or part of one.",
                f"It has at most {LONGEST} characters, all of them printable.",
            )
    return key, value


def parse_tags(texts: Iterable[str]) -> dict[str, str]:
    """Values by key. UsageError where one key has two values."""
    tags: dict[str, str] = {}
    for text in texts:
        key, value = parse_tag(text)
        if tags.setdefault(key, value) != value:
            raise UsageError(
                f"The tag {key!r} has two values: {tags[key]!r} and {value!r}.",
                "A project has one value for each key.",
            )
    return tags


def tag_text(key: str, value: str) -> str:
    """The tag as people write it."""
    return f"{key}:{value}" if value else key


def tag_texts(tags: Mapping[str, str]) -> list[str]:
    """The tags of a project as people write them, in order."""
    return sorted(tag_text(key, value) for key, value in tags.items())


def has_tag(tags: Mapping[str, str], key: str, value: str) -> bool:
    """Whether a project with these tags has this one; without a value: any of the key."""
    return key in tags and value in ("", tags[key])
