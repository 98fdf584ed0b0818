"""``dashboard`` as a process of its own."""

from __future__ import annotations

import base64
import gzip
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from command_line import TOP

T = TypeVar("T")
_HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("create table held (n integer)")
con.execute("checkpoint")
print("held", flush=True)
input()
con.execute("drop table held")
"""


class Dashboard:
    """One that runs. ``url`` is what it printed."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal; the exit code and what else was on stdout and stderr."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def surroundings(warehouse: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "SKILLHOUSE_TIMEZONE": "UTC",
    }


@contextmanager
def dashboard(warehouse: Path, *options: str, **env: str) -> Iterator[Dashboard]:
    """``dashboard`` once it has printed its address, killed at the end if it lives still."""
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "dashboard", *options],
        cwd=TOP,
        env=surroundings(warehouse) | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            assert process.stdout is not None
            yield Dashboard(process, process.stdout.readline().strip())
        finally:
            process.kill()


@contextmanager
def written_by_another(warehouse: Path) -> Iterator[int]:
    """Another process is in the middle of its writing, with some of it in the file; its id."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        try:
            yield writer.pid
        finally:
            writer.communicate("\n")


def data_of(html: str) -> Any:
    """The data inside a page."""
    [packed] = re.findall(r'<script id="data" type="text/plain">([^<]*)</script>', html)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def until(ask: Callable[[], T], is_it: Callable[[T], bool]) -> T:
    """The first answer that is it; the last one after a minute."""
    give_up_at = monotonic() + 60
    while not is_it(answer := ask()) and monotonic() < give_up_at:
        sleep(0.1)
    return answer
