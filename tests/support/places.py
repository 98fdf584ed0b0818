"""Where things lie that tests, and the processes they start, need."""

from __future__ import annotations

import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TESTS = TOP / "tests"
SUPPORT = TESTS / "support"
SAMPLES = TESTS / "data" / "samples"
WAREHOUSES = TESTS / "data" / "warehouses"
PYTHONPATH = os.pathsep.join(map(str, (TOP, SUPPORT, TESTS)))
"""What a process needs in the environment to import the product and the modules of tests."""
