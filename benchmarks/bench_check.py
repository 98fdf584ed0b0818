"""The warehouse file: bytes a record with all rollups, and checking all of it with ``verify``."""

from __future__ import annotations

from benchmarks.harness import interleaved, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import prepared

PEAK_MIB = 2048
BYTES_A_RECORD = 120.0
"""A record is 476 bytes in its document; DuckDB alone stores 11 of our 34 columns."""


def run(options: Options) -> Result:
    """Check the prepared warehouse, and weigh it."""
    result = Result("check", options, options.fleet)
    progress(f"check, {options.size}")
    warehouse = prepared(options).warehouse
    # Checking takes minutes at large, and is compared with nothing.
    samples = interleaved({"verify": lambda _: step("verify", warehouse=warehouse)}, 1)
    found = samples["verify"][0].detail["found"] if samples["verify"] else None
    result.add("verify", samples, baseline="", notes={"verify": f"{found} findings"})
    result.limit_peak("verify", samples["verify"], PEAK_MIB)
    size = step("size", warehouse=warehouse).detail
    rows, held = int(str(size["rows"])), int(str(size["bytes"]))
    result.notes.append(f"{rows:,} records, {held / (1 << 20):,.0f} MiB with all rollups")
    result.goals.append(Goal("bytes a record on disk, with rollups", held / rows, BYTES_A_RECORD))
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
