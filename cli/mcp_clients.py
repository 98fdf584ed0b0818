"""Where clients of MCP keep their servers, and how ours is written there and removed again."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from schema.errors import SystemRefused, UsageError
from schema.settings import home

SERVER = "skillhouse"
"""The name under which clients list the server."""

ClientName = Literal["claude-code", "claude-desktop", "cursor", "vscode", "codex", "zed"]


@dataclass(frozen=True)
class Client:
    """A client: its file, and the table in it that holds servers.

    ``folder`` says where the file is: in the home folder, in the platform's folder for settings of
    applications, or in what a variable of the environment names (then ``variable``).
    """

    name: ClientName
    title: str
    table: str
    file: str
    is_in_settings: bool = False
    variable: str = ""
    file_in_variable: str = ""
    is_toml: bool = False
    has_type: bool = False
    skills: str = ""
    """The folder for a user's skills, under the home folder; empty where there is none."""

    def path(self, environ: Mapping[str, str], platform: str) -> Path:
        """The file. SystemRefused where the user has no home folder."""
        if self.variable and (named := environ.get(self.variable)):
            return Path(named).expanduser() / self.file_in_variable
        return _folder(self.is_in_settings, environ, platform) / self.file

    def skill_path(self) -> Path | None:
        """Where a skill for this client's user belongs."""
        return None if not self.skills else _home() / self.skills / SERVER / "SKILL.md"

    def entry(self, command: str, arguments: list[str]) -> dict[str, Any]:
        """What the client keeps of a server that it starts itself."""
        kind = {"type": "stdio"} if self.has_type else {}
        return {**kind, "command": command, "args": arguments}

    def snippet(self, entry: Mapping[str, Any]) -> str:
        """The entry as it stands in a file that holds nothing else."""
        if self.is_toml:
            import tomlkit

            return tomlkit.dumps({self.table: {SERVER: entry}}).strip()
        return json.dumps({self.table: {SERVER: entry}}, indent=2, ensure_ascii=False)


CLIENTS = (
    Client(
        "claude-code", "Claude Code", "mcpServers", ".claude.json",
        variable="CLAUDE_CONFIG_DIR", file_in_variable=".claude.json", has_type=True,
        skills=".claude/skills",
    ),
    Client(
        "claude-desktop", "Claude Desktop", "mcpServers", "Claude/claude_desktop_config.json",
        is_in_settings=True,
    ),
    Client("cursor", "Cursor", "mcpServers", ".cursor/mcp.json", skills=".agents/skills"),
    Client(
        "vscode", "VS Code", "servers", "Code/User/mcp.json", is_in_settings=True, has_type=True,
        skills=".agents/skills",
    ),
    Client(
        "codex", "Codex", "mcp_servers", ".codex/config.toml",
        variable="CODEX_HOME", file_in_variable="config.toml", is_toml=True,
        skills=".agents/skills",
    ),
    Client("zed", "Zed", "context_servers", ".config/zed/settings.json", skills=".agents/skills"),
)  # fmt: skip


def client(name: str) -> Client:
    """The client of that name."""
    return next(each for each in CLIENTS if each.name == name)


def command_and_arguments(warehouse: Path | None) -> tuple[str, list[str]]:
    """How a client starts the server: the whole path, since it may not see the shell's PATH.

    ``warehouse`` is named where it is not the one that is used without a name.
    """
    found = shutil.which(SERVER) or str(Path(sys.argv[0]).absolute())
    return found, [*([] if warehouse is None else ["--warehouse", str(warehouse)]), "mcp"]


@dataclass(frozen=True)
class Written:
    """What was done to a file; ``backup`` is its content before, None where there was none."""

    path: Path
    backup: Path | None
    is_changed: bool


def install(of: Client, path: Path, entry: Mapping[str, Any], now: datetime) -> Written:
    """Put the server into the client's file; everything else in it stays.

    UsageError where the file cannot be changed without a loss, SystemRefused where it cannot be
    read or written.
    """
    document = _read(of, path)
    servers = document.setdefault(of.table, {})
    if not isinstance(servers, dict):
        raise _by_hand(of, path, f"{of.table!r} in it is not a table of servers")
    if servers.get(SERVER) == entry:
        return Written(path, None, is_changed=False)
    servers[SERVER] = dict(entry)
    return _write(of, path, document, now)


def uninstall(of: Client, path: Path, now: datetime) -> Written:
    """Take the server out of the client's file again; errors as for `install`."""
    document = _read(of, path)
    servers = document.get(of.table)
    if not isinstance(servers, dict) or SERVER not in servers:
        return Written(path, None, is_changed=False)
    del servers[SERVER]
    return _write(of, path, document, now)


def _home() -> Path:
    found = home()
    if found is None:
        raise SystemRefused("There is no home folder to look for settings in.", "Set HOME.")
    return found


def _folder(is_in_settings: bool, environ: Mapping[str, str], platform: str) -> Path:
    if not is_in_settings:
        return _home()
    if platform == "darwin":
        return _home() / "Library" / "Application Support"
    return Path(environ.get("XDG_CONFIG_HOME") or _home() / ".config")


def _read(of: Client, path: Path) -> dict[str, Any]:
    """The file's content; empty where there is no such file, or nothing in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except UnicodeError:
        raise _by_hand(of, path, "it is not UTF-8") from None
    except OSError as exc:
        raise SystemRefused.of(exc, f"The file {path}") from exc
    try:
        if of.is_toml:
            import tomlkit
            from tomlkit.exceptions import TOMLKitError

            try:
                return tomlkit.parse(text)
            except TOMLKitError as exc:
                raise ValueError from exc
        document = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        kind = "TOML" if of.is_toml else "plain JSON; comments would be lost"
        raise _by_hand(of, path, f"it is not {kind}") from None
    if not isinstance(document, dict):
        raise _by_hand(of, path, "it holds no object")
    return document


def _by_hand(of: Client, path: Path, reason: str) -> UsageError:
    return UsageError(
        f"{path} was left as it is: {reason}.",
        f"Change it by hand; `skillhouse mcp install {of.name}` shows what belongs there.",
    )


def _write(of: Client, path: Path, document: Mapping[str, Any], now: datetime) -> Written:
    """Replace the file in one step, with its old content next to it and its mode kept."""
    if of.is_toml:
        import tomlkit

        text = tomlkit.dumps(document)
    else:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    target = path.resolve()
    backup = target.with_name(f"{target.name}.{now:%Y%m%d-%H%M%S}.bak")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600
        if target.exists():
            mode = target.stat().st_mode & 0o777
            shutil.copy2(target, backup)
        replacement = target.with_name(f".{target.name}.{os.getpid()}")
        replacement.touch(mode=0o600)
        replacement.write_text(text, encoding="utf-8")
        replacement.chmod(mode)
        replacement.replace(target)
    except OSError as exc:
        raise SystemRefused.of(exc, f"The file {path}") from exc
    return Written(path, backup if backup.exists() else None, is_changed=True)
