"""A zone database that changes moves rows and never doubles them, whoever reads the files."""

from __future__ import annotations

import gzip
import zoneinfo
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aggregator.refresh import refresh
from aggregator.verify import verify
from collector.bulk import reader
from collector.projects.registering import register
from conftest import NOW, THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from places import WAREHOUSES
from schema import zones
from schema.warehouse import Warehouse, micros
from zone_databases import Change, make_database, zone_file

PLACE, REPORT = "Test/Place", "Test/Report"
RULES = {
    "ZZZ5": -18_000,
    "ZZZ-3": 10_800,
    "AAA5BBB,M3.2.0,M11.1.0": -14_400,
    "AAA-1BBB,M3.5.0,M10.5.0/3": 7_200,
    "ZZZ-5:45": 20_700,
}
"""What holds after the changes that a file names, and how far ahead of UTC that is in May."""

FIRST = datetime(2026, 3, 1)  # noqa: DTZ001 # a local time


@contextmanager
def using(database: zones.Database) -> Iterator[None]:
    """Let the product have another zone database within the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zones, "database", database)
        yield


hours = st.integers(-12 * 4, 14 * 4).map(lambda quarters: quarters * 900)


@st.composite
def zone_files(draw: st.DrawFn) -> bytes:
    """A zone that changes a few times in the spring of 2026, days apart."""
    days = sorted(draw(st.sets(st.integers(0, 40), max_size=4)))
    start = 1_772_323_200  # 2026-03-01
    changes: list[Change] = [
        (start + 3 * day * 86_400 + draw(st.integers(0, 95)) * 900, draw(hours)) for day in days
    ]
    rule = draw(st.sampled_from(sorted(RULES)))
    # A file's last change is to what its rule says.
    changes.append((start + 132 * 86_400, RULES[rule]))
    return zone_file(draw(hours), changes, rule)


clocks = st.integers(0, 90 * 96).map(lambda quarters: FIRST + timedelta(minutes=15 * quarters))


def expected(database: zones.Database, times: list[str]) -> Counter[tuple[datetime, date]]:
    """Instants, and days in the reporting zone, of these times, by Python's own zoneinfo."""
    found: Counter[tuple[datetime, date]] = Counter()
    with (database.folder / "zoneinfo" / PLACE).open("rb") as file:
        place = ZoneInfo.from_file(file)
    with (database.folder / "zoneinfo" / REPORT).open("rb") as file:
        report = ZoneInfo.from_file(file)
    for text in times:
        written = datetime.fromisoformat(text)
        instant = (written if written.tzinfo else written.replace(tzinfo=place)).astimezone(UTC)
        found[instant, instant.astimezone(report).date()] += 1
    return found


def stored(fleet: Fleet) -> Counter[tuple[datetime, date]]:
    rows = fleet.query("select epoch_us(invoked_at), day from skill_usage")
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return Counter((start + timedelta(microseconds=us), day) for us, day in rows)  # type: ignore[arg-type, misc]


# Without shrinking: each example is some passes, and trying smaller ones would take minutes.
@pytest.mark.slow
@settings(
    max_examples=3 * THOROUGH,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    versions=st.lists(st.tuples(zone_files(), zone_files()), min_size=2, max_size=3),
    local=st.lists(clocks, min_size=1, max_size=12),
    in_bulk=st.lists(st.booleans(), min_size=3, max_size=3),
    full=st.booleans(),
)
def test_rows_move_with_the_zone_database(
    versions: list[tuple[bytes, bytes]], local: list[datetime], in_bulk: list[bool], full: bool
) -> None:
    """Each version reads the same file, whole or in bulk: as many rows, each at its new instant and
    in its new day, statistics that add up, and nothing that verify finds wrong."""
    texts = [f"{when.isoformat()}.{place % 7:06}" for place, when in enumerate(local)]
    with_offset = [f"{when.isoformat()}+00:00" for when in local[:5]]
    with TemporaryDirectory() as name:
        folder = Path(name)
        warehouse = Warehouse(folder / "data" / "warehouse.duckdb", REPORT)
        fleet = Fleet(folder / "projects", warehouse)
        for number, (place, report) in enumerate(versions):
            made = make_database(
                folder / f"v{number}", f"v{number}", {PLACE: place, REPORT: report}
            )
            with using(made), pytest.MonkeyPatch.context() as patch:
                patch.setattr(reader, "BULK_FROM_BYTES", 0 if in_bulk[number] else 1 << 30)
                if number == 0:
                    with warehouse.writing():
                        pass
                    project = fleet.project(timezone=PLACE)
                # Another record each time, so that the file is read again.
                more = [f"2026-06-0{number + 1}T10:00:00"]
                texts += more
                records = [invocation(at=text, duration_seconds=2.5) for text in texts]
                write_skills(project, {"invocations": records, "skills": {}, "last_updated": "x"})
                write_executions(project, "reviewer", [execution(text) for text in with_offset])
                fleet.collect(full=full)
                refresh(warehouse, now=NOW)

                assert stored(fleet) == expected(made, texts + with_offset)
                with warehouse.reading() as con:
                    assert verify(con).sentences == []
                [(uses,)] = fleet.query(
                    "select sum(invocations) from skill_aggregates"
                    " where time_window = 'daily' and project_id = '*'"
                )
                assert uses == len(texts) + len(with_offset)


