"""A project with files of its own beside its transcripts: whatever came first, each counts once."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from command_line import Program
from conftest import NOW, THOROUGH, execution, invocation, write_executions, write_skills
from schema.warehouse import Warehouse
from transcript_program import person, ready, run, verified
from transcript_worlds import AGENTS, NAMES, START, Claude, Expected, World, write


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return person(tmp_path, capsys, monkeypatch)


Key = tuple[str, str, date]


def plain(name: str) -> str:
    """A name without the plugin that it is said to be of."""
    return name.rpartition(":")[2] if not name.endswith(":") else name


def counted(rows: list[Expected], own: list[Key], setting: str) -> Counter[tuple[str, str]]:
    """How often each name counts: the project's own, and what only transcripts tell."""
    same = {(kind, plain(name), day) for kind, name, day in own}
    found = Counter((kind, name) for kind, name, _ in own)
    for row in rows:
        is_own = (row.kind, plain(row.name), row.at.date()) in same
        if setting == "on" or (setting == "auto" and not is_own):
            found[row.kind, row.name] += 1
    return found


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 2 * THOROUGH))]
)
def test_any_order_of_arrival_and_of_settings(program: Program, seed: int) -> None:
    """Transcripts, session-buddy's file, kaizen's files and settings come in any order: after each
    step what counts is what stands there, and nothing that was stored is lost."""
    dice = random.Random(seed)
    alpha = program.root / "work/alpha"
    ready(program, alpha)
    world = World(str(program.root / "work"), dice)
    session = Claude(world)
    for _ in range(8):
        session.turn("rest", ("skill", "agent:done"))
    day = f"{START:%Y-%m-%d}"
    skills: list[dict[str, object]] = []
    runs: list[dict[str, object]] = []
    read: list[Expected] = []
    own: list[Key] = []
    setting = "auto"
    steps = ["transcripts", "skills", "agents", "setting", "setting", "skills", "agents"]
    dice.shuffle(steps)
    for step in steps:
        if step == "transcripts":
            write(world, program.root / "home")
            read = world.rows
        elif step == "skills":
            name = f"own-plugin:{plain(dice.choice(NAMES))}"
            skills.append(invocation(name, f"{day}T09:{len(skills):02}:00+00:00"))
            write_skills(alpha, {"invocations": skills})
            own.append(("skill", name, START.date()))
        elif step == "agents":
            name = dice.choice(AGENTS)
            runs.append(execution(f"{day}T10:{len(runs):02}:00Z", agent=name))
            write_executions(alpha, name, [run for run in runs if run["agent"] == name])
            own.append(("agent", name, START.date()))
        else:
            setting = dice.choice(["auto", "on", "off"])
            run(program, "register-project", str(alpha), "--transcripts", setting)
        run(program, "refresh", *(["--full"] if dice.random() < 0.3 else []))

        answer = run(program, "top-skills", "--limit", "1000")
        told = {
            (row["kind"], row["skill_name"]): row["total_invocations"] for row in answer["data"]
        }
        assert told == counted(read, own, setting), (step, setting)
        assert stored_rows(program) == len(read) + len(own)
        left_out = len(read) + len(own) - sum(told.values())
        [checked] = run(program, "doctor")["data"]
        assert checked["transcripts_left_out"] == left_out
    verified(program)


def stored_rows(program: Program) -> Any:
    with Warehouse(program.warehouse).reading() as con:
        return con.execute("select count(*) from skill_usage").fetchall()[0][0]


@pytest.mark.slow
def test_archived_uses_leave_nothing_to_link_to(program: Program) -> None:
    """With their rows their pieces and links go, and reading all again brings none of them back."""
    world = World(str(program.root / "work"), random.Random(1))
    old = Claude(world)
    old.turn("rest", ("skill", "agent:completed", "agent:done"))
    world.now = NOW - timedelta(days=2)
    Claude(world).turn("rest", ("skill", "agent:completed"))
    write(world, program.root / "home")
    ready(program, program.root / "work/alpha")
    run(program, "refresh")
    before = run(program, "top-skills")["totals"]

    run(program, "retention", "--raw-days", "30", "--apply", "--yes")

    kept = told(program, "select kind || ':' || id from transcript_pieces where kind <> 'link'")
    linked = told(program, "select decode(data) from transcript_pieces where kind = 'link'")
    rows = told(program, KEYS)
    assert {each for each in kept if each.startswith("use:")} == {f"use:{key}" for key in rows}
    assert linked and linked <= kept
    assert 0 < len(rows) < before["total_invocations"]
    run(program, "refresh", "--full")
    assert run(program, "top-skills")["totals"] == before
    assert told(program, KEYS) == rows
    verified(program)


KEYS = "select idempotency_key from skill_usage where source_file_id is null"


def told(program: Program, query: str) -> set[str]:
    with Warehouse(program.warehouse).reading() as con:
        return {value for (value,) in con.execute(query).fetchall()}
