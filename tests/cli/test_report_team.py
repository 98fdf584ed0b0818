"""The report shows a member their skills beside the team's, as the ``team`` commands tell them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.team.community import folder_of
from browser import needs_a_browser, opened, started
from command_line import Program
from conftest import NOW
from joined import agreement, members_of, rolled_up
from reports import copy_of_two_types, write_report
from schema.warehouse import Warehouse

pytest.importorskip("playwright", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
pytestmark = [needs_a_browser, pytest.mark.xdist_group("report"), pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)>"
RATES = {"deploy": 0.93, "docs": 0.6, "nobody-here": 0.6, HOSTILE: 0.9}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return copy_of_two_types(tmp_path_factory, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def before(alone: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of who is in no team."""
    return write_report(alone, tmp_path_factory.mktemp("before") / "report.html")


@pytest.fixture(scope="module")
def member(alone: Warehouse, before: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The same warehouse in a team of fourteen, whose rollup is two days old."""
    root = tmp_path_factory.mktemp("team")
    members = members_of(4, 14, RATES, NOW, uses=20, recent={"nobody-here": 0.2})
    rolled_up(root, alone, agreement(), members, NOW - timedelta(days=2))
    return alone


@pytest.fixture(scope="module")
def report(member: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(member, tmp_path_factory.mktemp("report") / "report.html")


def test_the_team_s_part_says_what_the_commands_say(
    browser: Any,
    member: Warehouse,
    report: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Verdicts and rates of my skills, what others use, what changed for all, whose numbers they
    are and how old; markup in a name is text, and the file stays small."""
    run = Program(tmp_path, capsys, monkeypatch)
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(member.path))
    run.now = NOW
    mine = run("team", "baselines", "--json").json
    suggested = run("team", "suggest", "--json").json["data"]
    changes = run("team", "changes", "--json").json["data"]
    clear = [row for row in changes if row["change_in_words"] in ("better", "worse")]

    def shown(rate: float | None) -> str:
        return "n/a" if rate is None else f"{rate * 100:.1f}%"

    with opened(browser, report) as page:
        told = page.page.locator("#team").inner_text()
        rows = page.rows("team-mine-table")
        others = page.rows("team-suggested-table")
        changed = page.rows("team-changes-table")
        complaints = page.complaints
        page.choose(kind="agent")
        no_agents = page.page.locator("#team").inner_text()

    assert {row["verdict"] for row in mine["data"]} >= {"better", "worse"}
    assert len(rows) == len(mine["data"]) and len(others) == len(suggested) == 2
    for row, cells in zip(mine["data"], rows, strict=True):
        assert (cells[0], row["verdict"] in cells[1]) == (row["skill_name"], True)
        assert cells[2:4] == [shown(row["mine"]["success_rate"]), shown(row["expected_rate"])]
        uses, members = row["mine"]["total_invocations"], row["community"]["members"]
        assert cells[7:9] == [f"{uses:,}", str(members)]
    assert {row[0] for row in others} == {"nobody-here", HOSTILE}
    assert [row[:2] for row in others] == [
        [row["skill_name"], f"{row['members']} of {row['of_members']}"] for row in suggested
    ]
    assert [cells[0] for cells in changed] == [row["skill_name"] for row in clear]
    assert clear and all(
        cells[2:4]
        == [shown(row["previous"]["success_rate"]), shown(row["current"]["success_rate"])]
        for cells, row in zip(changed, clear, strict=True)
    )
    assert "Atlas: 14 members" in told and "2 days ago" in told
    assert "None of my skills is known to the team." in no_agents
    assert complaints == [] and report.stat().st_size < 2_000_000


def test_who_is_in_no_team_sees_nothing_of_one(
    browser: Any, before: Path, member: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before joining, where the team is silenced, and where its numbers here are damaged."""
    files = [before]
    monkeypatch.setenv("SKILLHOUSE_TEAM", "off")
    files.append(write_report(member, tmp_path / "silent.html"))
    monkeypatch.delenv("SKILLHOUSE_TEAM")
    current = folder_of(member.path) / "current.json"
    whole = current.read_bytes()
    current.write_bytes(whole[:100])
    files.append(write_report(member, tmp_path / "damaged.html"))
    current.write_bytes(whole)

    for file in files:
        with opened(browser, file) as page:
            assert page.page.locator("#team").count() == 0
            assert "Team" not in page.page.locator("#parts").inner_text()
            assert page.complaints == []


# Colors do not depend on the width, so that each scheme is looked at in one.
@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 420)])
def test_the_team_s_part_is_for_everybody(
    browser: Any, report: Path, scheme: str, width: int
) -> None:
    """axe finds no violation, and nothing sticks out."""
    view: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with opened(browser, report, address="/at/team", **view) as page:
        page.page.evaluate(axe.AXE_SCRIPT)
        result = page.page.evaluate("axe.run('#team')")
        wide = page.page.evaluate("document.documentElement.scrollWidth")

    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in result["violations"]] == []
    assert len(result["passes"]) > 10 and wide == width
