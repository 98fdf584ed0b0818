"""The report's filters: each changes every section, and the address has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import Opened, needs_a_browser, opened, started
from reports import two_types

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = [needs_a_browser, pytest.mark.xdist_group("report"), pytest.mark.slow]

SECTIONS = ("overview", "changes", "advice", "health", "top", "projects", "anomalies", "quality")
TEXTS = """() => Object.fromEntries([...document.querySelectorAll('main > section')]
    .filter((each) => each.id !== 'glossary').map((each) => [each.id, each.innerHTML]))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_types(tmp_path_factory) / "report.html"


def state(found: Opened) -> dict[str, str]:
    return dict(found.page.evaluate(TEXTS))


def chosen(found: Opened) -> list[str]:
    script = "[...document.querySelectorAll('#filters select')].map((each) => each.value)"
    return list(found.page.evaluate(script))


def project_named(found: Opened, name: str) -> str:
    value = found.page.locator(f"#project option:text-is('{name}')").get_attribute("value")
    assert value
    return str(value)


@pytest.mark.parametrize("name", ["project", "type", "kind", "period"])
def test_each_filter_changes_every_section(browser: Any, report: Path, name: str) -> None:
    """Every section says something else; the address brings the same back; so does none the first.

    A skill's page keeps the filters, and so does the way back.
    """
    with opened(browser, report) as found:
        values = {"type": "service", "kind": "agent", "period": "recent"}
        before = state(found)
        value = project_named(found, "queue") if name == "project" else values[name]
        found.choose(**{name: value})
        after, url, selects = state(found), found.page.url, chosen(found)
        found.page.click("#top tbody a >> nth=0")
        found.page.wait_for_selector("#one-title")
        kept = chosen(found)
        found.page.click("main .back")
        found.page.wait_for_selector("#overview")
        again = state(found)
        complaints = list(found.complaints)
    with opened(browser, report, address=url.partition("#")[2]) as found:
        restored, restored_selects = state(found), chosen(found)
        found.page.evaluate("location.hash = '#/'")
        found.page.wait_for_function("!location.hash.includes('=')")
        found.page.wait_for_timeout(50)
        first = state(found)

    assert tuple(before) == SECTIONS
    assert [each for each in SECTIONS if before[each] == after[each]] == []
    assert value in url and value in selects
    assert (restored, restored_selects) == (after, selects)
    assert (again, kept) == (after, selects)
    assert first == before
    assert complaints == []


def test_an_address_that_cannot_be_is_the_default(browser: Any, report: Path) -> None:
    """Unknown values are left out; a project of another type than is selected is none."""
    address = "/?project=nowhere&type=__proto__&kind=robot&period=constructor"
    with opened(browser, report, address=address) as found:
        unknown = chosen(found)
    with opened(browser, report) as found:
        default = chosen(found)
        found.choose(project=project_named(found, "shop"))
        found.choose(type="service")
        of_other_type = chosen(found)
        listed = found.page.locator("#project option").all_text_contents()

    assert unknown == default == ["*", "*", "all", "weeks"]
    assert of_other_type == ["*", "service", "all", "weeks"]
    assert listed == ["All projects", "ledger", "queue"]


def test_numbers_of_a_type_are_those_of_its_projects(browser: Any, report: Path) -> None:
    """Uses by name of a type are the sums of its projects; so are now and before, by project."""
    with opened(browser, report) as found:
        sums: dict[str, int] = {}
        for name in ("ledger", "queue"):
            found.choose(project=project_named(found, name))
            for row in found.values("top"):
                sums[row[0]] = sums.get(row[0], 0) + row[2]
        found.choose(project="*", type="service")
        of_type = {row[0]: row[2] for row in found.values("top")}
        found.page.click("#top bdi:text-is('deploy')")
        where = {row[0]: row[1:3] for row in found.rows("one-where-table")}

    assert of_type == sums
    assert set(where) == {"ledger", "queue"}
    assert all(float(now[:-1]) < 60 < float(then[:-1]) for then, now in where.values())


def test_what_is_compared_was_recorded_in_both_periods(browser: Any, report: Path) -> None:
    """A period before the first use is not compared with; one after it is."""
    with opened(browser, report) as found:
        compared = {}
        for period in ("recent", "weeks", "months", "all"):
            found.choose(period=period)
            compared[period] = found.page.locator("#headline .change").count()
        found.choose(period="months")
        text = found.page.inner_text("#overview")

    assert compared == {"recent": 3, "weeks": 3, "months": 0, "all": 0}
    assert "Not compared with the 12 months before: nothing was recorded then." in text


def test_time_before_the_first_use_is_a_gap_and_no_zero(browser: Any, report: Path) -> None:
    """Months in which nobody looked are hatched, and the table below says so."""
    with opened(browser, report) as found:
        found.choose(period="months")
        gaps = found.page.locator("#overview-chart rect.gap").count()
        rows = found.rows("overview-data-table")
        found.choose(period="weeks")
        later = found.page.locator("#overview-chart rect.gap").count()

    silent = [row for row in rows if row[1] == "no data collected"]
    assert (gaps, later) == (2, 0)
    assert len(rows) == 12 and len(silent) == 5 and rows[: len(silent)] == silent
    assert all(set(row[2:]) == {""} for row in silent)
    assert all(int(row[1]) > 0 for row in rows[len(silent) :])
