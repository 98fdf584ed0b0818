"""Care of the warehouse file: verify, backup, restore, compact, retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aggregator.answers.fields import ONE, Count, Items, Positive
from aggregator.answers.shared import NoFilters, NoTotals
from aggregator.answers.status import Retention


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One row."""

    check: str
    """The check's name."""
    promise: str
    """What it checks."""
    findings: Count
    """Number of violations."""
    sentences: list[str]
    """Some of the violations, in words."""


@dataclass(frozen=True, kw_only=True)
class VerifyTotals:
    """Over all rows, shown or not."""

    findings: Count
    """Number of violations."""
    tables: Count
    """Number of tables."""
    rows: Count
    """Rows of all tables."""
    stale_buckets: Count
    """Days whose statistics wait for a refresh; they were not checked."""


@dataclass(frozen=True, kw_only=True)
class BackupFilters:
    """What was asked."""

    path: str | None
    """The path as it was given; null: the default."""
    keep: Positive | None
    """How many backups are kept; null: all."""


@dataclass(frozen=True, kw_only=True)
class BackupFile:
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


@dataclass(frozen=True, kw_only=True)
class RestoreFilters:
    """What was asked."""

    path: str | None
    """The path as it was given; null: the newest backup."""


@dataclass(frozen=True, kw_only=True)
class RestoredFile:
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


@dataclass(frozen=True, kw_only=True)
class CompactedFile:
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


@dataclass(frozen=True, kw_only=True)
class RetentionFilters:
    """What was asked."""

    raw_days: int | None
    """Days asked for; null: not asked for."""
    off: bool
    """Whether rows were asked to be kept forever."""
    apply: bool
    """Whether rows were asked to be removed now."""
    dry_run: bool
    """Whether nothing was to be changed."""


@dataclass(frozen=True, kw_only=True)
class AppliedRetention(Retention):
    """One row."""

    rows_archived: Count
    """Rows that this command removed."""


@dataclass(frozen=True, kw_only=True)
class Verify:
    """What was found against what the file promises."""

    filters: NoFilters
    data: Annotated[list[CheckResult], Items(1)]
    totals: VerifyTotals


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A backup that was made."""

    filters: BackupFilters
    data: Annotated[list[BackupFile], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class Restore:
    """A backup put in the warehouse's place."""

    filters: RestoreFilters
    data: Annotated[list[RestoredFile], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class Compact:
    """The file written anew."""

    filters: NoFilters
    data: Annotated[list[CompactedFile], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class RetentionSetting:
    """How long rows are kept."""

    filters: RetentionFilters
    data: Annotated[list[AppliedRetention], ONE]
    totals: NoTotals
