"""The data dictionary of what is kept of transcripts, and of rows that projects share."""

from __future__ import annotations

from schema.dictionary_table import Table

TRANSCRIPT_TABLES = (
    Table(
        "transcript_roots",
        "a folder of transcripts that may be read",
        "the commands transcripts and discover; the collector",
        "Folders of transcripts that were enabled. Nothing else outside the projects is read.",
        {
            "source": "claude_code, codex or copilot",
            "path": "absolute path of the folder",
            "enabled_at": "instant",
            "last_read_at": "instant of the last refresh that read it; null: none yet",
            "projects": "digest of the projects; another one means read all again. Null: not read",
        },
    ),
    Table(
        "transcript_files",
        "a transcript file that still exists",
        "collector",
        "How far a transcript was read and its state then. It belongs to no project.",
        {
            "source": "transcript_roots.source",
            "root": "transcript_roots.path",
            "path": "relative to the root",
            "state": "read or refused",
            "detail": "why it could not be read; null: it was read",
            "fingerprint": "inode, size and time; equal means unchanged. Empty: read again",
            "checkpoint": "how far it was read, and unfinished turns; null: never read",
            "size_bytes": "bytes",
            "modified_at": "instant of its last change",
            "records": "lines that are JSON objects",
            "rejected": "lines rejected",
            "ignored": "lines that are not about a use",
            "unattributed": "uses in folders of no registered project, which are not stored",
            "rejects": "the first 20 rejected lines: number and reason",
            "unknown_types": "unknown types of records, each with its number",
            "versions": "versions of the tool that wrote it",
            "first_seen_at": "instant of the first refresh that found it",
            "last_read_at": "instant of the last refresh that read it",
        },
    ),
    Table(
        "transcript_pieces",
        "what is known so far about a use, an agent or a session",
        "collector",
        "Facts from transcripts. They are kept because a run can end in another file and another"
        " night than it started. Names, ids, times, counts and outcomes only.",
        {
            "kind": "use, agent or session; or link",
            "id": "the key of the use, or the tool's id; of a link a name that pieces share",
            "data": "its fields, in MessagePack; of a link the kind and id of the piece",
        },
    ),
    Table(
        "transcript_folders",
        "a folder that transcripts name and that no longer exists",
        "collector",
        "Removed worktrees, and former folders of moved projects.",
        {
            "folder": "absolute path",
            "stands_for": "absolute path of the repository, or of the project's new folder",
        },
    ),
    Table(
        "shared_runs",
        "a file and a project that begin with the same records",
        "collector",
        "Up to when a file of one project has the same records as another project (a copy). Such a"
        " record is counted once.",
        {
            "source_file_id": "source_files.source_file_id",
            "project_id": "projects.project_id, of the file",
            "other_id": "projects.project_id, of the other project",
            "until": "instant of the last record that both have",
        },
    ),
)
