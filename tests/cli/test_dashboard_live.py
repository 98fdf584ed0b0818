"""When the served page is made anew, and what stands in its place when that cannot be done."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from cli.dashboard import live
from cli.dashboard.live import Live
from cli.report.page import MARK
from conftest import Fleet, invocation, write_skills
from dashboards import until, written_by_another
from schema.errors import WarehouseBusy
from schema.warehouse import Warehouse, reporting_zone

pytestmark = pytest.mark.slow

EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


class Making:
    """Makes small pages of a real warehouse, and counts them."""

    def __init__(self) -> None:
        self.made = 0
        self.now = EVENING
        self.before: Callable[[], None] = lambda: None

    def __call__(self, warehouse: Warehouse, now: datetime) -> tuple[str, str]:
        self.before()
        with warehouse.reading() as con:
            [(rows,)] = con.execute("select count(*) from skill_usage").fetchall()
            self.made += 1
            return f"{MARK}<p>{rows} rows</p>", reporting_zone(con)

    def clock(self) -> datetime:
        return self.now


@pytest.fixture
def filled(fleet: Fleet) -> Fleet:
    _use(fleet, 1)
    return fleet


@pytest.fixture
def making() -> Making:
    return Making()


@pytest.fixture
def page(filled: Fleet, making: Making) -> Live:
    return Live(filled.warehouse, making, making.clock)


def _use(fleet: Fleet, uses: int) -> None:
    """A skill used so often is collected."""
    folder = fleet.root / "app"
    if not folder.exists():
        fleet.project("app")
    records = [invocation(at=f"2026-11-{day:02}T09:00:00") for day in range(1, uses + 1)]
    write_skills(folder, {"invocations": records, "last_updated": ""})
    fleet.collect()


def test_what_did_not_change_is_made_once(page: Live, making: Making) -> None:
    """However often it is asked for."""
    pages = {page.page() for _ in range(5)}
    looks = {page.look() for _ in range(5)}

    assert (making.made, len(pages), looks) == (1, 1, {("1", None)})
    assert b'<meta name="version" content="1">' in page.page()


def test_a_page_that_is_asked_for_is_that_of_the_file_as_it_is(
    page: Live, filled: Fleet, making: Making
) -> None:
    """At once, without waiting for the file to rest."""
    before = page.page()
    _use(filled, 3)
    after = page.page()

    assert (b"1 rows" in before, b"3 rows" in after, making.made) == (True, True, 2)
    assert page.look() == ("2", None)


def test_who_only_looks_is_told_once_the_file_has_come_to_rest(page: Live, filled: Fleet) -> None:
    """Not of each of the changes that one pass makes."""
    _use(filled, 2)
    first = page.look()
    _use(filled, 3)
    second = page.look()
    rested = until(page.look, lambda each: each[0] != "1")

    assert [first, second, rested] == [("1", None), ("1", None), ("2", None)]
    assert b"3 rows" in page.page()


@pytest.mark.parametrize(
    ("change", "versions"),
    [
        (lambda path: os.utime(path, ns=(1, 1)), "2"),
        (lambda path: os.replace(_copy_of(path), path), "2"),
        (lambda path: os.chmod(path, 0o600), "1"),
        (lambda path: path.read_bytes(), "1"),
    ],
    ids=["written", "replaced", "mode", "read"],
)
def test_a_change_is_seen_by_when_how_large_and_which_file(
    page: Live, filled: Fleet, change: Callable[[object], object], versions: str
) -> None:
    """A file in its place with its size and its time is another one; reading changes nothing."""
    change(filled.warehouse.path)
    page.page()

    assert page.look()[0] == versions


def _copy_of(path: object) -> str:
    """The same bytes with the same times, beside it."""
    import shutil

    return str(shutil.copy2(str(path), f"{path}.copy"))


def test_a_new_day_is_a_new_page(filled: Fleet, making: Making) -> None:
    """In the zone that the warehouse reports in, whichever this machine has."""
    with filled.warehouse.writing() as con:
        con.execute("update settings set value = 'Asia/Kathmandu' where key = 'timezone'")
    page = Live(filled.warehouse, making, making.clock)
    versions = []
    # 18:15 in UTC is midnight in Kathmandu.
    for minutes in (14, 15, 16, 6 * 60):
        making.now = EVENING + timedelta(minutes=minutes)
        versions.append(page.look()[0])

    assert versions == ["1", "2", "2", "2"]


def test_what_is_written_while_a_page_is_made_is_the_next_one_s(
    page: Live, filled: Fleet, making: Making
) -> None:
    """The state that a page is known by is the one before it was made."""

    def write_in_between() -> None:
        making.before = lambda: None
        os.utime(filled.warehouse.path, ns=(1, 1))

    _use(filled, 2)
    making.before = write_in_between
    page.page()
    page.page()

    assert page.look() == ("3", None)


def test_many_at_once_wait_for_one_making(
    page: Live, filled: Fleet, making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who looks meanwhile does not wait: the page before is still the latest."""
    together, gone_on = Barrier(8), []

    def look_meanwhile() -> None:
        looker = Thread(target=page.look)
        looker.start()
        looker.join(10)
        gone_on.append(not looker.is_alive())

    def get(_: int) -> bytes:
        together.wait()
        return page.page()

    _use(filled, 2)
    page.look()
    monkeypatch.setattr(live, "SETTLED_S", 0.0)
    making.before = look_meanwhile
    with ThreadPoolExecutor(8) as pool:
        pages = set(pool.map(get, range(8)))

    assert (len(pages), making.made) == (1, 2)
    assert gone_on == [True]


def test_the_page_before_stays_while_another_writes(
    page: Live, filled: Fleet, making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a sentence that names the writer, until it has ended."""
    monkeypatch.setattr(live, "RETRY_S", 0.1)
    before = page.page()
    with written_by_another(filled.warehouse.path) as pid:
        during = page.page()
        version, told = page.look()
    after = until(page.look, lambda each: each[1] is None and each[0] != "1")

    assert during == before
    assert version == "1"
    assert told is not None
    assert told.startswith("This page cannot be updated at the moment: The warehouse ")
    assert f"in use by process {pid}" in told
    assert after == ("2", None)


def test_after_a_failure_nobody_tries_again_for_a_while(
    page: Live, filled: Fleet, making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that ask again and again do not keep a pass from its file, until it has written.

    A fault names no data.
    """
    monkeypatch.setattr(live, "RETRY_S", 3600)
    tries = []

    def fail() -> None:
        tries.append(1)
        raise ValueError("my-secret-skill")

    _use(filled, 2)
    making.before = fail
    pages = {page.page() for _ in range(5)}
    version, told = page.look()
    tried = len(tries)
    os.utime(filled.warehouse.path, ns=(1, 1))
    page.page()

    assert (tried, len(tries), len(pages), version) == (1, 2, 1, "1")
    assert told is not None
    assert "ValueError" in told
    assert "secret" not in told


def test_a_first_page_that_cannot_be_made_is_an_error(filled: Fleet, making: Making) -> None:
    """There is nothing to show in its place: the command ends as every other does."""
    impatient = Warehouse(filled.warehouse.path, read_wait_s=0.1)
    with written_by_another(filled.warehouse.path), pytest.raises(WarehouseBusy):
        Live(impatient, making, making.clock)
