"""The columns of ``skill_usage``, in one list.

The table, the staging tables, the merge, the data dictionary and the tests use this list.
A column's role decides how a merge treats it:

- ``identity``  identifies the use; two rows with equal identity are the same use
- ``state``     what the source says about it; a newer or more complete state replaces an older one
- ``origin``    where and when we read that state
- ``calendar``  computed from ``invoked_at`` in the warehouse's reporting zone
"""

from __future__ import annotations

from typing import Literal

from schema.frozen import dataclass

Role = Literal["identity", "state", "origin", "calendar"]

OUTCOMES = ("success", "failure", "abandoned", "unknown")
TRIGGERS = ("typed", "model", "subagent", "workflow")
TIME_BASES = ("offset", "local", "local_first_pass", "local_gap")


@dataclass(frozen=True)
class Column:
    """One column: its SQL type, its unit or allowed words, its meaning, and what null means."""

    name: str
    type: str
    role: Role
    unit: str
    meaning: str
    null_means: str = ""

    @property
    def nullable(self) -> bool:
        return bool(self.null_means)


SKILL_USAGE: tuple[Column, ...] = (
    Column("project_id", "VARCHAR", "identity", "projects.project_id", "the project it ran in"),
    Column("kind", "VARCHAR", "identity", "skill, agent", "a use of a skill or a run of an agent"),
    Column("skill_name", "VARCHAR", "identity", "text", "the skill's or the agent's name"),
    Column("invoked_at", "TIMESTAMPTZ", "identity", "instant, µs", "when it started"),
    Column(
        "session_id",
        "VARCHAR",
        "identity",
        "text",
        "the session it ran in",
        "the source has none",
    ),
    Column(
        "idempotency_key",
        "VARCHAR",
        "identity",
        "text",
        "the source's own key: equal keys of one agent are one run, whatever the time",
        "the source has none",
    ),
    Column(
        "occurrence",
        "INTEGER",
        "identity",
        "1, 2, ...",
        "numbers records of one file that are equal in all other identity columns",
    ),
    Column("outcome", "VARCHAR", "state", ", ".join(OUTCOMES), "how it ended"),
    Column(
        "duration_ms",
        "DECIMAL(18,3)",
        "state",
        "ms",
        "how long it took",
        "not measured, negative, not a number, or a placeholder value of the source",
    ),
    Column(
        "followup_actions",
        "INTEGER",
        "state",
        "count",
        "number of follow-up actions",
        "an agent, or the source does not record them",
    ),
    Column(
        "followup_names",
        "VARCHAR[]",
        "state",
        "list of text",
        "the follow-up actions",
        "an agent, or the source has only their number",
    ),
    Column(
        "quality_score",
        "DECIMAL(18,6)",
        "state",
        "the source's scale, usually 0..1",
        "the quality score of an agent's run",
        "a skill, or no score",
    ),
    Column(
        "workflow_path",
        "VARCHAR",
        "state",
        "text",
        "the variant of the skill",
        "none given",
    ),
    Column("error_type", "VARCHAR", "state", "text", "the error type", "no error recorded"),
    Column(
        "alternatives_considered",
        "VARCHAR[]",
        "state",
        "list of skill names",
        "the other skills that were offered",
        "an agent, or the source does not record it",
    ),
    Column(
        "selection_rank",
        "INTEGER",
        "state",
        "1 = first offered",
        "its position in the list of offered skills",
        "not recorded",
    ),
    Column(
        "time_basis",
        "VARCHAR",
        "origin",
        ", ".join(TIME_BASES),
        "how invoked_at was determined: from its offset, or as local time in the project's zone "
        "(first occurrence of a repeated hour; a skipped hour continues from before the gap)",
    ),
    Column(
        "snapshot_at",
        "TIMESTAMPTZ",
        "origin",
        "instant, µs",
        "modification time of the file version from which this state was first read; "
        "1970-01-01 for a row of an append-only database, so that a document's state is newer",
    ),
    Column(
        "source_file_id",
        "BIGINT",
        "origin",
        "source_files.source_file_id",
        "the file from which this state was read",
        "a row from transcripts, which can be in several files",
    ),
    Column(
        "collect_run_id",
        "BIGINT",
        "origin",
        "collect_runs.collect_run_id",
        "the run that wrote this state",
    ),
    Column("day", "DATE", "calendar", "date", "the day in the reporting zone"),
    Column("week", "DATE", "calendar", "Monday's date", "the ISO week in the reporting zone"),
    Column("month", "DATE", "calendar", "first day's date", "the month in the reporting zone"),
    Column(
        "workflow_phase",
        "VARCHAR",
        "state",
        "text",
        "the phase of the workflow it ran in; only databases have it",
        "not recorded",
    ),
    Column(
        "local_time",
        "TIMESTAMP",
        "identity",
        "local time, µs",
        "the time as written in the file, if it has no offset; it identifies the row, and "
        "invoked_at is this time in the project's zone",
        "the time has an offset: invoked_at identifies the row",
    ),
    Column(
        "shared_with",
        "VARCHAR[]",
        "origin",
        "list of projects.project_id",
        "other projects with the same record: checkouts of one repository, or copies",
        "no other project has it",
    ),
    Column(
        "source",
        "VARCHAR",
        "origin",
        "session_buddy, crackerjack, skills_db, kaizen; claude_code, codex, copilot",
        "the format it was read from; the last three are transcripts",
        "it was read from a project that was purged later",
    ),
    Column(
        "trigger",
        "VARCHAR",
        "state",
        ", ".join(TRIGGERS),
        "who started it: a person who typed its name, the model, an agent, a workflow",
        "not recorded",
    ),
    Column(
        "input_tokens",
        "BIGINT",
        "state",
        "tokens",
        "input tokens of an agent's run, without cached ones",
        "not recorded",
    ),
    Column(
        "output_tokens",
        "BIGINT",
        "state",
        "tokens",
        "output tokens",
        "not recorded",
    ),
    Column(
        "cache_tokens",
        "BIGINT",
        "state",
        "tokens",
        "tokens read from and written to the cache",
        "not recorded",
    ),
    Column(
        "total_tokens",
        "BIGINT",
        "state",
        "tokens",
        "total as recorded, otherwise the sum of the three",
        "not recorded",
    ),
    Column(
        "counted",
        "BOOLEAN",
        "origin",
        "true, false",
        "whether answers count it: false for transcripts' rows if the project's own files have "
        "the same skill on that day, or if the project's setting leaves transcripts out",
    ),
)

