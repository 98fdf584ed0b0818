"""Runs the benchmarks and stores their results in ``benchmarks/results/<size>.json``.

Without ``--only`` all run that mean something at that size, in an order that is cheap, and take the
place of what is there. With it, a benchmark that is not run keeps its result. One that fails is
stored as failed, and the others go on; the exit code is 1 then.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    bench_answers,
    bench_check,
    bench_collect,
    bench_growth,
    bench_load,
    bench_long_running,
    bench_nightly,
    bench_report,
    bench_rollups,
    bench_side_by_side,
    bench_skills,
    bench_start,
    bench_stores,
    bench_team_member,
    bench_team_rollup,
    bench_transcripts,
)
from benchmarks.fleet import SIZES
from benchmarks.harness import progress
from benchmarks.options import Options, from_namespace, parser
from benchmarks.results import Result

BENCHMARKS: dict[str, Callable[[Options], Result]] = {
    "collect": bench_collect.run,
    "nightly": bench_nightly.run,
    # These begin with one prepared warehouse; the last two write into its files.
    "answers": bench_answers.run,
    "start": bench_start.run,
    "check": bench_check.run,
    "report": bench_report.run,
    "rollups": bench_rollups.run,
    "load": bench_load.run,
    "transcripts": bench_transcripts.run,
    "skills": bench_skills.run,
    "team_rollup": bench_team_rollup.run,
    "team_member": bench_team_member.run,
    "growth": bench_growth.run,
    "stores": bench_stores.run,
    "long_running": bench_long_running.run,
    "side_by_side": bench_side_by_side.run,
}
SIZES_OF: dict[str, tuple[str, ...]] = {
    "start": ("small", "large"),
    "report": ("small", "large"),
    "transcripts": ("small", "large"),
    "skills": ("large",),
    "team_member": ("small", "medium"),
    "growth": ("small", "large"),
    "load": ("small", "medium"),
    "long_running": ("medium",),
    "side_by_side": bench_side_by_side.MEASURED,
}
"""Where a benchmark tells nothing new at every size, or takes hours: those that it runs at."""

RESULTS = Path(__file__).resolve().parent / "results"


def chosen(size: str) -> list[str]:
    """The benchmarks of that size, in order."""
    return [name for name in BENCHMARKS if size in SIZES_OF.get(name, SIZES)]


def forget(size: str) -> None:
    """Delete the stored results of that size."""
    (RESULTS / f"{size}.json").unlink(missing_ok=True)


def store(result: Result) -> None:
    """Replace the stored result of that benchmark and size."""
    path = RESULTS / f"{result.options.size}.json"
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = {json.loads(line)["benchmark"]: line for line in before}
    lines[result.benchmark] = result.line()
    order = [name for name in BENCHMARKS if name in lines]
    path.write_text("".join(f"{lines[name]}\n" for name in order), encoding="utf-8")


def measured(name: str, options: Options) -> tuple[Result, list[str]]:
    """The result of a benchmark, and what failed in it. A failure is told in the result."""
    began = time.perf_counter()
    try:
        result = BENCHMARKS[name](options)
        failures = result.failures
    # Whatever it is, the other benchmarks have nothing to do with it.
    except Exception as exc:
        progress(traceback.format_exc())
        result, failures = Result(name, options, options.fleet), [f"{type(exc).__name__}: {exc}"]
        result.skip(name, "all of it", f"failed: {failures[0]}")
    progress(f"{name}, {options.size}: {time.perf_counter() - began:.0f} s")
    return result, [f"{name}: {each}" for each in failures]


def main() -> None:
    """Run the named benchmarks, or all that mean something at the size."""
    arguments = parser(__doc__ or "")
    arguments.add_argument("--only", nargs="+", choices=BENCHMARKS)
    given = arguments.parse_args()
    options = from_namespace(given)
    if not given.only:
        forget(given.size)
    failed = []
    for name in given.only or chosen(given.size):
        result, failures = measured(name, options)
        failed += failures
        result.show()
        store(result)
    progress(
        f"stored in {RESULTS.name}/{given.size}.json; `python -m benchmarks.report` renders all"
    )
    for each in failed:
        progress(f"failed: {each}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
