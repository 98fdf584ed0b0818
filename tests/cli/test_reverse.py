"""``--reverse``: every list the other way round, and the limit counts from its end."""

from __future__ import annotations

import pytest

from command_line import Program, faults

LISTS = (
    ["top-skills"],
    ["top-skills", "--sort", "effectiveness", "--days", "20"],
    ["trends"],
    ["skills"],
    ["projects"],
    ["runs"],
    ["workflows"],
    ["anomalies"],
    ["baseline", "list"],
    ["find", "deploy"],
    ["patterns", "sessions", "--idle-minutes", "9999"],
    ["patterns", "pairs", "--min-sessions", "2", "--idle-minutes", "9999", "--all"],
    ["patterns", "transitions", "--idle-minutes", "9999", "--repeats", "--all"],
    ["patterns", "alternatives", "--min-offered", "1", "--all"],
    ["patterns", "bottlenecks", "--all"],
)


@pytest.mark.parametrize("line", LISTS, ids=" ".join)
def test_a_list_is_turned_around(run: Program, line: list[str]) -> None:
    """The same rows in every format; nothing else changes."""
    forward = run(*line, "--json").json
    backward = run(*line, "--reverse", "--json").json

    command = "-".join(line[:2]) if line[0] in ("patterns", "baseline") else line[0]
    assert faults(backward, command) == []
    assert backward["data"] == forward["data"][::-1]
    assert backward["totals"] == forward["totals"]
    assert backward["filters"] == forward["filters"]
    assert run(*line, "--reverse").code == 0


def test_the_limit_counts_from_the_end(run: Program) -> None:
    """The least used, with their ranks, on the screen too; --all is still everything."""
    whole = run("top-skills", "--json").json["data"]
    last = run("top-skills", "--reverse", "-n", "2", "--json").json
    screen = run("top-skills", "--reverse", "-n", "2")
    everything = run("top", "--reverse", "--all", "--json").json["data"]
    csv = run("top-skills", "--reverse", "-n", "1", "--format", "csv").lines

    assert last["data"] == whole[::-1][:2]
    assert last["filters"]["limit"] == 2
    assert [row.split()[0] for row in screen.lines[3:5]] == [str(len(whole)), str(len(whole) - 1)]
    assert screen.lines[5] == f"The last 2 of {len(whole)}, the last one first"
    assert everything == whole[::-1]
    assert [line.split(",")[0] for line in csv] == ["rank", str(len(whole))]


def test_what_is_no_list_has_no_reverse(run: Program) -> None:
    assert run("summary", "--reverse").code == run("health", "--reverse").code == 2
