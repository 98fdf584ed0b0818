"""Counts a team's members on Spark: ``team_spark.py MASTER ASKED ASSIGNED COUNTERS...``.

For the Python that SKILLHOUSE_SPARK_PYTHON names, which has the extra spark-tests. Prints JSON: the
seconds until Spark answers and those of counting, by the clock and of the processors of Python and
Java together, the memory of both in the end, and a digest of all rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from aggregator.team.counting import Counted, count
from benchmarks.probes import processor_s, resident_bytes

PYTHON = os.environ.get("SKILLHOUSE_SPARK_PYTHON")
MASTER = "local[2]"
MEMORY = "2500m"
"""Of Java's heap; the process takes a third more."""

_ROOT = Path(__file__).resolve().parent.parent
_AT_MOST_S = 1800


class OnSpark(NamedTuple):
    """Seconds by the clock and of processors; ``peak`` in bytes."""

    started_s: float
    start_processor_s: float
    seconds: float
    processor_s: float
    peak: int
    digest: str


def digest_of(counted: Counted) -> str:
    """The same for equal rows, whichever engine they came from."""
    rows = {**counted.tables, "used": counted.used}
    return sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()


def on_spark(
    python: str, asked: Path, assigned: Path, counters: Sequence[Path], folder: Path
) -> OnSpark:
    """Count in a process of Spark's Python, which writes what memory does not take into a folder.

    Raises CalledProcessError, with what it said last.
    """
    done = subprocess.run(
        [python, __file__, MASTER, asked, assigned, *counters],
        env={**os.environ, "PYTHONPATH": str(_ROOT), "SPARK_LOCAL_DIRS": str(folder)},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=_AT_MOST_S,
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, python, stderr=done.stderr[-2000:])
    return OnSpark(*json.loads(done.stdout.splitlines()[-1]))


def _session(master: str) -> Any:
    from pyspark.sql import SparkSession

    values = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": MEMORY,
        "spark.sql.shuffle.partitions": "8",
        # Whole numbers and texts: Arrow brings the rows over at once.
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    builder = SparkSession.builder.master(master)
    for name, value in values.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main() -> None:
    from aggregator.team.engines.spark import SparkEngine

    master, asked, assigned, *counters = sys.argv[1:]
    clock = time.perf_counter()
    session = _session(master)
    session.sql("select 1").collect()
    start = (time.perf_counter() - clock, processor_s(os.getpid()))
    engine = SparkEngine(session, counters, asked, assigned)
    clock = time.perf_counter()
    counted = count(engine, members_too=True)
    took = (time.perf_counter() - clock, processor_s(os.getpid()) - start[1])
    told = OnSpark(*start, *took, resident_bytes(os.getpid()), digest_of(counted))
    engine.close()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
