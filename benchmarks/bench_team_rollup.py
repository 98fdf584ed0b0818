"""A team's rollup on DuckDB: taking in and counting, by the number of members.

``python -m benchmarks.bench_team_rollup --members 438 1750 7000`` makes 1, 4 and 16 million
skill-weeks. Printed are processor times, and counting as a multiple of one group by of the same
files.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import duckdb

from aggregator.team.counting import asked, count
from aggregator.team.engines.duckdb import DuckDBEngine
from aggregator.team.take_in import Expected, Offered, TakenIn, take_in
from aggregator.team.weekly_rollup import write_asked, write_assigned
from schema.statements import statement

TODAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)
SKILL_WEEKS = 104 * 22
"""Of one member."""

Value = TypeVar("Value")


class Took(NamedTuple):
    """Seconds by the clock, and of processors."""

    seconds: float
    processor_s: float


def timed(work: Callable[[], Value]) -> tuple[Value, Took]:
    clock, processor = time.perf_counter(), time.process_time()
    value = work()
    return value, Took(time.perf_counter() - clock, time.process_time() - processor)


def offered(folder: Path, members: int) -> Iterator[Offered]:
    """The members' files, made one by one."""
    path = folder / "member.parquet"
    with duckdb.connect() as con:
        text = statement("benchmarks/sql/team_members.sql")
        for number in range(members):
            values = {"first": number, "last": number + 1}
            con.sql(text, params=values).write_parquet(str(path), compression="zstd")
            data = path.read_bytes()
            yield Offered(f"{number * 7919 + 1:012x}", len(data), lambda data=data: data)  # type: ignore[misc]


def measure(members: int) -> str:
    """One line of the table."""
    expected = Expected(
        lambda name: True,
        ("platform", "mobile", "data"),
        ("cli", "web", "library"),
        MONDAY - timedelta(weeks=104),
        MONDAY,
    )
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files = list(offered(folder, members))

        def taking_in() -> TakenIn:
            return take_in(files, expected, folder)

        taken, take = timed(taking_in)
        assert not taken.refused
        values = write_asked(asked(TODAY, least_members=5, baseline_weeks=13), folder)
        with closing(
            DuckDBEngine(taken.files, values, write_assigned([], folder), folder)
        ) as engine:
            text = statement("benchmarks/sql/team_group_by.sql").strip().removesuffix(";")
            _, least = timed(lambda: engine.create("grouped", text))
            _, rollup = timed(lambda: count(engine, members_too=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    return (
        f"| {members:,} | {members * SKILL_WEEKS / 1e6:.0f} M | {taken.rows / 1e6:.1f} M |"
        f" {1000 * take.processor_s / members:.1f} ms |"
        f" {1000 * rollup.processor_s / members:.1f} ms |"
        f" {rollup.processor_s / least.processor_s:.1f} | {peak:.1f} GB |"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--members", type=int, nargs="+", default=[438])
    print(
        "| members | skill-weeks | rows | take in, processor a member"
        " | count, processor a member | times one group by | peak |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for members in options.parse_args().members:
        print(measure(members), flush=True)


if __name__ == "__main__":
    main()
