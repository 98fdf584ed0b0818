"""``workflows``: what ran, how it ended, and with which skills; only where that is beyond doubt."""

from __future__ import annotations

import json
import random
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from aggregator.reports.workflows.executions import Execution, Pair
from aggregator.reports.workflows.workflows import compared, rank_sum
from aggregator.statistics import ranks
from command_line import Program, cells, faults
from conftest import NOW, THOROUGH, invocation, write_skills, write_workflows

BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def execution(
    root: Path, status: str = "completed", begin: float = 0, minutes: float = 30, **fields: object
) -> dict[str, object]:
    """One entry of the engine's file: it began so many hours after ``BEGIN``, on ``app``."""
    begun = BEGIN + timedelta(hours=begin)
    ended = begun + timedelta(minutes=minutes)
    return {
        "status": status,
        "repos": [str(root / "app")],
        "created_at": begun.replace(tzinfo=None).isoformat(),
        "updated_at": ended.replace(tzinfo=None).isoformat(),
        **fields,
    }


def use(name: str, after: float, session: str | None = None) -> dict[str, object]:
    """One use so many hours after ``BEGIN``."""
    at = (BEGIN + timedelta(hours=after)).replace(tzinfo=None)
    return invocation(name, at.isoformat(), session_id=session)


def collected(run: Program, document: object, records: list[dict[str, object]]) -> None:
    write_workflows(run.folder("engine"), document)
    write_skills(run.folder("app"), {"invocations": records, "last_updated": ""})
    for name in ("engine", "app"):
        assert run("register-project", str(run.root / name)).code == 0
    assert run("refresh").code == 0


def answer(run: Program, *words: str) -> Any:
    done = run("workflows", *words, "--json")
    assert (done.code, done.err, faults(done.json, "workflows")) == (0, "", [])
    return done.json


# ---------------------------------------------------------------- how they end


def test_workflows_are_told_by_the_name_in_their_id(run: Program) -> None:
    """Ends by the engine's word; what has no end is no part of the rate; a clock that went back."""
    root = run.root
    collected(
        run,
        {
            "wf_00000001_tidy": execution(root, minutes=10),
            "wf_00000002_tidy": execution(root, "failed", 1, 20),
            "wf_00000003_tidy": execution(root, "cancelled", 2, -5),
            "wf_00000004_tidy": execution(root, "running", 3),
            "wf_00000005_tidy": execution(root, "timeout", 4, 40),
            "wf_00000006_two_words": execution(root, "Completed", 5),
            "by hand": execution(root, "pending", 6, updated_at=None),
        },
        [],
    )

    told = answer(run)
    rows = {row["workflow_name"]: row for row in told["data"]}

    assert list(rows) == ["tidy", "two_words", None]
    tidy = rows["tidy"]
    counts = ("executions", "successful_completions", "failures", "abandoned", "open", "durations")
    assert [tidy[each] for each in counts] == [5, 1, 2, 1, 1, 3]
    assert (tidy["success_rate"], tidy["p50_duration_ms"]) == (0.25, 20 * 60_000)
    assert tidy["success_rate_low"] == pytest.approx(
        stats.binomtest(1, 4).proportion_ci(method="wilson").low
    )
    assert told["totals"]["statuses"]["cancelled"] == 1
    assert (rows[None]["open"], rows[None]["success_rate"]) == (1, None)
    assert run("workflows").lines[0] == (
        "3 workflows ran 7 times: 2 of 5 finished runs completed (40.0%, 12-77%); 2 not finished:"
        " all time"
    )


def test_a_span_is_about_the_day_on_which_they_began(run: Program) -> None:
    collected(
        run,
        {
            "wf_00000001_tidy": execution(run.root),
            "wf_00000002_tidy": execution(run.root, begin=17),
        },
        [],
    )

    assert answer(run, "--until", "2026-11-02")["totals"]["executions"] == 1
    assert answer(run, "--since", "2026-11-03")["totals"]["executions"] == 1
    assert answer(run, "--project", "app")["totals"]["executions"] == 0
    assert "No workflow runs recorded (day 2026-11-20)." in run("workflows", "--days", "1").lines
    assert run("workflows", "tydi").code == 2
    assert "Did you mean tidy?" in run("workflows", "tydi").err


