"""Steps of a team: its rollup, and what a member's machine does."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from math import inf
from pathlib import Path

from benchmarks.bench_team_rollup import NAMES, ON_SPARK, measure, offered
from benchmarks.steps import NOW, StepOutput, warehouse_at

ANSWERS = ("top-skills", "baselines", "changes", "suggest", "clusters")
_REPEATS = 25
_TEAMS = ("platform", "mobile", "data")
_TYPES = ("cli", "web", "library")


def rollup(members: int, spark_python: str | None) -> StepOutput:
    """Take in and count so many members; each part in seconds on the wall and of processors."""
    done = measure(members, spark_python)
    return {
        "seconds": done.take_in.seconds + done.counting.seconds,
        "cpu_s": done.take_in.processor_s + done.counting.processor_s,
        "take in": done.take_in,
        "count": done.counting,
        "one group by": done.group_by,
        "rows": done.rows,
        "peak_bytes": done.peak,
        ON_SPARK: done.spark,
    }


def demo_year(folder: str) -> StepOutput:
    """The demo's six projects with their year, collected and with all statistics."""
    from aggregator.refresh import refresh
    from cli.demo.fleet import write_fleet
    from collector.collect import collect
    from collector.projects.registering import register

    root = Path(folder)
    warehouse = warehouse_at(str(root / "demo.duckdb"))
    made = write_fleet(root / "projects", NOW)
    with warehouse.writing() as con:
        for each in made:
            register(
                con,
                each.path,
                now=NOW,
                default_timezone=each.timezone,
                project_type=each.project_type,
            )
    collect(warehouse, now=NOW)
    refresh(warehouse, now=NOW)
    return {"seconds": 0.0}


def join_team(warehouse: str, store: str, members: int) -> StepOutput:
    """Found a team with so many members who use this warehouse's skills and others, and join it."""
    from aggregator.team.community import fetch, folder_of
    from aggregator.team.join import confirm, found_team, propose
    from aggregator.team.store import open_store
    from aggregator.team.weekly_rollup import roll_up

    joined = warehouse_at(warehouse)
    with joined.reading() as con:
        own = con.execute("select distinct skill_name from skill_usage where kind = 'skill'")
        names = sorted(name for (name,) in own.fetchall())[: len(NAMES) // 2]
    place = open_store(store)
    found_team(place, name="Team", skills=["*"], project_types=_TYPES, teams=_TEAMS)
    monday = NOW.date() - timedelta(days=NOW.weekday())
    names += NAMES[: len(NAMES) - len(names)]
    with tempfile.TemporaryDirectory() as folder:
        for each in offered(Path(folder), members, names, monday):
            place.put(f"members/{each.member}.parquet", each.read(), expected_etag=None)
    proposal = propose(joined, now=NOW, url=store, team=_TEAMS[0], since="2020-W10")
    with joined.writing() as con:
        confirm(con, proposal)
    roll_up(place, now=NOW)
    fetch(place, proposal.entry.team_id, folder_of(joined.path))
    return {"seconds": 0.0}


def member_counters(warehouse: str) -> StepOutput:
    """The least processor time of counting what a member sends, and of `top-skills`, each with
    opening the warehouse."""
    from aggregator.answers.top_skills import top_skills
    from aggregator.team.agreement import Agreement
    from aggregator.team.counted import COUNTERS
    from aggregator.team.counters import outgoing
    from aggregator.team.membership import Membership
    from cli.query_options import QueryOptions, Window, resolve

    of = warehouse_at(warehouse)
    agreed = Agreement("0123456789abcdef", "Team", ("*",), _TYPES, _TEAMS)
    entry = Membership("/", _TEAMS[0], date(2020, 1, 6), (), agreed, "", COUNTERS, NOW, NOW)

    def count() -> int:
        with of.reading() as con:
            return outgoing(con, entry, agreed, "0123456789ab", NOW).row_count

    def ask(options: QueryOptions) -> None:
        with of.reading() as con:
            top_skills(con, resolve(con, NOW, options))

    measured: dict[str, Callable[[], object]] = {
        "counters": count,
        "top-skills": lambda: ask(QueryOptions()),
        "top-skills of 700 days": lambda: ask(QueryOptions(Window(days=700))),
    }
    return {"seconds": 0.0, "rows": count(), **_least_of_each(measured)}


def member_answers(warehouse: str) -> StepOutput:
    """The least processor time of each answer about the team, on an open warehouse."""
    from cli.answers import catalogue
    from cli.output import Output
    from cli.query_options import QueryOptions
    from cli.session import Session
    from schema.settings import Settings

    of = warehouse_at(warehouse)
    session = Session(Settings(of.path, of.timezone), Output(quiet=True), NOW)
    measured: dict[str, Callable[[], object]] = {}
    with session.warehouse.reading() as con:
        for name in ANSWERS:
            known = catalogue.known(f"team-{name}")
            answer = known.answer(con, session, QueryOptions(), {}).answer.envelope()
            assert answer["totals"]["team_name"] is not None  # type: ignore[index]
            measured[name] = partial(known.answer, con, session, QueryOptions(), {})
        return {"seconds": 0.0, **_least_of_each(measured)}


def _least_of_each(measured: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The least processor time of each, by turns, so that all meet the same load."""
    least = dict.fromkeys(measured, inf)
    for _ in range(_REPEATS):
        for name, work in measured.items():
            began = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - began)
    return least
