"""The server in clients' own settings: shown, written with a backup, removed without a trace."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli import mcp_clients
from cli.mcp_clients import CLIENTS, Client
from cli.mcp_server.tools import TOOLS
from places import TOP
from schema.errors import SystemRefused, UsageError

NOW = datetime(2026, 11, 28, 22, 30, tzinfo=UTC)
NAMES = [each.name for each in CLIENTS]
OTHERS: dict[str, Any] = {
    "first": {"command": "other", "args": ["a"]},
    "url": {"type": "http", "url": "https://example.org/ä"},
}


@pytest.fixture(params=CLIENTS, ids=NAMES)
def client(request: pytest.FixtureRequest) -> Client:
    found: Client = request.param
    return found


@pytest.fixture
def file(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The client's file in an empty home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return client.path({}, "linux")


def entry_of(client: Client) -> dict[str, Any]:
    return client.entry("/bin/skillhouse", ["--warehouse", "/data/my w.duckdb", "mcp"])


def read(client: Client, text: str) -> Any:
    return tomllib.loads(text) if client.is_toml else json.loads(text)


def written(client: Client, content: dict[str, Any]) -> str:
    if not client.is_toml:
        return json.dumps(content)
    lines = ["# mine", "model = 'x'"]
    for name, server in content[client.table].items():
        lines.append(f"[{client.table}.{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in server.items()]
    return "\n".join(lines) + "\n"


def test_what_is_shown_is_what_is_written(client: Client, file: Path) -> None:
    """Into a new file, that nobody else can read; read back by another reader of its format."""
    done = mcp_clients.install(client, file, entry_of(client), NOW)

    assert (done.is_changed, done.backup) == (True, None)
    content = file.read_text(encoding="utf-8")
    assert read(client, content) == {client.table: {"skillhouse": entry_of(client)}}
    assert read(client, client.snippet(entry_of(client))) == read(client, content)
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_rest_of_a_file_stays_and_comes_back(client: Client, file: Path) -> None:
    """Other servers and settings stay in place; the backup is the file as it was, byte by byte."""
    before = written(client, {client.table: OTHERS, "theme": {"dark": True}})
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(before, encoding="utf-8")
    file.chmod(0o644)

    done = mcp_clients.install(client, file, entry_of(client), NOW)
    assert done.backup is not None
    assert done.backup.read_text(encoding="utf-8") == before
    after = read(client, file.read_text(encoding="utf-8"))
    assert after[client.table] == {**OTHERS, "skillhouse": entry_of(client)}
    assert file.stat().st_mode & 0o777 == 0o644

    again = mcp_clients.install(client, file, entry_of(client), NOW)
    assert not again.is_changed
    mcp_clients.uninstall(client, file, NOW)
    assert read(client, file.read_text(encoding="utf-8")) == read(client, before)
    assert not mcp_clients.uninstall(client, file, NOW).is_changed


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1, // mine\n}', b"[1", b"\xff\xfe{}", b'"text"', b"[" * 20_000],
    ids=["comments", "torn", "no-utf-8", "no-object", "deep"],
)
def test_a_file_that_cannot_be_changed_without_loss_stays(
    client: Client, file: Path, content: bytes
) -> None:
    """The error says why and what to do; the file is the same, and nothing lies beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    changes: list[Callable[[], object]] = [
        lambda: mcp_clients.install(client, file, entry_of(client), NOW),
        lambda: mcp_clients.uninstall(client, file, NOW),
    ]
    for change in changes:
        with pytest.raises(UsageError, match="was left as it is") as refused:
            change()
        assert client.name in refused.value.hint
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_a_link(client: Client, file: Path, tmp_path: Path) -> None:
    """Settings that are kept elsewhere and linked are changed where they are."""
    real = tmp_path / "dotfiles" / "settings"
    real.parent.mkdir()
    real.write_text("" if client.is_toml else "{}", encoding="utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to(real)
    mcp_clients.install(client, file, entry_of(client), NOW)
    assert file.is_symlink()
    assert "skillhouse" in real.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_told(client: Client, tmp_path: Path) -> None:
    """A file where the folder should be: the place and the reason."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    file = tmp_path / "taken" / "settings.json"
    with pytest.raises(SystemRefused):
        mcp_clients.install(client, file, entry_of(client), NOW)


def test_variables_move_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients' own variables are followed, and the platform's folder for settings."""
    monkeypatch.setenv("HOME", "/home/me")
    paths = {each.name: str(each.path({}, "linux")) for each in CLIENTS}
    assert paths["claude-code"] == "/home/me/.claude.json"
    assert paths["vscode"] == "/home/me/.config/Code/User/mcp.json"
    moved = {
        "CLAUDE_CONFIG_DIR": "/c",
        "CODEX_HOME": "/x",
        "XDG_CONFIG_HOME": "/s",
    }
    paths = {each.name: str(each.path(moved, "linux")) for each in CLIENTS}
    assert paths["claude-code"] == "/c/.claude.json"
    assert paths["codex"] == "/x/config.toml"
    assert paths["vscode"] == "/s/Code/User/mcp.json"
    mac = {each.name: str(each.path({}, "darwin")) for each in CLIENTS}
    assert mac["claude-desktop"] == (
        "/home/me/Library/Application Support/Claude/claude_desktop_config.json"
    )


def test_the_skill_file_names_tools_that_exist() -> None:
    """Every tool the skill file sends an agent to is one of the server's."""
    text = (TOP / "cli" / "mcp_server" / "SKILL.md").read_text(encoding="utf-8")
    assert text.startswith("---\nname: skillhouse\ndescription: ")
    named = set(re.findall(r"-> `(\w+)`", text))
    assert named
    assert named <= {tool.name for tool in TOOLS}
