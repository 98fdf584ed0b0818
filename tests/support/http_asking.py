"""A client of what is served here, as a process of its own: tests themselves open no sockets.

It takes requests from stdin, one JSON object a line: ``port``, ``method``, ``path`` and the
``headers`` as pairs, or the request as ``raw``, of which more is to come when it is ``half``;
``times`` asks several times. It prints the answers as one JSON list a line.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back. ``status`` is 0 where nothing listens, or went away."""

    status: int
    headers: dict[str, str]
    body: str


class Client:
    """Asks the server at an address."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.path = urlsplit(url).path
        self.port = urlsplit(url).port

    def __call__(
        self,
        path: str | None = None,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] | None = None,
        **more: Any,
    ) -> Answer:
        [answer] = self.several(path, method, headers, **more)
        return answer

    def several(
        self,
        path: str | None = None,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] | None = None,
        **more: Any,
    ) -> list[Answer]:
        self.begin(path, method, headers, **more)
        return self.end()

    def begin(
        self,
        path: str | None = None,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] | None = None,
        **more: Any,
    ) -> None:
        """Have it ask; ``end`` waits for the answers."""
        named = [("Host", f"127.0.0.1:{self.port}")] if headers is None else headers
        request = {
            "port": self.port,
            "path": self.path if path is None else path,
            "method": method,
            "headers": list(named),
            **more,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def end(self) -> list[Answer]:
        assert self._process.stdout is not None
        return [Answer(*each) for each in json.loads(self._process.stdout.readline())]

    def changes(self) -> dict[str, Any]:
        """What the page's script asks for."""
        answer = self(f"{self.path}changes")
        assert answer.status == 200
        return dict(json.loads(answer.body))


@contextmanager
def client_of(url: str) -> Iterator[Client]:
    with subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield Client(process, url)
        finally:
            process.kill()


_NOBODY: list[Any] = [0, {}, ""]


def _ask(request: dict[str, Any]) -> list[Any]:
    host = request.get("address", "127.0.0.1")
    if "raw" in request:
        return _ask_raw(host, request["port"], request["raw"], half=request.get("half", False))
    connection = HTTPConnection(host, request["port"], timeout=60)
    try:
        connection.putrequest(request["method"], request["path"], skip_host=True)
        for name, value in request["headers"]:
            connection.putheader(name, value)
        connection.endheaders(request.get("body", "").encode() or None)
        return _told(connection.getresponse())
    except ConnectionRefusedError:
        return _NOBODY
    finally:
        connection.close()


def _ask_raw(host: str, port: int, raw: str, *, half: bool) -> list[Any]:
    try:
        with socket.create_connection((host, port), timeout=60) as open_socket:
            open_socket.sendall(raw.encode("latin-1"))
            if not half:
                open_socket.shutdown(socket.SHUT_WR)
            response = HTTPResponse(open_socket)
            response.begin()
            return _told(response)
    except ConnectionError:
        # A server that ends may hang up at any of these, connecting included.
        return _NOBODY


def _told(response: HTTPResponse) -> list[Any]:
    try:
        body = response.read()
    except IncompleteRead as cut_off:
        body = cut_off.partial
    return [response.status, dict(response.getheaders()), body.decode()]


if __name__ == "__main__":
    for line in sys.stdin:
        wanted = json.loads(line)
        answers = [_ask(wanted) for _ in range(wanted.get("times", 1))]
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()
