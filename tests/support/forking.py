"""A process that has everything imported and forks one for each piece of work.

So the moments at which work is killed are those of the work, and not of an interpreter that starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from places import PYTHONPATH


class Forking:
    """Runs ``file`` and asks it for work. A context manager: it never outlives a test."""

    def __init__(self, file: str, environment: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._environment = {**os.environ, **(environment or {}), "PYTHONPATH": PYTHONPATH}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, self._file],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def ask(self, order: object) -> Any:
        """What ``serve`` in the process answers; both are values of JSON."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def serve(answer: Callable[[Any], object]) -> None:
    """In the process: answer each order, one a line."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
