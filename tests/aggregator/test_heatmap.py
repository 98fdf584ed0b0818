"""``patterns heatmap``: weekday by hour, and skill by workflow path, against plain Python."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import oracle
from aggregator.calendar import ALL_TIME, span
from aggregator.measures import Question, scope
from aggregator.reports.patterns.heatmap import Hours, Ways, hours, ways
from aggregator.retention import apply, store_raw_days
from command_line import LONG, Program, cells, faults, start
from conftest import NOW, invocation, write_skills
from fleets import demo_fleet
from schema.warehouse import Warehouse

ZONE = "Asia/Kathmandu"
"""Its clock is five hours and three quarters ahead."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, list[oracle.Row]]:
    """The demo's fleet in a warehouse that reports in Kathmandu, and its rows by the oracle."""
    fleet = demo_fleet(tmp_path_factory, NOW, zone=ZONE)
    return fleet.refreshed, fleet.rows()


def by_hour(warehouse: Warehouse, *projects: str, over: object = ALL_TIME) -> Hours:
    with warehouse.reading() as con:
        return hours(con, Question(over, scope(con, projects), "all", NOW))  # type: ignore[arg-type]


def by_path(warehouse: Warehouse, *projects: str, limit: int = 99, over: object = ALL_TIME) -> Ways:
    with warehouse.reading() as con:
        return ways(con, Question(over, scope(con, projects), "all", NOW), limit)  # type: ignore[arg-type]


Counted = dict[object, tuple[int, int, int]]


def counted(rows: list[oracle.Row], place: object) -> Counted:
    assert callable(place)
    uses = Counter(place(row) for row in rows)
    good = Counter(place(row) for row in rows if row.outcome == "success")
    known = Counter(place(row) for row in rows if row.outcome != "unknown")
    return {at: (uses[at], good[at], known[at]) for at in uses}


def clock(row: oracle.Row) -> tuple[int, int]:
    local = row.invoked_at.astimezone(ZoneInfo(ZONE))
    return local.isoweekday(), local.hour


def test_hours_are_those_of_the_reporting_zones_clock(
    demo: tuple[Warehouse, list[oracle.Row]],
) -> None:
    """Each use in the hour it was in Kathmandu, of every project and of one."""
    warehouse, rows = demo

    for projects in ((), ("ledger-lib",)):
        found = by_hour(warehouse, *projects)
        mine = [row for row in rows if not projects or row.project in projects]

        assert {
            (h.weekday, h.hour): (
                h.cell.total_invocations, h.cell.successes, h.cell.known
            )
            for h in found.cells
        } == counted(mine, clock)  # fmt: skip
        assert found.total_invocations == len(mine)


def test_paths_are_counted_with_their_outcomes(demo: tuple[Warehouse, list[oracle.Row]]) -> None:
    """From stored counts, in a range of days, and from rows for one project."""
    warehouse, rows = demo
    day = NOW.date()
    month = span(day.replace(month=9, day=3), day)

    for projects, over in (((), ALL_TIME), ((), month), (("ledger-lib",), ALL_TIME)):
        found = by_path(warehouse, *projects, over=over)
        mine = oracle.in_range(
            [row for row in rows if not projects or row.project in projects],
            over.since, over.until, ZoneInfo(ZONE),
        )  # fmt: skip
        named = {(row.kind, row.name) for row in mine if row.workflow_path is not None}
        mine = [row for row in mine if (row.kind, row.name) in named]

        assert {
            (w.kind, w.skill_name, w.workflow_path): (
                w.cell.total_invocations, w.cell.successes, w.cell.known
            )
            for w in found.cells
        } == counted(mine, lambda row: (row.kind, row.name, row.workflow_path))  # fmt: skip
        assert found.names == len(named)
        assert found.total_invocations == sum(row.workflow_path is not None for row in mine)


def test_a_limit_keeps_the_names_used_most(demo: tuple[Warehouse, list[oracle.Row]]) -> None:
    """All of their paths, and all names are counted."""
    warehouse, _ = demo
    whole, first = by_path(warehouse), by_path(warehouse, limit=2)

    names = list(dict.fromkeys(way.skill_name for way in whole.cells))
    assert [way.skill_name for way in first.cells] == [names[0]] * 4 + [names[1]] * 4
    assert first.names == whole.names


