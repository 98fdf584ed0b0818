"""Writes transcripts of Codex: a thread a session, and one of its own for each agent."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from json import dumps
from pathlib import Path

from cli.demo.client_sessions import AgentRun, ClientSession

SESSIONS = Path(".codex", "sessions")
VERSION = "0.146.0"

Line = Mapping[str, object]


def write(home: Path, folder: Path, sessions: Iterable[ClientSession]) -> None:
    """Write the sessions that were held in the project's folder: what a person named, and the
    agents."""
    for session in sessions:
        thread = thread_id(session)
        _write(home, thread, session.began, _thread(session, thread, str(folder)))
        for turn in session.turns:
            for run in turn.agents:
                child = _id(f"{session.session_id}/{run.at}", run.at)
                _write(home, child, run.at, _child(run, child, thread, str(folder)))


def thread_id(session: ClientSession) -> str:
    """The id that the client gives the session."""
    return _id(session.session_id, session.began)


def _thread(session: ClientSession, thread: str, cwd: str) -> Iterator[Line]:
    yield _meta(session.began, thread, cwd, "cli")
    for turn in session.turns:
        use, at = turn.use, turn.use.invoked_at
        turn_id = _id(f"{thread}/{at}", at)
        yield _event(at - timedelta(milliseconds=5), "task_started", turn_id=turn_id)
        if turn.is_typed:
            text = f"<skill>\n<name>{use.skill_name}</name>\n<path>SKILL.md</path>\n</skill>"
            content = [{"type": "input_text", "text": text}]
            message = {"type": "message", "role": "user", "content": content}
            yield _line(at, "response_item", message)
        end = at + timedelta(seconds=min(use.duration_seconds or 3, 15))
        if use.completed:
            yield _event(end, "task_complete", turn_id=turn_id)
        elif use.error_type is not None:
            error = {"codex_error_info": "other"}
            yield _event(end, "task_complete", turn_id=turn_id, error=error)
        elif use.duration_seconds is not None:
            yield _event(end, "turn_aborted", turn_id=turn_id)


def _child(run: AgentRun, child: str, parent: str, cwd: str) -> Iterator[Line]:
    spawn = {"parent_thread_id": parent, "depth": 1, "agent_role": run.name}
    yield _meta(run.at, child, cwd, {"subagent": {"thread_spawn": spawn}})
    turn_id = _id(f"{child}/turn", run.at + timedelta(milliseconds=1))
    yield _event(run.at + timedelta(milliseconds=1), "task_started", turn_id=turn_id)
    end = run.at + timedelta(milliseconds=run.duration_ms)
    read, written, cached = run.tokens
    counts = {
        "input_tokens": read + cached,
        "cached_input_tokens": cached,
        "output_tokens": written,
        "total_tokens": read + cached + written,
    }
    info = {"total_token_usage": counts, "last_token_usage": counts}
    yield _event(end, "token_count", info=info)
    failed = {} if run.success else {"error": {"codex_error_info": "other"}}
    yield _event(end, "task_complete", turn_id=turn_id, **failed)


def _meta(at: datetime, thread: str, cwd: str, source: object) -> Line:
    payload = {"id": thread, "cwd": cwd, "cli_version": VERSION, "source": source}
    return _line(at, "session_meta", payload)


def _event(at: datetime, kind: str, **fields: object) -> Line:
    return _line(at, "event_msg", {"type": kind, **fields})


def _line(at: datetime, kind: str, payload: Mapping[str, object]) -> Line:
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"timestamp": stamp, "type": kind, "payload": payload}


def _write(home: Path, thread: str, at: datetime, lines: Iterable[Line]) -> None:
    folder = home / SESSIONS / f"{at:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"rollout-{at:%Y-%m-%dT%H-%M-%S}-{thread}.jsonl"
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{dumps(line)}\n" for line in lines)


def _id(of: str, at: datetime) -> str:
    """An id that begins with its time, as these clients make them; the same for the same text."""
    ms = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    text = f"{ms:012x}7{sha256(of.encode()).hexdigest()[:19]}"
    text = f"{text[:16]}8{text[17:]}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"
