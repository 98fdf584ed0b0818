"""The report as it is now: made anew when the warehouse or the day is another one, else kept.

Many ask, one page is made at a time. What cannot be made, while a pass writes for example, leaves
the page before it in place, and a sentence that says why.
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
"""So long a page that is there already waits for the warehouse to be free for the next one."""

RETRY_S = 2.0
"""So long after a page could not be made, nobody tries again with the file as it was."""

SETTLED_S = 1.0
"""A pass writes several times: so long nothing has changed before it is worth a new page."""

State = tuple[int, int, int] | None
Make = Callable[[Warehouse, datetime], tuple[str, str]]


@dataclass(frozen=True)
class Made:
    """A page, and what it was made of: the state of the file, and the day in its zone."""

    html: bytes
    version: str
    state: State
    zone: ZoneInfo
    day: date


def maker(*, public: bool) -> Make:
    """What makes the page of a warehouse as of a moment: its HTML, and the reporting zone.

    Raises as ``page`` does, and the WarehouseError that fits.
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
        """Make the first page; raises as ``make`` does."""
        self._make = make
        self._clock = clock
        self._one_at_a_time = Lock()
        self._versions = 0
        self._told: str | None = None
        self._failed: tuple[State, float] = (None, -RETRY_S)
        self._seen: tuple[State, float] = (None, 0.0)
        self._warehouse = warehouse
        self._made = self._new()
        self._warehouse = replace(warehouse, read_wait_s=WAIT_S, write_wait_s=WAIT_S)

    def page(self) -> bytes:
        """The page of the warehouse as it is, or the one before where that cannot be made."""
        with self._one_at_a_time:
            self._renew()
            return self._made.html

    def look(self) -> tuple[str, str | None]:
        """The version of the page there is, and why there is none that is newer, if there ought.

        A new one is made first when the file has come to rest; who asks meanwhile is not kept.
        """
        if self._has_settled() and self._one_at_a_time.acquire(blocking=False):
            try:
                self._renew()
            finally:
                self._one_at_a_time.release()
        return self._made.version, self._told

    def _has_settled(self) -> bool:
        state, now = state_of(self._warehouse.path), monotonic()
        if state == self._made.state:
            return True
        if state != self._seen[0]:
            self._seen = (state, now)
        return now - self._seen[1] >= SETTLED_S

    def _renew(self) -> None:
        if self._is_current():
            self._told = None
            return
        state = state_of(self._warehouse.path)
        if state == self._failed[0] and monotonic() < self._failed[1] + RETRY_S:
            return
        try:
            self._made = self._new()
        except Exception as exc:
            self._told = f"This page is not renewed for now: {sentence(exc)}"
            self._failed = (state, monotonic())
        else:
            self._told = None

    def _is_current(self) -> bool:
        made = self._made
        today = self._clock().astimezone(made.zone).date()
        return state_of(self._warehouse.path) == made.state and today == made.day

    def _new(self) -> Made:
        # Looked at first: what is written while the page is made is the next one's.
        state, now = state_of(self._warehouse.path), self._clock()
        html, zone_name = self._make(self._warehouse, now)
        zone = zones.zone(zone_name)
        self._versions += 1
        version = str(self._versions)
        marked = html.replace(MARK, f'{MARK}\n<meta name="version" content="{version}">', 1)
        return Made(marked.encode(), version, state, zone, now.astimezone(zone).date())


def state_of(path: Path) -> State:
    """By what a file's change is seen: when it was written, its size, and which file it is."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