TRANSCRIPT_SOURCES = ("claude_code", "codex", "copilot")

_ADDED_BY_THE_MERGE = ("collect_run_id", "source", "counted")
_ONLY_TRANSCRIPTS = ("trigger", "input_tokens", "output_tokens", "cache_tokens", "total_tokens")

STAGED = tuple(
    c
    for c in SKILL_USAGE
    if c.role != "calendar" and c.name not in (*_ADDED_BY_THE_MERGE, *_ONLY_TRANSCRIPTS)
)
"""The columns read from a project's file; the merge adds the rest."""


STAGED_ONLY = (
    ("position", "BIGINT"),
    ("chunk_number", "BIGINT"),
    ("irregular", "BOOLEAN"),
    ("placeholder", "BOOLEAN"),
    ("unfinished", "BOOLEAN"),
)
"""Columns of the staging tables only: the position in the file; for rows read in bulk, the chunk,
whether the record reader must read it, and flags for the file's totals and findings."""


def staging_ddl(table: str) -> str:
    """SQL that creates an empty staging table; ``table`` is a trusted name."""
    columns = ", ".join(f"{c.name} {c.type}" for c in STAGED)
    reading = ", ".join(f"{name} {kind}" for name, kind in STAGED_ONLY)
    return " ".join(["create or replace temp table", table, f"({columns}, {reading})"])
