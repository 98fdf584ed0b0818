"""The data dictionary of the tables of teams and experiments."""

from __future__ import annotations

from schema.dictionary_table import Table

TEAM_TABLES = (
    Table(
        "team_membership",
        "the team that this warehouse is a member of, if any",
        "`team join`, `team publish`, `team forget`",
        "What was agreed to, and what was sent last. Without a row nothing is ever sent.",
        {
            "team_id": "16 hexadecimal digits, from the agreement",
            "url": "the team's folder or bucket",
            "team": "the label of the agreement that is sent with every row",
            "since": "Monday of the first week that may be sent",
            "withheld": "patterns of names that are never sent, whatever the agreement lists",
            "agreement": "the agreement as it was confirmed, or a narrower one that came later",
            "agreement_etag": "version of agreement.json in the store when it was last read",
            "counters": "names of the counters that were agreed to",
            "joined_at": "instant of joining",
            "confirmed_at": "instant at which a person last confirmed the agreement",
            "pending": "digests of files that may have been sent by a publish that was interrupted",
            "sent_digest": "SHA-256 of the file that was sent last; null: none yet",
            "sent_etag": "its version in the store; null: none yet",
            "sent_rows": "its rows; null: none yet",
            "sent_bytes": "its size; null: none yet",
            "published_at": "instant at which it was sent; null: none yet",
            "attempted_at": "instant of the last attempt; null: none yet",
            "problem": "why the last attempt failed; null: it did not",
        },
    ),
    Table(
        "experiments",
        "an experiment with two skills",
        "`experiment create`, `experiment stop`",
        "Which unit gets which arm is computed from name and salt; nothing is stored of units.",
        {
            "name": "unique",
            "salt": "random hexadecimal digits that decide which unit gets which arm",
            "control": "the skill of the one arm",
            "treatment": "the skill of the other",
            "unit": "session, project or member",
            "share": "share of the units that get the treatment, 0 to 1",
            "weeks": "for how many weeks it was planned",
            "begins_on": "Monday of its first week",
            "created_at": "instant of its creation",
            "stopped_at": "instant at which a person stopped it; null: nobody did",
            "team_id": "the team whose store has it; null: it is this machine's own",
        },
    ),
    Table(
        "session_origins",
        "a session that resumed or forked another one, as far as transcripts say",
        "collector",
        "An experiment's session goes on with the arm of the session that it goes on with.",
        {
            "session_id": "the session that was resumed or forked",
            "origin": "the one that it goes on with: named by a record, or the first to begin;"
            " null: not known, as the copy of a session holds its beginning too",
        },
    ),
    Table(
        "recorded_experiments",
        "a test of two strategies that a project's tool recorded",
        "collector",
        "Tests of tools, to be judged as experiments are. Of users only sums are stored.",
        {
            "project_id": "projects.project_id",
            "experiment": "the test's name",
            "control": "the strategy of the one arm",
            "treatment": "the strategy of the other",
            "share": "share of the users that get the treatment, 0 to 1",
            "least_outcomes": "outcomes that the tool wants in each arm; null: not stated",
            "began_on": "first day",
            "ended_on": "last day, as planned or of the last outcome",
            "arms": "by arm: users assigned, users with outcomes (units), successes, outcomes"
            " (known), and sums over users of the products of both (ss, sn, nn)",
            "source_file_id": "source_files.source_file_id",
        },
    ),
)
