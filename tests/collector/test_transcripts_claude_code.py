"""Claude Code's transcripts: rows are those of the truth, however and in whatever pieces read."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.transcripts import claude_code, claude_files, kept_pieces, owners, reading, roots
from conftest import THOROUGH
from transcript_collector import EPOCH, Collector, Warehoused, cuts, tell_in_pieces, told
from transcript_ends import ENDS, LOAD_ERRORS, SECRET
from transcript_worlds import COPIES, NEVER, Claude, World, expected, write
from transcript_worlds import claude_world as make_world

PER_EXAMPLE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work/alpha").mkdir(parents=True)
    return tmp_path / "work"


@settings(max_examples=10 * THOROUGH, suppress_health_check=PER_EXAMPLE)
@given(seed=st.integers(0, 10**9), nights=st.integers(1, 5))
def test_any_world_in_any_pieces(
    tmp_path_factory: pytest.TempPathFactory, seed: int, nights: int
) -> None:
    """At once or night by night, in any order, cut anywhere, read again in full: the truth. And
    nothing is lost and nothing invented when files are trimmed, deleted or renamed, before they are
    whole or afterwards."""
    base = tmp_path_factory.mktemp("world")
    (base / "work/alpha").mkdir(parents=True)
    dice = random.Random(seed)
    world = make_world(str(base / "work"), dice)

    collector = tell_in_pieces(base, world, nights, dice)

    kept = collector.kept()
    assert SECRET.encode() not in kept and NEVER.encode() not in kept
    assert not collector.rejects


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_night_loads_what_is_linked(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Of the pieces in the database a night loads those that its own are linked to, and the rows
    are those of all."""
    monkeypatch.setattr(kept_pieces, "MOST", float("inf"))
    dice = random.Random(seed)
    world = make_world(str(work), dice)
    collector = Warehoused(tmp_path / "home", work, dice)
    for night in range(1, 5):
        write(world, tmp_path / "home", night / 5, dice)
        collector.night()
    write(world, tmp_path / "home")

    assert told(collector.night()) == expected(world)


def test_pieces_that_were_kept_without_links(tmp_path: Path, work: Path) -> None:
    """They are linked when they are needed first."""
    world = World(str(work), random.Random(13))
    session = Claude(world)
    session.turn("rest", ("skill", "agent:launched"))
    write(world, tmp_path / "home")
    collector = Warehoused(tmp_path / "home", work, world.dice)
    collector.night()
    query = "select kind, id, data from transcript_pieces order by all"
    whole = collector.con.execute(query).fetchall()
    collector.con.execute("delete from transcript_pieces where kind = 'link'")

    kept_pieces.related_pieces(collector.con, {"use:x"})

    assert collector.con.execute(query).fetchall() == whole
    assert any(kind == "link" for kind, *_ in whole)


