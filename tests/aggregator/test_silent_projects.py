"""How often quiet fleets are said to have silent projects, and how often silent ones are found."""

from __future__ import annotations

import pytest

from aggregator.statistics.silence import LEAST_DAYS, LEVEL, silent
from conftest import THOROUGH
from quiet_fleets import Days, Kind, active, any_of_them, bursts, calendar, fleet, leaves, steady

SEEDS = 20 * THOROUGH


def found_in(projects: list[Days]) -> set[int]:
    """The numbers of the projects that are called silent, all collected up to the last day."""
    used = {str(n): [day for day, use in enumerate(days) if use] for n, days in enumerate(projects)}
    ends = {name: len(projects[0]) - 1 for name in used}
    return {int(name) for name in silent(used, ends)}


@pytest.mark.parametrize("kind", [steady, calendar, bursts, leaves, any_of_them])
def test_quiet_fleets_have_no_silent_projects(kind: Kind) -> None:
    """In at most 5% of fleets, whatever their rhythm: weekends, holidays, bursts, monthly jobs."""
    wrong = sum(bool(found_in(fleet(kind, seed))) for seed in range(SEEDS))

    # Of 20 seeds as many as a level of 5% lets pass in 99 of 100 runs.
    assert wrong <= (3 if THOROUGH == 1 else LEVEL * SEEDS), wrong


@pytest.mark.parametrize("quiet", [45, 60])
def test_six_silent_projects_of_48_are_named(quiet: int) -> None:
    """All six of them, in at least nine of ten fleets."""
    named = [found_in(fleet(active, seed, silent=6, quiet=quiet)) for seed in range(SEEDS)]

    assert sum(each >= set(range(6)) for each in named) >= 0.9 * SEEDS
    assert sum(bool(each - set(range(6))) for each in named) <= max(1, LEVEL * SEEDS)


def test_a_project_rests_for_two_weeks_before_it_is_called_silent() -> None:
    """Used daily before: after as many full days without a use, and not after one less."""
    for days, named in ((LEAST_DAYS - 1, []), (LEAST_DAYS, ["a"])):
        end = 99 + days
        used = {"a": list(range(100)), "b": list(range(end + 1))}

        assert silent(used, {"a": end, "b": end}) == named


def test_a_silence_of_all_is_none_of_one() -> None:
    """Nothing was recorded anywhere: holidays, or a broken collect."""
    used = {name: list(range(100)) for name in "abc"}

    assert silent(used, dict.fromkeys("abc", 180)) == []


def test_a_project_that_was_not_collected_is_not_silent() -> None:
    """Only days up to its own last collect count."""
    used = {"a": list(range(100)), "b": list(range(200))}

    assert silent(used, {"a": 100, "b": 199}) == []
    assert silent({}, {}) == []
    assert silent({"a": []}, {"a": 5}) == []
