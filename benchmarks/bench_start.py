"""Whole commands: of a prompt, of completion, of queries, compared by processor time.

Each is compared with starting Python, or with opening the warehouse file from Python, in the same
round. Not measured is what an installer puts before the program (the file in ``bin``).
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from benchmarks.harness import Run, command, interleaved, processor_seconds, python, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import prepared, workspace

ROUNDS = 15
"""Whatever ``--rounds`` says: commands are short, and there are processors that others use."""

PROMPT_RATIO = 1.5
COMPLETION_MS = 100.0
QUERY_RATIO = 1.25

QUERIES = ("top-skills", "top-skills --json")
OTHERS = ("health", "recommend", "summary", "anomalies")
"""These take what their answers take; it is measured in process by ``answers``."""

_EMPTY, _OPENED = "python -c pass", "opening the file from Python"
_OPEN = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).sql('select 1').fetchall()"
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
        warehouse = work.copy_of(prepared(options).warehouse, "warehouse")
        # Leaves the files that a prompt and a shell read.
        command("--warehouse", str(warehouse), "--quiet", "refresh")
        skill = str(step("names", warehouse=warehouse).detail["top skill"])
        samples = interleaved(_variants(str(warehouse), skill), ROUNDS)
        _loaded(result, warehouse, skill)
    result.add("whole command", samples, baseline=_OPENED)
    empty, opened = samples[_EMPTY], samples[_OPENED]
    result.limit_ratio(
        "status --line / an empty Python", samples["status --line"], empty, PROMPT_RATIO
    )
    for name in QUERIES:
        result.limit_ratio(f"{name} / {_OPENED}", samples[name], opened, QUERY_RATIO)
    for name in samples:
        if name.startswith("completing"):
            more_ms = (processor_seconds(samples[name]) - processor_seconds(empty)) * 1000
            claim = f"{name}, over an empty Python, processor time"
            result.goals.append(Goal(claim, more_ms, COMPLETION_MS, unit=" ms"))
    return result


def _variants(warehouse: str, skill: str) -> dict[str, Run]:
    def started(*words: str, completes: str = "") -> Run:
        place = len(completes.split(" "))
        asked = (
            f"_SKILLHOUSE_COMPLETE=complete_bash|COMP_WORDS=skillhouse {completes}"
            f"|COMP_CWORD={place}"
        )
        given = (warehouse, asked if completes else "", *words)
        return lambda _: python("-c", _START, *given)

    return {
        _EMPTY: lambda _: python("-c", "pass"),
        "status --line": started("status", "--line"),
        "completing a name": started(completes="effectiveness a"),
        "completing an option": started(completes="top-skills --s"),
        "completing a date": started(completes="top-skills --since t"),
        _OPENED: lambda _: python("-c", _OPEN, warehouse),
        "--version": started("--version"),
        "top-skills": started("top-skills"),
        "top-skills --json": started("--json", "top-skills"),
        "effectiveness": started("effectiveness", skill),
        **{name: started(name) for name in OTHERS},
    }


def _loaded(result: Result, warehouse: Path, skill: str) -> None:
    """A query loads no library that it does not need."""
    loaded: set[str] = set()
    for arguments in (["top-skills"], ["effectiveness", skill]):
        found = step("loaded_modules", warehouse=warehouse, arguments=arguments).detail["loaded"]
        loaded |= set(cast(list[str], found))
    result.goals.append(Goal("unneeded libraries loaded", len(loaded), 0))
    if loaded:
        result.notes.append(f"unneeded libraries loaded: {', '.join(sorted(loaded))}")


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
