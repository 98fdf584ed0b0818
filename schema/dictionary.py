"""The data dictionary: what each table contains, and what each of its columns means.

Types come from a new warehouse; the columns of ``skill_usage`` are in ``schema/columns.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from schema.columns import SKILL_USAGE, Column
from schema.connection import Connection
from schema.dictionary_skills import SKILL_TABLES
from schema.dictionary_table import Table
from schema.dictionary_team import TEAM_TABLES
from schema.dictionary_transcripts import TRANSCRIPT_TABLES
from schema.dictionary_verdicts import VERDICT_TABLES
from schema.statements import statement
from schema.upgrade import in_memory

_EXPLAINED = ("column", "type", "unit or words", "meaning", "null means", "role in a merge")

_MEASURES = {
    "time_window": "daily, weekly (ISO, from Monday), monthly or all",
    "window_start": "the bucket's first day in the reporting zone; 1970-01-01 for all",
    "project_id": "projects.project_id, or `*` over all active projects",
    "kind": "skill or agent",
    "skill_name": "the skill's or the agent's name",
}
_OUTCOMES = {
    "failures": "uses that failed",
    "abandoned": "how many were abandoned: not finished, without an error",
    "unknown": "how many have no known outcome",
}
_PERCENTILES = {
    "p50_duration_ms": "median duration in ms, exact; null without a duration",
    "p95_duration_ms": "95th percentile of the durations in ms, exact; null without a duration",
}
_SPREAD = {
    "sessions": "distinct (project, session); rows without a session do not count",
    "projects": "distinct projects",
    "first_used": "instant of the first use",
    "last_used": "instant of the last use",
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
            "project_name": "unique; by default the folder's name",
            "project_type": "any word, used to compare types of projects; null: none known",
            "timezone": "IANA zone of times without an offset in its files (project zone)",
            "metadata": "the tags, an object of strings; the value of a tag without one is empty",
            "repository": "real path of the git folder it is a checkout of; null: none",
            "is_worktree": "whether it is a worktree, not the main checkout",
            "registered_at": "instant of the first registration",
            "last_sync_at": "instant of its last refresh; null: none yet",
            "is_active": "false: unregistered; not collected, and left out of answers",
            "folder": "device and inode of the folder; null: not seen yet",
            "shares_rows": "whether it may share records with another project",
            "transcripts": "which rows from transcripts count: auto, on (all) or off (none)",
            "type_basis": "given (by the user) or guessed (from its files); null: no type yet",
        },
    ),
    Table(
        "skill_usage",
        "one use of a skill or one run of an agent",
        "collector",
        "All numbers are computed from this table. Prompts, tasks, notes and error messages are"
        " never stored.",
        {},
    ),
    Table(
        "source_files",
        "a file of a project",
        "collector",
        "What was read from a file and its state then, so that only new data is read.",
        {
            "source_file_id": "derived from the project and the path",
            "project_id": "projects.project_id",
            "source": "the format: session_buddy, crackerjack, skills_db, kaizen or workflows",
            "path": "relative to the project's folder",
            "state": "last result: read, torn (being written), malformed, refused or gone",
            "detail": "why it, or a part of it, was not read; null: all of it was read",
            "shape": "variant of the format; null: never read",
            "fingerprint": "size, times and inode; equal means unchanged. Empty: read again",
            "checkpoint": "how far it was read; the content depends on the format",
            "size_bytes": "bytes",
            "records": "records read from it",
            "rejected": "records rejected",
            "ignored": "records of kinds that are not collected",
            "findings": "unusual values, each with its number",
            "writer_totals": "the tool's own totals, to compare with; null: none in the file",
            "read_totals": "what was read per skill, counted as the tool counts",
            "first_seen_at": "instant of the first refresh that found it",
            "last_read_at": "instant of the last refresh that opened it",
            "opening": "its first 16 times, used to recognise copies; null: not read yet",
        },
    ),
    *TRANSCRIPT_TABLES,
    Table(
        "rejected_records",
        "a rejected record",
        "collector",
        "Where it is and why it was rejected; nothing of its content.",
        {
            "project_id": "projects.project_id",
            "source_file_id": "source_files.source_file_id",
            "position": "number of the line, or index in the list, from 1",
            "reason": "completes a sentence that begins with `it`",
            "rejected_at": "instant of the refresh",
        },
    ),
    Table(
        "collect_runs",
        "a run of `collect` or `refresh`",
        "collector",
        "What was collected when.",
        {
            "collect_run_id": "1, 2, ...",
            "started_at": "instant",
            "ended_at": "instant at which it failed or its rows were stored; of a running one, the"
            " latest so far",
            "outcome": "done; problems (needs a look); failed; running, which also remains when"
            " the process was killed",
            "projects": "per project: counts of files and records, problems and notes",
            "trigger": "what started it: manual, schedule, catch-up or retry",
            "error": "why it failed, in a sentence; null: it did not fail",
            "whole": "whether it covered all active projects",
            "process_id": "the id of its process; null: not known",
            "transcripts": "numbers read from transcripts; null: none are enabled",
        },
    ),
    Table(
        "agent_recommendations",
        "one recommendation of an optimizer about an agent",
        "collector",
        "Recommendations of a project's optimizer; not counted as runs.",
        {
            "project_id": "projects.project_id",
            "agent": "the agent it is about",
            "recommended_at": "instant",
            "occurrence": "numbers entries of one file with equal agent and time",
            "time_basis": "as in skill_usage",
            "metrics_count": "number of runs it is based on; null: not given",
            "recommendations": "a list of type, priority, message and expected impact",
            "local_time": "as in skill_usage: the time as written, if it has no offset",
            "source_file_id": "source_files.source_file_id",
        },
    ),
    Table(
        "workflow_executions",
        "one execution of a workflow engine",
        "collector",
        "Outcomes of workflows; not counted as skills or agents. The text of a workflow's task"
        " is not stored.",
        {
            "project_id": "projects.project_id",
            "workflow_id": "the engine's id; unique within a project",
            "status": "as written by the engine: pending, running, completed, failed, ...",
            "repositories": "the repositories it ran for; null: not given",
            "created_at": "instant",
            "updated_at": "instant of its last change; null: not given",
            "time_basis": "as in skill_usage, of created_at",
            "snapshot_at": "as in skill_usage",
            "created_local": "created_at as written, if it has no offset",
            "updated_local": "updated_at as written, if it has no offset",
            "source_file_id": "source_files.source_file_id",
        },
    ),
    Table(
        "dirty_buckets",
        "a skill of a project and a day with stale statistics",
        "collector, cleared by the aggregator",
        "What the next refresh must recompute; marks are committed together with the changed rows.",
        {
            "project_id": "projects.project_id, also of a purged project",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "day": "the day in the reporting zone",
        },
    ),
    Table(
        "skill_aggregates",
        "a bucket: a time window, a project (or all) and a skill or agent",
        "aggregator",
        "Counts and sums that can be added, and the percentiles and distinct counts that cannot.",
        {
            **_MEASURES,
            "invocations": "uses",
            "successes": "uses that succeeded",
            **_OUTCOMES,
            "duration_count": "uses with a duration",
            "duration_sum_ms": "sum of the durations in ms",
            **_PERCENTILES,
            "quality_count": "uses with a quality score",
            "quality_sum": "sum of the quality scores",
            "followup_count": "uses whose follow-up actions were counted",
            "followup_sum": "sum of the follow-up actions",
            **_SPREAD,
        },
    ),
    Table(
        "skill_breakdowns",
        "a workflow path, an error or a follow-up action in a bucket",
        "aggregator",
        "Pre-aggregated counts per workflow path, error and follow-up. Per project: monthly and"
        " all-time; across projects: also daily and weekly.",
        {
            **_MEASURES,
            "dimension": "path, error (of failures only) or followup",
            "value": "the path, the error type or the action; null: no path given",
            "times": "uses with it; an action recorded twice counts twice",
            "successes": "how many of these succeeded",
            **{name: f"{meaning}, of these" for name, meaning in _OUTCOMES.items()},
        },
    ),
    Table(
        "session_days",
        "a day of a session that used a skill of a project on more than one day",
        "aggregator",
        "Sessions of several days, needed to compute distinct sessions from daily counts:"
        " each further day of a session is subtracted.",
        {
            "project_id": "projects.project_id",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "session_id": "the session",
            "day": "a day in the reporting zone on which the session used the skill",
        },
    ),
    Table(
        "project_days",
        "a day of a project, skills and agents apart",
        "aggregator",
        "The uses and distinct sessions of a project, of whatever skills or agents, and where they"
        " were recorded.",
        {
            "project_id": "projects.project_id",
            "kind": "skill or agent",
            "day": "the day in the reporting zone",
            "uses": "number of uses",
            "sessions": "distinct sessions",
            "source": "as in skill_usage, of all uses; one of them where there are several; null:"
            " not known of any",
            "one_source": "whether all uses have this source",
        },
    ),
    Table(
        "recurring_sessions",
        "a day of a session that is in several rows of project_days",
        "aggregator",
        "Sessions of several days, or with both skills and agents: needed to compute the distinct"
        " sessions of several rows of project_days.",
        {
            "project_id": "projects.project_id",
            "session_id": "the session",
            "kind": "skill or agent",
            "day": "a day in the reporting zone on which the session used any",
        },
    ),
    *VERDICT_TABLES,
    Table(
        "archived_days",
        "a skill of a project and a day whose records retention deleted (one row per deletion and"
        " way of measuring)",
        "aggregator, when retention deletes records",
        "What is kept of deleted records, so that no answer changes. Each list is sorted on its"
        " own: which duration, session or path belonged to one use is not kept.",
        {
            "project_id": "projects.project_id",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "day": "the day in the reporting zone",
            "successes": "uses that succeeded",
            **_OUTCOMES,
            "durations_ms": "all measured durations in ms; null: none",
            "quality_scores": "the quality scores; null: none",
            "followup_count": "uses whose follow-up actions were counted",
            "followup_sum": "sum of the follow-up actions",
            "session_ids": "the distinct sessions; null: none",
            "workflow_paths": "the path of each use or null, successes first, then failures,"
            " abandoned and unknown; null: no use had one",
            "error_types": "the errors of failures; null: none",
            "followup_names": "four lists of actions: of successes, failures, abandoned and"
            " unknown; null: no action",
            "first_used": "instant of the first use",
            "last_used": "instant of the last use",
            "measured": "writer (the project's own files) or transcript; null: not known",
        },
    ),
    Table(
        "archived_projects",
        "a project with archived days",
        "aggregator, when retention deletes records",
        "Records of that time in its files are already counted and are skipped.",
        {
            "project_id": "projects.project_id",
            "rows_since": "the first day that still has records",
            "known_until": "instant of the latest use known then; later records are stored",
            "archived_at": "instant of the last deletion",
        },
    ),
    Table(
        "skill_statistics",
        "a bucket, as in skill_aggregates",
        "a view of skill_aggregates",
        "The statistics under familiar names, with rates and averages.",
        {
            **_MEASURES,
            "total_invocations": "uses",
            "successful_completions": "uses that succeeded",
            **_OUTCOMES,
            "success_rate": "successes / outcomes, 0..1; null: no known outcome",
            "avg_duration_ms": "mean duration in ms; null without a duration",
            **_PERCENTILES,
            "avg_quality_score": "mean quality score; null without a score",
            "avg_followup_actions": "mean number of follow-up actions; null: never counted",
            **_SPREAD,
        },
    ),
    Table(
        "baselines",
        "a named snapshot",
        "`baseline save`",
        "The snapshots, with their days and projects.",
        {
            "name": "as given, otherwise the day",
            "created_at": "instant",
            "timezone": "the reporting zone when it was saved",
            "since": "its first day",
            "until": "its last day, the last full day when it was saved",
            "projects": "projects.project_id of the active projects then",
        },
    ),
    Table(
        "baseline_counts",
        "a skill or agent in one project, or in all, in a snapshot",
        "`baseline save`; a purge removes a project's rows",
        "The content of a snapshot. Later data does not change it.",
        {
            "baseline": "baselines.name",
            "project_id": "projects.project_id, or `*` over all projects of the snapshot",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "days_used": "a bit for each of the snapshot's days, in order: whether it was used",
            "invocations": "uses",
            "successes": "uses that succeeded",
            **_OUTCOMES,
            "duration_count": "uses with a duration",
            "duration_sum_ms": "sum of the durations in ms",
            "p50_duration_ms": _PERCENTILES["p50_duration_ms"],
        },
    ),
    *SKILL_TABLES,
    *TEAM_TABLES,
    Table(
        "settings",
        "a setting of this warehouse",
        "collector, for a new warehouse; aggregator, when the zone changes or statistics are"
        " refreshed; `schedule`; `retention`; the first public `export`; `index-skills`",
        "Settings that are the same for everybody who uses the warehouse.",
        {
            "key": "timezone: the reporting zone;"
            " zones_version: version of the zone database with which times were read;"
            " rows_made_one: duplicate rows that an upgrade merged, by project;"
            " aggregates_refreshed_at: when statistics were last updated;"
            " schedule: when refreshes are due; retention_raw_days: days that records are kept;"
            " pseudonyms: the secret key of the pseudonyms in public exports;"
            " skill_words_key: the key of skill_texts.words;"
            " user_skills: the home folder whose skills are read; missing without consent",
            "value": 'an IANA name; an instant; `{"at": "02:30"}` or `{"every_minutes": 360}`;'
            " a number of days; 64 hexadecimal digits",
        },
    ),
    Table(
        "schema_migrations",
        "a migration that was applied",
        "the first command that opens an older file",
        "The migrations applied to this file.",
        {
            "version": "1, 2, ...",
            "name": "of the .sql file",
            "applied_at": "instant",
        },
    ),
)
"""All tables and views, in the order of the page."""


def data_dictionary() -> str:
    """The page in Markdown; KeyError when a column has no meaning here."""
    with in_memory() as con:
        sections = [_section(con, table) for table in TABLES]
    return "\n".join([_HEAD, *sections])


_HEAD = """\
# Data dictionary

The tables of the warehouse. Instants are stored in UTC; days, weeks and months are those of the
reporting zone. This page is generated by `make docs` from `schema/dictionary.py` and
`schema/columns.py`: change those, not the page.

The warehouse is your own DuckDB file. `skillhouse path` prints where it is, and `skillhouse sql`
runs any SQL query on it, read-only:

```sh
skillhouse sql "select skill_name, count(*) as uses from skill_usage group by all order by all"
skillhouse sql --csv "from skill_statistics where time_window = 'monthly'" > months.csv
```

From Python, use `skillhouse.open().sql("...")`. For another DuckDB client, make a copy with
`skillhouse backup` and open that. Times are in UTC: `invoked_at at time zone 'Europe/Berlin'` is
the local time. A new version may change tables and columns; the fields of the JSON stay.
"""


def _section(con: Connection, table: Table) -> str:
    if table.name == "skill_usage":
        columns = _lines(_EXPLAINED, [_explained(column) for column in SKILL_USAGE])
    else:
        types = statement("schema/column_types.sql")
        rows = con.execute(types, {"table": table.name}).fetchall()
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
