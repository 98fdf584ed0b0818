"""The data dictionary: what each table holds, and what each of its columns says.

Types come from a new warehouse; the words of ``skill_usage`` are in ``schema/columns.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from schema.columns import SKILL_USAGE, Column
from schema.connection import Connection
from schema.dictionary_skills import SKILL_TABLES
from schema.dictionary_table import Table
from schema.upgrade import in_memory

_EXPLAINED = ("column", "type", "unit or words", "meaning", "null means", "role in a merge")
_TYPES_OF = """
    select column_name, data_type
    from duckdb_columns()
    where database_name = current_database() and schema_name = 'main' and table_name = $table
    order by column_index
"""


_MEASURES = {
    "time_window": "daily, weekly (ISO, from Monday), monthly or all",
    "window_start": "the bucket's first day in the reporting zone; 1970-01-01 for all",
    "project_id": "projects.project_id, or `*` over all active projects",
    "kind": "skill or agent",
    "skill_name": "the skill's or the agent's name",
}
_OUTCOMES = {
    "failures": "how many ended in failure",
    "abandoned": "how many were left unfinished, without an error",
    "unknown": "how many have no usable verdict",
}
_PERCENTILES = {
    "p50_duration_ms": "median duration in ms, exact; null without a duration",
    "p95_duration_ms": "95th percentile of the durations in ms, exact; null without a duration",
}
_SPREAD = {
    "sessions": "distinct (project, session); rows without a session do not count",
    "projects": "distinct projects",
    "first_used": "instant of the first one",
    "last_used": "instant of the last one",
}

TABLES = (
    Table(
        "projects",
        "a registered project",
        "collector",
        "Which folders are collected.",
        {
            "project_id": "eight hexadecimal digits; never changes",
            "project_path": "real path of the folder",
            "project_name": "unique; the folder's name unless another was given",
            "project_type": "any word, to compare projects of a type; null: none given",
            "timezone": "IANA zone in which its files' times without an offset are read",
            "metadata": "the tags, an object of texts",
            "repository": "real path of the git folder it is a checkout of; null: none",
            "is_worktree": "whether it is a further checkout of that repository",
            "registered_at": "instant of the first registration",
            "last_sync_at": "instant of the last pass over it; null: none yet",
            "is_active": "false: no longer collected, and left out of answers",
            "folder": "the folder by device and inode; null: not seen yet",
            "shares_rows": "whether rows may have come from another project or gone to it",
            "transcripts": "which of its transcripts' rows count: auto, on (all) or off (none)",
        },
    ),
    Table(
        "skill_usage",
        "an invocation of a skill or an execution of an agent",
        "collector",
        "The facts that every number is counted from. Prompts, tasks, notes and error messages are"
        " never stored.",
        {},
    ),
    Table(
        "source_files",
        "a file of a project",
        "collector",
        "What was read of a file and how it looked then, so that only what is new is read.",
        {
            "source_file_id": "derived from the project and the path",
            "project_id": "projects.project_id",
            "source": "the format: session_buddy, crackerjack, skills_db, kaizen or workflows",
            "path": "relative to the project's folder",
            "state": "how the last look at it ended: read, torn, malformed, refused or gone",
            "detail": "why it was not read, or what in it is withheld; null: all of it was read",
            "shape": "which variant of the format; null: never read",
            "fingerprint": "size, times and inode then; equal means unchanged. Empty: look again",
            "checkpoint": "how far and what was read, in the format's own terms",
            "size_bytes": "bytes",
            "records": "records taken from it",
            "rejected": "records refused",
            "ignored": "records of another kind than those collected",
            "findings": "oddities and how often each was met",
            "writer_totals": "the writer's own counts, to compare with; null: it left none",
            "read_totals": "what was read of each name, in the writer's terms",
            "first_seen_at": "instant of the first pass that saw it",
            "last_read_at": "instant of the last pass that looked at more than its fingerprint",
            "opening": "the first 16 times in it, by which a copy is found; null: not read yet",
        },
    ),
    Table(
        "transcript_roots",
        "a folder of transcripts that may be read",
        "the commands transcripts and discover; the collector",
        "What was opted in. Nothing else outside the projects is read.",
        {
            "source": "claude_code, codex or copilot",
            "path": "absolute path of the folder",
            "enabled_at": "instant",
            "last_read_at": "instant of the last refresh that read it; null: none yet",
            "projects": "digest of the projects then; for others all is read again. Null: not read",
        },
    ),
    Table(
        "transcript_files",
        "a transcript that is still there",
        "collector",
        "How far a transcript was read and how it looked then. It belongs to no project.",
        {
            "source": "transcript_roots.source",
            "root": "transcript_roots.path",
            "path": "relative to the root",
            "state": "read or refused",
            "detail": "why it could not be read; null: it was",
            "fingerprint": "inode, size and time then; equal means unchanged. Empty: look again",
            "checkpoint": "how far it was read and which turns are open; null: never read",
            "size_bytes": "bytes",
            "modified_at": "instant of its last change",
            "records": "lines that are JSON objects",
            "rejected": "lines refused",
            "ignored": "lines that do not count",
            "unattributed": "uses in folders of no registered project, which are not stored",
            "rejects": "the first 20 lines refused, by number and reason",
            "unknown_types": "types of records that are not known, and how often each was met",
            "versions": "versions of the tool that wrote it",
            "first_seen_at": "instant of the first refresh that saw it",
            "last_read_at": "instant of the last refresh that read of it",
        },
    ),
    Table(
        "transcript_pieces",
        "what is known so far of a use, an agent or a session",
        "collector",
        "What transcripts said, kept because the end of a run may come in another file and another"
        " night than its start. Names, ids, times, counts and outcomes only.",
        {
            "kind": "use, agent or session",
            "id": "the key of the use, or the tool's id",
            "data": "its parts, in MessagePack",
        },
    ),
    Table(
        "transcript_folders",
        "a folder that transcripts name and that is gone",
        "collector",
        "Worktrees that were seen once, and where projects were before they moved.",
        {
            "folder": "absolute path",
            "stands_for": "absolute path of the repository, or of the project's new folder",
        },
    ),
    Table(
        "shared_runs",
        "a file and a project that begin with the same records",
        "collector",
        "Up to when a file of one project tells the same as another project, as a copy does. Such a"
        " row is counted once.",
        {
            "source_file_id": "source_files.source_file_id",
            "project_id": "projects.project_id, of the file",
            "other_id": "projects.project_id, of the other project",
            "until": "instant of the last record that both have",
        },
    ),
    Table(
        "rejected_records",
        "a record that was refused",
        "collector",
        "Where it stands and why it was refused; nothing of what it says.",
        {
            "project_id": "projects.project_id",
            "source_file_id": "source_files.source_file_id",
            "position": "number of the line, or place in the list, from 1",
            "reason": "completes the sentence that begins with `it`",
            "rejected_at": "instant of the pass",
        },
    ),
    Table(
        "collect_runs",
        "a pass",
        "collector",
        "The ledger of what was collected when.",
        {
            "collect_run_id": "1, 2, ...",
            "started_at": "instant",
            "ended_at": "instant at which it failed, or its rows were stored, of a running one the"
            " last so far",
            "outcome": "done; problems when a person should look; failed; running, which stays when"
            " the process was killed",
            "projects": "per project: counts of files and records, problems and notes",
            "trigger": "what began it: manual, schedule, catch-up or retry",
            "error": "why it failed, in a sentence; null: it did not",
            "whole": "whether it was for all active projects and not for some that were named",
            "process_id": "the process that ran it; null: not known",
            "transcripts": "what was read of transcripts, in numbers; null: none may be read",
        },
    ),
    Table(
        "agent_recommendations",
        "an entry that an optimizer wrote about an agent",
        "collector",
        "What an optimizer recommends; never counted as an execution.",
        {
            "project_id": "projects.project_id",
            "agent": "whom it is about",
            "recommended_at": "instant",
            "occurrence": "counts entries of one file that are equal in agent and time",
            "time_basis": "as in skill_usage",
            "metrics_count": "on how many executions it rests; null: not said",
            "recommendations": "a list of type, priority, message and expected impact",
            "local_time": "as in skill_usage: the time as written, where it has no offset",
            "source_file_id": "source_files.source_file_id",
        },
    ),
    Table(
        "workflow_executions",
        "a workflow that an engine ran, or runs",
        "collector",
        "How workflows ended; never counted among skills or agents. What a workflow was asked to do"
        " is not stored.",
        {
            "project_id": "projects.project_id",
            "workflow_id": "the engine's own; unique within a project",
            "status": "as the engine says it: pending, running, completed, failed, ...",
            "repositories": "the repositories it was run for; null: not said",
            "created_at": "instant",
            "updated_at": "instant of its last change; null: not said",
            "time_basis": "as in skill_usage, of created_at",
            "snapshot_at": "as in skill_usage",
            "created_local": "created_at as written, where it has no offset",
            "updated_local": "updated_at as written, where it has no offset",
            "source_file_id": "source_files.source_file_id",
        },
    ),
    Table(
        "dirty_buckets",
        "a project's name on a day whose rollups are stale",
        "collector, cleared by the aggregator",
        "What the next refresh has to compute anew; the marks of a pass are committed with its"
        " rows.",
        {
            "project_id": "projects.project_id, or that of a project since purged",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "day": "the day in the reporting zone",
        },
    ),
    Table(
        "skill_aggregates",
        "a bucket: a time window, a project or all of them, a name",
        "aggregator",
        "Counts and sums that can be added, and the percentiles and distinct counts that cannot.",
        {
            **_MEASURES,
            "invocations": "how many",
            "successes": "how many ended in success",
            **_OUTCOMES,
            "duration_count": "how many have a duration",
            "duration_sum_ms": "sum of the durations in ms",
            **_PERCENTILES,
            "quality_count": "how many have a quality score",
            "quality_sum": "sum of the quality scores",
            "followup_count": "for how many follow-up actions were counted",
            "followup_sum": "sum of the follow-up actions",
            **_SPREAD,
        },
    ),
    Table(
        "skill_breakdowns",
        "a workflow path, an error or a follow-up action noted in a bucket",
        "aggregator",
        "Pre-aggregated counts per workflow path, error and follow-up. Per project: monthly and"
        " all-time; across projects: also daily and weekly.",
        {
            **_MEASURES,
            "dimension": "path, error (of failures only) or followup",
            "value": "the path, the class of the error or the action; null: no path given",
            "times": "how many had it; an action that was noted twice counts twice",
            "successes": "how many of these ended in success",
            **{name: f"{meaning}, of these" for name, meaning in _OUTCOMES.items()},
        },
    ),
    Table(
        "session_days",
        "a day of a session in which a project's name was used on more than one day",
        "aggregator",
        "Sessions of several days, so that distinct sessions can be added up from those of days:"
        " each counts once less for every further day.",
        {
            "project_id": "projects.project_id",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "session_id": "the session",
            "day": "a day in the reporting zone on which the name was used in it",
        },
    ),
    Table(
        "archived_days",
        "a day of a project's name whose rows have gone, or of those that went together",
        "aggregator, when rows are older than they are to be kept",
        "What stays of rows, so that every answer stays what it was. Each list has an order of its"
        " own: which duration, session or path belonged to one use is not known any more.",
        {
            "project_id": "projects.project_id",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "day": "the day in the reporting zone",
            "successes": "how many ended in success",
            **_OUTCOMES,
            "durations_ms": "the durations in ms, as many as were measured; null: none",
            "quality_scores": "the quality scores; null: none",
            "followup_count": "for how many follow-up actions were counted",
            "followup_sum": "sum of the follow-up actions",
            "session_ids": "the distinct sessions; null: none",
            "workflow_paths": "the path of each use or null, successes first, then failures,"
            " abandoned and unknown; null: no use had one",
            "error_types": "the errors of failures; null: none",
            "followup_names": "four lists of actions: of successes, failures, abandoned and"
            " unknown; null: no action",
            "first_used": "instant of the first use",
            "last_used": "instant of the last use",
        },
    ),
    Table(
        "archived_projects",
        "a project of which days are archived",
        "aggregator, when rows are older than they are to be kept",
        "What its files still tell of that time was counted already, and is left aside.",
        {
            "project_id": "projects.project_id",
            "rows_since": "the first day whose rows were kept",
            "known_until": "instant of the latest use known then; a later one is taken on any day",
            "archived_at": "instant at which rows went last",
        },
    ),
    Table(
        "skill_statistics",
        "a bucket, as in skill_aggregates",
        "a view of skill_aggregates",
        "The rollups under the names people know, with every rate and average derived once.",
        {
            **_MEASURES,
            "total_invocations": "how many",
            "successful_completions": "how many ended in success",
            **_OUTCOMES,
            "success_rate": "successes among those with a known outcome, 0..1; null: none has one",
            "avg_duration_ms": "mean duration in ms; null without a duration",
            **_PERCENTILES,
            "avg_quality_score": "mean quality score; null without a score",
            "avg_followup_actions": "mean number of follow-up actions; null: never counted",
            **_SPREAD,
        },
    ),
    Table(
        "baselines",
        "a snapshot, by its name",
        "`baseline save`",
        "Which snapshots there are, and of which days and projects.",
        {
            "name": "as it was given, else the day",
            "created_at": "instant",
            "timezone": "the reporting zone then, in which its days were cut",
            "since": "its first day",
            "until": "its last day, the last complete one then",
            "projects": "projects.project_id of the active projects then",
        },
    ),
    Table(
        "baseline_counts",
        "a name in a project, or in all of them, in a snapshot",
        "`baseline save`; a purge takes a project's part out",
        "What a snapshot holds. It stays what it was, whatever is collected later.",
        {
            "baseline": "baselines.name",
            "project_id": "projects.project_id, or `*` over all projects of the snapshot",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "days_used": "a bit for each of the snapshot's days, the first one first: was it used",
            "invocations": "how many",
            "successes": "how many ended in success",
            **_OUTCOMES,
            "duration_count": "how many have a duration",
            "duration_sum_ms": "sum of the durations in ms",
            "p50_duration_ms": _PERCENTILES["p50_duration_ms"],
        },
    ),
    *SKILL_TABLES,
    Table(
        "settings",
        "a setting of this warehouse",
        "collector, at its creation; aggregator, when the zone is changed or the rollups are"
        " refreshed; `schedule`; `retention`; the first `export --public`; `index-skills`",
        "What must not depend on who asks.",
        {
            "key": "timezone: the one zone in which days, weeks and months are cut;"
            " zones_version: the zone database by which times are interpreted;"
            " rows_made_one: rows that an upgrade found stored twice, by project;"
            " aggregates_refreshed_at: when the rollups were last brought up to date;"
            " schedule: when runs are due; retention_raw_days: for how long rows are kept;"
            " pseudonyms: the secret that what stands for projects in public files is made with;"
            " skill_words_key: the key of skill_texts.words;"
            " user_skills: the home folder whose skills are read, missing without consent",
            "value": 'an IANA name; an instant; `{"at": "02:30"}` or `{"every_minutes": 360}`;'
            " a number of days; 64 hexadecimal digits",
        },
    ),
    Table(
        "schema_migrations",
        "a step that was taken",
        "whoever opens the file for writing",
        "How far the file's schema has come.",
        {
            "version": "1, 2, ...",
            "name": "of the .sql file",
            "applied_at": "instant",
        },
    ),
)
"""Every table and view, in the order of the page."""


def data_dictionary() -> str:
    """The page in Markdown; KeyError when a column has no meaning here."""
    with in_memory() as con:
        sections = [_section(con, table) for table in TABLES]
    return "\n".join([_HEAD, *sections])


_HEAD = """\
# Data dictionary

