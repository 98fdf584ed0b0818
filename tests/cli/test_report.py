"""The report in a real browser: it asks nobody, harms nobody, and tells what ``--json`` tells."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.refresh import refresh
from browser import Opened, needs_a_browser, opened, started
from command_line import TOP, Program
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from reports import write_report
from schema.warehouse import Warehouse

pytestmark = [needs_a_browser, pytest.mark.xdist_group("report"), pytest.mark.slow]

LONG = "x" * 1_000_000
OF_EVERY_OBJECT = [
    ("constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"),
    ("isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "__defineGetter__", "length"),
]
"""Names that JavaScript finds in every object, as many at a time as one chart has lines."""
EVIL = [
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "__proto__",
    "constructor",
    "@1",
    "at",
    "a/b#c?d%zz",
    "\u202eright-to-left",
    "'; drop table skill_usage; --",
    "\u2028\u2029\u0007\x1b[31m",
    LONG,
]
SPANS = {
    "all": (),
    "months": ("--since", "2025-11-01", "--until", "2026-10-31"),
    "weeks": ("--since", "2026-08-24", "--until", "2026-11-15"),
    "recent": ("--since", "2026-10-19", "--until", "2026-11-15"),
}
"""What each choice of a period stands for at the tests' moment, a Friday."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


