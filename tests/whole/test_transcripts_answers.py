"""What answers tell of transcripts, counted a second time from the truth in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from command_line import Program
from conftest import THOROUGH, execution, invocation, write_executions, write_skills
from transcript_program import person, ready, run, world_of
from transcript_worlds import Expected, World, write

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("transcripts-answers")]

SEEDS = range(2 * THOROUGH)
_collected: dict[int, tuple[World, bytes]] = {}


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return person(tmp_path, capsys, monkeypatch)


def collected(program: Program, seed: int) -> World:
    """A world whose transcripts were read in two nights; its warehouse is made once, and copied."""
    if seed not in _collected:
        world = collect(program, seed)
        _collected[seed] = world, program.warehouse.read_bytes()
    world, warehouse = _collected[seed]
    program.warehouse.parent.mkdir(parents=True, exist_ok=True)
    program.warehouse.write_bytes(warehouse)
    return world


def collect(program: Program, seed: int) -> World:
    """Such a world, with its files."""
    world = world_of(program, seed, sessions=12)
    ready(program, program.root / "work/alpha")
    write(world, program.root / "home", 0.5, world.dice)
    run(program, "refresh")
    write(world, program.root / "home")
    run(program, "refresh")
    return world


def named(world: World) -> dict[tuple[str, str], list[Expected]]:
    found: defaultdict[tuple[str, str], list[Expected]] = defaultdict(list)
    for row in world.rows:
        found[row.kind, row.name].append(row)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_tokens_are_those_of_the_runs(program: Program, seed: int) -> None:
    """Summed once over copies; nothing for skills and for runs that state none; those come last."""
    world = collected(program, seed)

    answer = run(program, "top-skills", "--sort", "tokens", "--limit", "100")

    wanted: dict[tuple[str, str], tuple[int, int] | None] = {}
    for key, rows in named(world).items():
        stated = [row.tokens for row in rows if row.tokens is not None]
        wanted[key] = (len(stated), sum(stated)) if stated else None
    told = {
        (row["kind"], row["skill_name"]): row["tokens"]
        and (row["tokens"]["runs"], row["tokens"]["total_tokens"])
        for row in answer["data"]
    }
    assert told == wanted
    assert any(wanted.values())
    order = [row["tokens"]["total_tokens"] for row in answer["data"] if row["tokens"]]
    assert order == sorted(order, reverse=True)
    assert all(row["tokens"] is None for row in answer["data"][len(order) :])
    for (kind, name), sums in wanted.items():
        [row] = run(program, "effectiveness", name, "--kind", kind)["data"]
        tokens = row["tokens"] and (row["tokens"]["runs"], row["tokens"]["total_tokens"])
        assert tokens == sums


@pytest.mark.parametrize("seed", range(THOROUGH))
def test_triggers_and_sources(program: Program, seed: int) -> None:
    """By who began it, and with only these uses, each answer has the numbers of the truth."""
    world = collected(program, seed)

    for (kind, name), rows in named(world).items():
        words = (name, "--kind", kind)
        [row] = run(program, "effectiveness", *words)["data"]
        begun = Counter(each.trigger for each in rows)
        assert {each["trigger"]: each["total_invocations"] for each in row["by_trigger"]} == begun
        assert [(each["source"], each["total_invocations"]) for each in row["by_source"]] == [
            ("claude_code", len(rows))
        ]
        for trigger in ("typed", "model", "subagent", "workflow"):
            wanted = outcomes([each for each in rows if each.trigger == trigger])
            for command in ("effectiveness", "compare"):
                answer = run(program, command, *words, "--trigger", trigger)
                assert [outcomes_of(each) for each in answer["data"][:1]] == wanted
                assert answer["filters"]["trigger"] == trigger
    for trigger in ("typed", "model", "subagent", "workflow"):
        answer = run(program, "top-skills", "--trigger", trigger, "--limit", "100")
        told = {(row["kind"], row["skill_name"]): outcomes_of(row) for row in answer["data"]}
        assert told == {
            key: found[0]
            for key, rows in named(world).items()
            if (found := outcomes([each for each in rows if each.trigger == trigger]))
        }


def outcomes(rows: list[Expected]) -> list[tuple[int, ...]]:
    """Successes, failures, abandoned and unknown; nothing of no rows."""
    counts = Counter(row.outcome for row in rows)
    names = ("success", "failure", "abandoned", "unknown")
    return [tuple(counts[each] for each in names)] if rows else []


def outcomes_of(row: dict[str, Any]) -> tuple[int, ...]:
    names = ("successful_completions", "failures", "abandoned", "unknown")
    return tuple(row[each] for each in names)


def sessions_of(world: World) -> dict[str, list[Expected]]:
    """The uses of each session in order; what a subagent uses is its session's."""
    found: defaultdict[str, list[Expected]] = defaultdict(list)
    for row in sorted(world.rows, key=lambda each: each.at):
        found[row.session].append(row)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_sessions_are_those_of_the_truth(program: Program, seed: int) -> None:
    """Each session has its uses, also those of its agents; a copied one is told once."""
    world = collected(program, seed)
    wanted = sessions_of(world)

    answer = run(program, "patterns", "sessions", "--sort", "busiest", "--limit", "1000")

    told = {row["session_id"]: row["total_invocations"] for row in answer["data"]}
    assert told == {session: len(rows) for session, rows in wanted.items()}
    assert any(row.trigger == "subagent" for rows in wanted.values() for row in rows)
    for session, rows in wanted.items():
        [row] = run(program, "patterns", "sessions", session)["data"]
        assert [(each["kind"], each["skill_name"], each["outcome"]) for each in row["uses"]] == [
            (each.kind, each.name, each.outcome) for each in rows
        ]