# ---------------------------------------------------------------- which uses were part of them


def pairs_of(told: Any) -> dict[str, list[tuple[str, str, int]]]:
    [row] = told["data"]
    return {
        each["workflow_id"][3:11]: [
            (s["skill_name"], s["paired_by"], s["uses"]) for s in each["skills"]
        ]
        for each in row["runs"]
    }


def test_uses_pair_by_session_or_where_nothing_else_comes_into_question(run: Program) -> None:
    """By session wherever it is; by time only in the project it ran for, and only by one alone."""
    root = run.root
    document = {
        "wf_00000001_tidy": execution(root),
        "wf_00000002_tidy": execution(root, begin=5, minutes=60),
        "wf_00000003_tidy": execution(root, begin=5.5, minutes=60),
        "wf_00000004_tidy": execution(root, begin=10, repos=["/somewhere/else"]),
        "wf_00000005_tidy": execution(root, begin=20, repos=None),
    }
    records = [
        use("alone", 0.1),
        use("alone", 0.2),
        use("edge", 0.5),
        use("too-late", 0.51),
        use("first-only", 5.2),
        use("both", 5.7),
        use("its-own", 5.8, "wf_00000003_tidy"),
        use("elsewhere", 10.1),
        use("by-session", 30, "wf_00000005_tidy"),
    ]
    collected(run, document, records)

    told = answer(run, "tidy")

    assert pairs_of(told) == {
        "00000001": [("alone", "time", 2), ("edge", "time", 1)],
        "00000002": [("both", "doubtful", 1), ("first-only", "time", 1)],
        "00000003": [("both", "doubtful", 1), ("its-own", "session", 1)],
        "00000004": [],
        "00000005": [("by-session", "session", 1)],
    }
    totals = told["totals"]
    assert (totals["paired_by_session"], totals["paired_by_time"], totals["doubtful"]) == (2, 2, 2)
    # The first and the last; two are in doubt, and one ran where nobody looks.
    assert totals["observed"] == 2


def test_an_execution_without_an_end_makes_others_doubtful_for_a_day(run: Program) -> None:
    """It may have been at work still; longer than a day it is taken for dead."""
    document = {
        "wf_00000001_stuck": execution(run.root, "running", -1),
        "wf_00000002_tidy": execution(run.root, begin=2),
        "wf_00000003_tidy": execution(run.root, begin=50),
    }
    collected(run, document, [use("one", 2.1), use("two", 50.1)])

    assert pairs_of(answer(run, "tidy")) == {
        "00000003": [("two", "time", 1)],
        "00000002": [("one", "doubtful", 1)],
    }


# ---------------------------------------------------------------- with and without a skill


def history(
    dice: random.Random, with_it: float, without: float, slower: float = 1.0
) -> tuple[list[Execution], dict[Execution, list[Pair]]]:
    """120 executions, a third of them with a skill: success rates, and how much longer it takes."""
    runs, found = [], {}
    for number in range(120):
        used = number % 3 == 0
        good = dice.random() < (with_it if used else without)
        took = timedelta(seconds=dice.lognormvariate(5, 0.7) * (slower if used else 1))
        run = Execution(
            "p", f"wf_{number:08x}_t", "t", "s", "success" if good else "failure", NOW, NOW + took,
            ("p",),
        )  # fmt: skip
        runs.append(run)
        found[run] = [Pair("skill", "common", "time", 1)] * (dice.random() < 0.5)
        found[run] += [Pair("skill", "planted", "session", 1)] * used
    return runs, found


def test_executions_that_do_not_differ_are_rarely_said_to() -> None:
    """A word on either of two skills in at most one of twenty histories, of each kind of word."""
    wrong = {"outcome": 0, "duration": 0}
    histories = 200 * THOROUGH
    for number in range(histories):
        told = compared(*history(random.Random(f"same {number}"), 0.8, 0.8))
        wrong["outcome"] += any(each.outcome in ("more", "fewer") for each in told)
        wrong["duration"] += any(each.duration in ("longer", "shorter") for each in told)

    shares = {key: n / histories for key, n in wrong.items()}
    assert max(shares.values()) <= 0.05, shares


