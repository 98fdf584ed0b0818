"""The site of the documents: built strictly and offline, and loading nothing from other hosts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from browser import needs_a_browser, started
from cli.answers.types import answer_names
from pages import documents
from site_source import place, write_source

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?([^"'\s>]+)"""
    r"""|<link(?![^>]*rel=["']?canonical)[^>]*\shref=["']?([^"'\s>]+)"""
    r"""|url\(["']?([^"')]+)|@import\s+["']([^"']+)"""
)
_OFFLINE = ["unshare", "--map-root-user", "--net"]


def offline() -> list[str]:
    """What to put before a program so that it has no network, where the system lets us."""
    if shutil.which("unshare") is None:
        return []
    allowed = subprocess.run([*_OFFLINE, "true"], check=False, capture_output=True)
    return _OFFLINE if allowed.returncode == 0 else []


def build(configuration: Path) -> subprocess.CompletedProcess[str]:
    """The site, as `make site` builds it."""
    program = [sys.executable, "-m", "zensical", "build", "--strict", "-f", configuration.name]
    return subprocess.run(
        [*offline(), *program],
        cwd=configuration.parent, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = build(write_source(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_every_document_is_a_page(site: Path) -> None:
    """Each with its heading."""
    for path in documents():
        page = site / place(path).with_suffix(".html")
        assert "<h1" in page.read_text(encoding="utf-8")


def test_every_answer_has_its_schema(site: Path) -> None:
    """As a file that validators can read, with a link to it."""
    page = (site / "json.html").read_text(encoding="utf-8")

    for name in answer_names():
        schema = json.loads((site / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        assert f'href="schemas/{name}.json"' in page or f"href=schemas/{name}.json" in page


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    """Fonts, scripts, styles and pictures are files of the site."""
    loaded = [
        (str(path.relative_to(site)), address)
        for path in site.rglob("*")
        if path.suffix in (".html", ".css")
        for found in _LOADED.findall(path.read_text(encoding="utf-8"))
        for address in found
        if address
    ]

    assert len(loaded) > 100
    assert [each for each in loaded if "//" in each[1] and not each[1].startswith("data:")] == []


@needs_a_browser
def test_pages_open_in_a_browser_without_a_network(site: Path) -> None:
    """They ask for files only, and nothing fails but the search, which needs a server."""
    with started() as browser:
        for name in ("index.html", "decisions/index.html"):
            context = browser.new_context(offline=True)
            page = context.new_page()
            requests: list[str] = []
            errors: list[str] = []
            page.on("request", lambda request, to=requests: to.append(request.url))
            page.on("pageerror", lambda error, to=errors: to.append(str(error)))
            page.goto((site / name).as_uri())

            assert page.locator("h1").count() == 1
            assert [each for each in requests if not each.startswith("file:")] == []
            assert errors == []
            context.close()


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path) -> None:
    """A page or a heading that does not exist is an error, not a warning."""
    configuration = write_source(tmp_path)
    page = tmp_path / "pages" / "faq.md"
    page.write_text(f"{page.read_text()}\n[gone](concepts.md#no-such-heading)\n")

    assert build(configuration).returncode != 0
