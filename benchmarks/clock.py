"""What seconds are: those on the wall, or those of all processors that a process has used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

VARIABLE = "BENCHMARK_CLOCK"

CLOCKS: Mapping[str, Callable[[], float]] = {
    "wall": time.perf_counter,
    "processor": time.process_time,
}


def is_processor() -> bool:
    """Whether this run measures processor time."""
    return os.environ.get(VARIABLE) == "processor"


def now() -> float:
    """Seconds of this process on the clock of this run; only differences mean anything."""
    return CLOCKS["processor" if is_processor() else "wall"]()
