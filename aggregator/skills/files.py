"""Skill files as the warehouse knows them: places, versions and texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Literal, cast

from aggregator.parameters import FileKind
from schema.errors import AgreementUnusable
from schema.frozen import dataclass
from schema.statements import run, statement
from schema.warehouse import Connection, from_micros

CategoryBasis = Literal["own", "agreed", "told", "derived"]

USER = "(user)"
"""The project id and name of what the user's own folders hold, for every project."""


@dataclass(frozen=True)
class Version:
    """A file with one of the texts it had. ``gone_at`` is None while it has that text.

    ``plugins`` are those that have the file.
    """

    project_id: str
    project_name: str
    path: str
    digest: str
    kind: FileKind
    tool: str
    name: str
    folder_name: str
    is_visible: bool
    modified_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    plugins: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        return self.gone_at is None

    @property
    def is_users(self) -> bool:
        return self.project_id == USER

    @property
    def used_as(self) -> str:
        """The kind under which uses of it are recorded: those of a command are a skill's."""
        return "agent" if self.kind == "agent" else "skill"

    @property
    def names(self) -> frozenset[str]:
        """The names under which uses of it in its own project are recorded.

        Those in folders of their own are called ``folder:name``.
        """
        plain = {self.name, self.folder_name}
        folders = self._folders
        return frozenset(plain | {":".join([*folders, each]) for each in plain})

    @property
    def plugin_names(self) -> frozenset[str]:
        """The names under which uses of it are recorded wherever its plugins are installed."""
        return frozenset(f"{plugin}:{name}" for plugin in self.plugins for name in self.names)

    @property
    def all_names(self) -> frozenset[str]:
        """Every name under which uses of it may be recorded."""
        return self.names | self.plugin_names

    @property
    def _folders(self) -> list[str]:
        """The folders of the file below that of its kind, without a skill's own."""
        parts = self.path.split("/")[: -2 if self.path.endswith("SKILL.md") else -1]
        root = f"{self.kind}s"
        if root not in parts:
            return []
        return parts[len(parts) - parts[::-1].index(root) :]

    def was_used(self, project_id: str, name: str) -> bool:
        """Whether a use of that name in that project is one of this file."""
        is_here = self.is_users or project_id == self.project_id
        return (is_here and name in self.names) or name in self.plugin_names


@dataclass(frozen=True)
class Text:
    """What is kept of a text; ``description_length`` in characters, before it was cut."""

    digest: str
    description: str
    description_length: int
    category: str | None
    category_basis: str | None


@dataclass(frozen=True)
class Categories:
    """Patterns in order, each with its category: the user's own, and those of the user's team."""

    patterns: tuple[tuple[str, str], ...]
    agreed: tuple[tuple[str, str], ...] = ()

    def of(
        self, name: str, stated: str | None, basis: str | None
    ) -> tuple[str | None, CategoryBasis | None]:
        """The category of a skill and who said it: the user first, the team, then its text."""
        sources: tuple[tuple[tuple[tuple[str, str], ...], CategoryBasis], ...] = (
            (self.patterns, "own"),
            (self.agreed, "agreed"),
        )
        for patterns, who in sources:
            for pattern, category in patterns:
                if fnmatchcase(name.lower(), pattern.lower()):
                    return category, who
        return stated, cast("CategoryBasis | None", basis)


def versions(
    con: Connection,
    *,
    digests: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    with_names: bool = False,
) -> list[Version]:
    """Versions of the files of active projects and of the user, by project, path and time.

    Only those with one of these texts or of these names; all, where both are None. ``with_names``:
    also those of the names that files with these texts have.
    """
    text = statement("aggregator/skills/sql/files.sql")
    chosen = {
        "digests": None if digests is None else list(digests),
        "names": None if names is None else list(names),
        "with_names": with_names,
    }
    rows = run(con, text, chosen).fetchall()
    return [_version(row) for row in rows]


def _version(row: tuple[Any, ...]) -> Version:
    *named, modified, first_seen, last_seen, gone, plugins = row
    moments = (from_micros(modified), from_micros(first_seen), from_micros(last_seen))
    gone_at = None if gone is None else from_micros(gone)
    return Version(*(*named, *moments, gone_at, tuple(plugins)))


def texts(con: Connection, digests: Sequence[str] | None = None) -> dict[str, Text]:
    """What is kept of these texts (None: of all), by digest."""
    text = statement("aggregator/skills/sql/texts.sql")
    chosen = None if digests is None else list(digests)
    rows = run(con, text, {"digests": chosen}).fetchall()
    return {row[0]: Text(*row) for row in rows}


def categories(con: Connection) -> Categories:
    """The user's own patterns, and those of the agreement of the user's team."""
    rows = con.execute(statement("aggregator/skills/sql/own_categories.sql")).fetchall()
    return Categories(tuple((pattern, category) for pattern, category in rows), _agreed(con))


def _agreed(con: Connection) -> tuple[tuple[str, str], ...]:
    rows = con.execute(statement("aggregator/skills/sql/agreement.sql")).fetchall()
    if not rows:
        return ()
    # Imported here: most users are in no team.
    from aggregator.team.agreement import parse

    try:
        agreement = parse(str(rows[0][0]).encode())
    except AgreementUnusable:
        # The commands of the team say so; names have the other categories.
        return ()
    return tuple(
        (pattern, category)
        for category, patterns in agreement.categories.items()
        for pattern in patterns
    )
