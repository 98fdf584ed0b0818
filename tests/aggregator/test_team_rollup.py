"""What is counted over a team's members: the same on every engine, and nothing that may not be."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from aggregator.team.counting import Asked, Counted, asked, count
from aggregator.team.engines.duckdb import DuckDBEngine
from aggregator.team.weekly_rollup import write_assigned
from asked_file import write_asked
from conftest import THOROUGH
from members import TODAY, Row, team_of, write_rows
from team_truth import truth


def counted_by_duckdb(folder: Path, rows: list[Row], values: Asked) -> Counted:
    write_rows(folder / "counters.parquet", rows)
    engine = DuckDBEngine(
        [folder / "counters.parquet"],
        write_asked(folder / "asked.parquet", values),
        write_assigned([], folder),
        folder,
    )
    try:
        return count(engine, members_too=True)
    finally:
        engine.close()


@pytest.mark.parametrize("seed", range(3 * THOROUGH))
def test_the_tables_are_those_of_plain_python(tmp_path: Path, seed: int) -> None:
    """Every row of every table, to the last bit, for teams of any size and any baseline."""
    rng = random.Random(seed)
    weeks = rng.choice((3, 13, 20))
    team = team_of(seed, rng.randint(1, 25), weeks=24, uses=rng.choice((20, 150)))
    rows = [row for each in team.values() for row in each]
    values = asked(TODAY, least_members=rng.choice((3, 5)), baseline_weeks=weeks)

    found = counted_by_duckdb(tmp_path, rows, values)

    for name, expected in truth(rows, values).items():
        assert found.tables[name] == expected, name
