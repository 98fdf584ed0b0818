"""Steps that write the report and draw it in this machine's browser."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.fleet import ZONE
from benchmarks.steps import StepOutput, at, timed, warehouse_at

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def report(warehouse: str, target: str, now: str | None = None) -> StepOutput:
    """Write the report."""
    from cli.exporting.places import target_of
    from cli.output import Output
    from cli.report.file import write
    from cli.session import Session
    from schema.settings import Settings

    session = Session(Settings(Path(warehouse), ZONE), Output(quiet=True), at(now))
    with warehouse_at(warehouse).reading() as con:
        took, size = timed(lambda: write(con, session, target_of(Path(target))))
    return {"seconds": took, "bytes": size}


def draw(file: str) -> StepOutput:
    """Open a report offline; the seconds from its first byte until all charts are drawn."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.goto(Path(file).as_uri())
        page.wait_for_selector("html[data-drawn]")
        took = float(page.get_attribute("html", "data-drawn") or "nan") / 1000
        browser.close()
    return {"seconds": took}
