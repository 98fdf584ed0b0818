"""Publishers to a team in processes of their own, killed at given moments.

A process that has everything imported forks one for each publish and kills it with SIGKILL, so
that moments are those of the work and not of an interpreter that starts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import aggregator.team.counters
import aggregator.team.publish
import aggregator.team.store
from conftest import NOW
from places import PYTHONPATH
from schema.errors import ObjectChanged
from schema.warehouse import Warehouse


class Publishers:
    """Starts publishes and ends them. A context manager: its process never outlives a test."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment, "PYTHONPATH": PYTHONPATH}

    def __enter__(self) -> Publishers:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
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

    def run(self, warehouses: Sequence[Path], after_s: Sequence[float | None]) -> list[bool]:
        """Let all publish at once; each is killed after so many seconds, None: never.

        Returns which were killed before they were done. AssertionError when one failed by itself.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = [[str(path), after] for path, after in zip(warehouses, after_s, strict=True)]
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        ended = json.loads(self._process.stdout.readline())
        assert set(ended) <= {0, -signal.SIGKILL}, ended
        return [status != 0 for status in ended]


def _serve() -> None:
    for line in sys.stdin:
        began = time.monotonic()
        running = {}
        ended = {}
        for number, (path, after_s) in enumerate(json.loads(line)):
            child = os.fork()
            if not child:
                _publish(Path(path))
            running[child] = (number, after_s)
        while running:
            time.sleep(0.0005)
            for child, (number, after_s) in list(running.items()):
                if after_s is not None and time.monotonic() - began >= after_s:
                    os.kill(child, signal.SIGKILL)
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    ended[number] = os.waitstatus_to_exitcode(status)
                    del running[child]
        sys.stdout.write(json.dumps([ended[number] for number in sorted(ended)]) + "\n")
        sys.stdout.flush()


def _publish(path: Path) -> None:
    try:
        aggregator.team.publish.publish(Warehouse(path, "UTC"), now=NOW)
    except ObjectChanged as exc:
        traceback.print_exc()
        sys.stderr.write(f"{exc.message}\n")
        os._exit(4)
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


if __name__ == "__main__":
    _serve()
