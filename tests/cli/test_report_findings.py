"""The report tells what the commands tell: findings, words and numbers, of the same skills."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.refresh import refresh
from browser import needs_a_browser, opened, started
from collector.projects.registering import register
from collector.skill_files.index import index
from command_line import Program, start
from conftest import NOW, Fleet, invocation, write_skills
from reports import two_types, write_report
from schema.warehouse import Warehouse
from skill_trees import write_skill

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = [needs_a_browser, pytest.mark.xdist_group("report"), pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fleet's warehouse and its report."""
    return two_types(tmp_path_factory)


@pytest.fixture
def health(
    told: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """The rows of `health --json`, by name."""
    run = Program(tmp_path, capsys, monkeypatch)
    run.warehouse.parent.mkdir(parents=True, exist_ok=True)
    run.warehouse.write_bytes((told / "data" / "warehouse.duckdb").read_bytes())
    return {row["skill_name"]: row for row in run("health", "--json").json["data"]}


def findings(row: Any) -> list[Any]:
    return list(row["comparison"]["findings"])


def percent(rate: float | None) -> str:
    return "n/a" if rate is None else f"{rate * 100:.1f}%"


def test_what_changed_has_every_finding_in_the_same_words(
    browser: Any, told: Path, health: dict[str, Any]
) -> None:
    """One card for each skill with findings, with their sentences, on the page of the skill too."""
    with opened(browser, told / "report.html") as report:
        cards = {
            card.locator("a").first.inner_text(): card.inner_text()
            for card in report.page.locator("#changes li").all()
        }
        pages = {}
        for name, row in health.items():
            report.page.evaluate("at => { location.hash = at }", f"#/{row['kind']}/{name}")
            report.page.wait_for_selector(f"#one-title:has-text('{name}')")
            pages[name] = report.page.inner_text("main")
        assert report.complaints == []

    found = {name: findings(row) for name, row in health.items() if findings(row)}
    assert {"deploy", "reviewer"} <= set(found)
    assert set(cards) == set(found)
    for name, some in found.items():
        for each in some:
            assert each["sentence"] in cards[name]
            assert each["sentence"] in pages[name]


def test_what_to_do_is_what_the_command_says(
    browser: Any, told: Path, tmp_path: Path, health: dict[str, Any]
) -> None:
    """The same entries in the same order; of other projects only what concerns them."""
    env = {"SKILLHOUSE_WAREHOUSE": str(tmp_path / "data" / "warehouse.duckdb")}
    done = start("recommend", "--json", env=env)
    rows = [row for row in json.loads(done.out)["data"] if row["origin"] == "skillhouse"]
    with opened(browser, told / "report.html") as report:
        shown = report.page.locator("#advice > ol > li").all_inner_texts()
        report.choose(type="web")
        web = "\n".join(report.page.locator("#advice > ol > li").all_inner_texts())

    want = [row for row in rows if row["action"] != "adopt"][:5]
    assert len(shown) == len(want) > 0
    for text, row in zip(shown, want, strict=True):
        assert row["skill_name"] in text and row["statement"] in text
    kept = {row["statement"]: row["statement"] in web for row in want}
    types = {row["statement"]: row["where"]["project_type"] for row in want}
    assert kept == {statement: types[statement] in (None, "web") for statement in kept}
    assert {*types.values()} >= {"service", "web"}


def test_health_says_the_same_word_and_numbers(
    browser: Any, told: Path, health: dict[str, Any]
) -> None:
    """Status before score; the word of the change; the rates now and before; the score."""
    with opened(browser, told / "report.html") as report:
        shown = {row[0]: row for row in report.rows("health")}

    assert set(shown) == {name for name, row in health.items() if row["score"] is not None}
    for name, row in shown.items():
        want = health[name]
        change = want["comparison"]["success"]
        assert want["status"] in row[1]
        assert want["comparison"]["change_in_words"] in row[2]
        assert row[3] == percent(change["previous"]["success_rate"])
        assert row[4] == percent(change["current"]["success_rate"])
        assert row[6] == str(want["score"])


def test_a_finding_concerns_its_own_projects(
    browser: Any, told: Path, health: dict[str, Any]
) -> None:
    """Of a project that a finding is not about, it is not told; nor is it under other types."""
    [deploy] = [each for each in findings(health["deploy"]) if each["finding"] == "worse"]
    with opened(browser, told / "report.html") as report:
        told_of = {}
        for project_type in ("web", "service"):
            report.choose(type=project_type)
            told_of[project_type] = report.page.locator("#changes a:has-text('deploy')").count()

    assert sorted(deploy["where"]["project_names"]) == ["ledger", "queue"]
    assert told_of == {"web": 0, "service": 1}


def test_a_public_page_needs_the_same_attention(
    browser: Any, told: Path, tmp_path: Path, health: dict[str, Any]
) -> None:
    """Without sentences, projects and paths: which skills, with which word and rates."""
    target = tmp_path / "public.html"
    env = {"SKILLHOUSE_WAREHOUSE": str(tmp_path / "data" / "warehouse.duckdb")}
    assert start("report", "--public", "--html", str(target), env=env).code == 0
    with opened(browser, target) as report:
        shown = {row[0]: row for row in report.rows("health")}
        changed = report.page.locator("#changes li .card-head a").all_inner_texts()
        text = report.page.inner_text("body")
        assert report.complaints == []

    for name, row in shown.items():
        assert health[name]["status"] in row[1]
        assert health[name]["comparison"]["change_in_words"] in row[2]
    worse = [
        name for name, row in health.items() if row["comparison"]["change_in_words"] == "worse"
    ]
    assert {*worse} == {*changed} != set()
    assert not any(name in text for name in ("ledger", "queue", "shop", "blog"))


def test_a_silent_project_is_told_first(browser: Any, tmp_path: Path) -> None:
    """The page begins with the line of `summary`; the project has a mark beside its last use."""
    fleet = Fleet(tmp_path, Warehouse(tmp_path / "data" / "warehouse.duckdb", "UTC"))
    for number, name in enumerate(("busy", "brisk", "quiet")):
        records = [
            invocation("docs", f"{NOW - timedelta(days=day, minutes=number):%Y-%m-%dT%H:%M:%S}")
            for day in range(60 if name == "quiet" else 1, 200)
        ]
        write_skills(fleet.project(name), {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    file = write_report(fleet.warehouse, tmp_path / "report.html")
    with opened(browser, file) as report:
        first = report.page.locator("main > *").first.inner_text()
        marked = [row[0] for row in report.rows("projects-table") if "silent" in "".join(row)]

    assert "quiet" in first and "silent" in first
    assert marked == ["quiet"]


def test_a_new_text_is_marked_where_it_changed(browser: Any, told: Path, tmp_path: Path) -> None:
    """The day on which a skill's file got another text stands in its chart, and below it.

    Another project's text is no mark where only one project is selected.
    """
    warehouse = Warehouse(tmp_path / "w.duckdb", "UTC")
    warehouse.path.write_bytes((told / "data" / "warehouse.duckdb").read_bytes())
    with warehouse.writing() as con:
        [(ledger,)] = con.execute(
            "select project_id from projects where project_name = 'ledger'"
        ).fetchall()
        for digest, day in (("a", "2026-01-05"), ("b", "2026-11-04")):
            con.execute(
                "insert into skill_files select ?, 'SKILL.md', ?, 'skill', 'claude', 'deploy',"
                " 'deploy', true, 9, ?::timestamptz, ?::timestamptz, ?::timestamptz, null, []",
                [ledger, digest, *[f"{day} 12:00+00"] * 3],
            )
    file = write_report(warehouse, tmp_path / "report.html")
    with opened(browser, file, address="/skill/deploy") as report:
        marks = report.page.locator("#one-chart line.mark").count()
        marked = report.page.inner_text("main")
        shop = report.page.locator("#project option:text-is('shop')").get_attribute("value")
        report.choose(project=shop)
        elsewhere = report.page.inner_text("main")

    assert marks >= 1
    assert "4 Nov text changed" in marked and "5 Jan" not in marked
    assert "text changed" not in elsewhere


def test_skills_on_disk_are_listed(browser: Any, told: Path, tmp_path: Path) -> None:
    """Each file with its state and relations, and whose description no model is shown.

    A published page has none of it.
    """
    warehouse = Warehouse(tmp_path / "w.duckdb", "UTC")
    warehouse.path.write_bytes((told / "data" / "warehouse.duckdb").read_bytes())
    folder = tmp_path / "bakery"
    write_skill(folder, "bread", "Bake bread " * 90)
    write_skill(folder, "bread", "Bake bread " * 90, path=".agents/skills/bread/SKILL.md")
    write_skill(folder, "<b>cake</b>", "Bake cakes " * 90, path=".claude/skills/cake/SKILL.md")
    for number in range(9):
        write_skill(folder, f"roll-{number}", f"Bake rolls of kind {number} " * 40)
    with warehouse.writing() as con:
        register(con, folder, now=NOW, default_timezone="UTC", name="bakery")
    index(warehouse, now=NOW)
    file = write_report(warehouse, tmp_path / "report.html")
    with opened(browser, file) as report:
        rows, [listing] = report.rows("disk-files-table"), report.rows("disk-listings-table")
        complaints = list(report.complaints)
    public = tmp_path / "public.html"
    words = ("--warehouse", str(warehouse.path), "report", "--public", "--html", str(public))
    assert start(*words, env={"HOME": str(tmp_path)}).code == 0

    assert {row[0] for row in rows} == {"bread", "cake", *(f"roll-{n}" for n in range(9))}
    assert {(row[2], row[3], row[5]) for row in rows} == {("bakery", "never", "0")}
    assert [row[8] for row in rows if row[0] == "bread"] == ["copy of bread"] * 2
    assert listing[0] == "bakery" and int(listing[3]) >= 1
    assert complaints == []
    with opened(browser, public) as report:
        assert report.rows("disk") == []
    assert "bakery" not in public.read_text("utf-8")
