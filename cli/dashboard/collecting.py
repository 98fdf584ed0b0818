"""*Collect now*: ``skillhouse refresh`` as a process of its own, one at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Lock, Thread

from cli.diagnostics import ExitCode
from cli.nightly.job import executable

WAIT_S = 10.0
"""Seconds that a refresh gets to end, once it is asked to."""


def command_for(warehouse: Path) -> tuple[str, ...]:
    """The command that refreshes a warehouse."""
    return (*executable(), "--warehouse", str(warehouse), "--quiet", "refresh")


class Collecting:
    """Runs ``command`` when asked to, and tells how it went."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._lock = Lock()
        self._running: subprocess.Popen[str] | None = None
        self._message: str | None = None

    def start(self) -> bool:
        """Start it; False if it runs already."""
        with self._lock:
            if self._running is not None:
                return False
            self._message = None
            try:
                self._running = subprocess.Popen(  # noqa: S603 (our own program)
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                self._message = f"Collecting could not be started: {error.strerror}."
                return True
            Thread(target=self._wait, args=(self._running,), daemon=True).start()
            return True

    def state(self) -> tuple[bool, str | None]:
        """Whether it runs, and what to say of the last run; None: nothing."""
        with self._lock:
            return self._running is not None, self._message

    def stop(self) -> None:
        """End a run, if there is one: what it has not stored is collected the next time."""
        with self._lock:
            running = self._running
        if running is None:
            return
        running.terminate()
        try:
            running.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            running.kill()

    def _wait(self, running: subprocess.Popen[str]) -> None:
        _, said = running.communicate()
        with self._lock:
            self._message = _message(running.returncode, said)
            self._running = None


def _message(code: int, said: str) -> str:
    """How a run went, in a sentence."""
    if code == ExitCode.DONE:
        return "Collected."
    first = next((line.strip() for line in said.splitlines() if line.strip()), "")
    if code == ExitCode.PROBLEMS:
        return f"Collected, with problems. {first} More: skillhouse doctor"
    return f"Nothing was collected. {first or f'The command ended with code {code}.'}"
