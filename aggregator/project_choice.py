"""Which projects a type and tags choose, and how they group projects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol, TypeVar

from schema.errors import UnknownName, UsageError
from schema.names import matching_names, one_of
from schema.spelling import command
from schema.tags import has_tag, parse_tag, tag_text, tag_texts

FEW = 8
"""So many types or tags are listed where an unknown one is named."""


class Labelled(Protocol):
    """What a project is chosen by."""

    @property
    def project_type(self) -> str | None: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def is_active(self) -> bool: ...


Project = TypeVar("Project", bound=Labelled)


def choose(
    projects: Iterable[Project],
    known: Sequence[Project],
    types: Sequence[str],
    tags: Sequence[str],
    *,
    include_inactive: bool,
) -> tuple[Project, ...]:
    """Those of the ``projects`` of one of the types and with the tags: of several tags of one key
    one is enough, tags of different keys are all needed.

    UnknownName for a type or tag that none of the ``known`` projects has, UsageError where no
    project is left.
    """
    wanted_types = {_known_type(each, known) for each in types}
    wanted: dict[str, list[str]] = {}
    for each in tags:
        key, value = _known_tag(each, known)
        wanted.setdefault(key, []).append(value)
    fitting = [
        each
        for each in projects
        if (not types or each.project_type in wanted_types)
        and all(
            any(has_tag(each.tags, key, value) for value in values)
            for key, values in wanted.items()
        )
    ]
    chosen = tuple(each for each in fitting if each.is_active or include_inactive)
    if not chosen:
        asked = " and ".join([*(f"type {each!r}" for each in types), *(f"tag {t!r}" for t in tags)])
        if fitting:
            raise UsageError(
                f"Only unregistered projects have {asked}.",
                "Include unregistered projects to see them.",
                parameter="all_projects",
            )
        raise UsageError(f"None of the chosen projects has {asked}.", _where_listed())
    return chosen


def groups_by_tag(
    projects: Sequence[tuple[str, Labelled]], key: str | None
) -> dict[str, list[str]]:
    """Project ids by the tag of a key as it is written, '' for projects without it.

    Without a key by every tag: then a project is in as many groups as it has tags. UnknownName
    where none of the projects has the key.
    """
    groups: dict[str, list[str]] = {}
    if key is not None and not any(key in project.tags for _, project in projects):
        raise UnknownName(
            f"None of the chosen projects has the tag {key!r}.", _where_listed(), parameter="by"
        )
    for project_id, project in projects:
        if key is None:
            texts = tag_texts(project.tags)
        else:
            texts = [tag_text(key, project.tags[key])] if key in project.tags else []
        for text in texts or [""]:
            groups.setdefault(text, []).append(project_id)
    return groups


def _where_listed() -> str:
    return f"`{command('projects')}` shows types and tags."


def _known_type(text: str, known: Sequence[Labelled]) -> str:
    types = {each.project_type for each in known if each.project_type}
    return _only("type", text, types, parameter="types")


def _known_tag(text: str, known: Sequence[Labelled]) -> tuple[str, str]:
    """Key and value; the value is empty where any will do."""
    tags = {tag for each in known for tag in tag_texts(each.tags)}
    keys = {key for each in known for key in each.tags}
    found = _only("tag", tag_text(*parse_tag(text)), tags | keys, parameter="tags")
    for each in known:
        for key, value in each.tags.items():
            if tag_text(key, value) == found and found not in keys:
                return key, value
    return found, ""


def _only(what: str, text: str, names: set[str], *, parameter: str) -> str:
    """The one name that matches, in any case; UnknownName with those that are near otherwise."""
    if text in names:
        return text
    same = [each for each in sorted(names) if each.casefold() == text.casefold()]
    if len(same) == 1:
        return same[0]
    near = (
        same
        or matching_names(text, sorted(names))
        or get_close_matches(text, sorted(names), cutoff=0.6)
    )
    hint = (
        _where_listed()
        if names
        else f"To set one: {command('edit-project', 'NAME')}, with a {what}."
    )
    if len(near) == 1:
        hint = f"Did you mean {near[0]}?"
    elif near or 0 < len(names) <= FEW:
        hint = one_of(near or names)
    raise UnknownName(f"No project has the {what} {text!r}.", hint, parameter=parameter)
