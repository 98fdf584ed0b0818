"""Care of the warehouse file: verify, backup, restore, compact, retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aggregator.answers.shared import NoFilters, NoTotals
from aggregator.answers.status import Retention
from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import ONE, Count, Items, Positive


class CheckResult(Struct):
    """One row."""

    check: str
    """The check's name."""
    promise: str
    """What it checks."""
    findings: Count
    """Number of violations."""
    sentences: list[str]
    """Some of the violations, in words."""


class VerifyTotals(Struct):
    """Over all rows, shown or not."""

    findings: Count
    """Number of violations."""
    tables: Count
    """Number of tables."""
    rows: Count
    """Rows of all tables."""
    stale_buckets: Count
    """Days whose statistics wait for a refresh; they were not checked."""


class BackupFilters(Struct):
    """What was asked."""

    path: str | None
    """The path as it was given; null: the default."""
    keep: Positive | None
    """How many backups are kept; null: all."""


class BackupFile(Struct):
    """One row."""

    path: str
    """The file."""
    size_bytes: Count
    """Size in bytes."""
    tables: Count
    """Number of tables."""
    rows: Count
    """Rows of all tables."""
    removed: list[str]
    """Older backups that were deleted because of --keep."""


class RestoreFilters(Struct):
    """What was asked."""

    path: str | None
    """The path as it was given; null: the newest backup."""


class RestoredFile(Struct):
    """One row."""

    backup: str
    """The backup that was restored."""
    warehouse_path: str
    """The warehouse file."""
    kept_aside: str | None
    """Where the file before it is kept; null: there was none."""
    size_bytes: Count
    """Size in bytes."""
    rows: Count
    """Rows of all tables."""


class CompactedFile(Struct):
    """One row."""

    warehouse_path: str
    """The warehouse file."""
    bytes_before: Count
    """Size before, in bytes."""
    bytes_after: Count
    """Size after, in bytes."""
    tables: Count
    """Number of tables."""
    rows: Count
    """Rows of all tables."""


class RetentionFilters(Struct):
    """What was asked."""

    raw_days: int | None
    """Days asked for; null: not asked for."""
    off: bool
    """Whether rows were asked to be kept forever."""
    apply: bool
    """Whether rows were asked to be removed now."""
    dry_run: bool
    """Whether nothing was to be changed."""


class AppliedRetention(Retention):
    """One row."""

    rows_archived: Count
    """Rows that this command removed."""


class Verify(Struct):
    """What was found against what the file promises."""

    filters: NoFilters
    data: Annotated[list[CheckResult], Items(1)]
    totals: VerifyTotals


class Backup(Struct):
    """A backup that was made."""

    filters: BackupFilters
    data: Annotated[list[BackupFile], ONE]
    totals: NoTotals


class Restore(Struct):
    """A backup put in the warehouse's place."""

    filters: RestoreFilters
    data: Annotated[list[RestoredFile], ONE]
    totals: NoTotals


class Compact(Struct):
    """The file written again."""

    filters: NoFilters
    data: Annotated[list[CompactedFile], ONE]
    totals: NoTotals


class RetentionSetting(Struct):
    """How long rows are kept."""

    filters: RetentionFilters
    data: Annotated[list[AppliedRetention], ONE]
    totals: NoTotals
