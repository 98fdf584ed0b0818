"""Counts on Spark in a process of its own: ``spark_worker.py MASTER ASKED COUNTERS...``.

``MASTER`` is local[2], local-cluster[1,1,1024], or begins with sc://: then the client starts Spark
Connect on loopback first, and ends it afterwards. Prints the tables as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from typing import Any

from aggregator.team.counting import count
from aggregator.team.engines.spark import SparkEngine

LOOPBACK = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.connect.grpc.binding.address": "127.0.0.1",
}


def session_of(master: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for name, value in LOOPBACK.items():
        builder = builder.config(name, value)
    if master.startswith("sc://"):
        # The client starts a server of its own, on a port that is free.
        os.environ["SPARK_TESTING"] = "1"
        return builder.remote("local[2]").getOrCreate()
    return builder.master(master).getOrCreate()


def main() -> None:
    master, asked, assigned, *counters = sys.argv[1:]
    engine = SparkEngine(session_of(master), counters, asked, assigned)
    try:
        counted = count(engine, members_too=True)
    finally:
        engine.close()
    told = {**counted.tables, "used": counted.used, "engine": engine_name(engine)}
    sys.stdout.write(json.dumps(told, default=lambda day: date.isoformat(day)) + "\n")


def engine_name(engine: SparkEngine) -> list[list[str]]:
    return [[type(engine).__name__]]


if __name__ == "__main__":
    main()
