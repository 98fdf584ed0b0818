"""A team's rollup: taking in, and counting on DuckDB and on Spark, by the number of members.

``python -m benchmarks.bench_team_rollup --members 438 1750 7000`` makes 1, 4 and 16 million
skill-weeks, and prints processor times, and counting as a multiple of one group by of the same
files; ``--picture`` also draws what a member costs. A run of all benchmarks stores the same for
fewer members. Spark is measured where SKILLHOUSE_SPARK_PYTHON names a Python with the extra
spark-tests, and Java is installed.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import duckdb

from aggregator.team.counting import asked, count
from aggregator.team.engines.duckdb import DuckDBEngine
from aggregator.team.member_file import Expected
from aggregator.team.take_in import Offered, TakenIn, take_in
from aggregator.team.weekly_rollup import write_asked, write_assigned
from benchmarks.harness import Sample, interleaved, progress, step
from benchmarks.options import Options
from benchmarks.results import PEAK_MIB, Goal, Result
from benchmarks.team_spark import PYTHON, OnSpark, digest_of, on_spark
from schema.statements import statement

TODAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)
SKILL_WEEKS = 104 * 22
"""Of one member."""

NAMES = tuple(f"skill-{number}" for number in range(60))
MEMBERS = {"small": (20, 100), "medium": (100, 438), "large": (438, 1_750)}
COUNT_RATIO, TAKE_IN_RATIO, SPARK_RATIO = 5.0, 2.0, 8.0
GROWS = 1.1
"""What a member costs falls or stays with the number of members, but for noise."""

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "team-rollup.png"
ON_SPARK = "count on Spark"
NO_SPARK = "SKILLHOUSE_SPARK_PYTHON names no Python with the extra spark-tests"

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
    spark: OnSpark | None

    @property
    def line(self) -> str:
        """A line of the table."""
        spark = "| | | |"
        if self.spark is not None:
            spark = (
                f"| {1000 * self.spark.processor_s / self.members:.1f} ms"
                f" | {self.spark.processor_s / self.counting.processor_s:.1f}"
                f" | {self.counting.seconds:.1f} s, {self.spark.seconds:.1f} s"
                f" | {self.spark.peak / (1 << 30):.1f} GB |"
            )
        return (
            f"| {self.members:,} | {self.members * SKILL_WEEKS / 1e6:.0f} M"
            f" | {self.rows / 1e6:.1f} M"
            f" | {1000 * self.take_in.processor_s / self.members:.1f} ms"
            f" | {1000 * self.counting.processor_s / self.members:.1f} ms"
            f" | {self.counting.processor_s / self.group_by.processor_s:.1f}"
            f" | {self.peak / (1 << 30):.1f} GB {spark}"
        )


def measure(members: int, spark_python: str | None) -> Measured:
    """Take in and count so many members' files, made in a temporary folder.

    On Spark as well where a Python is named that has it.
    Raises ValueError where Spark counted something else than DuckDB.
    """
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
        files.clear()
        values = write_asked(asked(TODAY, least_members=5, baseline_weeks=13), folder)
        nobody = write_assigned([], folder)
        with closing(DuckDBEngine(taken.files, values, nobody, folder)) as engine:
            text = statement("benchmarks/sql/team_group_by.sql").strip().removesuffix(";")
            _, least = timed(lambda: engine.create("grouped", text))
            counted, rollup = timed(lambda: count(engine, members_too=True))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        spark = None
        if spark_python is not None:
            expected_digest = digest_of(counted)
            del counted
            spark = on_spark(spark_python, values, nobody, taken.files, folder)
            if spark.digest != expected_digest:
                raise ValueError("Spark and DuckDB counted different rows")
    return Measured(members, taken.rows, take, least, rollup, peak, spark)


def run(options: Options) -> Result:
    """Measure the members of the size, each number in a process of its own."""
    result = Result("team_rollup", options, options.fleet)
    progress(f"team_rollup, {options.size}")
    found: dict[int, dict[str, Sample]] = {}
    for members in MEMBERS[options.size]:

        def rollup(_: int, members: int = members) -> Sample:
            # Named here, because steps do not see this program's variables.
            return step("rollup", members=members, spark_python=PYTHON)

        samples = interleaved({"all": rollup}, 1)["all"]
        names = ["one group by", "count", "take in"]
        if PYTHON is None:
            result.skip(f"{members:,} members", ON_SPARK, NO_SPARK)
        else:
            names.append(ON_SPARK)
        parts = {name: [_part(each, name) for each in samples] for name in names}
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
    if ON_SPARK in largest:
        result.limit_ratio(
            f"count on Spark / on DuckDB, {most:,} members",
            [largest[ON_SPARK]],
            [largest["count"]],
            SPARK_RATIO,
        )
    result.limit_peak(f"{most:,} members", [largest["count"]], PEAK_MIB)
    return result


def _part(sample: Sample, name: str) -> Sample:
    """One part of a whole rollup."""
    took = cast("list[float]", sample.detail[name])
    if name == ON_SPARK:
        spark = OnSpark(*took)  # type: ignore[arg-type]
        return Sample(spark.seconds, spark.seconds, spark.peak, cpu_s=spark.processor_s)
    # Not the sample's own, in which Spark's memory is.
    return Sample(took[0], took[0], cast("int", sample.detail["peak_bytes"]), cpu_s=took[1])


def draw(found: Sequence[Measured]) -> None:
    """What a member costs by the number of members, as ``docs/team-rollup.png``."""
    import_module("matplotlib").use("Agg")
    pyplot: Any = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
    members = [each.members for each in found]
    lines = {
        "take in": [each.take_in.processor_s for each in found],
        "count on DuckDB": [each.counting.processor_s for each in found],
        "count on Spark": [each.spark.processor_s for each in found if each.spark],
    }
    for name, costs in lines.items():
        if len(costs) == len(members):
            each = [1000 * cost / count for cost, count in zip(costs, members, strict=True)]
            axes.plot(members, each, marker="o", label=name)
    axes.set(xlabel="members", ylabel="milliseconds of processor a member", xscale="log")
    axes.set_ylim(0, None)
    axes.set_xticks(members, [f"{count:,}" for count in members], minor=False)
    axes.set_xticks([], minor=True)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(PICTURE, dpi=120)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--members", type=int, nargs="+", default=[438])
    options.add_argument("--picture", action="store_true")
    given = options.parse_args()
    print(
        "| members | skill-weeks | rows | take in, processor a member"
        " | count, processor a member | times one group by | peak"
        " | on Spark, processor a member | times DuckDB | by the clock: DuckDB, Spark | peak |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    found = []
    for members in given.members:
        found.append(measure(members, PYTHON))
        print(found[-1].line, flush=True)
    if given.picture:
        draw(found)


if __name__ == "__main__":
    main()
