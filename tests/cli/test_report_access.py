"""The report can be read and used by everybody: axe-core, touch targets, phones, paper."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.refresh import refresh
from browser import needs_a_browser, opened, started
from cli.demo.fleet import write_fleet
from collector.projects.registering import register
from conftest import NOW, Fleet, invocation, write_skills
from reports import write_report
from schema.warehouse import Warehouse

pytest.importorskip("playwright", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
pytestmark = [needs_a_browser, pytest.mark.slow, pytest.mark.xdist_group("report")]

PLACES = ("", "#/skill/test-runner", "#/agent/orchestrator?period=recent", "#/?kind=agent")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's fleet: six projects, with a year of skills and agents."""
    root = tmp_path_factory.mktemp("access")
    fleet = Fleet(root, Warehouse(root / "data" / "warehouse.duckdb", "UTC"))
    for each in write_fleet(root / "projects", NOW):
        fleet.register(each.path, each.timezone)
        with fleet.warehouse.writing() as con:
            register(
                con, each.path, now=NOW, default_timezone="UTC", project_type=each.project_type
            )
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return write_report(fleet.warehouse, root / "report.html")


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred projects with 64 skills, used in each of the last thirty weeks."""
    root = tmp_path_factory.mktemp("hundred")
    fleet = Fleet(root, Warehouse(root / "data" / "warehouse.duckdb", "UTC"))
    folders = fleet.projects(*(f"service-number-{number}" for number in range(100)))
    for number, folder in enumerate(folders):
        records = [
            invocation(
                f"explain-coverage-{(number + use) % 64}",
                f"{NOW - timedelta(days=7 * week + use % 7, seconds=number):%Y-%m-%dT%H:%M:%S}",
                completed=(week + use + number) % 9 > 0,
            )
            for week in range(30)
            for use in range(16)
        ]
        write_skills(folder, {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return write_report(fleet.warehouse, root / "report.html")


# Colors do not depend on the width, so that each scheme is looked at in one.
@pytest.mark.parametrize(("scheme", "width"), [("light", 1300), ("dark", 390)])
def test_axe_finds_nothing_serious(browser: Any, report: Path, scheme: str, width: int) -> None:
    """No violation of any impact: the report, a skill's, an agent's page, an empty selection."""
    found = {}
    view: dict[str, Any] = {
        "viewport": {"width": width, "height": 844},
        "color_scheme": scheme,
    }
    for place in PLACES:
        with opened(browser, report, address=place.removeprefix("#"), **view) as page:
            page.page.evaluate(axe.AXE_SCRIPT)
            result = page.page.evaluate("axe.run()")
            found[place] = [
                (each["id"], each["impact"], each["nodes"][0]["html"][:120])
                for each in result["violations"]
            ]
            assert len(result["passes"]) > 20
            assert page.complaints == []

    assert found == {place: [] for place in PLACES}


SMALL = """(least) => [...document.querySelectorAll('a, button, select, summary')]
  .filter((each) => each.checkVisibility() && each.offsetParent && !each.matches('.skip'))
  .map((each) => [each.getBoundingClientRect(), each])
  .filter(([box]) => box.height < least - 0.5 || box.width < least - 0.5)
  .map(([box, each]) => `${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML}`)"""


@pytest.mark.parametrize("place", ["", "/skill/test-runner"])
def test_on_a_phone_everything_can_be_hit(browser: Any, report: Path, place: str) -> None:
    """Links, buttons, lists and what opens are 44 pixels wide and high at least; nothing sticks
    out."""
    view = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with opened(browser, report, address=place, **view) as found:
        small = found.page.evaluate(SMALL, 44)
        wide = found.page.evaluate("document.documentElement.scrollWidth")

    assert [each[:150] for each in small] == []
    assert wide == 390


def test_above_the_fold_is_what_matters(browser: Any, report: Path) -> None:
    """On a desk and on a phone the first screen has the numbers and the chart."""
    for width, height in ((1300, 800), (390, 844)):
        view: dict[str, Any] = {"viewport": {"width": width, "height": height}}
        with opened(browser, report, **view) as found:
            tiles = found.page.locator("#headline").bounding_box()
            chart = found.page.locator("#overview-chart svg").bounding_box()
            assert tiles["y"] + tiles["height"] < height
            assert chart["y"] + chart["height"] <= height, (width, chart)


def test_a_hundred_projects_fit(browser: Any, hundred: Path) -> None:
    """Health within four screens of a phone, all 64 skills of it; the file small."""
    view: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
    with opened(browser, hundred, **view) as found:
        found.page.click("#health button:text-is('Show all 64')")
        health = found.page.locator("#health-table").bounding_box()
        assert len(found.rows("health")) == 64
        assert found.page.evaluate("document.documentElement.scrollWidth") == 390

    assert health["height"] <= 4 * 844
    assert len(gzip.compress(hundred.read_bytes())) < 2_000_000


def test_on_paper_it_is_black_on_white_without_controls(browser: Any, report: Path) -> None:
    """Also where the screen is dark: charts and tables, no filters."""
    with opened(browser, report, color_scheme="dark") as found:
        found.page.emulate_media(media="print", color_scheme="dark")
        paper, ink, filters, charts = found.page.evaluate(
            "[getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(document.body).color,"
            " document.getElementById('filters').checkVisibility(),"
            " document.querySelectorAll('.chart svg').length]"
        )
    assert (paper, ink, filters) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)", False)
    assert charts >= 2
