"""What Claude Code's files are, told by their paths, and what lies next to an agent's."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from collector.files.trees import Candidate, FileRefused, open_for_reading
from collector.transcripts import claude_records as records
from collector.transcripts import decoding
from collector.transcripts.facts import Agent

DEFAULT_RETENTION_DAYS = 30

_SETTINGS_LIMIT_BYTES = 1 << 20
_SESSION_DEPTH = 2
FileKind = Literal["session", "agent", "workflow_agent", "journal"]

_AGENT = re.compile(r"agent-(.{1,200})\.jsonl")
# Compactions and side questions are the client's own work on a copy of the session.
_INTERNAL = re.compile(r"agent-a(?:compact|side_question|prompt_suggestion)-")


class File(Struct, frozen=True):
    """What a file is, told by its path; ``agent`` is the agent's id, ``session`` a fallback."""

    kind: FileKind
    session: str | None = None
    agent: str | None = None


def classify(path: str) -> File | None:
    """The kind of the file at ``path`` below the root; None for one to leave out."""
    name = posixpath.basename(path)
    parts = path.split("/")
    if _INTERNAL.match(name):
        return None
    below = parts.index("subagents") if "subagents" in parts[:-1] else 0
    session = decoding.an_id(parts[below - 1]) if below else None
    workflow = "workflows" in parts[below:-1]
    if workflow and name == "journal.jsonl":
        return File("journal", session)
    match = _AGENT.fullmatch(name)
    if match:
        agent = decoding.an_id(match.group(1))
        kind: FileKind = "workflow_agent" if workflow else "agent"
        return File(kind, session, agent) if agent is not None else None
    if len(parts) > _SESSION_DEPTH:
        return None
    return File("session", decoding.an_id(name.removesuffix(".jsonl")))


class _Settings(Struct):
    cleanupPeriodDays: object = None


_settings = msgspec.json.Decoder(_Settings).decode


def retention_days(config: Path) -> int:
    """After how many days Claude Code deletes transcripts, by the ``settings.json`` in ``config``:
    the only thing that is read of it."""
    path = os.path.realpath(config / "settings.json")
    try:
        data = small_file(Candidate("settings.json", path, os.stat(path)), _SETTINGS_LIMIT_BYTES)
    except OSError:
        return DEFAULT_RETENTION_DAYS
    found = decoding.maybe(_settings, data) if data else None
    days = decoding.a_count(found.cleanupPeriodDays) if found else None
    return days or DEFAULT_RETENTION_DAYS


def small_file(candidate: Candidate, limit_bytes: int) -> bytes | None:
    """The file's bytes; None where it cannot be read or is larger."""
    try:
        descriptor = open_for_reading(candidate)
    except FileRefused:
        return None
    try:
        data = os.read(descriptor, limit_bytes + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return data if len(data) <= limit_bytes else None


def read_meta(data: bytes, agent: str, with_name: bool) -> Agent | None:
    """What an agent's ``.meta.json`` says of it: the call that started it and its type."""
    found = decoding.maybe(records.meta, data)
    if found is None:
        return None
    name = decoding.an_id(found.agentType) if with_name else None
    return Agent(agent, decoding.an_id(found.toolUseId), name)


def project_folder(project: Path | str) -> str:
    """The name that Claude Code gives a project's folder: not to be turned back, as each character
    that is no ASCII letter or digit becomes a hyphen."""
    return "".join(
        each if each.isascii() and each.isalnum() else "-" for each in os.fspath(project)
    )
