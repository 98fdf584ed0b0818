"""Runs the benchmarks and stores their results in ``benchmarks/results/<size>.json``.

A benchmark that is not run keeps the result it has there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    bench_answers,
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
    bench_transcripts,
)
from benchmarks.harness import progress
from benchmarks.options import Options, from_namespace, parser
from benchmarks.results import Result

BENCHMARKS: dict[str, Callable[[Options], Result]] = {
    "collect": bench_collect.run,
    "stores": bench_stores.run,
    "nightly": bench_nightly.run,
    "transcripts": bench_transcripts.run,
    "skills": bench_skills.run,
    "rollups": bench_rollups.run,
    "answers": bench_answers.run,
    "start": bench_start.run,
    "report": bench_report.run,
    "growth": bench_growth.run,
    "load": bench_load.run,
    "long_running": bench_long_running.run,
    "side_by_side": bench_side_by_side.run,
}
RESULTS = Path(__file__).resolve().parent / "results"


def store(result: Result) -> None:
    """Replace the stored result of that benchmark and size."""
    path = RESULTS / f"{result.options.size}.json"
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = {json.loads(line)["benchmark"]: line for line in before}
    lines[result.benchmark] = result.line()
    order = [name for name in BENCHMARKS if name in lines]
    path.write_text("".join(f"{lines[name]}\n" for name in order), encoding="utf-8")


def main() -> None:
    """Run the named benchmarks, or all of them."""
    options = parser(__doc__ or "")
    options.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    given = options.parse_args()
    for name in given.only:
        result = BENCHMARKS[name](from_namespace(given))
        result.show()
        store(result)
    progress(
        f"stored in {RESULTS.name}/{given.size}.json; `python -m benchmarks.report` renders all"
    )


if __name__ == "__main__":
    main()
