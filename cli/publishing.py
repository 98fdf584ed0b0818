"""What of an answer may leave this machine. Every front end that publishes obeys these rules.

An answer's JSON Schema says what each field is, and that decides:

- numbers, and texts of a known few such as ``success``, stay; instants are cut to their day
- names of skills and agents stay, unless they hold a path, a user's or a project's name, or many
  digits: such a name is replaced by a pseudonym
- projects are pseudonyms; so are their types, but for common words
- of errors the type's name stays where it looks like one; any other counts as ``other``
- every other text is withheld, sentences and commands included, whoever wrote it. So a field that
  nobody thought of stays here
- fewer than ``K`` uses are no group: such rows of a list become one row ``other``, together with as
  many of the next smallest as it takes to have ``K``, so that counts still add up
- an object about fewer than ``K`` uses tells nothing; what is told of single sessions, passes or
  files is not published at all
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import PurePath

from aggregator.text import plain
from cli.answers.shapes import Field, Shape
from cli.folding import OTHER, K, folded, number, together, weight_of
from schema.errors import UsageError
from schema.pseudonyms import Pseudonyms
from schema.statements import statement
from schema.warehouse import Connection

Row = Mapping[str, object]

LISTS = ("group", "window", "grain", "dimension", "measure")
"""Rows that differ in one of these are lists of their own, whose counts are not to be added."""

PARTS = ("kind", "weekday", "hour", "period")
"""What ``other`` keeps where it can, as it does every day that a row is about."""

USED_ON = ("first_used", "last_used")
SINGLE = frozenset({"session_id", "run_id", "collect_run_id", "source_file_id", "idempotency_key"})

SKILLS = frozenset(
    {
        *("skill_name", "name", "agent", "first_name", "second_name", "then_name"),
        *("mostly_instead", "renamed_to"),
    }
)
COMMON_TYPES = (
    *("api", "app", "backend", "cli", "data", "docs", "frontend", "infra", "library", "mobile"),
    *("monorepo", "plugin", "service", "tool", "web", "website", "worker"),
)

_NAME = re.compile(r"[\w.+:() -]{1,80}")
_NUMBERED = re.compile(r"(?:\d\D*){7}")
_HEXADECIMAL = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{7}", re.IGNORECASE)
_ERROR = re.compile(
    r"[A-Z][A-Za-z]{1,40}(?:Error|Exception|Warning|Timeout|Failure|Interrupt|Exit)"
)
_HOMES = ("home", "users")


@dataclass(frozen=True)
class Publisher:
    """Anonymises the answers of one warehouse. ``projects`` are the names by id.

    ``private`` are words that no name may hold, as ``_words`` writes them.
    """

    pseudonyms: Pseudonyms
    projects: Mapping[str, str]
    private: frozenset[str]

    def publish(self, envelope: Row, shape: Shape, limit: int | None = None) -> dict[str, object]:
        """The anonymised answer; rows beyond ``limit`` are merged into ``other``.

        UsageError where the answer is about what has no public form.
        """
        command = str(envelope["command"])
        if _is_single(shape.rows):
            raise UsageError(
                f"{command} lists single events, which cannot be anonymised.",
                "Leave out --public, or use an answer with counts: top-skills, compare.",
            )
        if not _is_counted(shape.rows):
            raise UsageError(
                f"{command} has no number of uses per row, so it cannot be anonymised.",
                "Leave out --public, or use an answer with counts: top-skills, compare.",
            )
        # What a team's members use is the team's to publish.
        rows = [dict(row) for row in _rows(envelope["data"]) if row.get("of_members") is None]
        return {
            "schema_version": envelope["schema_version"],
            "command": command,
            "public": True,
            "generated_at": str(envelope["generated_at"])[:10],
            # A zone tells where somebody lives.
            "timezone": None,
            "filters": self._object(shape.filters, _row(envelope["filters"])),
            "data": self._list(shape.rows, rows, limit),
            "totals": self._object(shape.totals, _row(envelope["totals"])),
            "warnings": [],
        }

    def project(self, project_id: str) -> str:
        """The eight digits of a project's pseudonym."""
        return self.pseudonyms.of("project", project_id)

    def skill(self, name: str) -> str:
        """The name of a skill or agent, or its pseudonym."""
        if self._is_public(name):
            return name
        return f"name-{self.pseudonyms.of('name', name)}"

    def withheld(self, names: Iterable[str]) -> list[str]:
        """The names that are replaced by pseudonyms."""
        return [name for name in names if self.skill(name) != name]

    def _is_public(self, name: str) -> bool:
        if plain(name) != name or not _NAME.fullmatch(name):
            return False
        if _NUMBERED.search(name) or _HEXADECIMAL.search(name):
            return False
        words = _words(name)
        # A short word may be part of any other: only long ones are looked for within words.
        squeezed = words.replace(" ", "")
        return not any(
            f" {word} " in f" {words} "
            or (len(within := word.replace(" ", "")) >= 6 and within in squeezed)
            for word in self.private
        )

    def type_of(self, name: str) -> str:
        if name.lower() in COMMON_TYPES:
            return name
        return f"type-{self.pseudonyms.of('type', name)}"

    def _error(self, name: str) -> str:
        return name if _ERROR.fullmatch(name) and self._is_public(name) else OTHER

    def _project_name(self, name: str) -> str | None:
        return next(
            (
                f"project-{self.project(key)}"
                for key, known in self.projects.items()
                if known == name
            ),
            None,
        )

    def _text(self, name: str, value: str) -> str | None:
        rules: dict[str, Callable[[str], str | None]] = {
            **dict.fromkeys(SKILLS, self.skill),
            "project_id": self.project,
            "project_name": self._project_name,
            "project_type": self.type_of,
            "error_type": self._error,
        }
        return rules[name](value) if name in rules else None

    def _object(self, fields: Sequence[Field], row: Row | None) -> dict[str, object] | None:
        """An object field by field; without its numbers if it has too few uses."""
        if row is None:
            return None
        published = {field.name: self._value(field, row.get(field.name)) for field in fields}
        if _is_small(fields, row):
            # Lists fold their rows themselves, by counts of their own.
            for field in fields:
                if field.kind in ("integer", "number", "flag", "instant"):
                    published[field.name] = None
        return published

    def _value(self, field: Field, value: object) -> object:
        if value is None:
            return None
        match field.kind:
            case "integer" | "number" | "flag" | "choice" | "day":
                return value
            case "instant":
                return str(value)[:10]
            case "text":
                return self._text(field.name, str(value))
            case "object":
                return self._object(field.inner, _row(value))
            case "objects":
                if _is_single(field.inner) or not _is_told(field.inner):
                    return None
                return self._list(field.inner, [dict(row) for row in _rows(value)])
            case "json":
                known = field.name == "projects" and isinstance(value, list)
                return [self.project(str(each)) for each in _listed(value)] if known else None

    def _list(
        self, fields: Sequence[Field], rows: list[dict[str, object]], limit: int | None = None
    ) -> list[dict[str, object]]:
        """Rows of at least ``K`` uses each, the others as one of each list at its end."""
        weight = weight_of(fields)
        if weight is None:
            kept = rows if _is_counted(fields) else []
            return [each for row in kept if (each := self._object(fields, row)) is not None]
        published = []
        own_lists = [field.name for field in fields if field.name in LISTS]

        def which(row: Row) -> tuple[str, ...]:
            return tuple(str(row.get(name)) for name in own_lists)

        parts = [
            field.name
            for field in fields
            if field.name in PARTS or (field.kind == "day" and field.name not in USED_ON)
        ]
        numbered = list(enumerate(rows))
        for _, group in groupby(
            sorted(numbered, key=lambda each: which(each[1])), lambda each: which(each[1])
        ):
            listed = list(group)
            shown, others = folded(
                [row for _, row in listed],
                weight,
                parts,
                lambda row: _is_other(self._object(fields, row)),
                limit,
            )
            place = listed[0][0]
            published.append(
                (
                    place,
                    [
                        *(self._object(fields, row) or {} for row in shown),
                        *(together(fields, rows, [*own_lists, *parts]) for rows in others),
                    ],
                )
            )
        return [row for _, part in sorted(published, key=lambda each: each[0]) for row in part]


