"""The agreement of a team: what may leave a member's machine, as ``agreement.json`` says it.

The team's maintainer writes it and all members read it, so it is checked before it is used: each
name in it must be plain text, without invisible or easily confused characters.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from aggregator.team.names import LONGEST_NAME, is_plain, listed
from schema.errors import AgreementNewer, AgreementUnusable, UsageError
from schema.frozen import dataclass

KEY = "agreement.json"
FORMAT = 1
OTHER = "(other)"
"""Replaces every project type that the agreement does not list."""

LEAST_MEMBERS = 3
MAX_BYTES = 1 << 20
MAX_ITEMS = 1_000
"""Entries of a list."""

MAX_WEEKS = 520
_TEAM_ID_DIGITS = 16
_MEMBER_DIGITS = 12
_HEXADECIMAL = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Agreement:
    """``skills``: shell patterns of the names of skills and agents that may be shared.

    ``least_members``: minimum number of members behind a published number. ``weeks``: how many
    weeks back a member publishes; the team's rates cover the last ``baseline_weeks``. ``members``:
    the members that are counted; None: all.
    """

    team_id: str
    name: str
    skills: tuple[str, ...]
    project_types: tuple[str, ...]
    teams: tuple[str, ...]
    least_members: int = 5
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weeks: int = 104
    baseline_weeks: int = 13
    members: tuple[str, ...] | None = None

    def lists(self, name: str) -> bool:
        """Whether the name of a skill or agent may be shared; the comparison is exact."""
        return is_plain(name) and listed(name, self.skills)

    def type_of(self, project_type: str | None) -> str:
        """A project's type as it may be shared: a listed one, otherwise ``(other)``."""
        return project_type if project_type in self.project_types else OTHER

    def category_of(self, name: str) -> str | None:
        """The first category with a matching pattern; None: no match."""
        for category, patterns in self.categories.items():
            if listed(name, patterns):
                return category
        return None

    def counts(self, member: str) -> bool:
        """Whether a member's counters are counted."""
        return self.members is None or member in self.members

    def wider_than(self, confirmed: Agreement) -> list[str]:
        """What this agreement shares or reveals beyond ``confirmed``, one sentence each."""
        found = (compare(self, confirmed) for compare in WIDENING.values())
        return [each for each in found if each is not None]


def _further_skills(now: Agreement, before: Agreement) -> str | None:
    new = _added(now.skills, before.skills)
    return f"it lists further skills and agents: {', '.join(new)}" if new else None


def _further_types(now: Agreement, before: Agreement) -> str | None:
    new = _added(now.project_types, before.project_types)
    return f"it lists further types of projects: {', '.join(new)}" if new else None


def _smaller_groups(now: Agreement, before: Agreement) -> str | None:
    if now.least_members >= before.least_members:
        return None
    return f"a number needs {now.least_members} members instead of {before.least_members}"


def _more_weeks(now: Agreement, before: Agreement) -> str | None:
    if now.weeks <= before.weeks:
        return None
    return f"it goes {now.weeks} weeks back instead of {before.weeks}"


def _shorter_baseline(now: Agreement, before: Agreement) -> str | None:
    """A number over fewer weeks reveals more about each use in it."""
    if now.baseline_weeks >= before.baseline_weeks:
        return None
    return f"numbers cover {now.baseline_weeks} weeks instead of {before.baseline_weeks}"


def _fewer_counted(now: Agreement, before: Agreement) -> str | None:
    """With fewer members counted, each number stands for a smaller group."""
    if now.members is None:
        return None
    if before.members is None:
        return f"it counts only the members that it lists ({len(now.members)})"
    gone = _added(before.members, now.members)
    return f"it no longer lists {len(gone)} of its members" if gone else None


WIDENING: Mapping[str, Callable[[Agreement, Agreement], str | None]] = {
    "skills": _further_skills,
    "project_types": _further_types,
    "least_members": _smaller_groups,
    "weeks": _more_weeks,
    "baseline_weeks": _shorter_baseline,
    "members": _fewer_counted,
}
"""The fields by which more may be shared or revealed, each with what describes the difference."""

NOT_WIDENING: Mapping[str, str] = {
    "team_id": "the agreement of another team is refused as a whole",
    "name": "a title",
    "teams": "each member has chosen their own, and stays in it",
    "categories": "group published names, on each member's own machine",
}
"""The fields that share and reveal nothing more, and why. Each field is here or above."""


def _added(now: Sequence[str], before: Sequence[str]) -> list[str]:
    return [each for each in now if each not in before]


