"""One page on the loopback, for who knows its address.

Others on this machine can reach a port of it, and so can any web page whose name is made to resolve
to it. So every request has to name us as its host, and the address holds a token that nobody
guesses. There is the page and the question whether it is still the latest, and nothing else.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
"""What a page cannot forbid itself. The rest of its policy is in it."""

FOR_THE_REST = f"default-src 'none'; {FOR_THE_PAGE}"


class Server(ThreadingHTTPServer):
    """Listens as soon as it is made; ``url`` is the page's address."""

    daemon_threads = True
    # Two dashboards on one port would answer by turns.
    allow_reuse_port = False

    live: Live

    def __init__(self, port: int) -> None:
        """Listen on the loopback's port, any free one for 0. UsageError where it is taken.

        Who comes before ``serve`` waits.
        """
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"Port {port} cannot be used: {(error.strerror or 'refused').lower()}.",
                "Name another with --port; 0 takes any that is free.",
            ) from None
        token = secrets.token_urlsafe(32)
        self.url = f"http://{HOST}:{self.server_port}/{token}/"
        self.page_path = f"/{token}/".encode()
        self.changes_path = f"/{token}/changes".encode()
        self.hosts = [f"{name}:{self.server_port}" for name in (HOST, "localhost")]

    def serve(self, live: Live) -> None:
        """Answer with a page until ``shutdown`` is called from another thread."""
        self.live = live
        self.serve_forever()

    def server_bind(self) -> None:
        """Bind, without asking anybody for the host's name as ``HTTPServer`` does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Who goes away in the middle is no error; what is our fault is told in one line."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            say(f"Error: {sentence(error)}")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    # Seconds that a client may take over its request, and over each part of the answer.
    timeout = 10.0

    def do_GET(self) -> None:
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.server.hosts:
            self.send_error(421)
            return
        path = self.path.encode("latin-1", "replace")
        # In a time that says nothing of how much of the token was right.
        if hmac.compare_digest(path, self.server.page_path):
            self._send(200, "text/html", self.server.live.page(), FOR_THE_PAGE)
        elif hmac.compare_digest(path, self.server.changes_path):
            version, told = self.server.live.look()
            answer = json.dumps({"version": version, "told": told})
            self._send(200, "application/json", answer.encode(), FOR_THE_REST)
        else:
            self.send_error(404)

    do_HEAD = do_GET

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse, without repeating anything of the request."""
        # So the library calls a method for which there is no function here.
        code = 405 if code == 501 else int(code)
        text = self.responses[code][0] if code in self.responses else "Refused"
        self._send(code, "text/plain", f"{text}\n".encode(), FOR_THE_REST)

    def _send(self, code: int, kind: str, body: bytes, policy: str) -> None:
        self.close_connection = True
        # The library sends no headers to who does not say which version it speaks.
        self.request_version = self.protocol_version
        self.send_response(code)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if code == 405:
            self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "skillhouse"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a log of requests would hold the token."""
