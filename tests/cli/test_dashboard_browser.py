"""The dashboard in a browser: a page that is open renews itself, and keeps what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.refresh import refresh
from browser import needs_a_browser, opened, started
from conftest import NOW, Fleet, invocation, write_skills
from dashboards import dashboard

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = [needs_a_browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


def _use(fleet: Fleet, uses: int) -> None:
    records = [
        invocation(skill, at=f"2026-11-{day:02}T09:00:00")
        for day in range(1, uses + 1)
        for skill in ("deploy", "docs")
    ]
    for name in ("app", "tools"):
        if not (fleet.root / name).exists():
            fleet.project(name)
        write_skills(fleet.root / name, {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)


def test_an_open_page_renews_itself_and_stays_where_it_was(
    browser: Any, fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Filters, order, theme, place and a name's page; no complaint, requests to the server only.

    When the dashboard ends, the page says so and stays.
    """
    _use(fleet, 3)
    with dashboard(fleet.warehouse.path) as running:
        page = browser.new_page()
        requests: list[str] = []
        complaints: list[str] = []
        page.set_default_timeout(60_000)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(running.url)
        page.wait_for_selector("html[data-drawn]")
        live = page.inner_text("#live")
        told = page.text_content("#announcement")
        asks = page.text_content("#asks")
        page.select_option("#kind", "skill")
        page.select_option("#project", label="app")
        page.click("#theme")
        page.click("#top button:text-is('Name')")
        page.click("#top button:text-is('Name')")
        page.evaluate("scrollTo(0, 300)")
        dark = page.get_attribute("html", "data-theme")
        _use(fleet, 5)
        # The page's policy lets nobody evaluate text in it: what is waited for are selectors.
        page.wait_for_selector("#announcement:has-text('10 uses')")
        renewed = page.text_content("#announcement")
        top = page.evaluate("scrollY")
        by_name = page.get_attribute("#top th[aria-sort]", "aria-sort")
        dark_still = page.get_attribute("html", "data-theme")
        page.evaluate("location.hash = document.querySelector('main a[href^=\"#/skill/\"]').hash")
        _use(fleet, 6)
        page.wait_for_selector("meta[name=version][content='3']", state="attached")
        page.wait_for_selector("#one-title")
        asked_for, complained_of = list(requests), list(complaints)
        ended = running.end()
        page.wait_for_selector("#live:has-text('The dashboard has stopped')")
        page.close()

    assert live == "Live: updates when the warehouse changes."
    assert asks is not None and "works offline" not in asks
    assert told == "All time, all projects, skills and agents: 12 uses."
    assert renewed == "All time, app, skills only: 10 uses."
    assert (top, dark_still, by_name) == (300, dark, "descending")
    assert complained_of == []
    assert {url.split("#")[0] for url in asked_for} == {running.url, f"{running.url}changes"}
    assert ended[0] == 0


def test_collect_now_shows_what_is_new(browser: Any, fleet: Fleet) -> None:
    """One click collects what was written since, and the page shows it with the same filters."""
    _use(fleet, 3)
    for name in ("app", "tools"):
        records = [invocation("deploy", at=f"2026-11-{day:02}T10:00:00") for day in range(1, 8)]
        write_skills(fleet.root / name, {"invocations": records, "last_updated": ""})
    with dashboard(fleet.warehouse.path) as running:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        complaints: list[str] = []
        page.set_default_timeout(60_000)
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(running.url)
        page.wait_for_selector("html[data-drawn]")
        before = page.text_content("#announcement")
        page.select_option("#project", label="app")
        page.select_option("#kind", "skill")
        page.click("#collect")
        page.wait_for_selector("#collect[disabled]")
        page.wait_for_selector("#announcement:has-text('app, skills only: 13 uses')")
        page.wait_for_selector("#live:has-text('Collected.')")
        enabled = page.is_enabled("#collect")
        page.click("#refresh")
        page.wait_for_selector("html[data-drawn]")
        refreshed = page.text_content("#announcement")
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.close()

    assert before == "All time, all projects, skills and agents: 12 uses."
    assert refreshed == "All time, app, skills only: 13 uses."
    assert (enabled, wide) == (True, 390)
    assert complaints == []


def test_a_page_that_was_saved_asks_nobody_and_says_so(
    browser: Any, fleet: Fleet, tmp_path: Path
) -> None:
    """As a file it is no live page any more, and does not call itself one."""
    _use(fleet, 3)
    saved = tmp_path / "saved.html"
    with dashboard(fleet.warehouse.path) as running:
        page = browser.new_page()
        served = page.goto(running.url)
        saved.write_bytes(served.body())
        page.close()
        with opened(browser, saved) as file:
            told = file.page.inner_text("body")
            assert (file.requests, file.complaints) == ([saved.as_uri()], [])
        with opened(browser, saved, java_script_enabled=False) as file:
            told_without_scripts = file.page.inner_text("body")

    for each in (told, told_without_scripts):
        assert "works offline and sends nothing" in each and "Live" not in each
