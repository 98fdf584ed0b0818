"""The current report: rendered again when the warehouse or the day changes.

One page is rendered at a time. If that fails, for example while a refresh writes, the previous page
stays, with a message that says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from zoneinfo import ZoneInfo

from cli.output import Output
from cli.publishing import publisher
from cli.report.page import MARK, page
from cli.session import Session
from collector.runs import sentence
from schema import pseudonyms, zones
from schema.settings import Settings, home
from schema.warehouse import Warehouse, now_utc, reporting_zone

WAIT_S = 2.0
"""Seconds to wait for a busy warehouse while an older page can be served."""

RETRY_S = 2.0
"""Seconds before the next attempt after a page could not be rendered."""

SETTLED_S = 1.0
"""Seconds without a change before a new page: a refresh writes several times."""

State = tuple[int, int, int] | None
Make = Callable[[Warehouse, datetime], tuple[str, str]]


@dataclass(frozen=True)
class Made:
    """A page, with the state of the file and the day it was rendered from."""

    html: bytes
    version: str
    state: State
    zone: ZoneInfo
    day: date


def maker(*, public: bool) -> Make:
    """A function that renders the page of a warehouse: its HTML, and the reporting zone.

    It raises as ``page`` does, and WarehouseError.
    """

    def make(warehouse: Warehouse, now: datetime) -> tuple[str, str]:
        session = Session(Settings(warehouse.path, warehouse.timezone), Output(quiet=True), now)
        known = pseudonyms.ensured(warehouse) if public else None
        with warehouse.reading() as con:
            publish = None if known is None else publisher(con, known, home())
            return page(con, session, publisher=publish, live=True), reporting_zone(con)

    return make


class Live:
    """The page of a warehouse, for any number of threads."""

    def __init__(
        self, warehouse: Warehouse, make: Make, clock: Callable[[], datetime] = now_utc
    ) -> None:
        """Render the first page; raises as ``make`` does."""
        self._make = make
        self._clock = clock
        self._one_at_a_time = Lock()
        self._versions = 0
        self._message: str | None = None
        self._failed: tuple[State, float] = (None, -RETRY_S)
        self._seen: tuple[State, float] = (None, 0.0)
        self._warehouse = warehouse
        self._made = self._new()
        self._warehouse = replace(warehouse, read_wait_s=WAIT_S, write_wait_s=WAIT_S)

    def page(self) -> bytes:
        """The current page, or the previous one if that cannot be rendered."""
        with self._one_at_a_time:
            self._renew()
            return self._made.html

    def look(self) -> tuple[str, str | None]:
        """The version of the page, and why there is no newer one if there should be.

        Renders a new one first if the file has settled; calls meanwhile do not wait.
        """
        if self._has_settled() and self._one_at_a_time.acquire(blocking=False):
            try:
                self._renew()
            finally:
                self._one_at_a_time.release()
        return self._made.version, self._message

    def _has_settled(self) -> bool:
        state, now = state_of(self._warehouse.path), monotonic()
        if state == self._made.state:
            return True
        if state != self._seen[0]:
            self._seen = (state, now)
        return now - self._seen[1] >= SETTLED_S

    def _renew(self) -> None:
        if self._is_current():
            self._message = None
            return
        state = state_of(self._warehouse.path)
        if state == self._failed[0] and monotonic() < self._failed[1] + RETRY_S:
            return
        try:
            self._made = self._new()
        except Exception as exc:
            self._message = f"This page cannot be updated at the moment: {sentence(exc)}"
            self._failed = (state, monotonic())
        else:
            self._message = None

    def _is_current(self) -> bool:
        made = self._made
        today = self._clock().astimezone(made.zone).date()
        return state_of(self._warehouse.path) == made.state and today == made.day

    def _new(self) -> Made:
        # Read the state first: changes while rendering then cause another page.
        state, now = state_of(self._warehouse.path), self._clock()
        html, zone_name = self._make(self._warehouse, now)
        zone = zones.zone(zone_name)
        self._versions += 1
        version = str(self._versions)
        marked = html.replace(MARK, f'{MARK}\n<meta name="version" content="{version}">', 1)
        return Made(marked.encode(), version, state, zone, now.astimezone(zone).date())


def state_of(path: Path) -> State:
    """What changes when the file does: its modification time, size and inode."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
