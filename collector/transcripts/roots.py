"""Where each tool keeps its transcripts, and which files are there, found without opening one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from collector.files.trees import Candidate, Entry, Refusal, printable
from collector.parameters import Tool

TOOLS: tuple[Tool, ...] = get_args(Tool)

_MAX_DEPTH = 32
_FOLDERS: dict[Tool, tuple[str, ...]] = {
    "claude_code": ("",),
    "codex": ("sessions", "archived_sessions"),
    "copilot": ("",),
}


def default_root(tool: Tool, environment: Mapping[str, str], home: Path) -> Path:
    """The absolute folder in which ``tool`` keeps its transcripts unless told otherwise."""
    if tool == "claude_code":
        base = environment.get("CLAUDE_CONFIG_DIR") or home / ".claude"
        return Path(base).absolute() / "projects"
    if tool == "codex":
        return Path(environment.get("CODEX_HOME") or home / ".codex").absolute()
    return Path(environment.get("COPILOT_HOME") or home / ".copilot").absolute() / "session-state"


@dataclass(frozen=True)
class Found:
    """A transcript: its path below the root, ``/`` between, and how it looked."""

    tool: Tool
    candidate: Candidate

    def fingerprint(self) -> str:
        """How it and what lies next to it looked; equal as long as nothing was written."""
        looks = _look(self.candidate)
        for each in self.candidate.beside:
            looks += f"|{_look(each)}"
        return looks


def _look(candidate: Candidate) -> str:
    status = candidate.status
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def find(tool: Tool, root: Path | str) -> Iterator[Found | Refusal]:
    """Every transcript below ``root``, in order of path, and what only has a transcript's name.

    The root itself may be a link; a link inside that leads out of it is refused. One look at each
    folder and one at each file; nothing is opened.
    """
    real = os.path.realpath(root)
    for folder in _FOLDERS[tool]:
        for entry in _walk(real, folder, 0):
            if isinstance(entry, Refusal):
                yield entry
            elif tool != "copilot" or entry.path.endswith("/events.jsonl"):
                yield Found(tool, entry)


def _walk(root: str, folder: str, depth: int) -> Iterator[Entry]:
    if depth > _MAX_DEPTH:
        yield Refusal(printable(folder), f"lies more than {_MAX_DEPTH} folders deep")
        return
    try:
        with os.scandir(os.path.join(root, folder) if folder else root) as listing:
            entries = sorted(listing, key=lambda each: each.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as exc:
        yield Refusal(printable(folder or "."), _why(exc))
        return
    metas = {each.name: each for each in entries if each.name.endswith(".meta.json")}
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        named = entry.name.endswith(".jsonl")
        try:
            if entry.is_dir(follow_symlinks=False):
                if named:
                    yield Refusal(printable(path), "is a folder with a file's name")
                else:
                    yield from _walk(root, path, depth + 1)
            elif entry.is_symlink():
                yield from _linked(root, path, entry, named)
            elif named:
                yield _file(
                    path, entry, metas.get(f"{entry.name.removesuffix('.jsonl')}.meta.json")
                )
        except FileNotFoundError:
            continue
        except OSError as exc:
            yield Refusal(printable(path), _why(exc))


def _file(path: str, entry: os.DirEntry[str], meta: os.DirEntry[str] | None) -> Entry:
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return Refusal(printable(path), "is not a regular file")
    beside: tuple[Candidate, ...] = ()
    if meta is not None and meta.is_file(follow_symlinks=False):
        near = f"{path.rpartition('/')[0]}/{meta.name}".lstrip("/")
        beside = (Candidate(near, meta.path, meta.stat(follow_symlinks=False)),)
    return Candidate(path, entry.path, status, beside)


def _linked(root: str, path: str, entry: os.DirEntry[str], named: bool) -> Iterator[Entry]:
    """A link is not followed: what it names inside the root is found at its own place."""
    real = os.path.realpath(entry.path)
    if real != root and not real.startswith(root + os.sep):
        if named or os.path.isdir(real):
            yield Refusal(printable(path), "is a link that leads out of the folder")
        return
    if named and not os.path.isfile(real):
        yield Refusal(printable(path), "is a link to what is not a file")


def _why(exc: OSError) -> str:
    return f"cannot be read: {(exc.strerror or type(exc).__name__).lower()}"
