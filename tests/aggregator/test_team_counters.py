"""The counters of a member are that member's warehouse, counted a second time in plain Python."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from aggregator.refresh import refresh
from aggregator.retention import apply, store_raw_days
from aggregator.team import limits
from aggregator.team.agreement import Agreement
from aggregator.team.counted import COUNTERS
from aggregator.team.counters import CounterRow, Outgoing, outgoing
from aggregator.team.member_file import Expected
from aggregator.team.membership import Membership
from aggregator.team.take_in import Offered, take_in
from conftest import NOW, THOROUGH, Fleet, invocation, write_skills
from fleets import DEMO, demo_fleet
from oracle import Row, read_document
from schema.warehouse import Warehouse

AGREEMENT = Agreement(
    team_id="0123456789abcdef",
    name="Tools",
    skills=("*",),
    project_types=("cli", "web"),
    teams=("platform",),
)
MEMBER = "0123456789ab"


def entry(agreement: Agreement, since: date = date(2020, 1, 6), **changes: object) -> Membership:
    made = Membership(
        url="/nowhere",
        team="platform",
        since=since,
        withheld=(),
        agreement=agreement,
        agreement_etag="1",
        counters=COUNTERS,
        joined_at=NOW,
        confirmed_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # names of fields


def sent(
    warehouse: Warehouse,
    now: datetime,
    agreement: Agreement = AGREEMENT,
    of: Membership | None = None,
) -> Outgoing:
    with warehouse.reading() as con:
        return outgoing(con, of or entry(agreement), agreement, MEMBER, now)


def bucket_of(duration_ms: Decimal) -> int:
    """The greatest k with 2^(k/8) <= µs, found with whole numbers."""
    micros = int(duration_ms * 1000)
    if micros < 1:
        return 0
    power = micros**8
    return min(400, power.bit_length() - 1)


def truth(
    rows: list[Row], types: dict[str, str | None], zone: ZoneInfo, before: date
) -> Counter[tuple[object, ...]]:
    """Every counter of the oracle's rows of whole weeks, each of them counted by hand."""
    found: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        day = row.invoked_at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        if monday >= before:
            continue
        told = types[row.project]
        key = (monday, row.kind, row.name, told if told in ("cli", "web") else "(other)")
        found[(*key, row.outcome, None)] += 1
        if row.duration_ms is not None:
            found[(*key, "duration", bucket_of(row.duration_ms))] += 1
        if row.followups:
            found[(*key, "followup_actions", None)] += row.followups
    return found


def counted(rows: list[CounterRow]) -> dict[tuple[object, ...], int]:
    return {
        (row.week, row.kind, row.skill, row.project_type, row.counter, row.bucket): row.uses
        for row in rows
    }


def types_of(warehouse: Warehouse) -> dict[str, str | None]:
    with warehouse.reading() as con:
        return dict(con.execute("select project_name, project_type from projects").fetchall())


