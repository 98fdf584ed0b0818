"""The dashboard in a browser: a page that is open renews itself, and keeps what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aggregator.refresh import refresh
from browser import needs_a_browser, started
from conftest import NOW, Fleet, invocation, write_skills
from dashboards import dashboard
from made import charts

pytest.importorskip("vl_convert", reason="the extra `report` is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = needs_a_browser


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
    """Filters, theme, place and a name's own page; no complaint, and requests to the server only.

    When the dashboard ends, the page says so and stays.
    """
    _use(fleet, 3)
    charts(tmp_path_factory).beside(fleet.warehouse.path)
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
        live = page.text_content("#live")
        told = page.text_content("#told")
        page.select_option("#kind", "skill")
        page.select_option("#project", label="app")
        page.click("#theme")
        page.evaluate("scrollTo(0, 300)")
        dark = page.get_attribute("html", "data-theme")
        _use(fleet, 5)
        # The page's policy lets nobody evaluate text in it: what is waited for are selectors.
        page.wait_for_selector("#told:has-text('10 uses')")
        renewed = page.text_content("#told")
        top = page.evaluate("scrollY")
        dark_still = page.get_attribute("html", "data-theme")
        page.evaluate("location.hash = document.querySelector('main a[href^=\"#/skill/\"]').hash")
        _use(fleet, 6)
        page.wait_for_selector("meta[name=version][content='3']", state="attached")
        page.wait_for_selector("#one-title")
        asked_for, complained_of = list(requests), list(complaints)
        ended = running.end()
        page.wait_for_selector("#live:has-text('The dashboard has ended')")
        page.close()

    assert live == "Live: renewed when the warehouse changes."
    assert told == "All time, all projects, skills and agents: 12 uses."
    assert renewed == "All time, app, skills only: 10 uses."
    assert (top, dark_still) == (300, dark)
    assert complained_of == []
    assert {url.split("#")[0] for url in asked_for} == {running.url, f"{running.url}changes"}
    assert ended[0] == 0