What the warehouse holds. Instants are stored in UTC; days, weeks and months are cut in the
reporting zone. This page is written by `make docs` from `schema/dictionary.py` and
`schema/columns.py`: change those, not the page.

The warehouse is your own DuckDB file. `skillhouse path` says where it is, and `skillhouse sql` asks
it anything that can be said in SQL, without being able to change it:

```sh
skillhouse sql "select skill_name, count(*) as uses from skill_usage group by all order by all"
skillhouse sql --csv "from skill_statistics where time_window = 'monthly'" > months.csv
```

From Python it is `skillhouse.open().sql("...")`; another DuckDB client is best given a copy, which
`skillhouse backup` makes. Times are in UTC there: `invoked_at at time zone 'Europe/Berlin'` is the
local time. A new version may change tables and columns, while the fields of the JSON stay.
"""


def _section(con: Connection, table: Table) -> str:
    if table.name == "skill_usage":
        columns = _lines(_EXPLAINED, [_explained(column) for column in SKILL_USAGE])
    else:
        rows = con.execute(_TYPES_OF, {"table": table.name}).fetchall()
        described = [(f"`{name}`", _type(kind), table.meanings[name]) for name, kind in rows]
        columns = _lines(("column", "type", "meaning"), described)
    about = f"{table.purpose} One row is {table.grain}. Written by: {table.written_by}."
    return f"## {table.name}\n\n{about}\n\n{columns}"


def _explained(column: Column) -> tuple[str, ...]:
    null_means = column.null_means or "(never null)"
    named = f"`{column.name}`"
    return (named, column.type, column.unit, column.meaning, null_means, column.role)


def _type(name: str) -> str:
    return "TIMESTAMPTZ" if name == "TIMESTAMP WITH TIME ZONE" else name


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    table = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in table)


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
