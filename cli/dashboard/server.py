"""Serves one page on the loopback interface to clients that know its address.

Other users of this machine can reach the port, and so can web pages through DNS rebinding. So every
request must have our host name, and the address contains a secret token. It serves the page and its
current version, and starts a refresh where it is allowed to; nothing else.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cli.dashboard.collecting import Collecting
from cli.dashboard.live import Live
from cli.diagnostics import say
from collector.runs import sentence
from schema.errors import UsageError

HOST = "127.0.0.1"

HEADERS = {
    "Cache-Control": "no-store",
    "Connection": "close",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FOR_THE_PAGE = "frame-ancestors 'none'"
"""A rule that a page cannot set in its own markup, where the rest of its policy is."""

FOR_THE_REST = f"default-src 'none'; {FOR_THE_PAGE}"


class Server(ThreadingHTTPServer):
    """Listens once it is created; ``url`` is the page's address."""

    daemon_threads = True
    # Otherwise two dashboards on one port would answer alternately.
    allow_reuse_port = False

    live: Live
    collecting: Collecting | None

    def __init__(self, port: int) -> None:
        """Listen on a loopback port, any free one for 0. UsageError if it is in use.

        Requests before ``serve`` wait.
        """
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"Port {port} cannot be used: {(error.strerror or 'refused').lower()}.",
                "Choose another with --port, or any free one with --port 0.",
            ) from None
        token = secrets.token_urlsafe(32)
        self.url = f"http://{HOST}:{self.server_port}/{token}/"
        self.page_path = f"/{token}/".encode()
        self.changes_path = f"/{token}/changes".encode()
        self.collect_path = f"/{token}/collect".encode()
        self.hosts = [f"{name}:{self.server_port}" for name in (HOST, "localhost")]

    def serve(self, live: Live, collecting: Collecting | None = None) -> None:
        """Answer with a page until ``shutdown`` is called from another thread.

        Without ``collecting`` nothing can be started.
        """
        self.live = live
        self.collecting = collecting
        self.serve_forever()

    def server_bind(self) -> None:
        """Bind without the DNS lookup that ``HTTPServer`` does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that disconnect; print internal errors in one line."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            say(f"Error: {sentence(error)}")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    # Seconds that a client may take for its request and for each part of the answer.
    timeout = 10.0

    def do_GET(self) -> None:
        if not self._is_for_us():
            return
        path = self.path.encode("latin-1", "replace")
        # In constant time, which reveals nothing about the token.
        if hmac.compare_digest(path, self.server.page_path):
            self._send(200, "text/html", self.server.live.page(), FOR_THE_PAGE)
        elif hmac.compare_digest(path, self.server.changes_path):
            version, message = self.server.live.look()
            running, ended = self._collecting()
            self._answer(200, version=version, message=message, collecting=running, collected=ended)
        elif self._is_collect(path):
            self.send_error(405)
        else:
            self.send_error(404)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        if not self._is_for_us():
            return
        path = self.path.encode("latin-1", "replace")
        collecting = self.server.collecting
        if collecting is None or not self._is_collect(path):
            self.send_error(405)
        elif self.headers.get("Origin") not in (None, *(f"http://{h}" for h in self.server.hosts)):
            self.send_error(403)
        else:
            started = collecting.start()
            self._answer(202 if started else 409, collecting=True)

    def _is_for_us(self) -> bool:
        """Whether the request names our host; otherwise it is refused."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) == 1 and hosts[0].lower() in self.server.hosts:
            return True
        self.send_error(421)
        return False

    def _is_collect(self, path: bytes) -> bool:
        known = hmac.compare_digest(path, self.server.collect_path)
        return known and self.server.collecting is not None

    def _collecting(self) -> tuple[bool, str | None]:
        collecting = self.server.collecting
        return (False, None) if collecting is None else collecting.state()

    def _answer(self, code: int, **fields: object) -> None:
        self._send(code, "application/json", json.dumps(fields).encode(), FOR_THE_REST)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse without repeating anything of the request."""
        # The library reports unsupported methods with 501.
        code = 405 if code == 501 else int(code)
        text = self.responses[code][0] if code in self.responses else "Refused"
        self._send(code, "text/plain", f"{text}\n".encode(), FOR_THE_REST)

    def _send(self, code: int, kind: str, body: bytes, policy: str) -> None:
        self.close_connection = True
        # The library sends no headers to clients that do not send a version.
        self.request_version = self.protocol_version
        self.send_response(code)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if code == 405:
            is_collect = self._is_collect(self.path.encode("latin-1", "replace"))
            self.send_header("Allow", "POST" if is_collect else "GET, HEAD")
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "skillhouse"

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the requests contain the token."""
