"""Documents and databases of a project compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from aggregator.answers.fields import ONE, Count, ProjectId, ProjectName, SkillName


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What was asked."""

    project: ProjectId


@dataclass(frozen=True, kw_only=True)
class Store:
    """A document or database."""

    path: str
    """The file."""
    source: str
    """The reader of its format."""
    shape: str | None
    """The variant of the format; null: unknown."""
    state: str
    """What became of it."""
    detail: str | None
    """More about the state; null: nothing."""
    records: Count
    """Records in it."""


@dataclass(frozen=True, kw_only=True)
class DifferingField:
    """A field and how often it differs."""

    field: str
    """The field."""
    count: Count
    """How often."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """A use."""

    skill_name: SkillName
    invoked_at: datetime
    """When the use began."""
    session_id: str | None
    """The session; null: none given."""
    occurrence: Count
    """Which one of several equal uses, from 0."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A use whose two sides differ in a field."""

    skill_name: SkillName
    invoked_at: datetime
    """When the use began."""
    session_id: str | None
    """The session; null: none given."""
    occurrence: Count
    """Which one of several equal uses, from 0."""
    field: str
    """The field."""
    document: str | float | list[str] | None
    """The value on that side, durations in milliseconds; null: none."""
    database: str | float | list[str] | None
    """The value on that side, durations in milliseconds; null: none."""
    behind: bool
    """Whether the document holds the newer state."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    project_id: ProjectId
    project_name: ProjectName
    documents: list[Store]
    """Its JSON documents."""
    databases: list[Store]
    """Its databases."""
    comparable: bool
    """Whether both sides exist; otherwise nothing counts as lost."""
    in_both: Count
    """Uses in documents and databases."""
    only_in_documents: Count
    """Uses only in documents."""
    only_in_databases: Count
    """Uses only in databases."""
    behind_in_databases: Count
    """In both, with a newer state in a document."""
    differing_fields: list[DifferingField]
    """Fields that differ, and how often."""
    missing: list[Invocation]
    """The first of those only in documents."""
    added: list[Invocation]
    """The first of those only in databases."""
    differences: list[Difference]
    """The first differences."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    lost: Count
    """Uses only in documents, or with a newer state there."""


@dataclass(frozen=True, kw_only=True)
class MigrateCheck:
    """Documents and databases of a project compared."""

    filters: Filters
    data: Annotated[list[Row], ONE]
    totals: Totals
