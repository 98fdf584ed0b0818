"""The MCP server as a process: its streams, its end, and requests it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from cli.mcp_server.context import MAX_CALLS, server_context
from cli.mcp_server.readers import READ_WAIT_S
from command_line import TOP, House
from mcp_agent import agent, text
from schema.settings import Settings
from schema.warehouse import Warehouse
from test_mcp_serving import held

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory)


@pytest.fixture
def lived_in(furnished: House, tmp_path: Path) -> Warehouse:
    path = tmp_path / "data" / "w.duckdb"
    furnished.copy_to(path)
    return Warehouse(path, "UTC")


_NOISE = """
import os, sys, threading, time
def noise():
    # From when the server has the two for itself; before that, nothing of ours prints.
    while sys.stdout is sys.__stdout__:
        time.sleep(0.001)
    while True:
        time.sleep(0.002)
        print("noise of Python")
        os.write(1, b"noise of the descriptor\\n")
if "mcp" in sys.argv:
    threading.Thread(target=noise, daemon=True).start()
"""

_HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    },
}

_READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def process(warehouse: Path, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "--warehouse", str(warehouse), "mcp"],
        cwd=TOP,
        env={"PATH": "/usr/bin:/bin", "SKILLHOUSE_TIMEZONE": "UTC", **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tell(server: subprocess.Popen[str], *messages: object) -> None:
    assert server.stdin is not None
    for message in messages:
        server.stdin.write(f"{message if isinstance(message, str) else json.dumps(message)}\n")
    server.stdin.flush()


def call(number: int, tool: str) -> dict[str, object]:
    params = {"name": tool, "arguments": {}}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def test_nothing_but_the_protocol_is_on_stdout(lived_in: Warehouse, tmp_path: Path) -> None:
    """Whatever prints meanwhile, to Python's stdout or the descriptor, and what is no message."""
    noise = tmp_path / "noise"
    noise.mkdir()
    (noise / "sitecustomize.py").write_text(_NOISE)

    server = process(lived_in.path, PYTHONPATH=str(noise))
    tell(server, _HELLO)
    assert server.stdout is not None
    lines = [server.stdout.readline()]
    tell(server, _READY, "this is no message", *(call(n, "health_check") for n in range(2, 6)))
    while not {2, 3, 4, 5} <= {json.loads(line).get("id") for line in lines}:
        lines.append(server.stdout.readline())
    rest, told = server.communicate(timeout=60)

    for line in [*lines, *rest.splitlines()]:
        assert json.loads(line)["jsonrpc"] == "2.0"
    assert "noise of Python" in told
    assert "noise of the descriptor" in told
    assert "Traceback" not in told
    assert server.returncode == 0


@pytest.mark.parametrize(
    ("end", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 130), (None, 0)],
    ids=["terminated", "interrupted", "left"],
)
def test_the_server_ends_in_order(lived_in: Warehouse, end: int | None, code: int) -> None:
    """By a signal while the client is silent, or when the client goes; without a word."""
    server = process(lived_in.path)
    tell(server, _HELLO)
    assert server.stdout is not None
    server.stdout.readline()

    if end is not None:
        server.send_signal(end)
        # Its input stays open: it is the signal that ends it.
        assert server.wait(timeout=60) == code
    out, err = server.communicate(timeout=60)

    assert (server.returncode, out, err) == (code, "", "")


def test_a_client_that_goes_in_the_middle_of_a_call_ends_the_server(lived_in: Warehouse) -> None:
    """Also one that waits for the warehouse: nobody reads its answer, and it is not waited for."""
    server = process(lived_in.path)
    tell(server, _HELLO)
    assert server.stdout is not None and server.stdin is not None and server.stderr is not None
    server.stdout.readline()

    with held(lived_in):
        tell(server, _READY, call(2, "get_top_skills"))
        time.sleep(0.3)
        server.stdin.close()
        server.stdout.close()
        began = time.monotonic()
        code = server.wait(timeout=60)
        took = time.monotonic() - began

    with server.stderr:
        assert (code, server.stderr.read()) == (0, "")
    assert took < READ_WAIT_S / 3


def test_a_client_that_reads_no_more_ends_the_server(lived_in: Warehouse) -> None:
    """Its input stays open, but no answer can reach it: no traceback, and nobody waits."""
    server = process(lived_in.path)
    tell(server, _HELLO)
    assert server.stdout is not None and server.stdin is not None and server.stderr is not None
    server.stdout.readline()

    server.stdout.close()
    tell(server, _READY, call(2, "health_check"))
    code = server.wait(timeout=30)

    with server.stdin, server.stderr:
        assert (code, server.stderr.read()) == (0, "")


