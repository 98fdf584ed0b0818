"""Passes that say they are running: which of them really are."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from schema.statements import statement
from schema.warehouse import Connection, from_micros

SIGN_OF_LIFE = timedelta(hours=1)
"""A pass stores a part every few seconds; one that has been silent so long is not at work."""


def interrupted_runs(con: Connection, now: datetime) -> list[int]:
    """Passes that still say they are running, though whoever ran them is gone.

    A process runs one pass after the other, so a later one of its own ends an earlier one. Its
    number may since have been given to another process, which is why silence ends a pass as well.
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
