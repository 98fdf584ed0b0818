"""Nights of transcripts that are kept elsewhere, with their truth, where a variable names them.

The folder holds one folder a night, ``0`` and ``1``: a ``home`` and a ``work`` folder and a
``truth.json`` of ``projects`` (folders by name), ``secret``, ``never`` and ``rows``, each with
``project``, ``kind``, ``name``, ``invoked_at``, ``trigger`` and, by night, ``session``,
``outcome``, ``duration_ms`` and ``error_type``.
"""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transcript_collector import Collector, told

VARIABLE = "SKILLHOUSE_TRANSCRIPT_DATA"
FOLDER = Path(os.environ.get(VARIABLE, ""))

pytestmark = pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no folder")


@pytest.mark.parametrize("night", ["0", "1"])
@pytest.mark.parametrize("seed", range(3))
def test_the_rows_are_the_truth(night: str, seed: int) -> None:
    """Nothing is missing and nothing too much, in any order of files; no secret is kept."""
    home = FOLDER / night / "home"
    truth = json.loads((FOLDER / night / "truth.json").read_bytes())
    collector = Collector(home, FOLDER, random.Random(seed))
    collector.projects = {path: name for name, path in truth["projects"].items()}
    wanted = [
        (
            row["project"],
            row["kind"],
            row["name"],
            datetime.fromisoformat(row["invoked_at"]).astimezone(UTC),
            row["trigger"],
            row["nights"][night]["session"],
            row["nights"][night]["outcome"],
            row["nights"][night]["error_type"],
            row["nights"][night]["duration_ms"],
        )
        for row in truth["rows"]
        if night in row["nights"] and row["project"] is not None
    ]

    assert told(collector.night()) == sorted(wanted, key=repr)
    assert told(collector.night()) == sorted(wanted, key=repr)
    assert told(collector.night(full=True)) == sorted(wanted, key=repr)
    kept = collector.kept()
    assert not any(word.encode() in kept for word in [truth["secret"], *truth["never"]])