def new_team_id() -> str:
    """A random team id."""
    return secrets.token_hex(_TEAM_ID_DIGITS // 2)


def serialise(agreement: Agreement) -> bytes:
    """The bytes of ``agreement.json``. Raises UsageError for a value that is not allowed."""
    document: dict[str, object] = {
        "format": FORMAT,
        "team_id": agreement.team_id,
        "name": agreement.name,
        "least_members": agreement.least_members,
        "skills": list(agreement.skills),
        "project_types": list(agreement.project_types),
        "teams": list(agreement.teams),
        "categories": {name: list(each) for name, each in agreement.categories.items()},
        "weeks": agreement.weeks,
        "baseline_weeks": agreement.baseline_weeks,
    }
    if agreement.members is not None:
        document["members"] = list(agreement.members)
    data = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    try:
        parse(data)
    except AgreementUnusable as exc:
        raise UsageError(exc.message, "Choose another value.") from exc
    return data


def parse(data: bytes) -> Agreement:
    """The agreement in a file. Raises AgreementUnusable, which says what is wrong."""
    if len(data) > MAX_BYTES:
        raise _unusable("is larger than 1 MiB")
    try:
        document = json.loads(data, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise _unusable("is not valid JSON: cut off or damaged") from None
    if not isinstance(document, dict):
        raise _unusable("is not an object")
    _check_format(document.get("format"))
    return Agreement(
        team_id=_digits(document, "team_id", _TEAM_ID_DIGITS),
        name=_name(document.get("name"), "name"),
        skills=_names(document, "skills"),
        project_types=_types(document),
        teams=_names(document, "teams", least=1),
        least_members=_number(document, "least_members", 5, LEAST_MEMBERS, 1_000_000),
        categories=_categories(document.get("categories", {})),
        weeks=_number(document, "weeks", 104, 1, MAX_WEEKS),
        baseline_weeks=_number(document, "baseline_weeks", 13, 1, MAX_WEEKS),
        members=_members(document),
    )


def _check_format(number: object) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise _unusable("does not say its format")
    if number > FORMAT:
        raise AgreementNewer(
            f"agreement.json has format {number}; this program knows up to {FORMAT}.",
            "Upgrade skillhouse. Nothing was sent.",
        )


def _name(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise _unusable(f"has no text at {what}")
    if not is_plain(value):
        raise _unusable(
            f"has a text at {what} that is empty, longer than {LONGEST_NAME} characters, or has"
            " characters that are invisible or easily confused"
        )
    return value


def _names(document: dict[str, Any], what: str, least: int = 0) -> tuple[str, ...]:
    return _listed(document.get(what), what, least)


def _listed(found: object, what: str, least: int = 0) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise _unusable(f"has no list {what}")
    if not least <= len(found) <= MAX_ITEMS:
        raise _unusable(f"has {len(found)} entries in {what}, not {least} to {MAX_ITEMS}")
    names = [_name(each, f"{what}[{place}]") for place, each in enumerate(found)]
    return tuple(dict.fromkeys(names))


def _types(document: dict[str, Any]) -> tuple[str, ...]:
    types = _names(document, "project_types")
    if OTHER in types:
        raise _unusable(f"lists the type {OTHER}, which stands for all that are not listed")
    return types


def _categories(found: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(found, dict) or len(found) > MAX_ITEMS:
        raise _unusable(f"has no object of at most {MAX_ITEMS} lists at categories")
    return {
        _name(name, "categories"): _listed(patterns, "a category")
        for name, patterns in found.items()
    }


def _members(document: dict[str, Any]) -> tuple[str, ...] | None:
    found = document.get("members")
    if found is None:
        return None
    if not isinstance(found, list) or not all(_is_digits(each, _MEMBER_DIGITS) for each in found):
        raise _unusable(f"has an entry in members that is not {_MEMBER_DIGITS} hexadecimal digits")
    return tuple(dict.fromkeys(found))


def _digits(document: dict[str, Any], what: str, count: int) -> str:
    found = document.get(what)
    if not isinstance(found, str) or not _is_digits(found, count):
        raise _unusable(f"has no {what} of {count} hexadecimal digits")
    return found


def _is_digits(value: object, count: int) -> bool:
    return isinstance(value, str) and len(value) == count and set(value) <= _HEXADECIMAL


def _number(document: dict[str, Any], what: str, default: int, least: int, most: int) -> int:
    found = document.get(what, default)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise _unusable(f"has no whole number from {least} to {most} at {what}")
    return found


def _reject_constant(name: str) -> float:
    raise ValueError(name)


def _unusable(fault: str) -> AgreementUnusable:
    return AgreementUnusable(
        f"agreement.json {fault}.",
        "Ask the team's maintainer, who can restore it with `team init`.",
    )


def is_member(text: str) -> bool:
    """Whether a text has the form of a member's name: 12 hexadecimal digits."""
    return _is_digits(text, _MEMBER_DIGITS)
