"""Which transcripts may be read, and the folders in which agents worked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from aggregator.answers.struct import Struct
from aggregator.query import local

if TYPE_CHECKING:
    from aggregator.answers.fields import Bounds, Count, TranscriptSource
    from collector.transcripts import check, opt_in
    from collector.transcripts.discovery import Discovered


class Filters(Struct):
    """What was asked."""

    sources: list[TranscriptSource] | None
    """The tools that were named; null: all."""
    roots: list[str] | None
    """The folders that were named; null: where the tools keep their transcripts."""


class Root(Struct):
    """A folder of transcripts."""

    source: TranscriptSource
    path: str
    """The folder."""
    enabled: bool
    """Whether it may be read."""
    enabled_at: datetime | None
    """Since when; null: it may not."""
    last_read_at: datetime | None
    """When it was last read; null: never."""
    files: Count
    """Transcripts there now; none is opened to tell."""
    size_bytes: Count
    """Their size in bytes."""
    oldest_at: datetime | None
    """Last change of the oldest of them; null: there is none."""
    newest_at: datetime | None
    """Last change of the newest of them; null: there is none."""


class RootTotals(Struct):
    """Over all rows, shown or not."""

    enabled: Count
    """Folders that may be read."""
    files: Count
    """Transcripts in all of them."""
    rows_deleted: Count
    """Rows deleted by --purge; 0 without it."""


class Transcripts(Struct):
    """The folders of transcripts."""

    filters: Filters
    data: list[Root]
    totals: RootTotals


class RefusedLine(Struct):
    """A line that was refused; never its content."""

    path: str
    """The transcript, relative to its folder."""
    line: Count
    """The line's number, from 1; 0: the whole file could not be read."""
    reason: str
    """Why it was refused."""


class CheckedRoot(Struct):
    """What was read of an enabled folder."""

    source: TranscriptSource
    path: str
    """The folder."""
    files: Count
    """Transcripts that were there at the last refresh."""
    size_bytes: Count
    """Their size in bytes."""
    uses: Count
    """Stored uses and runs of this tool, from all its folders."""
    left_out: Count
    """Those of them that answers do not count, because projects' own files have the same uses."""
    unattributed: Count
    """Uses and runs in folders of no registered project; they are not stored."""
    rejected: Count
    """Records that could not be read."""
    ignored: Count
    """Records that do not count."""
    versions: list[str]
    """Versions of the tool that wrote them."""
    unknown_types: dict[str, Count]
    """Types of records that are not known, and how often each was met."""
    rejects: list[RefusedLine]
    """The first refused lines of each file."""
    oldest_at: datetime | None
    """Last change of the oldest transcript there; null: there is none."""
    last_read_at: datetime | None
    """When it was last read; null: never."""
    retention_days: Annotated[int, Bounds(least=1)] | None
    """After how many days the tool deletes transcripts; null: it does not."""
    read_before: datetime | None
    """When a refresh must have run, for nothing to be lost; null: at any time."""


class Folder(Struct):
    """A folder in which agents worked."""

    path: str
    """The repository, or the folder itself."""
    state: Literal["new", "registered", "worktree", "gone", "home or temporary"]
    """What it is; gone: it is not there any more."""
    worktree_of: str | None
    """The project or repository it is a git worktree of; null: it is not a worktree."""
    project_name: str | None
    """The registered project it belongs to; null: none."""
    is_repository: bool
    """Whether it is a git repository."""
    sessions: Count
    """Sessions that began there."""
    skill_uses: Count
    """Uses of skills there."""
    agent_runs: Count
    """Runs of agents there."""
    last_used_at: datetime | None
    """When a skill or an agent was last used there; null: never."""
    registered_now: bool
    """Whether this command registered it."""


class DiscoverFilters(Struct):
    """What was asked."""

    register_new: bool
    """Whether new repositories are registered and transcripts enabled."""


class FolderTotals(Struct):
    """Over all rows, shown or not."""

    folders: Count
    """Number of folders."""
    files: Count
    """Transcripts that were read."""
    skill_uses: Count
    """Uses of skills."""
    agent_runs: Count
    """Runs of agents."""
    registered_now: Count
    """Projects that this command registered."""
    inserted: Count
    """Uses and runs that this command stored."""


class Discover(Struct):
    """The folders in which agents worked."""

    filters: DiscoverFilters
    data: list[Folder]
    totals: FolderTotals


def root_of(
    place: opt_in.Place | opt_in.EnabledRoot,
    known: opt_in.EnabledRoot | None,
    contents: opt_in.FolderContents,
    zone: str,
) -> Root:
    """A folder, whether it may be read, and what lies there."""
    return Root(
        source=place.source,
        path=place.path,
        enabled=known is not None,
        enabled_at=None if known is None else local(known.enabled_at, zone),
        last_read_at=None if known is None else local(known.last_read_at, zone),
        files=contents.files,
        size_bytes=contents.size_bytes,
        oldest_at=local(contents.oldest, zone),
        newest_at=local(contents.newest, zone),
    )


def checked_root(found: check.RootCheck, zone: str) -> CheckedRoot:
    """What was read of an enabled folder."""
    return CheckedRoot(
        source=found.root.source,
        path=found.root.path,
        files=found.files,
        size_bytes=found.size_bytes,
        uses=found.uses,
        left_out=found.left_out,
        unattributed=found.unattributed,
        rejected=found.rejected,
        ignored=found.ignored,
        versions=found.versions,
        unknown_types=found.unknown_types,
        rejects=[
            RefusedLine(path=each.path, line=each.line, reason=each.reason)
            for each in found.refused
        ],
        oldest_at=local(found.oldest, zone),
        last_read_at=local(found.root.last_read_at, zone),
        retention_days=found.retention_days,
        read_before=local(found.read_before, zone),
    )


def folder_of(found: Discovered, zone: str, registered: bool) -> Folder:
    """A folder in which agents worked."""
    from schema.warehouse import from_micros

    return Folder(
        path=found.path,
        state=found.state,
        worktree_of=found.worktree_of,
        project_name=found.project,
        is_repository=found.is_repository,
        sessions=found.sessions,
        skill_uses=found.skill_uses,
        agent_runs=found.agent_runs,
        last_used_at=None if found.last_us is None else local(from_micros(found.last_us), zone),
        registered_now=registered,
    )