@pytest.mark.parametrize("seed", range(8))
def test_searching_gives_what_decoding_gives(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Without the search each line is decoded, and the rows are the same."""
    world = make_world(str(work), random.Random(seed), sessions=6)
    write(world, tmp_path / "home")
    searched = Collector(tmp_path / "home", work, world.dice)
    rows = told(searched.night())
    monkeypatch.setattr(claude_code, "_MARKERS", ())
    decoded = Collector(tmp_path / "home", work, world.dice)

    assert told(decoded.night()) == rows == expected(world)


@pytest.mark.parametrize("error", LOAD_ERRORS)
def test_a_skill_that_was_not_loaded(tmp_path: Path, work: Path, error: str) -> None:
    """What refused or stopped a skill is its end, whatever becomes of the turn."""
    world = World(str(work), random.Random(1))
    Claude(world).turn("rest", (f"skill:{error}", "skill"), typed=True)
    write(world, tmp_path / "home")

    assert told(Collector(tmp_path / "home", work, world.dice).night()) == expected(world)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("typed", [False, True], ids=["model", "typed"])
def test_how_a_turn_ends(tmp_path: Path, work: Path, end: str, typed: bool) -> None:
    """Several uses in a turn share its end; only typed ones have a duration."""
    world = World(str(work), random.Random(2))
    session = Claude(world)
    session.turn(end, ("skill", "skill"), typed=typed)
    session.turn("interrupt", ())
    write(world, tmp_path / "home")

    assert told(Collector(tmp_path / "home", work, world.dice).night()) == expected(world)


def test_an_interrupt_may_stand_beside_a_result(tmp_path: Path, work: Path) -> None:
    """Some versions write both into one message."""
    world = World(str(work), random.Random(11))
    session = Claude(world)
    session.turn("interrupt", ("skill",))
    marker = session.lines.pop()
    call = {"type": "tool_result", "tool_use_id": "toolu_x", "content": SECRET}
    record = json.loads(marker)
    record["message"]["content"].insert(0, call)
    session.lines.append(json.dumps(record, separators=(",", ":")).encode())
    write(world, tmp_path / "home")

    assert told(Collector(tmp_path / "home", work, world.dice).night()) == expected(world)


AGENT_ENDS = [
    "done",
    "error",
    "no_such",
    "refused",
    "mate",
    "completed",
    "failed",
    "killed",
    "kill_all",
    "launched",
]


@pytest.mark.parametrize("how", AGENT_ENDS)
@pytest.mark.parametrize("seed", range(4))
def test_how_an_agent_ends(tmp_path: Path, work: Path, how: str, seed: int) -> None:
    """A run ends as its result, notice or stop says, and so do the skills inside it."""
    world = World(str(work), random.Random(seed))
    session = Claude(world)
    session.turn("rest", (f"agent:{how}", "skill"))
    session.turn("interrupt", ())
    write(world, tmp_path / "home")

    assert told(Collector(tmp_path / "home", work, world.dice).night()) == expected(world)


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("first", [0, 1], ids=["original", "copy"])
def test_a_copied_session_counts_once(tmp_path: Path, work: Path, how: str, first: int) -> None:
    """Whichever file is read first, a repeated record is one row, of the session told."""
    world = World(str(work), random.Random(3))
    session = Claude(world)
    session.turn("rest", ("skill", "agent:done", "agent:completed"), typed=True)
    copy = session.copy(how)
    copy.turn("rest", ("skill",))
    session.turn("interrupt", ("skill",))
    collector = Collector(tmp_path / "home", work, world.dice)
    later = world.files.pop([session.path, copy.path][1 - first])
    write(world, tmp_path / "home")
    collector.night()
    world.files[[session.path, copy.path][1 - first]] = later
    write(world, tmp_path / "home")

    assert told(collector.night()) == expected(world)


TURNS = [
    ("woken_then_interrupted", ("skill", "agent:done"), False),
    ("last_word", ("slash", "skill:refused", "agent:error"), True),
    ("api", ("forked:background", "agent:completed", "skill"), False),
]


@pytest.mark.slow
@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn[0])
def test_every_cut_of_a_file(
    tmp_path: Path, work: Path, turn: tuple[str, tuple[str, ...], bool]
) -> None:
    """A file may end at any byte when it is read: what is read later makes the same rows."""
    end, uses, old = turn
    world = World(str(work), random.Random(4))
    session = Claude(world, old=old)
    session.turn(end, uses, typed=True)
    path = tmp_path / "home" / session.path
    write(world, tmp_path / "home")
    data = path.read_bytes()
    for cut in cuts(data, every=THOROUGH > 1):
        path.write_bytes(data[:cut])
        collector = Collector(tmp_path / "home", work, world.dice)
        collector.night()
        path.write_bytes(data)

        assert told(collector.night()) == expected(world), cut
        assert not collector.rejects


@pytest.mark.parametrize("before", [False, True], ids=["read whole before", "read whole after"])
def test_an_echo_without_its_call(tmp_path: Path, work: Path, before: bool) -> None:
    """What a slash command of the model shows afterwards looks typed where the file lost the call.
    It is no use for whoever has read the call, first or last."""
    world = World(str(work), random.Random(12))
    session = Claude(world, old=True)
    session.turn("interrupt", ("slash", "skill"))
    write(world, tmp_path / "home")
    collector = Collector(tmp_path / "home", work, world.dice)
    path = tmp_path / "home" / session.path
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    call = next(at for at, line in enumerate(lines) if b"SlashCommand" in line)
    trimmed = b"".join(lines[call + 1 :])
    for data in (trimmed, whole) if before else (whole, trimmed):
        path.write_bytes(data)
        rows = collector.night()

    assert told(rows) == expected(world)
    assert told(collector.night(full=True)) == expected(world)


@pytest.mark.parametrize("how", ["deleted", "tail cut off", "head cut off", "emptied"])
def test_what_vanishes_stays(tmp_path: Path, work: Path, how: str) -> None:
    """Clients delete after a month, and people trim: rows and ends stay as they were."""
    world = World(str(work), random.Random(5))
    session = Claude(world)
    session.turn("rest", ("skill", "skill:unknown", "agent:done"), typed=True)
    session.turn("interrupt", ("skill",))
    write(world, tmp_path / "home")
    collector = Collector(tmp_path / "home", work, world.dice)
    collector.night()
    path = tmp_path / "home" / session.path
    lines = path.read_bytes().splitlines(keepends=True)
    if how == "deleted":
        path.unlink()
    else:
        half = len(lines) // 2
        kept = {"tail cut off": lines[:half], "head cut off": lines[half:], "emptied": []}[how]
        path.write_bytes(b"".join(kept))

    assert told(collector.night()) == expected(world)
    assert told(collector.night(full=True)) == expected(world)


def test_a_workflow_runs_agents(tmp_path: Path, work: Path) -> None:
    """An agent of a workflow ends when the journal has its result; before that nobody knows."""
    world = World(str(work), random.Random(6))
    session = Claude(world)
    session.turn("rest", ())
    base = f"{session.folder}/{session.id}/subagents/workflows/wf_1"
    journal = world.files.setdefault(f"{base}/journal.jsonl", [b'{"type":"launched"}'])
    for number, done in enumerate((True, False)):
        agent = f"a{number}"
        session.lines = world.files.setdefault(f"{base}/agent-{agent}.jsonl", [])
        start = session.person(SECRET, isSidechain=True, agentId=agent)
        end = session.says({"type": "text", "text": SECRET}, stop="end_turn", isSidechain=True)
        row = world.want("agent", "workflow-subagent", "workflow", session.id, start)
        if done:
            journal.append(f'{{"type":"result","agentId":"{agent}","result":"{SECRET}"}}'.encode())
            row.outcome, row.duration_ms = "success", round((end - start).total_seconds() * 1000)
        world.files[f"{base}/agent-{agent} (conflicted copy).jsonl"] = session.lines
    write(world, tmp_path / "home")

    assert told(Collector(tmp_path / "home", work, world.dice).night()) == expected(world)


def test_internal_agents_are_no_runs(tmp_path: Path, work: Path) -> None:
    """A compaction works on a copy of the session; a warm-up was asked for by nobody."""
    world = World(str(work), random.Random(7))
    session = Claude(world)
    session.turn("rest", ("skill",))
    world.files[f"{session.folder}/{session.id}/subagents/agent-acompact-1.jsonl"] = session.lines
    own, session.lines = (
        session.lines,
        world.files.setdefault(f"{session.folder}/agent-w.jsonl", []),
    )
    session.person("Warmup", isSidechain=True, agentId="w")
    session.lines = own
    write(world, tmp_path / "home")

    assert told(Collector(tmp_path / "home", work, world.dice).night()) == expected(world)


def test_what_is_nobodys_is_counted_and_not_kept(tmp_path: Path, work: Path) -> None:
    """No name of a project that is not registered is kept, in rows, pieces or checkpoints."""
    world = World(str(work), random.Random(9))
    session = Claude(world, cwd="unregistered")
    session.turn("open", ("skill", "agent:completed", "agent:done", "skill:unknown"), typed=True)
    write(world, tmp_path / "home")
    collector = Collector(tmp_path / "home", work, world.dice)
    counted = 0
    owner = owners.Owners(collector.projects)
    for found in roots.find("claude_code", tmp_path / "home/.claude/projects"):
        assert isinstance(found, roots.Found)
        counted += reading.read(found, None, owner).facts.unattributed

    assert collector.night() == []
    assert counted == len(world.rows)
    assert not any(row.name.encode() in collector.kept() for row in world.rows)

    collector.projects[str(work / "unregistered")] = "alpha"
    assert told(collector.night(full=True)) == expected(world)


def test_a_project_that_is_forgotten(tmp_path: Path, work: Path) -> None:
    """Its uses go; the others stay."""
    world = World(str(work), random.Random(10))
    Claude(world).turn("rest", ("skill",))
    Claude(world, cwd="beta").turn("rest", ("skill",))
    world.rows[1].project = "beta"
    write(world, tmp_path / "home")
    collector = Warehoused(tmp_path / "home", work, world.dice)
    collector.projects[str(work / "beta")] = "beta"
    collector.night()
    store = kept_pieces.all_pieces(collector.con)
    gone = store.forget("beta")
    kept_pieces.delete(collector.con, gone)

    assert [piece.kind for piece in gone] == ["use"]
    assert told(list(store.rows())) == expected(world)[:1]
    assert told(list(kept_pieces.all_pieces(collector.con).rows())) == expected(world)[:1]
    linked = collector.con.execute(
        "select decode(data) from transcript_pieces where kind = 'link'"
    ).fetchall()
    assert linked and not {f"use:{piece.id}" for piece in gone} & {each for (each,) in linked}


@pytest.mark.parametrize(
    ("text", "days"),
    [('{"cleanupPeriodDays": 99, "env": {}}', 99), ("{}", 30), ("rubbish", 30), (None, 30)],
)
def test_how_long_transcripts_are_there(tmp_path: Path, text: str | None, days: int) -> None:
    """Thirty days unless the settings say otherwise."""
    if text is not None:
        (tmp_path / "settings.json").write_text(text)

    assert claude_files.retention_days(tmp_path) == days


def test_a_projects_folder_has_a_name_of_hyphens() -> None:
    """The name is made from the path, and never turned back into one."""
    assert claude_files.project_folder("/home/dev/a_b.c/日本") == "-home-dev-a-b-c---"


def test_tokens_of_a_run(tmp_path: Path, work: Path) -> None:
    """A result's usage is a run's tokens, once, also where the session was copied."""
    world = World(str(work), random.Random(8))
    session = Claude(world)
    session.person(SECRET)
    call, at = session.calls("Agent", {"subagent_type": "Plan"})
    usage = {
        "input_tokens": 3,
        "output_tokens": 5,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 11,
    }
    result = {"status": "completed", "totalDurationMs": 1, "totalTokens": 26, "usage": usage}
    session.gets(call, "done", result)
    session.copy("fork")
    write(world, tmp_path / "home")
    (row,) = Collector(tmp_path / "home", work, world.dice).night()

    assert row.tokens is not None
    assert (row.tokens.input, row.tokens.output, row.tokens.cache, row.tokens.total) == (
        3,
        5,
        18,
        26,
    )
    assert row.invoked_us == (at - EPOCH) // timedelta(microseconds=1)