def test_executions_that_differ_by_a_skill_are_found() -> None:
    """55 % against 90 %, and twice the time, with 40 against 80: each in 90 of 100 histories."""
    found = {"outcome": 0, "duration": 0}
    histories = 100 * THOROUGH
    for number in range(histories):
        told = compared(*history(random.Random(f"differ {number}"), 0.55, 0.9, 2.0))
        [planted] = [each for each in told if each.skill_name == "planted"]
        found["outcome"] += planted.outcome == "fewer"
        found["duration"] += planted.duration == "longer"

    shares = {key: n / histories for key, n in found.items()}
    assert min(shares.values()) >= 0.9, shares


def test_ranks_are_those_of_another_implementation() -> None:
    """With many ties and with none, as scipy ranks and tests them."""
    dice = random.Random(7)
    for spread in (3, 10, 10**9):
        values = [float(dice.randrange(spread)) for _ in range(25)]
        others = [float(dice.randrange(spread)) for _ in range(40)]

        found = rank_sum(values, others)

        expected = stats.mannwhitneyu(values, others, method="asymptotic")
        assert found.superiority == pytest.approx(expected.statistic / (25 * 40))
        assert ranks.equality(found) == pytest.approx(expected.pvalue)


def test_a_skill_that_goes_with_failures_is_told_with_its_numbers(run: Program) -> None:
    """From files to the screen: with it, without it, and that it need not be the cause."""
    document, records = {}, []
    for number in range(60):
        status = "failed" if number % 3 == 0 and number % 4 else "completed"
        minutes = 40 if number % 3 == 0 else 10 + number / 100
        document[f"wf_{number:08x}_tidy"] = execution(run.root, status, number, minutes)
        if number % 3 == 0:
            records.append(use("debug", number + 0.05))
    records += [use("rare", 0.06), use("rare", 1.06)]
    collected(run, document, records)

    [row] = answer(run, "tidy")["data"]
    debug, rare = row["skills"]

    assert (debug["with"]["success_rate"], debug["with"]["executions"]) == (0.25, 20)
    assert (debug["without"]["success_rate"], debug["change"]) == (1.0, -0.75)
    assert (debug["outcome_verdict"], debug["duration_verdict"]) == ("fewer", "longer")
    assert debug["with"]["p50_duration_ms"] == 40 * 60_000
    assert (rare["skill_name"], rare["outcome_verdict"], rare["outcome_p_value"]) == (
        "rare",
        "insufficient data",
        None,
    )
    screen = run("workflows", "tidy")
    assert "less often" in screen.out
    assert "Correlation only" in screen.out
    for evidence in (row["evidence"], debug["evidence"]):
        assert run("--json", *shlex.split(evidence)[1:]).code == 0


def test_odd_names_neither_break_the_screen_nor_the_line(
    run: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = "-\x1b[31m検索と要約を行うとても長い名前 `|* " + "x" * 70
    collected(run, {f"wf_00000001_{odd}": execution(run.root)}, [use(odd, 0.1)])
    monkeypatch.setenv("COLUMNS", "80")

    for words in (["workflows"], ["workflows", "--", odd]):
        done = run(*words)
        assert done.code == 0
        assert "\x1b" not in done.out
        assert max(cells(line) for line in done.lines) <= 80
    assert json.dumps(answer(run)["data"][0]["workflow_name"]) == json.dumps(odd)


def test_where_no_engine_left_anything_it_says_so(run: Program) -> None:
    """Nothing registered, then nothing collected, then no workflow."""
    run.lay_empty()
    assert run("workflows").lines[0].startswith("No project is registered yet")
    assert run("register-project", str(run.folder("empty"))).code == 0
    assert run("workflows").lines[0] == "Nothing has been collected yet: skillhouse refresh"
    write_skills(run.root / "empty", {"invocations": [use("a", 1)], "last_updated": ""})
    assert run("refresh").code == 0
    assert "No workflow runs recorded (all time)." in run("workflows").lines