def test_the_counters_are_the_warehouse(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """For all projects of the demo: equal to the oracle's, before and after retention."""
    demo = demo_fleet(tmp_path_factory)
    warehouse = demo.copied_to(tmp_path / "w.duckdb")
    monday = DEMO.date() - timedelta(days=DEMO.weekday())
    expected = truth(demo.rows(), types_of(warehouse), ZoneInfo("UTC"), monday)

    before = sent(warehouse, DEMO)
    with warehouse.writing() as con:
        store_raw_days(con, 20)
    archived = apply(warehouse, now=DEMO)
    after = sent(warehouse, DEMO)

    assert len(expected) > 1000 and archived > 1000
    assert counted(before.rows) == expected
    assert {row.measured for row in before.rows} == {"writer"}
    assert after.data == before.data


@pytest.mark.parametrize("seed", range(2 * THOROUGH))
def test_any_history_is_counted_whole(fleet: Fleet, seed: int) -> None:
    """Generated projects, in a zone with a change of clocks, before and after retention."""
    dice = random.Random(seed)
    zone = ZoneInfo("America/New_York")
    warehouse = replace(fleet.warehouse, timezone=zone.key)
    fleet = Fleet(fleet.root, warehouse)
    rows: list[Row] = []
    types: dict[str, str | None] = {}
    for name, told in {"a": "cli", "b": "web", "c": "Secret Client GmbH", "d": None}.items():
        folder = fleet.project(name)
        records = [
            invocation(
                dice.choice(("x", "y", "test-é")),
                (datetime(2026, 10, 1) + timedelta(seconds=dice.randrange(50 * 86400)))  # noqa: DTZ001
                .replace(microsecond=dice.randrange(10**6))
                .isoformat(),
                session_id=f"{name}{number}",
                completed=dice.choice((True, False, None)),
                error_type=dice.choice((None, "E")),
                duration_seconds=dice.choice((None, 0, 1e-6, dice.lognormvariate(0, 4))),
                follow_up_actions=["f"] * dice.choice((0, 0, 1, 3)),
            )
            for number in range(60)
        ]
        records.sort(key=lambda record: str(record["invoked_at"]))
        document = {"invocations": records, "last_updated": ""}
        write_skills(folder, document)
        rows += read_document(json.dumps(document), name, ZoneInfo("UTC"))
        types[name] = told
    fleet.collect()
    with warehouse.writing() as con:
        for name, told in types.items():
            con.execute(
                "update projects set project_type = $told where project_name = $name",
                {"told": told, "name": name},
            )
    expected = truth(rows, types, zone, date(2026, 11, 16))

    before = sent(warehouse, NOW)
    refresh(warehouse, now=NOW)
    with warehouse.writing() as con:
        store_raw_days(con, dice.randrange(7, 30))
    apply(warehouse, now=NOW)
    after = sent(warehouse, NOW)

    assert counted(before.rows) == expected
    assert after.data == before.data
    assert b"Secret" not in before.data


def test_each_duration_is_in_the_bucket_that_begins_at_or_below_it(fleet: Fleet) -> None:
    """At, just below and just above the lower bound of each of 400 buckets, and beyond the last."""
    bounds = [2 ** (k / 8) for k in range(410)]
    micros = sorted({max(0, round(bound) + step) for bound in bounds for step in (-1, 0, 1)})
    micros = [each for each in micros if each < 10**17]
    folder = fleet.project("app")
    write_skills(folder, {"invocations": [invocation()], "last_updated": ""})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        [(name,)] = con.execute("select skill_name from skill_usage").fetchall()
        con.execute("create temp table more as select unnest($micros) as us", {"micros": micros})
        con.execute(
            "insert into skill_usage select * exclude (us)"
            " replace (cast(us as decimal(18, 0)) * 0.001 as duration_ms)"
            " from (select skill_usage.*, more.us from skill_usage, more)"
        )
        con.execute("delete from skill_usage where duration_ms = 1500")

    found = {
        row.bucket: row.uses for row in sent(fleet.warehouse, NOW).rows if row.bucket is not None
    }

    expected = Counter(bucket_of(Decimal(each) / 1000) for each in micros)
    assert name == "code-review" and found == expected and max(found) == 400


def test_the_file_holds_the_rows_and_nothing_else(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Ten columns, no metadata but the writer's, one row group; made again, the same bytes."""
    warehouse = demo_fleet(tmp_path_factory).refreshed
    found = sent(warehouse, DEMO)
    again = sent(warehouse, DEMO)
    file = tmp_path / "counters.parquet"
    file.write_bytes(found.data)

    with duckdb.connect() as con:
        rows = con.sql(f"from '{file}'").fetchall()
        described = con.sql(f"describe from '{file}'").fetchall()
        metadata = con.sql(f"from parquet_kv_metadata('{file}')").fetchall()
        [(groups,)] = con.sql(
            f"select num_row_groups from parquet_file_metadata('{file}')"
        ).fetchall()

    assert [tuple(row) for row in found.rows] == rows
    assert [(name, kind) for name, kind, *_ in described] == [
        ("member", "VARCHAR"),
        ("team", "VARCHAR"),
        ("week", "DATE"),
        ("kind", "VARCHAR"),
        ("skill", "VARCHAR"),
        ("project_type", "VARCHAR"),
        ("measured", "VARCHAR"),
        ("counter", "VARCHAR"),
        ("bucket", "SMALLINT"),
        ("uses", "INTEGER"),
    ]
    assert (metadata, groups) == ([], 1)
    assert len({tuple(row[:-1]) for row in rows}) == len(rows)
    assert again.data == found.data and sha256(found.data).hexdigest() == found.digest


def test_only_the_weeks_of_the_agreement_leave(tmp_path_factory: pytest.TempPathFactory) -> None:
    """None before the week of joining, none that is not over, none further back than agreed."""
    warehouse = demo_fleet(tmp_path_factory).refreshed
    this_week = DEMO.date() - timedelta(days=DEMO.weekday())
    joined = this_week - timedelta(weeks=3)

    def weeks(of: Membership) -> list[date]:
        return sorted({row.week for row in sent(warehouse, DEMO, of.agreement, of).rows})

    three = [this_week - timedelta(weeks=n) for n in (3, 2, 1)]
    assert weeks(entry(AGREEMENT, joined)) == three
    assert weeks(entry(AGREEMENT, this_week)) == []
    assert weeks(entry(replace(AGREEMENT, weeks=2))) == three[1:]


def test_what_is_not_listed_or_withheld_is_named_and_stays(fleet: Fleet) -> None:
    """With its uses and the reason, for the preview; nothing of it is in the file."""
    names = [
        "code-review",
        "Code-Review",
        " code-review",
        "test-a",
        "test-b\u200b",
        "\uff34\uff25\uff33\uff34-secret",
    ]
    names += ["test-secret", "other"]
    folder = fleet.project("app")
    records = [
        invocation(name, f"2026-11-03T09:00:{number:02}") for number, name in enumerate(names)
    ]
    write_skills(folder, {"invocations": records, "last_updated": ""})
    fleet.collect()
    agreement = replace(AGREEMENT, skills=("code-review", "test-*"))

    found = sent(fleet.warehouse, NOW, agreement, entry(agreement, withheld=("TEST-Secret",)))

    assert {row.skill for row in found.rows} == {"code-review", "test-a"}
    left = {each.skill_name: each.reason for each in found.left_out}
    assert left.pop("test-secret") == "withheld"
    assert left.pop("\uff34\uff25\uff33\uff34-secret") == "withheld"
    assert left.pop("other") == left.pop("Code-Review") == "not in the agreement"
    assert set(left.values()) <= {"unreadable name", "not in the agreement"}
    lowered = found.data.lower()
    for hidden in ("secret", "other-", "\u200b", "app", "s-1"):
        assert hidden.encode() not in lowered


def test_transcripts_are_a_stratum_of_their_own_also_when_archived(fleet: Fleet) -> None:
    """Rows that no file of the project holds; the archive remembers which they were."""
    folder = fleet.project("app")
    records = [
        invocation("a", f"2026-{month:02}-03T09:00:{n:02}") for month in (10, 11) for n in range(6)
    ]
    write_skills(folder, {"invocations": records, "last_updated": ""})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute(
            "update skill_usage set source_file_id = null, source = 'codex'"
            " where second(invoked_at) < 2"
        )
    before = sent(fleet.warehouse, NOW)
    with fleet.warehouse.writing() as con:
        store_raw_days(con, 30)
    apply(fleet.warehouse, now=NOW)

    after = sent(fleet.warehouse, NOW)

    sums = Counter({"writer": 0, "transcript": 0})
    for row in after.rows:
        sums[row.measured] += row.uses * (row.counter == "success")
    assert sums == {"writer": 8, "transcript": 4}
    assert after.data == before.data


def test_archived_days_of_an_unknown_source_stay(fleet: Fleet) -> None:
    """A warehouse that archived transcripts before the archive knew cannot tell them apart."""
    folder = fleet.project("app")
    write_skills(folder, {"invocations": [invocation("a", "2026-10-03T09:00:00")]})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        store_raw_days(con, 30)
    apply(fleet.warehouse, now=NOW)
    with fleet.warehouse.writing() as con:
        con.execute("update archived_days set measured = null")

    found = sent(fleet.warehouse, NOW)

    assert found.rows == []
    assert [(each.uses, each.reason) for each in found.left_out] == [(1, "source unknown")]


def test_what_no_reader_takes_is_left_out(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week of a skill with too many uses, and the oldest weeks of a file that is too large."""
    folder = fleet.project("app")
    records = [
        invocation(name, f"2026-{month:02}-0{day}T09:00:00", session_id=f"{name}{number}")
        for month in (10, 11)
        for day in (2, 3)
        for name, times in {"often": 3, "rare": 1}.items()
        for number in range(times)
    ]
    write_skills(folder, {"invocations": records, "last_updated": ""})
    fleet.collect()
    whole = sent(fleet.warehouse, NOW)
    monkeypatch.setattr(limits, "MOST_USES", 2)
    few = sent(fleet.warehouse, NOW)
    monkeypatch.undo()
    monkeypatch.setattr(limits, "MOST_ROWS", len(whole.rows) - 1)
    shorter = sent(fleet.warehouse, NOW)
    monkeypatch.undo()
    monkeypatch.setattr(limits, "MOST_BYTES", len(whole.data) - 1)
    smaller = sent(fleet.warehouse, NOW)

    assert {row.skill for row in few.rows} == {"rare"}
    assert [(each.skill_name, each.reason) for each in few.left_out] == [("often", "too many uses")]
    assert shorter.weeks_dropped == smaller.weeks_dropped >= 1
    assert {row.week for row in shorter.rows} < {row.week for row in whole.rows}
    assert max(row.week for row in shorter.rows) == max(row.week for row in whole.rows)


def test_of_too_many_skills_those_used_least_stay(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name, with their uses and the reason; names that send nothing take nobody's place."""
    times = {"often": 3, "also": 2, "rare": 1, "withheld": 5}
    records = [
        invocation(name, f"2026-11-0{number + 2}T09:00:00", session_id=f"{name}{number}")
        for name, count in times.items()
        for number in range(count)
    ]
    write_skills(fleet.project("app"), {"invocations": records, "last_updated": ""})
    fleet.collect()
    of = entry(AGREEMENT, withheld=("withheld",))
    monkeypatch.setattr(limits, "MOST_SKILLS", 2)

    found = sent(fleet.warehouse, NOW, AGREEMENT, of)

    assert {row.skill for row in found.rows} == {"often", "also"}
    assert {(each.skill_name, each.uses, each.reason) for each in found.left_out} == {
        ("rare", 1, "too many skills"),
        ("withheld", 5, "withheld"),
    }


def test_whatever_a_warehouse_holds_its_file_is_taken(fleet: Fleet, tmp_path: Path) -> None:
    """2,005 skills, 14 million of one of them in all, more in a week than a row may have, weeks of
    2019: the rollup refuses nothing of what is published, and what stays is named."""
    write_skills(fleet.project("app"), {"invocations": [invocation("first")], "last_updated": ""})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute(
            "create temp table more as"
            " select 'skill-' || n as name, 0 as ago, 1 as total from range(2001) as r(n)"
            " union all select 'many', ago, 95000 from range(7, 1050, 7) as r(ago)"
            " union all select 'heavy', 7, 100001 union all select 'heavy', 14, 5"
            " union all select 'old', 7, 9 union all select 'old', 2555, 9"
        )
        con.execute(
            "insert into skill_usage select * exclude (name, ago, total)"
            " replace (name as skill_name, total as followup_actions, day - ago::integer as day,"
            " week - ago::integer as week)"
            " from (select skill_usage.*, more.* from skill_usage, more)"
        )
    agreement = replace(AGREEMENT, weeks=520)

    found = sent(fleet.warehouse, NOW, agreement, entry(agreement, date(2016, 1, 4)))
    taken = take_in(
        [Offered(MEMBER, len(found.data), lambda: found.data)],
        Expected(agreement.lists, ["platform"], ["cli"], date(2019, 1, 7), date(2026, 11, 16)),
        tmp_path,
    )

    assert taken.refused == [] and taken.rows == len(found.rows)
    skills = {row.skill: row.week for row in found.rows}
    assert len(skills) == limits.MOST_SKILLS and {"many", "heavy", "old"} < set(skills)
    assert min(row.week for row in found.rows) >= limits.EARLIEST
    left = Counter(each.reason for each in found.left_out)
    assert left == {"too many uses": 2, "too many skills": 5}


def test_an_unregistered_project_is_taken_back(fleet: Fleet) -> None:
    """What answers no longer count is not sent either."""
    for name in ("app", "gone"):
        records = [invocation(name, "2026-11-03T09:00:00")]
        write_skills(fleet.project(name), {"invocations": records, "last_updated": ""})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute("update projects set is_active = false where project_name = 'gone'")

    found = sent(fleet.warehouse, datetime(2026, 11, 20, tzinfo=UTC))

    assert {row.skill for row in found.rows} == {"app"} and found.left_out == ()
