"""How long work took: on the wall, and of all processors, which other programs disturb less."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Spent:
    """Processor time in seconds of what was timed last in this process, all threads together."""

    cpu_s: float = 0.0


LAST = Spent()


def timed(work: Callable[[], object]) -> tuple[float, Any]:
    """How long the work took, in seconds on the wall, and its result; ``LAST`` has the rest."""
    began, cpu = time.perf_counter(), time.process_time()
    result = work()
    took = time.perf_counter() - began
    LAST.cpu_s = time.process_time() - cpu
    return took, result
