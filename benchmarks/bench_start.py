"""The start of a command, in processor time: of a prompt, of completion, and of a query.

Each is compared with starting Python, or with importing DuckDB, in the same round. Not measured is
what an installer puts before the program (the file in ``bin``).
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from benchmarks.harness import Sample, command, interleaved, python, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import workspace

ROUNDS = 11
PROMPT_RATIO = 1.5
COMPLETION_MS = 100.0
QUERY_RATIO = 2.0

_EMPTY, _DUCKDB = "python -c pass", "import duckdb"
_START = """
import os, sys
os.environ["SKILLHOUSE_WAREHOUSE"] = sys.argv[1]
os.environ.update(each.split("=") for each in sys.argv[2].split("|") if each)
sys.argv[:3] = ["skillhouse"]
from skillhouse.start import run
run()
"""


def run(options: Options) -> Result:
    """Measure on a collected warehouse."""
    result = Result("start", options, options.fleet)
    with workspace(options, "start") as work:
        warehouse = str(work.collected(work.mixed("tree"), "warehouse"))
        step("refresh", warehouse=warehouse, full=True)
        # Leaves the files that a prompt and a shell read.
        command("--warehouse", warehouse, "--quiet", "refresh")

        def started(*words: str, completes: str = "") -> Sample:
            place = len(completes.split(" "))
            asked = (
                f"_SKILLHOUSE_COMPLETE=complete_bash|COMP_WORDS=skillhouse {completes}"
                f"|COMP_CWORD={place}"
            )
            return python("-c", _START, warehouse, asked if completes else "", *words)

        samples = interleaved(
            {
                _EMPTY: lambda _: python("-c", "pass"),
                "status --line": lambda _: started("status", "--line"),
                "completing a name": lambda _: started(completes="effectiveness a"),
                "completing an option": lambda _: started(completes="top-skills --s"),
                "completing a date": lambda _: started(completes="top-skills --since t"),
                _DUCKDB: lambda _: python("-c", "import duckdb"),
                "--version": lambda _: started("--version"),
                "top-skills": lambda _: started("top-skills"),
            },
            result.options.rounds * ROUNDS,
        )
    times = {
        name: [replace(each, seconds=each.processor_s) for each in runs]
        for name, runs in samples.items()
    }
    result.add("processor time", times, baseline=_EMPTY)
    cost = {name: median(each.seconds for each in runs) for name, runs in times.items() if runs}
    empty = cost[_EMPTY]
    result.goals.append(
        Goal(
            "status --line / an empty start", cost["status --line"] / empty, PROMPT_RATIO, unit="x"
        )
    )
    result.goals += [
        Goal(f"{name}, over an empty start", (cost[name] - empty) * 1000, COMPLETION_MS, unit=" ms")
        for name in cost
        if name.startswith("completing")
    ]
    result.goals.append(
        Goal(
            "top-skills / importing DuckDB",
            cost["top-skills"] / cost[_DUCKDB],
            QUERY_RATIO,
            unit="x",
        )
    )
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
