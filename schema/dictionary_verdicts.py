"""The data dictionary of the verdicts that a refresh stores."""

from __future__ import annotations

from schema.dictionary_table import Table

VERDICT_TABLES = (
    Table(
        "stored_verdicts",
        "a skill or agent used in the days that are compared, over all active projects",
        "aggregator, and emptied when a project or transcripts are purged",
        "What the last refresh found got worse, better, slower or faster, so that an answer need"
        " not compare again. Read only while its basis holds; otherwise answers compare again.",
        {
            "place": "its place among all, from 0",
            "kind": "skill or agent",
            "skill_name": "the skill's or the agent's name",
            "verdict": "JSON: the change of the success rate, that of durations, and the findings",
            "cells": "JSON: outcomes and durations by project, now and before",
        },
    ),
    Table(
        "verdict_basis",
        "all stored verdicts (one row, or none)",
        "aggregator, and emptied when a project or transcripts are purged",
        "What the stored verdicts were found from: they count only where all of it is the same.",
        {
            "basis": "JSON: the rules, the days, and the projects with their types",
            "found_on": "the day of the refresh in the reporting zone",
            "compared": "how many tests were made",
            "expected_looks": "how many skills are worth a look on average where nothing happened",
        },
    ),
)
