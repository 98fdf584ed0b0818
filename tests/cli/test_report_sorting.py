"""The report's tables are sorted by their headings, with the mouse and with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.refresh import refresh
from browser import Opened, needs_a_browser, opened, started
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from reports import write_report
from schema.warehouse import Warehouse

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = [needs_a_browser, pytest.mark.slow]

SKILLS, AGENTS = 55, ("checker", "planner", "reviewer")
"""More than a table shows at first."""

MISSING = "n/a"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Names of which each fifth has no duration, and agents without a known outcome."""
    root = tmp_path_factory.mktemp("sorting")
    fleet = Fleet(root, Warehouse(root / "data" / "warehouse.duckdb", "UTC"))
    records = []
    for number in range(SKILLS):
        running = number % 5 == 0
        for use in range(1 + number * 7 % SKILLS):
            at = f"2026-11-{1 + use % 19:02}T{use % 24:02}:{number:02}:00"
            told: dict[str, object] = {"duration_seconds": 0.5 * 3 ** (number % 11)}
            if running:
                told = {"completed": False, "duration_seconds": None}
            elif use % (2 + number % 3) == 1:
                told |= {"completed": False, "error_type": "ToolError"}
            records.append(invocation(f"s{number}", at, **told))
    half = len(records) // 2
    for place, part in (("one", records[:half]), ("two", records[half:])):
        write_skills(fleet.project(place), {"invocations": part, "last_updated": ""})
    for agent in AGENTS:
        runs = [execution("2026-11-02T09:00:00Z", agent=agent, success=None)]
        write_executions(fleet.root / "one", agent, runs)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return write_report(fleet.warehouse, root / "report.html")


def heading(found: Opened, section: str, title: str) -> Any:
    return found.page.locator(f"#{section} thead button:text-is('{title}')")


def column(found: Opened, section: str, title: str) -> list[str]:
    """The texts below a heading, from the top."""
    titles = found.page.locator(f"#{section} thead th").all_text_contents()
    return [row[titles.index(title)] for row in found.rows(section)]


def state(found: Opened, section: str) -> list[tuple[str, str]]:
    """The headings that say that they sort, and how."""
    marked = found.page.locator(f"#{section} th[aria-sort]")
    return [(each.inner_text(), each.get_attribute("aria-sort")) for each in marked.all()]


UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}


def as_number(text: str) -> float:
    """A number, a share, an interval's lower end, or a duration, as the page writes them."""
    words = text.replace(",", "").split()
    if len(words) > 1:
        pairs = zip(words[::2], words[1::2], strict=True)
        return sum(float(number) * UNITS[unit] for number, unit in pairs)
    return float(words[0].split("-")[0].rstrip("%"))


def test_numbers_are_sorted_by_number(browser: Any, report: Path) -> None:
    """The largest first, then the smallest, then as before; over all rows; what is missing last."""
    with opened(browser, report) as found:
        found.page.click("#top button:text-is('Show all 58')")
        before = found.rows("top")
        for title in ("Uses", "Success", "Failed", "Median"):
            for direction in ("descending", "ascending"):
                heading(found, "top", title).click()
                assert state(found, "top") == [(title, direction)]
                caption = f"58 skills and agents, by {title}, {direction}"
                assert found.page.text_content("#top caption") == caption
                assert_sorted(column(found, "top", title), direction)
            has_missing = title in ("Success", "Median")
            assert (MISSING in column(found, "top", title)) == has_missing
            heading(found, "top", title).click()
            assert (state(found, "top"), found.rows("top")) == ([], before)
            assert (
                found.page.text_content("#top caption") == "58 skills and agents, most used first"
            )
        assert found.complaints == []


def assert_sorted(texts: list[str], direction: str) -> None:
    known = [text for text in texts if text != MISSING]
    numbers = [as_number(text) for text in known]
    assert texts[: len(known)] == known
    assert numbers == sorted(numbers, reverse=direction == "descending")
    assert len(set(numbers)) > 2


def test_names_are_sorted_as_people_count(browser: Any, report: Path) -> None:
    """s2 before s10; only the first twenty of that order are shown until all are wanted."""
    with opened(browser, report) as found:
        heading(found, "top", "Name").click()
        first = column(found, "top", "Name")
        found.page.click("#top button:text-is('Show all 58')")
        whole = column(found, "top", "Name")

    assert first == whole[:20]
    assert whole == [*AGENTS, *(f"s{number}" for number in range(SKILLS))]


def test_it_is_sorted_by_keyboard(browser: Any, report: Path) -> None:
    """Enter and space on a heading, which keeps the focus, and shows it."""
    with opened(browser, report) as found:
        found.page.focus("#top .wide")
        found.page.keyboard.press("Tab")
        found.page.keyboard.press("Enter")
        by_enter = state(found, "top")
        found.page.keyboard.press("Space")
        by_space = state(found, "top")
        focused = found.page.evaluate(
            "[document.activeElement.textContent,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )

    assert (by_enter, by_space) == ([("Name", "ascending")], [("Name", "descending")])
    assert focused == ["Name", "solid"]


def test_what_is_sorted_stays_so_when_something_else_is_asked(browser: Any, report: Path) -> None:
    """Filters draw the tables anew; each table is sorted on its own, all by any heading."""
    with opened(browser, report) as found:
        heading(found, "projects", "Project").click()
        heading(found, "projects", "Project").click()
        found.choose(kind="skill", period="recent")
        projects = (state(found, "projects"), column(found, "projects", "Project"))
        top = state(found, "top")
        found.page.evaluate(
            "document.querySelectorAll('details').forEach((e) => { e.open = true })"
        )
        for button in found.page.locator("thead button").all():
            button.click()
        unsorted = found.page.locator("table:not(:has(th[aria-sort]))").count()
        assert found.complaints == []

    assert projects == ([("Project", "descending")], ["two", "one"])
    assert (top, unsorted) == ([], 0)


def test_on_paper_a_heading_is_a_heading(browser: Any, report: Path) -> None:
    """Buttons are not printed, but these are; without their arrow."""
    with opened(browser, report) as found:
        found.page.emulate_media(media="print")
        shown = heading(found, "top", "Uses").is_visible()
        other = found.page.locator("#theme").is_visible()
        arrow = "getComputedStyle(document.querySelector('#top .sort'), '::after').display"
        assert (shown, other, found.page.evaluate(arrow)) == (True, False, "none")
