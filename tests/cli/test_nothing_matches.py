"""Filters that leave nothing: the answer blames the filters, not the data."""

from __future__ import annotations

import pytest

from command_line import Program

FILTERS = {
    "kind and project": "summary --project alpha --kind agent",
    "category": "top-skills --category nosuch",
    "empty category": "top-skills --category=",
    "minimum of uses": "top-skills --min-uses 100000",
    "trigger": "top-skills --trigger typed",
    "days": "health --project alpha --kind agent",
    "trends": "trends --project alpha --kind agent",
    "recommendations": "recommend --project alpha --kind agent",
    "pairs": "patterns pairs --project alpha --kind agent",
    "workflows": "workflows --project alpha --days 3",
}


@pytest.mark.parametrize("line", FILTERS.values(), ids=FILTERS)
def test_filters_that_leave_nothing_are_named(run: Program, line: str) -> None:
    """Never "recorded yet", nor how uses come to be recorded: there are uses."""
    done = run(*line.split())

    assert done.code == 0 and "match these filters" in done.lines[0]
    assert "recorded" not in done.out and "transcripts" not in done.out


@pytest.mark.parametrize("command", ["effectiveness", "compare", "trends", "patterns pairs"])
def test_a_name_of_other_projects_is_not_called_unknown(run: Program, command: str) -> None:
    """`reviewer` is used in beta only; it is no misspelling of itself."""
    here = run(*command.split(), "reviewer", "--project", "alpha")
    unknown = run(*command.split(), "revewer")

    assert here.code == unknown.code == 2
    assert here.err.startswith("Error: 'reviewer' has no uses in the selected projects")
    assert "Did you mean" not in here.err
    assert "No skill or agent is named 'revewer'" in unknown.err and "reviewer?" in unknown.err


@pytest.mark.parametrize(
    "command",
    [
        "effectiveness",
        "compare",
        "health",
        "trends",
        "anomalies",
        "patterns transitions",
        "patterns pairs",
        "patterns sessions --with",
    ],
)
def test_an_empty_name_is_unknown(run: Program, command: str) -> None:
    """A script whose variable is empty gets an error, and never the answer for all names."""
    done = run(*command.split(), "")

    assert (done.out, done.code) == ("", 2)
    assert "No skill or agent is named ''." in done.err


def test_no_category_has_such_a_skill_file(run: Program) -> None:
    """Nothing was searched, so nothing is said of words."""
    done = run("find", "tests", "--category", "nosuch")

    assert "words" not in done.out


def test_errors_repeat_the_beginning_of_a_long_text(run: Program) -> None:
    """As text and as JSON; what to do next stays whole."""
    long = "n" * 10_000
    said, as_json = run("health", long), run("health", long, "--json")

    assert said.code == as_json.code == 2
    assert "n" * 200 + "...'" in said.err and len(said.err) < 500 and len(as_json.err) < 500
    assert "skillhouse top-skills" in said.err


def test_a_setting_blames_no_option(run: Program) -> None:
    """The command that sets one has no option of that name."""
    done = run("config", "set", "span", "foo")

    assert (done.code, done.err.splitlines()[0]) == (2, "Error: 'foo' is not a period.")
    assert "--name" not in run("experiment", "report", "nosuch").err
