"""The benchmarks: what they store is what was measured, and the pages show what is stored."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import benchmarks.__main__ as program
from benchmarks import bench_check, report
from benchmarks.figures import figures, filled
from benchmarks.fleet import SIZES, Fleet
from benchmarks.harness import Sample
from benchmarks.options import Options
from benchmarks.results import Goal, Result, goal_cells

OPTIONS = Options("small", 1, 1, Path("nowhere"))
FLEET = Fleet(2, 30)


def _result(name: str = "collect") -> Result:
    return Result(name, OPTIONS, FLEET)


def _sample(seconds: float, cpu_s: float, mib: int = 10) -> Sample:
    return Sample(seconds, seconds, mib << 20, cpu_s=cpu_s)


def _stored(result: Result) -> Any:
    return json.loads(result.line())


def test_ratios_of_a_goal_are_of_processor_time() -> None:
    """A goal compares medians of processor time, whatever the time on the wall was."""
    base = [_sample(9, cpu) for cpu in (1.0, 2.0, 4.0)]
    ours = [_sample(1, cpu) for cpu in (5.0, 3.0, 7.0)]
    result = _result()
    result.add("all", {"limit": base, "ours": ours}, baseline="limit")
    result.limit_ratio("ours / limit", ours, base, 2.0)
    result.limit_peak("ours", [_sample(1, 1, 10), _sample(1, 1, 30)], 20)

    stored = _stored(result)

    expected = median([5, 3, 7]) / median([1, 2, 4])
    ratio, peak = stored["goals"]
    assert (ratio["value"], ratio["met"]) == (expected, False)
    assert ratio["claim"].endswith("processor time")
    assert (peak["value"], peak["met"]) == (30, False)
    row = stored["rows"][1]
    assert (row["processor_s"], row["processor_ratio"]) == (5, expected)
    assert row["ratio"] == pytest.approx(1 / 9, abs=0.001)


@pytest.mark.parametrize(
    ("value", "at_least", "met"),
    [(2.0, False, "yes"), (2.1, False, "no"), (2.0, True, "yes"), (1.9, True, "no")],
)
def test_a_goal_is_met_up_to_its_limit(value: float, at_least: bool, met: str) -> None:
    """A goal is met at its limit and not beyond."""
    assert goal_cells(Goal("it", value, 2.0, at_least, "x").fields())[-1] == met


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    """A step that failed leaves a row that says so, and goals without a value."""
    result = _result()
    result.add("all", {"limit": [_sample(1, 1)], "ours": []}, baseline="limit")
    result.limit_ratio("ours / limit", [], [_sample(1, 1)], 2.0)

    assert result.failures == ["all: ours"]
    assert goal_cells(_stored(result)["goals"][0])[1::2] == ("-", "-")


def test_a_failure_loses_no_other_benchmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that breaks is stored as failed, those around it are measured, and the exit code is 1."""

    def breaks(_: Options) -> Result:
        raise RuntimeError("no space left")

    def works(options: Options) -> Result:
        result = Result("load", options, FLEET)
        result.add("all", {"ours": [_sample(1, 1)]}, baseline="ours")
        return result

    monkeypatch.setattr(program, "RESULTS", tmp_path)
    monkeypatch.setattr(program, "BENCHMARKS", {"collect": breaks, "load": works})
    (tmp_path / "small.json").write_text('{"benchmark": "of another time"}\n')
    monkeypatch.setattr("sys.argv", ["benchmarks", "--data", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        program.main()

    assert ended.value.code == 1
    lines = [json.loads(line) for line in (tmp_path / "small.json").read_text().splitlines()]
    assert [line["benchmark"] for line in lines] == ["collect", "load"]
    assert "no space left" in lines[0]["rows"][0]["note"]
    assert lines[1]["rows"][0]["median_s"] == 1
    assert "failed: collect" in capsys.readouterr().err


def test_every_benchmark_runs_at_some_size() -> None:
    """Each is chosen at one size at least, and always before those that write into shared files."""
    assert {name for size in SIZES for name in program.chosen(size)} == set(program.BENCHMARKS)
    for size in SIZES:
        names = program.chosen(size)
        writing = [names.index(name) for name in ("rollups", "load") if name in names]
        reading = [names.index(name) for name in ("answers", "check") if name in names]
        assert max(reading) < min(writing)


def test_pages_show_the_stored_results() -> None:
    """results.md and the README's figures are what ``python -m benchmarks.report`` writes."""
    lines = report.stored()
    assert report.REPORT.read_text(encoding="utf-8") == report.render(lines)
    readme = report.README.read_text(encoding="utf-8")
    assert filled(readme, lines) == readme
    for figure in figures(lines):
        assert figure in readme


def test_figures_are_ratios_of_the_rows() -> None:
    """The README's ratios are ours by the other's: of processor time, else of the wall."""
    collect = _row("all documents", "skillhouse collect (baseline)", 1.0, None)
    dlt = _row("all documents", "dlt merge into DuckDB", 9.0, 50.0)
    alone = _row("all documents", "DuckDB alone (no merge)", 0.4, None)
    lines = [
        _line("side_by_side", "medium", [collect, dlt, alone]),
        _line("nightly", "large", [_row("night, json", "changes", 0.5, 0.063)]),
        _line("start", "large", [_row("whole command", "top-skills", 1.0, 1.234)]),
        _line("start", "small", [_row("whole command", "top-skills", 1.0, 7.0)]),
    ]
    loading, night, start = figures(lines)
    assert f"{1 / 0.4:.2g} times DuckDB alone" in loading
    assert f"{1 / 50:.2g} times a merge by dlt" in loading
    assert "0.063 times" in night
    assert "1.2 times" in start
    assert figures([]) == []


def _row(case: str, variant: str, ratio: float, processor: float | None) -> dict[str, Any]:
    return {"case": case, "variant": variant, "ratio": ratio, "processor_ratio": processor}


def _line(name: str, size: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "benchmark": name,
        "size": size,
        "projects": 50,
        "records_per_project": 10_000,
        "rows": rows,
    }


@pytest.mark.slow
def test_a_benchmark_measures_a_real_warehouse(tmp_path: Path) -> None:
    """Checking a collected fleet gives a row with time and memory, and both goals a value."""
    stored = _stored(bench_check.run(Options("small", 5, 1, tmp_path)))

    [row] = stored["rows"]
    assert row["median_s"] > 0
    assert row["processor_s"] > 0
    assert row["peak_mib"] > 20
    assert row["note"] == "0 findings"
    assert [goal["met"] for goal in stored["goals"]].count(None) == 0
    assert "11,000 records" in stored["notes"][0]
