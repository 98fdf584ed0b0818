"""A pytest plugin: a test in which anything opens an internet socket or asks for a name fails.

Python raises an audit event before each of these, whoever asks; the attempt is refused at once and
remembered, so that the test fails even where the refusal is swallowed. Sockets within the machine
(AF_UNIX) are not meant. Other processes and code that is not Python raise no such events.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Generator

import pytest

_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_INTERNET = (socket.AF_INET, socket.AF_INET6)


class NetworkUsed(Exception):
    """A test reached for the network."""


class _Guard:
    """Refuses, and remembers what was refused; it is on only while a test runs."""

    def __init__(self) -> None:
        self.on = False
        self.attempts: list[str] = []

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.on and event.startswith("socket.") and _reaches_out(event, args):
            self.attempts.append(event)
            raise NetworkUsed(event)


def _reaches_out(event: str, args: tuple[object, ...]) -> bool:
    if event == "socket.__new__":
        return len(args) > 1 and args[1] in _INTERNET
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        # An internet address is a tuple, one within the machine is a path.
        return len(args) > 1 and isinstance(args[1], tuple)
    return event in _LOOKUPS


_guard = _Guard()
# An audit hook stays for the life of the process, so there is one, and it can be off.
sys.addaudithook(_guard)


def _guarded() -> Generator[None, object, object]:
    _guard.attempts.clear()
    _guard.on = True
    try:
        result = yield
    finally:
        _guard.on = False
    if _guard.attempts:
        raise NetworkUsed(", ".join(dict.fromkeys(_guard.attempts)))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    """Fixtures being made."""
    return (yield from _guarded())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """The test itself."""
    return (yield from _guarded())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Fixtures being taken down."""
    return (yield from _guarded())