def test_what_was_asked_before_the_input_ended_is_answered(lived_in: Warehouse) -> None:
    """``printf ... | skillhouse mcp``: every answer once, then the end, without waiting."""
    asked = [
        call(number, "health_check" if number % 2 else "get_top_skills") for number in range(2, 22)
    ]
    lines = "".join(f"{json.dumps(each)}\n" for each in (_HELLO, _READY, *asked))

    server = process(lived_in.path)
    began = time.monotonic()
    # The last line has no newline: it ends with the input.
    out, err = server.communicate(lines.rstrip(), timeout=60)
    took = time.monotonic() - began

    answers = [json.loads(line) for line in out.splitlines()]
    assert sorted(each["id"] for each in answers) == list(range(1, 22))
    assert all("result" in each and not each["result"].get("isError") for each in answers)
    assert (server.returncode, err) == (0, "")
    assert took < 30


def test_a_call_that_is_cancelled_at_once_holds_nothing(lived_in: Warehouse) -> None:
    """Whether or not its thread had begun: the next call is answered, and the end is not held."""
    server = process(lived_in.path)
    tell(server, _HELLO)
    assert server.stdout is not None
    server.stdout.readline()
    tell(server, _READY)

    began = time.monotonic()
    for number in range(2, 2 + 4 * MAX_CALLS):
        tell(server, call(number, "get_top_skills"), _cancelled(number))
    tell(server, call(100, "health_check"))
    while json.loads(server.stdout.readline()).get("id") != 100:
        pass
    tell(server, call(101, "get_top_skills"), _cancelled(101))
    server.communicate(timeout=60)
    took = time.monotonic() - began

    assert server.returncode == 0
    assert took < 5


def _cancelled(number: int) -> dict[str, object]:
    params = {"requestId": number}
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}


@pytest.mark.parametrize(
    "line",
    [
        '{"jsonrpc":"1.0","id":7,"method":"ping"}',
        '{"jsonrpc":"2.0","id":7,"method":"ping","params":[{"x":"\\ud800"}]}',
    ],
    ids=["another version", "half a character"],
)
def test_a_request_that_is_none_is_refused(lived_in: Warehouse, line: str) -> None:
    """With its number, so that the client does not wait for ever."""
    server = process(lived_in.path)
    tell(server, _HELLO, line)
    out, err = server.communicate(timeout=60)

    [refused] = [each for each in map(json.loads, out.splitlines()) if each["id"] == 7]
    assert refused["error"]["message"] == "This is not a valid JSON-RPC request."
    assert (server.returncode, err) == (0, "")


def test_a_call_that_is_cancelled_before_its_thread_begins_ends_at_once(
    lived_in: Warehouse,
) -> None:
    """Nothing is waited for, and the thread that begins afterwards reads nothing."""
    context = server_context(Settings(lived_in.path, "UTC"), show_paths=False)
    read: list[int] = []

    async def main() -> float:
        began = anyio.current_time()
        for _ in range(3 * MAX_CALLS):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await context.read(lambda con, _: read.append(1))
        return anyio.current_time() - began

    assert anyio.run(main) < 1
    assert read == []


def test_without_stdin_or_stdout_a_sentence_says_so(lived_in: Warehouse) -> None:
    """``skillhouse mcp >&-``: wrong usage, no traceback."""
    line = 'exec "$0" -m cli --warehouse "$1" mcp >&-'

    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, str(lived_in.path)],
        cwd=TOP,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("Error: There is no standard input or output.")


def test_without_the_library_a_sentence_says_how_to_get_it() -> None:
    """One sentence, one hint, and the exit code of what cannot be done."""
    without = "import sys; sys.modules['mcp'] = None; from cli.main import main; main(['mcp'])"

    done = subprocess.run(
        [sys.executable, "-c", without], cwd=TOP, capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == (
        "Error: The MCP server needs the extra `mcp`, which is not installed. Install it with:"
    )


def test_a_fault_of_ours_is_told_without_data_or_traceback(lived_in: Warehouse) -> None:
    """A warehouse whose view is gone, as no program of ours leaves it."""
    with lived_in.writing() as con:
        con.execute("drop table collect_runs cascade")

    with agent(lived_in.path) as ask:
        done = ask("get_top_skills")

    assert done.is_error
    assert "Internal error (" in text(done)
    assert "Traceback" not in text(done)
    assert "collect_runs" not in text(done)