@pytest.mark.parametrize("seed", SEEDS)
def test_transitions_and_pairs_are_those_of_the_truth(program: Program, seed: int) -> None:
    """What follows what, and what is used together, within the sessions of the truth."""
    world = collected(program, seed)
    steps: Counter[tuple[tuple[str, str], tuple[str, str]]] = Counter()
    together: Counter[frozenset[tuple[str, str]]] = Counter()
    for rows in sessions_of(world).values():
        names = [(row.kind, row.name) for row in rows]
        steps.update(pairwise(names))
        together.update(map(frozenset, combinations(sorted(set(names)), 2)))
    every = ("--limit", "10000", "--all")

    transitions = run(program, "patterns", "transitions", "--min-times", "1", "--repeats", *every)
    pairs = run(program, "patterns", "pairs", "--min-sessions", "1", *every)

    assert {
        ((row["first_kind"], row["first_name"]), (row["then_kind"], row["then_name"])): row["times"]
        for row in transitions["data"]
    } == steps
    assert {
        frozenset(
            [(row["first_kind"], row["first_name"]), (row["second_kind"], row["second_name"])]
        ): row["sessions_together"]
        for row in pairs["data"]
    } == together


TRIGGERS = ("typed", "model", "subagent", "workflow")


@pytest.mark.slow
def test_patterns_of_uses_that_were_started_in_one_way(program: Program) -> None:
    """Sequences, pairs, sessions and hours are then those of these uses alone."""
    world = collected(program, 1)
    for trigger in TRIGGERS:
        uses = {
            session: chosen
            for session, rows in sessions_of(world).items()
            if (chosen := [row for row in rows if row.trigger == trigger])
        }
        steps: Counter[tuple[str, str]] = Counter()
        together: Counter[tuple[str, ...]] = Counter()
        for rows in uses.values():
            steps.update(pairwise(row.name for row in rows))
            together.update(combinations(sorted({row.name for row in rows}), 2))

        def asked(*words: str, trigger: str = trigger) -> Any:
            answer = run(program, "patterns", *words, "--trigger", trigger, "--limit", "10000")
            assert answer["filters"]["trigger"] == trigger
            return answer

        sessions = asked("sessions", "--sort", "busiest")["data"]
        assert {row["session_id"]: row["total_invocations"] for row in sessions} == {
            session: len(rows) for session, rows in uses.items()
        }
        followed = asked("transitions", "--min-times", "1", "--repeats", "--all")["data"]
        assert {
            (each["first_name"], each["then_name"]): each["times"] for each in followed
        } == steps
        pairs = asked("pairs", "--min-sessions", "1", "--all")["data"]
        assert {
            tuple(sorted((each["first_name"], each["second_name"]))): each["sessions_together"]
            for each in pairs
        } == together
        hours = Counter(
            (row.at.isoweekday(), row.at.hour) for rows in uses.values() for row in rows
        )
        assert {
            (each["weekday"], each["hour"]): each["total_invocations"]
            for each in asked("heatmap")["data"]
        } == hours
        assert asked("bottlenecks")["data"] == asked("alternatives")["data"] == []


@pytest.mark.slow
def test_uses_of_one_source(program: Program) -> None:
    """Each answer has the numbers of the files of that source, and of no other."""
    alpha = program.root / "work/alpha"
    wanted: dict[str, dict[tuple[str, str], tuple[int, ...]]] = {"codex": {}}
    world = collect(program, 2)
    wanted["claude_code"] = {key: outcomes(rows)[0] for key, rows in named(world).items()}
    write_executions(
        alpha, "Plan", [execution(f"2026-10-0{day}T09:00:00Z", agent="Plan") for day in (1, 2)]
    )
    wanted["kaizen"] = {("agent", "Plan"): (2, 0, 0, 0)}
    write_skills(alpha, {"invocations": [invocation("pdf", "2026-10-04T09:00:00+00:00")]})
    wanted["session-buddy"] = {("skill", "pdf"): (1, 0, 0, 0)}
    run(program, "refresh")
    every: Counter[tuple[str, str]] = Counter()
    for source, counts in wanted.items():
        answer = run(program, "top-skills", "--source", source, "--limit", "100")
        told = {(row["kind"], row["skill_name"]): outcomes_of(row) for row in answer["data"]}
        assert told == counts
        assert answer["filters"]["source"] == source.replace("-", "_")
        every.update({key: sum(each) for key, each in counts.items()})
        for (kind, name), one in list(counts.items())[:2]:
            for command in ("effectiveness", "compare"):
                data = run(program, command, name, "--kind", kind, "--source", source)["data"]
                assert outcomes_of(data[0]) == one
    unfiltered = run(program, "top-skills", "--limit", "100")["data"]
    assert {
        (each["kind"], each["skill_name"]): each["total_invocations"] for each in unfiltered
    } == (every)
    typed = run(program, "top-skills", "--source", "kaizen", "--trigger", "typed")
    assert typed["data"] == []

    ran = program("--json", "top-skills", "--source", "kaisen")
    assert ran.code == 2
    assert "kaisen" in ran.err and "kaizen" in ran.err
