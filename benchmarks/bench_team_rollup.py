"""A team's rollup on DuckDB: taking in and counting, by the number of members.

``python -m benchmarks.bench_team_rollup --members 438 1750 7000`` makes 1, 4 and 16 million
skill-weeks, and prints processor times, and counting as a multiple of one group by of the same
files. A run of all benchmarks stores the same for fewer members.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import duckdb

from aggregator.team.counting import asked, count
from aggregator.team.engines.duckdb import DuckDBEngine
from aggregator.team.member_file import Expected
from aggregator.team.take_in import Offered, TakenIn, take_in
from aggregator.team.weekly_rollup import write_asked, write_assigned
from benchmarks.harness import Sample, interleaved, progress, step
from benchmarks.options import Options
from benchmarks.results import PEAK_MIB, Goal, Result
from schema.statements import statement

TODAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)
SKILL_WEEKS = 104 * 22
"""Of one member."""

NAMES = tuple(f"skill-{number}" for number in range(60))
MEMBERS = {"small": (20, 100), "medium": (100, 438), "large": (438, 1_750)}
COUNT_RATIO, TAKE_IN_RATIO = 5.0, 2.0
GROWS = 1.1
"""What a member costs falls or stays with the number of members, but for noise."""

Value = TypeVar("Value")


class Took(NamedTuple):
    """Seconds by the clock, and of processors."""

    seconds: float
    processor_s: float


def timed(work: Callable[[], Value]) -> tuple[Value, Took]:
    clock, processor = time.perf_counter(), time.process_time()
    value = work()
    return value, Took(time.perf_counter() - clock, time.process_time() - processor)


def offered(
    folder: Path, members: int, names: Sequence[str] = NAMES, monday: date = MONDAY
) -> Iterator[Offered]:
    """The members' files, made one by one: they use 60 skills, up to the ``monday``."""
    path = folder / "member.parquet"
    with duckdb.connect() as con:
        text = statement("benchmarks/sql/team_members.sql")
        for number in range(members):
            values = {"first": number, "last": number + 1, "names": list(names), "monday": monday}
            con.sql(text, params=values).write_parquet(str(path), compression="zstd")
            data = path.read_bytes()
            yield Offered(f"{number * 7919 + 1:012x}", len(data), lambda data=data: data)  # type: ignore[misc]


class Measured(NamedTuple):
    """What a rollup of so many members took; ``peak`` is in bytes."""

    members: int
    rows: int
    take_in: Took
    group_by: Took
    counting: Took
    peak: int

    @property
    def line(self) -> str:
        """A line of the table."""
        return (
            f"| {self.members:,} | {self.members * SKILL_WEEKS / 1e6:.0f} M"
            f" | {self.rows / 1e6:.1f} M"
            f" | {1000 * self.take_in.processor_s / self.members:.1f} ms"
            f" | {1000 * self.counting.processor_s / self.members:.1f} ms"
            f" | {self.counting.processor_s / self.group_by.processor_s:.1f}"
            f" | {self.peak / (1 << 30):.1f} GB |"
        )


def measure(members: int) -> Measured:
    """Take in and count so many members' files, made in a temporary folder."""
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Measured(members, taken.rows, take, least, rollup, peak)


def run(options: Options) -> Result:
    """Measure the members of the size, each number in a process of its own."""
    result = Result("team_rollup", options, options.fleet)
    progress(f"team_rollup, {options.size}")
    found: dict[int, dict[str, Sample]] = {}
    for members in MEMBERS[options.size]:
        samples = interleaved({"all": lambda _, m=members: step("rollup", members=m)}, 1)["all"]  # type: ignore[misc]
        parts = {
            name: [_part(each, name) for each in samples]
            for name in ("one group by", "count", "take in")
        }
        result.add(f"{members:,} members", parts, baseline="one group by")
        if samples:
            found[members] = {name: runs[0] for name, runs in parts.items()}
    if not found:
        return result
    most, fewest = max(found), min(found)
    for name in ("count", "take in"):
        each, before = (found[n][name].cpu_s / n for n in (most, fewest))
        claim = f"{name}: cost a member, {most:,} / {fewest:,} members, processor time"
        result.goals.append(Goal(claim, each / before, GROWS, unit="x"))
    largest = found[most]
    result.limit_ratio(
        f"count / one group by, {most:,} members",
        [largest["count"]],
        [largest["one group by"]],
        COUNT_RATIO,
    )
    result.limit_ratio(
        f"take in / count, {most:,} members",
        [largest["take in"]],
        [largest["count"]],
        TAKE_IN_RATIO,
    )
    result.limit_peak(f"{most:,} members", [largest["count"]], PEAK_MIB)
    return result


def _part(sample: Sample, name: str) -> Sample:
    """One part of a whole rollup."""
    took = cast("list[float]", sample.detail[name])
    return Sample(took[0], took[0], sample.peak, cpu_s=took[1])


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--members", type=int, nargs="+", default=[438])
    print(
        "| members | skill-weeks | rows | take in, processor a member"
        " | count, processor a member | times one group by | peak |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for members in options.parse_args().members:
        print(measure(members).line, flush=True)


if __name__ == "__main__":
    main()
