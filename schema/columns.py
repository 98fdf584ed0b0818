"""The one list of what a row of ``skill_usage`` holds.

The table, the staging area, the merge, the data dictionary and the tests all follow this list.
A column's role decides how a merge treats it:

- ``identity``  says which invocation the row is; two rows with equal identity are one invocation
- ``state``     what the source said of it; a newer or more complete state replaces an older one
- ``origin``    where and when we read that state
- ``calendar``  cut from ``invoked_at`` in the warehouse's reporting zone
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["identity", "state", "origin", "calendar"]

OUTCOMES = ("success", "failure", "abandoned", "unknown")
TRIGGERS = ("typed", "model", "subagent", "workflow")
TIME_BASES = ("offset", "local", "local_first_pass", "local_gap")


@dataclass(frozen=True)
class Column:
    """One column: its SQL type, its unit or vocabulary, its meaning, and what null says."""

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
    Column("kind", "VARCHAR", "identity", "skill, agent", "a skill's invocation or an agent's run"),
    Column("skill_name", "VARCHAR", "identity", "text", "the skill's or the agent's name"),
    Column("invoked_at", "TIMESTAMPTZ", "identity", "instant, µs", "when it began"),
    Column(
        "session_id",
        "VARCHAR",
        "identity",
        "text",
        "the session it ran in",
        "the writer named none",
    ),
    Column(
        "idempotency_key",
        "VARCHAR",
        "identity",
        "text",
        "the writer's own key: equal keys of one agent are one execution, whatever the time",
        "the writer gave none",
    ),
    Column(
        "occurrence",
        "INTEGER",
        "identity",
        "1, 2, ...",
        "counts records of one file that are equal in every other part of the identity",
    ),
    Column("outcome", "VARCHAR", "state", ", ".join(OUTCOMES), "how it ended"),
    Column(
        "duration_ms",
        "DECIMAL(18,3)",
        "state",
        "ms",
        "how long it took",
        "not measured, negative, not a number, or a writer's placeholder",
    ),
    Column(
        "followup_actions",
        "INTEGER",
        "state",
        "count",
        "how many follow-up actions were noted",
        "an agent, or the writer noted nothing about them",
    ),
    Column(
        "followup_names",
        "VARCHAR[]",
        "state",
        "list of text",
        "which follow-up actions",
        "an agent, or the writer gave only their number",
    ),
    Column(
        "quality_score",
        "DECIMAL(18,6)",
        "state",
        "the writer's scale, as a rule 0..1",
        "the quality an agent's run was given",
        "a skill, or no score was given",
    ),
    Column(
        "workflow_path", "VARCHAR", "state", "text", "which way through the skill", "none given"
    ),
    Column("error_type", "VARCHAR", "state", "text", "the class of the error", "no error noted"),
    Column(
        "alternatives_considered",
        "VARCHAR[]",
        "state",
        "list of skill names",
        "what else was offered",
        "an agent, or the writer does not record it",
    ),
    Column(
        "selection_rank",
        "INTEGER",
        "state",
        "1 = first offered",
        "its place among what was offered",
        "not recorded",
    ),
    Column(
        "time_basis",
        "VARCHAR",
        "origin",
        ", ".join(TIME_BASES),
        "how invoked_at was read: with its offset, or as local time in the project's zone "
        "(first pass of a repeated hour; a skipped hour counted from before the gap)",
    ),
    Column(
        "snapshot_at",
        "TIMESTAMPTZ",
        "origin",
        "instant, µs",
        "the modification time of the file state this row's state was first read from; "
        "1970-01-01 for a row of a database that is only added to, so that a document's is newer",
    ),
    Column(
        "source_file_id",
        "BIGINT",
        "origin",
        "source_files.source_file_id",
        "the file this row's state was read from",
        "a transcript's row, which several files may tell of",
    ),
    Column(
        "collect_run_id",
        "BIGINT",
        "origin",
        "collect_runs.collect_run_id",
        "the pass that wrote this state",
    ),
    Column("day", "DATE", "calendar", "date", "the day in the reporting zone"),
    Column("week", "DATE", "calendar", "Monday's date", "the ISO week in the reporting zone"),
    Column("month", "DATE", "calendar", "first day's date", "the month in the reporting zone"),
    Column(
        "workflow_phase",
        "VARCHAR",
        "state",
        "text",
        "the phase of the workflow it ran in; of several stores' the one that names it",
        "no store names one",
    ),
    Column(
        "local_time",
        "TIMESTAMP",
        "identity",
        "local time, µs",
        "the time as the file says it, where it says no offset; it identifies the row, and "
        "invoked_at is what it means in the project's zone",
        "the file says an offset: invoked_at identifies the row",
    ),
    Column(
        "shared_with",
        "VARCHAR[]",
        "origin",
        "list of projects.project_id",
        "the other projects whose files tell of it: checkouts of one repository, or copies",
        "no other project tells of it",
    ),
    Column(
        "source",
        "VARCHAR",
        "origin",
        "session_buddy, crackerjack, skills_db, kaizen; claude_code, codex, copilot",
        "the format it was read from; the last three are transcripts",
        "its file was of a project that was purged",
    ),
    Column(
        "trigger",
        "VARCHAR",
        "state",
        ", ".join(TRIGGERS),
        "who began it: a person who typed its name, the model, an agent, a workflow",
        "the source does not say",
    ),
    Column(
        "input_tokens",
        "BIGINT",
        "state",
        "tokens",
        "what an agent's run took in, without what was cached",
        "not stated",
    ),
    Column("output_tokens", "BIGINT", "state", "tokens", "what it wrote", "not stated"),
    Column(
        "cache_tokens",
        "BIGINT",
        "state",
        "tokens",
        "what it read from and wrote to the cache",
        "not stated",
    ),
    Column(
        "total_tokens",
        "BIGINT",
        "state",
        "tokens",
        "all of them, as stated, else the sum of the three",
        "not stated",
    ),
    Column(
        "counted",
        "BOOLEAN",
        "origin",
        "true, false",
        "whether answers count it: false for a transcript's row where the project's own files have "
        "the same name on that day, and where the project's setting leaves transcripts out",
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
"""What a project's file delivers of a row; the merge adds the rest."""


STAGED_ONLY = (
    ("position", "BIGINT"),
    ("chunk_number", "BIGINT"),
    ("irregular", "BOOLEAN"),
    ("placeholder", "BOOLEAN"),
    ("unfinished", "BOOLEAN"),
)
"""What is known of a row only while it is staged: its place in its file, and for a row read in bulk
its part, whether it must be read carefully, and what its file's totals and findings count."""


def staging_ddl(table: str) -> str:
    """An empty temporary table for rows on their way in; ``table`` is one of our own names."""
    columns = ", ".join(f"{c.name} {c.type}" for c in STAGED)
    reading = ", ".join(f"{name} {kind}" for name, kind in STAGED_ONLY)
    return " ".join(["create or replace temp table", table, f"({columns}, {reading})"])
