"""Documents and databases of a project compared."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from aggregator.answers.struct import Struct
from aggregator.query import local

if TYPE_CHECKING:
    from aggregator.answers.fields import ONE, Count, ProjectId, ProjectName, SkillName
    from collector.checks.document_vs_database import Comparison, Identity, StoreRead

SHOWN = 20
"""How many uses and differences an answer lists."""


class Filters(Struct):
    """What was asked."""

    project: ProjectId


class Store(Struct):
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


class DifferingField(Struct):
    """A field and how often it differs."""

    field: str
    """The field."""
    count: Count
    """How often."""


class Invocation(Struct):
    """A use."""

    skill_name: SkillName
    invoked_at: datetime
    """When the use began."""
    session_id: str | None
    """The session; null: none given."""
    occurrence: Count
    """Which one of several equal uses, from 0."""


class Difference(Struct):
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


class Row(Struct):
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


class Totals(Struct):
    """Over all rows, shown or not."""

    lost: Count
    """Uses only in documents, or with a newer state there."""


class MigrateCheck(Struct):
    """Documents and databases of a project compared."""

    filters: Filters
    data: Annotated[list[Row], ONE]
    totals: Totals


def row_of(found: Comparison, zone: str) -> Row:
    """What documents and databases hold, side by side."""
    from collector.checks.document_vs_database import by_field

    return Row(
        project_id=found.project.project_id,
        project_name=found.project.name,
        documents=[_store(each) for each in found.documents],
        databases=[_store(each) for each in found.databases],
        comparable=found.comparable,
        in_both=found.both,
        only_in_documents=len(found.missing),
        only_in_databases=len(found.added),
        behind_in_databases=len(found.behind),
        differing_fields=[
            DifferingField(field=name, count=count)
            for name, count in by_field(found.differences).items()
        ],
        missing=[Invocation(**_identity(each, zone)) for each in found.missing[:SHOWN]],
        added=[Invocation(**_identity(each, zone)) for each in found.added[:SHOWN]],
        differences=[
            Difference(
                **_identity(each.identity, zone),
                field=each.field,
                document=value_of(each.document),
                database=value_of(each.database),
                behind=each.behind,
            )
            for each in found.differences[:SHOWN]
        ],
    )


def _store(store: StoreRead) -> Store:
    return Store(
        path=store.path,
        source=store.source,
        shape=store.shape,
        state=store.state,
        detail=store.detail or None,
        records=store.records,
    )


def _identity(identity: Identity, zone: str) -> dict[str, Any]:
    return {
        "skill_name": identity.skill_name,
        "invoked_at": local(identity.invoked_at, zone),
        "session_id": identity.session_id or None,
        "occurrence": identity.occurrence,
    }


def value_of(value: object) -> Any:
    """A value as JSON has it: a database's decimals are numbers."""
    return float(value) if isinstance(value, Decimal) else value
