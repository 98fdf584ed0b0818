"""This machine's browser without a window and a network, and what a page did in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

needs_a_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium on this machine to look at the page with"
)


@contextmanager
def started() -> Iterator[Any]:
    """A browser with an empty profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """A page that was opened from a file, with what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def rows(self, section: str) -> list[list[Any]]:
        """The rows of a section's table: the texts of each one's cells."""
        script = f"""[...document.querySelectorAll('#{section} tbody tr')].map(
            (row) => [...row.children].map((cell) => cell.textContent))"""
        return list(self.page.evaluate(script))

    def values(self, section: str) -> list[list[Any]]:
        """The same as exact numbers, as far as the cells have any; first the row's own name."""
        script = f"""[...document.querySelectorAll('#{section} tbody tr')].map((row) => [
            row.dataset.name ?? row.dataset.project, row.dataset.kind ?? null,
            ...[...row.querySelectorAll('[data-value]')].map((each) => Number(each.dataset.value))
        ])"""
        return list(self.page.evaluate(script))

    def choose(self, **what: str) -> None:
        for name, value in what.items():
            self.page.select_option(f"#{name}", value)


@contextmanager
def opened(browser: Any, file: Path, address: str = "", **context: Any) -> Iterator[Opened]:
    """A report once it is drawn, at an address within it.

    The network is cut off, and whoever asks for it is noted.
    """
    with_js = context.get("java_script_enabled", True)
    around = browser.new_context(offline=True, **context)
    try:
        page = around.new_page()
        page.set_default_timeout(15_000)
        found = Opened(page)
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda said: found.complaints.append(said.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.goto(file.as_uri() + (f"#{address}" if address else ""))
        if with_js:
            page.wait_for_selector("html[data-drawn]")
        yield found
    finally:
        around.close()