def publisher(con: Connection, pseudonyms: Pseudonyms, home: PurePath | None) -> Publisher:
    """The publisher of a warehouse; ``home`` is its user's home folder, if any."""
    rows = con.execute(statement("schema/registered.sql")).fetchall()
    private = {home.name} if home else set()
    for _, name, path, _ in rows:
        parts = PurePath(path).parts
        private |= {name, PurePath(path).name}
        private |= {after for before, after in pairwise(parts) if before.lower() in _HOMES}
    words = frozenset(word for each in private if (word := _words(each)))
    return Publisher(pseudonyms, {key: name for key, name, *_ in rows}, words)


def _words(text: str) -> str:
    """The words of a name in lower case, separated by spaces: ``atlas cli``."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"[^\W_]+", apart.lower()))


def _is_other(row: Row | None) -> bool:
    return row is not None and OTHER in (row.get("error_type"), row.get("skill_name"))


def _is_small(fields: Sequence[Field], row: Row) -> bool:
    """Whether an object is about fewer than K uses, or compares what is."""
    weight = weight_of(fields)
    if weight is not None:
        return number(row.get(weight)) < K
    inner = ((field.inner, _row(row.get(field.name))) for field in fields if field.kind == "object")
    return any(value is not None and _is_small(within, value) for within, value in inner)


def _is_counted(fields: Sequence[Field]) -> bool:
    """Whether an object says on how many uses it rests, or the objects in it do."""
    inner = (_is_counted(field.inner) for field in fields if field.kind == "object")
    return weight_of(fields) is not None or any(inner)


def _is_single(fields: Sequence[Field]) -> bool:
    return any(field.name in SINGLE for field in fields)


def _is_told(fields: Sequence[Field]) -> bool:
    """Whether a list's rows still say what each is about: numbers of nothing are of no use."""
    return any(
        field.name in SKILLS
        or field.name in ("project_id", "error_type", *LISTS, *PARTS)
        or field.kind == "day"
        for field in fields
    )


def _row(value: object) -> Row | None:
    return value if isinstance(value, Mapping) else None


def _rows(value: object) -> list[Row]:
    return [row for row in _listed(value) if isinstance(row, Mapping)]


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
