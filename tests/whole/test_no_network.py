"""No test reaches for the network, and one that did would be found out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from places import SUPPORT, TOP

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]


@pytest.fixture
def outcome_of(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A pytest of its own that runs with the plugin."""
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    pytester.makeini("[pytest]\naddopts = -p no_network -p no:cacheprovider\n")
    return pytester


def test_a_test_that_reaches_out_is_refused(outcome_of: pytest.Pytester) -> None:
    """The attempt raises where it is made, so nothing leaves the machine.

    The inner tests raise the events themselves, as Python does before it does such a thing.
    """
    outcome_of.makepyfile(
        """
        import socket, sys
        import pytest
        from no_network import NetworkUsed

        @pytest.mark.parametrize("event", [
            ("socket.__new__", None, socket.AF_INET, socket.SOCK_STREAM, 0),
            ("socket.__new__", None, socket.AF_INET6, socket.SOCK_DGRAM, 0),
            ("socket.connect", None, ("192.0.2.1", 80)),
            ("socket.sendto", None, ("192.0.2.1", 53)),
            ("socket.getaddrinfo", "name.invalid", 80, 0, 0, 0),
            ("socket.gethostbyname", "name.invalid"),
        ])
        def test_it(event):
            with pytest.raises(NetworkUsed):
                sys.audit(*event)
        """
    )

    result = outcome_of.runpytest_subprocess()

    result.assert_outcomes(failed=6)
    result.stdout.fnmatch_lines(["*NetworkUsed: socket.*"])


def test_a_swallowed_refusal_still_fails_the_test(outcome_of: pytest.Pytester) -> None:
    """A library that hides the refusal does not hide the attempt, not even in a fixture."""
    outcome_of.makepyfile(
        """
        import contextlib, socket, sys
        import pytest

        def reach_out():
            with contextlib.suppress(Exception):
                sys.audit("socket.__new__", None, socket.AF_INET, socket.SOCK_STREAM, 0)

        @pytest.fixture
        def client():
            reach_out()

        def test_itself():
            reach_out()

        def test_its_fixture(client):
            pass

        def test_innocent():
            pass
        """
    )

    result = outcome_of.runpytest_subprocess()

    result.assert_outcomes(passed=1, failed=1, errors=1)


def test_sockets_within_the_machine_are_allowed(outcome_of: pytest.Pytester) -> None:
    """A pair of local sockets, as event loops and worker processes use, is nobody's network."""
    outcome_of.makepyfile(
        """
        import socket

        def test_it():
            for end in socket.socketpair():
                end.close()
        """
    )

    result = outcome_of.runpytest_subprocess()

    result.assert_outcomes(passed=1)


def test_this_run_is_guarded(request: pytest.FixtureRequest) -> None:
    """The tests you are running have the plugin."""
    assert request.config.pluginmanager.has_plugin("no_network")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_whole_job_asks_the_system_for_no_network(tmp_path: Path) -> None:
    """Not even native code opens an internet socket in the main job, as the kernel sees it."""
    calls = tmp_path / "calls"
    traced = ["strace", "-f", "-e", "trace=socket,connect", "-o", str(calls)]
    program = [sys.executable, "-m", "cli", "--warehouse", str(tmp_path / "w.duckdb"), "demo"]

    done = subprocess.run([*traced, *program], capture_output=True, text=True, cwd=TOP)

    seen = calls.read_text()
    assert done.returncode == 0, done.stderr
    assert "exited with 0" in seen
    assert "AF_INET" not in seen