def _filled(fleet: Fleet) -> Path:
    """Three projects, two of one name, with fourteen months of chance and a skill that got bad."""
    dice = random.Random(7)
    for place, name in enumerate(("one/app", "two/app", "tools")):
        records, runs = [], []
        for day in range(1, 425):
            at = NOW - timedelta(days=day, hours=dice.randrange(12))
            for skill in ("deploy", "code-review", "docs"):
                for _ in range(dice.randrange(2 + place // 2)):
                    bad = skill == "deploy" and day < 30
                    done = dice.random() < (0.3 if bad else 0.9)
                    more = {"error_type": "ToolError"} if not done and dice.random() < 0.7 else {}
                    said = f"{at.replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}"
                    records.append(invocation(skill, said, completed=done, **more))
            if day % 3 == 0:
                runs.append(execution(f"{at:%Y-%m-%dT%H:%M:%SZ}", success=dice.random() < 0.8))
        folder = fleet.project(name)
        write_skills(folder, {"invocations": records, "last_updated": ""})
        write_executions(folder, "reviewer", runs)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return fleet.warehouse.path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that fleet's warehouse and its report."""
    root = tmp_path_factory.mktemp("report")
    warehouse = _filled(Fleet(root, Warehouse(root / "data" / "warehouse.duckdb", "UTC")))
    write_report(Warehouse(warehouse, "UTC"), root / "report.html")
    return root


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def of(run: Program, told: Path) -> Program:
    """The program with the fleet's warehouse."""
    run.warehouse.parent.mkdir(parents=True, exist_ok=True)
    run.warehouse.write_bytes((told / "data" / "warehouse.duckdb").read_bytes())
    return run


# ---------------------------------------------------------------- it asks nobody


def test_it_draws_itself_offline_and_complains_of_nothing(browser: Any, told: Path) -> None:
    """One request, for the file itself; all charts are there; the policy refuses the rest."""
    with opened(browser, told / "report.html") as report:
        drawn = report.page.locator("main .chart svg[role=img]").count()
        report.page.evaluate("fetch('https://example.invalid/x').catch(() => 0)")
        refused = [each for each in report.complaints if "example.invalid" in each]

        assert drawn == report.page.locator(".chart").count() >= 2
        assert report.requests == [(told / "report.html").as_uri()]
        assert "Content Security Policy" in refused[0]
        assert report.complaints == refused


def test_it_names_no_address_that_is_asked_for(told: Path) -> None:
    """No source, link or import points anywhere, and the policy would not let one."""
    html = (told / "report.html").read_text("utf-8")
    around = html[: html.index("<body>")] + html[html.index('<script id="data"') :]

    assert "default-src 'none'" in html
    assert "unsafe" not in html[: html.index("</head>")].split('content="', 1)[1].split('"')[0]
    assert "http://" not in around.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in around


def test_without_scripts_it_says_the_numbers(browser: Any, run: Program, told: Path) -> None:
    """The headline, how fresh it is, and what to do."""
    whole = of(run, told)("summary", "--json").json["data"][0]["all_time"]

    with opened(browser, told / "report.html", java_script_enabled=False) as report:
        text = report.page.inner_text("body")

    assert f"{whole['total_invocations']:,} uses of 3 skills and 1 agent in 3 projects" in text
    assert "skillhouse summary" in text and "zone UTC" in text and "collected 2026-11-20" in text


# ---------------------------------------------------------------- it tells what --json tells


def test_filtered_numbers_are_those_of_the_commands(browser: Any, run: Program, told: Path) -> None:
    """Uses, rate and interval by name and by project: every project, period, and kind in turn."""
    of(run, told)
    projects = [row["project_id"] for row in run("projects", "--json").json["data"]]
    kinds = deque(("all", "skill", "agent", "all"))

    with opened(browser, told / "report.html") as report:
        for project in ("*", *projects):
            kinds.rotate()
            chosen = () if project == "*" else ("--project", project)
            for (period, span), kind in zip(SPANS.items(), kinds, strict=True):
                report.choose(project=project, kind=kind, period=period)
                line = ("top-skills", "--json", "--limit", "99", "--kind", kind, *chosen, *span)
                want = run(*line).json

                assert sorted(report.values("top")) == _near(_rows(want)), (project, period)
                count = want["totals"]["total_invocations"]
                assert f"{count:,} use" in report.page.inner_text("#announcement")
                shown = {row[0]: row[2] for row in report.values("projects")}
                assert sum(shown.values()) == count
                assert project == "*" or set(shown) <= {project}


def _rows(want: Any) -> list[list[Any]]:
    names = ("skill_name", "kind", "total_invocations", "success_rate", "success_rate_low")
    return sorted([row[name] for name in names] for row in want["data"])


def _near(rows: list[list[Any]]) -> Any:
    return [[pytest.approx(x, abs=1e-12) if isinstance(x, float) else x for x in r] for r in rows]


def test_the_other_parts_are_the_answers(browser: Any, run: Program, told: Path) -> None:
    """Scores, advice and unusual days; a skill's page has its quantiles."""
    of(run, told)
    health = run("health", "--json").json["data"]
    advice = run("recommend", "--json").json["data"]
    top = {row["skill_name"]: row for row in run("top-skills", "--json").json["data"]}

    with opened(browser, told / "report.html") as report:
        report.choose(period="all")
        scores = {row[0]: row[6] for row in report.rows("health")}
        todo = report.page.inner_text("#advice")
        report.page.click("#top bdi:text-is('deploy')")
        report.page.wait_for_selector("#one-title")
        one = report.page.inner_text("main")

    assert scores == {each["skill_name"]: str(each["score"]) for each in health}
    assert advice and all(row["statement"] in todo for row in advice)
    assert "deploy (skill)" in one and f"{top['deploy']['total_invocations']:,}" in one
    assert f"{top['deploy']['p50_duration_ms'] / 1000:.1f} s" in one
    assert "app" in one and "What to do" in one


def test_its_glossary_is_in_the_documents(browser: Any, told: Path) -> None:
    """Word for word, and more than the few that a broken page would have."""
    documented = (TOP / "docs" / "concepts.md").read_text(encoding="utf-8")
    script = """[...document.querySelectorAll('#glossary dt')].map(
        (word) => [word.textContent, word.nextElementSibling.textContent])"""
    with opened(browser, told / "report.html") as report:
        words = report.page.evaluate(script)

    assert len(words) >= 10
    assert [each for each in words if f"- **{each[0]}**: {each[1]}" not in documented] == []


def test_a_name_s_page_can_be_left_again(browser: Any, told: Path) -> None:
    """By the button of the browser, to where one was; what was filtered stays so."""
    with opened(browser, told / "report.html") as report:
        page = report.page
        report.choose(kind="skill")
        page.click("#top bdi:text-is('docs')")
        assert page.title().startswith("docs (skill)")
        assert page.evaluate("document.activeElement.id") == "one-title"
        page.go_back()
        assert page.locator("#headline").count() == 1
        assert {row[1] for row in report.rows("top")} == {"skill"}
        page.go_forward()
        assert page.locator("#one-title").count() == 1
        page.goto((told / "report.html").as_uri() + "#/skill/never-was")
        assert "Nothing with that name" in page.inner_text("main")
        assert report.complaints == []


def test_the_period_decides_what_the_chart_has(browser: Any, run: Program, told: Path) -> None:
    """Days, weeks or months; the table below it has what the commands say of each."""
    of(run, told)
    with opened(browser, told / "report.html") as report:
        for period, count in (("recent", 28), ("weeks", 12), ("months", 12)):
            report.choose(period=period)
            rows = report.rows("overview-data-table")
            assert len(rows) == count
            since, until = SPANS[period][1], SPANS[period][3]
            line = ("top-skills", "--json", "--limit", "99", "--since", since, "--until", until)
            want = run(*line).json["totals"]["total_invocations"]
            assert sum(int(row[1].replace(",", "")) for row in rows) == want
            assert report.page.locator("#overview-chart svg[role=img]").count() == 1
        assert report.complaints == []


# ---------------------------------------------------------------- it harms nobody


@pytest.mark.parametrize("names", OF_EVERY_OBJECT, ids=" ".join)
def test_names_that_every_object_has_are_drawn_as_any_other(
    browser: Any, fleet: Fleet, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """As skills, agent, project, error and path: every chart, its labels, and each one's page."""
    at = [NOW - timedelta(days=day, hours=1) for day in range(1, 90)]
    records = [
        invocation(
            name,
            f"{moment.replace(tzinfo=None) - timedelta(minutes=use):%Y-%m-%dT%H:%M:%S}",
            completed=use % 3 > 0,
            error_type=None if use % 3 else name,
            workflow_path=name,
        )
        for place, name in enumerate(names)
        for day, moment in enumerate(at)
        # One day of each stands out, so that the chart of unusual days has them all.
        for use in range(50 if day == 20 + place else 3)
    ]
    folder = fleet.project(names[0])
    write_skills(folder, {"invocations": records})
    write_executions(
        folder,
        names[1],
        [execution(f"{moment:%Y-%m-%dT%H:%M:%SZ}", agent=names[1]) for moment in at],
    )
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    file = tmp_path / "report.html"
    write_report(fleet.warehouse, file)

    with opened(browser, file) as report:
        page = report.page
        report.choose(period="all")
        unusual = [row[1] for row in report.rows("anomalies")]
        top = [row[0] for row in report.rows("top")]
        with_charts = []
        for name in names:
            page.evaluate("place => { location.hash = place }", f"#/skill/{name}")
            page.wait_for_selector("#one-chart svg[role=img]")
            with_charts.append(page.inner_text("#one-title"))
            assert page.inner_text("#one-where-table tbody th") == names[0]
        page.evaluate("location.hash = '#/'")
        page.wait_for_selector("#top")
        report.choose(project=page.locator("#project option").nth(1).get_attribute("value"))

        assert {*names} <= {*unusual}
        assert sorted(top) == sorted([*names, names[1]])
        assert with_charts == [f"{name} (skill)" for name in names]
        assert [row[0] for row in report.rows("projects")] == [names[0]]
        assert report.complaints == []


def test_names_that_would_do_harm_are_text(browser: Any, fleet: Fleet, tmp_path: Path) -> None:
    """Markup, control characters, a million letters: shown, each with a page, and never run."""
    records = [
        invocation(name, f"2026-11-{day:02}T09:00:00", workflow_path=name[:99], error_type=None)
        for name in EVIL
        for day in range(1, 13)
    ]
    write_skills(fleet.project(EVIL[1].replace("/", "")), {"invocations": records})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    file = tmp_path / "report.html"
    write_report(fleet.warehouse, file)

    with opened(browser, file) as report:
        links = report.page.evaluate(
            "[...document.querySelectorAll('#top tbody a')].map((a) => [a.hash, a.textContent])"
        )
        for at, name in links:
            report.page.evaluate("(at) => { location.hash = at; }", at)
            report.page.wait_for_selector("#one-title")
            assert name in report.page.text_content("#one-title")
        assert len(links) == len(EVIL)
        assert {name for name in EVIL if len(name) < 90} <= {name for _, name in links}
        assert report.page.evaluate("window.hacked") is None
        assert report.complaints == []
    assert file.stat().st_size < 2_000_000


def test_where_there_is_nothing_it_says_what_to_do(browser: Any, run: Program) -> None:
    """An empty warehouse."""
    run.lay_empty()
    target = run.root / "report.html"
    assert run("report", "--html", str(target)).code == 0

    with opened(browser, target) as report:
        assert "No data yet" in report.page.inner_text("main")
        assert "skillhouse register-project PATH" in report.page.inner_text("main")
        assert report.complaints == []


def test_one_project_with_one_use(browser: Any, run: Program) -> None:
    """Everything that cannot be judged says so, and no rate is made of nothing."""
    fleet = Fleet(run.root, Warehouse(run.warehouse, "UTC"))
    running = invocation("deploy", "2026-11-19T09:00:00", completed=False, duration_seconds=None)
    write_skills(fleet.project("alpha"), {"invocations": [running]})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    target = run.root / "report.html"
    run("report", "--html", str(target))

    with opened(browser, target) as report:
        text = report.page.inner_text("main")
        assert "Not enough data" in text and "NaN" not in text and "undefined" not in text
        assert report.complaints == []


# ---------------------------------------------------------------- it can be used by anybody

STRUCTURE = """() => {
  const all = (what) => [...document.querySelectorAll(what)];
  const ids = all('[id]').map((each) => each.id);
  return {
    'one h1': all('h1').length === 1,
    'a language': document.documentElement.lang === 'en',
    'landmarks': ['header', 'main', 'nav', 'footer'].every((each) => all(each).length === 1),
    'ids once': new Set(ids).size === ids.length,
    'captions': all('table').every((each) => each.caption?.textContent),
    'scopes': all('th').every((each) => ['row', 'col'].includes(each.scope)),
    'labels': all('select').every((each) => each.labels.length === 1),
    'charts': all('svg').every((each) => each.ariaHidden === 'true'
      || each.getAttribute('aria-label') || each.closest('[aria-hidden=true]')),
    'buttons': all('button').every((each) => each.textContent.trim()),
    'announced': all('[aria-live=polite]').length === 1,
    'sections': all('section').every(
      (each) => document.getElementById(each.getAttribute('aria-labelledby'))),
    'no sideways scroll': document.documentElement.scrollWidth <= innerWidth,
  };
}"""

CONTRAST = """() => {
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = parsed(getComputedStyle(each).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll('body *:not(svg *, script, option)')) {
    if (![...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim())) continue;
    if (!element.checkVisibility()) continue;
    const [a, b] = [light(parsed(getComputedStyle(element).color)), light(behind(element))].sort();
    if ((b + 0.05) / (a + 0.05) < 4.5) weak.push(element.outerHTML.slice(0, 80));
  }
  return weak;
}"""


@pytest.mark.parametrize("width", [390, 1300])
def test_its_structure_can_be_read_aloud(browser: Any, told: Path, width: int) -> None:
    """Landmarks, labels, scopes, captions, texts for charts; on a phone nothing sticks out."""
    with opened(browser, told / "report.html", viewport={"width": width, "height": 800}) as report:
        assert {name for name, ok in report.page.evaluate(STRUCTURE).items() if not ok} == set()
        report.page.click("#top a >> nth=0")
        assert {name for name, ok in report.page.evaluate(STRUCTURE).items() if not ok} == set()


def test_texts_stand_out_by_light_and_by_dark(browser: Any, told: Path) -> None:
    """4.5 to 1 and more, as the system wishes it and as the switch does."""
    for scheme in ("light", "dark"):
        with opened(browser, told / "report.html", color_scheme=scheme) as report:
            paper = "getComputedStyle(document.body).backgroundColor"
            before = report.page.evaluate(paper)
            assert report.page.evaluate(CONTRAST) == []
            report.page.click("#theme")
            assert report.page.evaluate(CONTRAST) == []
            assert report.page.evaluate(paper) != before


def test_it_is_used_by_keyboard(browser: Any, told: Path) -> None:
    """First comes the way past the header; every control is reached, and the focus is seen."""
    with opened(browser, told / "report.html") as report:
        focused = (
            "[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]"
        )
        found = []
        for _ in range(6):
            report.page.keyboard.press("Tab")
            found.append(report.page.evaluate(focused))
        assert [each for each, _ in found] == ["skip", "home", "theme", "project", "kind", "period"]
        assert {outline for _, outline in found} == {"solid"}
        report.page.focus("#skip")
        report.page.keyboard.press("Enter")
        assert report.page.evaluate("document.activeElement.id") == "main"
        assert report.page.locator("#headline").count() == 1


# ---------------------------------------------------------------- the command and the service


def test_opened_pages_are_told_apart(browser: Any, told: Path) -> None:
    """The harness sees what it has to: a complaint, and a request."""
    with opened(browser, told / "report.html") as report:
        assert isinstance(report, Opened)
        report.page.evaluate("console.warn('seen')")
        assert report.complaints == ["seen"]