def test_archived_days_have_paths_and_no_hours(
    demo: tuple[Warehouse, list[oracle.Row]], tmp_path: Path
) -> None:
    """How many uses that leaves out is told; paths stay what they were."""
    warehouse, rows = demo
    copy = Warehouse(tmp_path / "copy.duckdb", ZONE)
    copy.path.write_bytes(warehouse.path.read_bytes())
    before = by_path(copy, "ledger-lib")
    with copy.writing() as con:
        store_raw_days(con, 60)
    apply(copy, now=NOW)
    found = by_hour(copy)

    assert found.scanned.archived > 1000
    assert found.total_invocations + found.scanned.archived == len(rows)
    assert by_path(copy, "ledger-lib") == before


# ---------------------------------------------------------------- the command


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def on_demo(
    run: Program, demo: tuple[Warehouse, list[oracle.Row]], monkeypatch: pytest.MonkeyPatch
) -> Program:
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(demo[0].path))
    return run


@pytest.mark.parametrize("by", ["hour", "workflow-path"])
def test_the_map_fits_its_window_and_says_what_is_on_it(
    on_demo: Program, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """The first line names the fullest place; JSON holds to its schema and adds up."""
    monkeypatch.setenv("COLUMNS", "80")
    screen = on_demo("patterns", "heatmap", "--by", by)
    data = on_demo("patterns", "heatmap", "--by", by, "--limit", "99", "--json").json
    named = [row for row in data["data"] if by == "hour" or row["workflow_path"] is not None]
    most = max(row["total_invocations"] for row in named)

    assert max(cells(line) for line in screen.lines) <= 80
    assert f"{most:,} of {data['totals']['total_invocations']:,} uses" in " ".join(screen.lines[:2])
    assert faults(data, "patterns-heatmap") == []
    assert sum(row["total_invocations"] for row in named) == data["totals"]["total_invocations"]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_day_is_a_row_of_shades(run: Program, encoding: str) -> None:
    """Ten uses on Mondays at nine, one on Tuesdays at ten; the rest of the week is dots. The shades
    are quarters of the busiest hour, in what the output can show."""
    shades = "·░█" if encoding == "utf-8" else ".-#"

    app = run.folder("app")
    records = [invocation("a", f"2026-11-16T09:{minute:02}:00") for minute in range(10)]
    records.append(invocation("a", "2026-11-17T10:00:00"))
    write_skills(app, {"invocations": records, "last_updated": ""})
    run("register-project", str(app))
    empty = run("patterns", "heatmap")
    run("refresh")
    done = start(
        *("patterns", "heatmap", "--all-time"),
        env={"SKILLHOUSE_WAREHOUSE": str(run.warehouse), "PYTHONIOENCODING": encoding},
    )
    by_path = run("patterns", "heatmap", "--by", "workflow-path")
    none, least, most = tuple(shades)
    busiest = "Busiest hour: Monday 09:00-10:00 (10 of 11 uses, 90.9%). Weekends: 0.0% (all time)"

    assert "Nothing has been collected yet" in empty.lines[0]
    # A process of its own has the machine's clock: it may say first that these uses are long past.
    assert busiest in done.lines[:3]
    lines = done.lines[done.lines.index(busiest) :]
    assert lines[3] == "Mon  " + none * 18 + most * 2 + none * 28 + "      10"
    assert lines[4] == "Tue  " + none * 20 + least * 2 + none * 26 + "       1"
    assert lines[5] == "Wed  " + none * 48 + "       0"
    said = "Not enough data: no use records a workflow path (2026-08-23 to 2026-11-20)."
    assert by_path.lines == [said]
    assert lines[10] == (
        "Uses: · none, ░ 1-2, ▒ 3-5, ▓ 6-7, █ 8-10"
        if encoding == "utf-8"
        else "Uses: . none, - 1-2, + 3-5, * 6-7, # 8-10"
    )


def test_a_path_may_have_any_name(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the title of a column: cut to fit, and harmless."""
    app = run.folder("app")
    records = [
        invocation("a", "2026-11-16T09:00:00", workflow_path=LONG),
        invocation(LONG, "2026-11-16T09:00:00", workflow_path="\x1b[31mred\u202e"),
    ]
    write_skills(app, {"invocations": records, "last_updated": ""})
    run("register-project", str(app))
    run("refresh")
    monkeypatch.setenv("COLUMNS", "80")
    done = run("patterns", "heatmap", "--by", "workflow-path")

    assert max(cells(line) for line in done.lines) <= 80
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