def test_a_refresh_alone_moves_rows_and_marks_them_once(tmp_path: Path) -> None:
    """With nothing to read, a refresh finds the other version, cuts days anew, and only once."""
    zone = {PLACE: zone_file(-28_800, [], "ZZZ8"), REPORT: zone_file(-28_800, [], "ZZZ8")}
    later = {PLACE: zone_file(-25_200, [], "ZZZ7"), REPORT: zone_file(-25_200, [], "ZZZ7")}
    warehouse = Warehouse(tmp_path / "data" / "warehouse.duckdb", REPORT)
    fleet = Fleet(tmp_path / "projects", warehouse)
    before, after = (
        make_database(tmp_path / name, name, files) for name, files in (("a", zone), ("b", later))
    )
    times = ["2026-03-01T23:30:00", "2026-03-02T07:30:00+00:00"]
    with using(before):
        project = fleet.project(timezone=PLACE)
        records = [invocation(at=text) for text in times]
        write_skills(project, {"invocations": records, "skills": {}, "last_updated": "x"})
        fleet.collect()
        refresh(warehouse, now=NOW)
        assert stored(fleet) == expected(before, times)

    with using(after):
        assert refresh(warehouse, now=NOW).marks == 2
        assert stored(fleet) == expected(after, times)
        assert refresh(warehouse, now=NOW).marks == 0


def test_another_zone_moves_a_projects_rows(fleet: Fleet) -> None:
    """Its local times are read in it, also those no file holds any more; none counts twice."""
    project = fleet.project(timezone="Europe/Berlin")
    document = {"skills": {}, "last_updated": "x"}
    first, second = invocation(at="2026-08-03T09:00:00"), invocation(at="2026-08-03T23:30:00")
    write_skills(project, {"invocations": [first, second], **document})
    fleet.collect()

    with fleet.warehouse.writing() as con:
        register(con, project, now=NOW, default_timezone="UTC", timezone="America/New_York")
    write_skills(project, {"invocations": [second], **document})
    fleet.collect(full=True)

    assert [
        str(row[0])
        for row in fleet.query(
            "select make_timestamp(epoch_us(invoked_at)) from skill_usage order by 1"
        )
    ] == ["2026-08-03 13:00:00", "2026-08-04 03:30:00"]


def test_a_project_whose_zone_is_none_stops_no_other(fleet: Fleet) -> None:
    """It is told with what to do; the others are read, and its own rows once it has a zone."""
    bad, good = fleet.projects("bad", "good", timezone="Europe/Berlin")
    for folder in (bad, good):
        write_skills(folder, {"invocations": [invocation()], "skills": {}, "last_updated": "x"})
    with fleet.warehouse.writing() as con:
        con.execute("update projects set timezone = 'localtime' where project_name = 'bad'")

    done = fleet.collect()

    [problem] = done.problems
    assert "no time zone named 'localtime'" in str(problem)
    assert f"register-project {bad} --timezone" in str(problem)
    assert fleet.query("select count(*) from skill_usage") == [(1,)]
    with fleet.warehouse.writing() as con:
        register(con, bad, now=NOW, default_timezone="UTC", timezone="Europe/Berlin")
    assert fleet.collect().problems == []
    assert fleet.query("select count(*) from skill_usage") == [(2,)]


def test_an_upgrade_makes_one_of_what_two_databases_read(tmp_path: Path) -> None:
    """A local time that the system's database and DuckDB's read as two instants is one row again,
    which is said; the next refresh finds nothing to move, and verify nothing wrong."""
    as_utc = {"America/Vancouver": zone_file(0, [], "UTC0")}
    system = make_database(tmp_path / "system", "x", as_utc)
    path = tmp_path / "data" / "warehouse.duckdb"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(gzip.decompress((WAREHOUSES / "0007-fresh.duckdb.gz").read_bytes()))
    by_python, by_duckdb = "2026-07-01 09:00:00.123456+00", "2026-07-01 16:00:00.123456+00"
    with duckdb.connect(path) as con:
        con.execute(
            "insert into projects by name select * replace ('p9' as project_id,"
            " '/p9' as project_path, 'p9' as project_name, 'America/Vancouver' as timezone,"
            " null as repository) from projects limit 1"
        )
        for instant in (by_python, by_duckdb):
            con.execute(
                "insert into skill_usage by name select * replace ('p9' as project_id,"
                " cast($instant as timestamptz) as invoked_at, 'local' as time_basis,"
                " date '2026-07-01' as day, date '2026-06-29' as week, date '2026-07-01' as month,"
                " 1 as occurrence) from skill_usage where idempotency_key is null"
                " order by invoked_at, skill_name limit 1",
                {"instant": instant},
            )
        con.execute(
            "insert into collect_runs by name select * replace (99 as collect_run_id,"
            """ '[{"project_id": "p9", "inserted": 2}]' as projects) from collect_runs limit 1"""
        )
        con.execute("update skill_usage set collect_run_id = 99 where project_id = 'p9'")
    notes: list[str] = []
    warehouse = Warehouse(path, "UTC", note=notes.append)
    zoneinfo.reset_tzpath([str(system.folder / "zoneinfo")])
    ZoneInfo.clear_cache()
    try:
        with warehouse.reading():
            pass
    finally:
        zoneinfo.reset_tzpath()
        ZoneInfo.clear_cache()
    refresh(warehouse, now=NOW)

    with warehouse.reading() as con:
        rows = con.execute(
            "select local_time, epoch_us(invoked_at) from skill_usage where project_id = 'p9'"
        ).fetchall()
        [twice] = [check for check in verify(con).checks if check.name == "counted_once"]
        ledger = [check.findings for check in verify(con).checks if check.name == "ledger"]
    clock = datetime(2026, 7, 1, 9, 0, 0, 123456)  # noqa: DTZ001 # a local time
    moment = clock.replace(tzinfo=zones.zone("America/Vancouver"))
    assert rows == [(clock, micros(moment))]
    assert (twice.findings, ledger) == (0, [0])
    assert [note[:25] for note in notes] == ["1 row was stored twice in"]
