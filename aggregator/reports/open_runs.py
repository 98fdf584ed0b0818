"""Which of the runs that have no recorded end are still running."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from schema.statements import statement
from schema.warehouse import Connection, from_micros

SIGN_OF_LIFE = timedelta(hours=1)
"""A run stores something every few seconds; after this time without any it is not running."""


def interrupted_runs(con: Connection, now: datetime) -> list[int]:
    """Runs without a recorded end whose process is gone.

    A process has one run at a time, so a later run of its own ends an earlier one. Its id may have
    been given to another process since, which is why silence ends a run as well.
    """
    found = con.execute(statement("aggregator/reports/open_runs.sql")).fetchall()
    return [
        run_id
        for run_id, process_id, seen_us, followed in found
        if followed
        or process_id is None
        or now - from_micros(seen_us) > SIGN_OF_LIFE
        or not _lives(process_id)
    ]


def _lives(process_id: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
