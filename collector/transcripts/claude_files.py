"""What Claude Code's files are, told by their paths, and what lies beside an agent's."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from collector.transcripts import claude_records as records
from collector.transcripts import decoding
from collector.transcripts.facts import Agent

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
    above = parts[-3] if len(parts) > 2 and parts[-2] == "subagents" else None
    if "workflows" in parts[:-1] and "subagents" in parts:
        session = parts[parts.index("subagents") - 1]
        if name == "journal.jsonl":
            return File("journal", session)
        match = _AGENT.fullmatch(name)
        return File("workflow_agent", session, match.group(1)) if match else None
    match = _AGENT.fullmatch(name)
    if match:
        return File("agent", above, match.group(1))
    return File("session", name.removesuffix(".jsonl")) if len(parts) <= 2 else None


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
