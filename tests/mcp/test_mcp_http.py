"""The same server over HTTP: on the loopback, for who holds the token, and for no web page."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.mcp_server import http
from command_line import TOP, House, start
from mcp_agent import as_sent
from places import SUPPORT
from schema.errors import UsageError

pytestmark = pytest.mark.slow

CLIENT = SUPPORT / "mcp_over_http.py"
TOKEN = "a-token-that-a-user-has-chosen"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("house")
    path = root / "w.duckdb"
    House(tmp_path_factory).copy_to(path)
    return path


@contextmanager
def served(
    warehouse: Path, *options: str, lines: int, **env: str
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server, and the first lines of its stderr."""
    server = subprocess.Popen(
        [sys.executable, "-m", "cli", "--warehouse", str(warehouse), "mcp", "--http", *options],
        cwd=TOP,
        env={"PATH": "/usr/bin:/bin", "SKILLHOUSE_TIMEZONE": "UTC", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        yield server, [server.stderr.readline() for _ in range(lines)]
    finally:
        server.kill()
        server.communicate(timeout=60)


def test_a_client_is_served_over_http_and_nobody_else(warehouse: Path) -> None:
    """Host, origin and token are checked; tools, errors, fifty calls and a cancelled one work."""
    with served(warehouse, "--port", "0", lines=2) as (server, said):
        [url] = re.findall(r"^Serving MCP at (http://127\.0\.0\.1:\d+/mcp)$", said[0].strip())
        [token] = re.findall(r"Authorization: Bearer (\S{40,})$", said[1].strip())
        client = subprocess.run(
            [sys.executable, str(CLIENT), url, token],
            cwd=TOP,
            capture_output=True,
            text=True,
            timeout=180,
        )
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=60)

    assert client.returncode == 0, client.stderr
    told = json.loads(client.stdout)
    assert told["refusals"] == {
        "no token": 401,
        "wrong token": 401,
        "another scheme": 401,
        "another host": 421,
        "another port": 421,
        "another origin": 403,
        "an opaque origin": 403,
        "our own origin": 200,
        "another path": 404,
    }
    assert "register_project" not in told["tools"]
    command = start("top-skills", "--json", env={"SKILLHOUSE_WAREHOUSE": str(warehouse)}).json
    assert told["top"]["answers"][0]["data"] == as_sent(command["data"])
    assert told["bad"].startswith("limit: ")
    assert (told["many"], told["cancelled"], told["again"]) == (50, True, True)
    assert (server.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert token not in err


def test_a_chosen_token_is_not_printed(warehouse: Path) -> None:
    """A client's configuration can keep it: it stays the same from one start to the next."""
    with served(warehouse, "--port", "0", "--allow-write", lines=1, SKILLHOUSE_MCP_TOKEN=TOKEN) as (
        server,
        said,
    ):
        url = said[0].split()[-1]
        client = subprocess.run(
            [sys.executable, str(CLIENT), url, TOKEN, "tools only"],
            cwd=TOP,
            capture_output=True,
            text=True,
            timeout=180,
        )
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=60)

    assert "register_project" in json.loads(client.stdout)["tools"]
    assert TOKEN not in said[0] + err
    assert server.returncode == 130


@pytest.mark.parametrize("token", ["short", "one with spaces in it", "schlüssel-schlüssel"])
def test_a_token_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """And not repeated."""
    monkeypatch.setenv(http.TOKEN_VARIABLE, token)

    with pytest.raises(UsageError, match="The token in SKILLHOUSE_MCP_TOKEN is not usable") as told:
        http.token()

    assert token not in told.value.hint


def test_a_port_that_is_taken_is_told(warehouse: Path) -> None:
    """As wrong usage, with what to do."""
    with served(warehouse, "--port", "0", lines=1) as (_, said):
        port = re.findall(r":(\d+)/", said[0])[0]
        done = start(
            *("mcp", "--http", "--port", port), env={"SKILLHOUSE_WAREHOUSE": str(warehouse)}
        )

    assert done.code == 2
    assert f"Port {port} cannot be used: address already in use." in done.err


def test_a_port_without_http_is_wrong_usage(warehouse: Path) -> None:
    """It would be ignored silently."""
    done = start("mcp", "--port", "8000", env={"SKILLHOUSE_WAREHOUSE": str(warehouse)})

    assert (done.code, done.out) == (2, "")
    assert "--port needs --http." in done.err
