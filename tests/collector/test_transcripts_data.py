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
from pathlib import Path

import pytest

from transcript_collector import Collector, told, wanted_of

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
    wanted = wanted_of(truth, night)

    assert told(collector.night()) == wanted
    assert told(collector.night()) == wanted
    assert told(collector.night(full=True)) == wanted
    kept = collector.kept()
    assert not any(word.encode() in kept for word in [truth["secret"], *truth["never"]])
