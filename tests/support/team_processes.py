"""Publishers to a team and its rollups, in processes that are killed at given moments."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import aggregator.team.counters
import aggregator.team.publish
import aggregator.team.weekly_rollup
from aggregator.team.engines.engine import Engine
from aggregator.team.store import Store, open_store
from aggregator.team.weekly_rollup import Inputs, duckdb_engine, roll_up
from cli.diagnostics import was_interrupted
from conftest import NOW
from forking import Forking, serve
from schema.errors import ObjectChanged, TeamError
from schema.warehouse import Warehouse

FAILED, REPLACED, OVERTAKEN, INTERRUPTED = 3, 4, 5, 6
"""How a process ended by itself that was not done: by an error; because the object is another
installation's; because another rollup was published; by an interrupt."""


@dataclass(frozen=True)
class Rollup:
    """A rollup of the store at ``url``.

    ``uploads``: as for an engine that reads from the store. ``dies_at``: it kills itself before it
    changes the store for that time, from 1 on. ``meet_in``: a folder in which two rollups wait for
    each other before either counts.
    """

    url: str
    now: str
    uploads: bool = False
    dies_at: int | None = None
    meet_in: str | None = None


@dataclass(frozen=True)
class Publish:
    """A publish of the warehouse at ``path``."""

    path: str


class TeamProcesses(Forking):
    """Starts jobs and ends them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(__file__, environment)

    def run(
        self,
        jobs: Sequence[Publish | Rollup],
        after_s: Sequence[float | None],
        by: signal.Signals = signal.SIGKILL,
    ) -> list[int]:
        """Let all work at once; each is ended after so many seconds, None: never.

        Returns how each ended: 0 done, below 0 by that signal, or a number of this module's.
        AssertionError when one failed.
        """
        order = [
            [type(job).__name__, asdict(job), after, int(by)]
            for job, after in zip(jobs, after_s, strict=True)
        ]
        ended: list[int] = self.ask(order)
        assert set(ended) <= {0, -signal.SIGKILL, OVERTAKEN, INTERRUPTED}, ended
        return ended

    def publish(self, warehouses: Sequence[Path], after_s: Sequence[float | None]) -> list[bool]:
        """Let all publish at once; returns which were killed before they were done."""
        ended = self.run([Publish(str(path)) for path in warehouses], after_s)
        return [status != 0 for status in ended]


def _ended(jobs: list[Any]) -> list[int]:
    """Do all jobs at once, each in a process of its own; how each ended."""
    began = time.monotonic()
    running = {}
    ended = {}
    for number, (job, values, after_s, by) in enumerate(jobs):
        child = os.fork()
        if not child:
            _end_after(partial(JOBS[job], **values))
        running[child] = (number, after_s, by)
    while running:
        time.sleep(0.0005)
        for child, (number, after_s, by) in list(running.items()):
            if after_s is not None and time.monotonic() - began >= after_s:
                os.kill(child, by)
                running[child] = (number, None, by)
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                ended[number] = os.waitstatus_to_exitcode(status)
                del running[child]
    return [ended[number] for number in sorted(ended)]


def _end_after(job: Callable[[], None]) -> None:
    status = FAILED
    # What starts tests in the background may have had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        job()
        status = 0
    except ObjectChanged as exc:
        traceback.print_exc()
        sys.stderr.write(f"{exc.message}\n")
        status = REPLACED
    except TeamError as exc:
        if "Another team rollup" in exc.message:
            status = OVERTAKEN
        else:
            traceback.print_exc()
    except BaseException as exc:
        if was_interrupted(exc):
            status = INTERRUPTED
        else:
            traceback.print_exc()
    finally:
        os._exit(status)


def _publish(path: str) -> None:
    aggregator.team.publish.publish(Warehouse(Path(path), "UTC"), now=NOW)


def _roll_up(url: str, now: str, uploads: bool, dies_at: int | None, meet_in: str | None) -> None:
    store = open_store(url, large=True)
    roll_up(
        store if dies_at is None else cast("Store", _Dying(store, dies_at)),
        now=datetime.fromisoformat(now),
        engine=duckdb_engine if meet_in is None else partial(_after_meeting, Path(meet_in)),
        uploads=uploads,
    )


def _after_meeting(folder: Path, inputs: Inputs) -> Engine:
    (folder / inputs.run).touch()
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    return duckdb_engine(inputs)


class _Dying:
    """A store whose user is killed before it changes something for the n-th time."""

    def __init__(self, store: Store, dies_at: int) -> None:
        self._store, self._left = store, dies_at

    def __getattr__(self, name: str) -> Any:
        if name in ("put", "overwrite", "delete", "delete_folder"):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._store, name)


JOBS: dict[str, Callable[..., None]] = {"Publish": _publish, "Rollup": _roll_up}

if __name__ == "__main__":
    serve(_ended)
