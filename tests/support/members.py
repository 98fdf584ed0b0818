"""Members of a team as their files have them: rows of ten columns, drawn from a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb

from aggregator.team.counters import Outgoing
from aggregator.team.member_file import COLUMNS, Expected
from aggregator.team.publish import Published
from aggregator.team.take_in import Offered

TODAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)
TEAMS = ("platform", "mobile", "data")
TYPES = ("cli", "web", "library")
SKILLS = ("code-review", "deploy", "test-api", "test-web", "triage", "write-docs")

Row = tuple[str, str, date, str, str, str, str, str, int | None, int]


def sent_by(done: Published) -> Outgoing:
    """What a publish has sent."""
    assert isinstance(done.counted, Outgoing)
    return done.counted


def everything(url: str) -> bytes:
    """All bytes of a store in a folder, whatever their names."""
    return b"\0".join(path.read_bytes() for path in sorted(Path(url).rglob("*")) if path.is_file())


def member_name(number: int) -> str:
    return f"{number * 7919 + 1:012x}"[-12:]


def week(ago: int) -> date:
    """The Monday of a week that ended so many weeks ago; 1 is the last whole one."""
    return MONDAY - timedelta(weeks=ago)


def drawn_rows(
    rng: random.Random,
    member: str,
    *,
    weeks: int = 20,
    uses: int = 120,
    skills: Sequence[str] = SKILLS,
    rate: float = 0.8,
    types: Sequence[str] = TYPES,
) -> list[Row]:
    """So many uses of one member: a few skills more than others, a rate of its own."""
    own = rng.betavariate(8 * rate, 8 * (1 - rate))
    team = rng.choice(TEAMS)
    liked = rng.sample(list(skills), k=min(len(skills), rng.randint(1, 5)))
    found: Counter[tuple[date, str, str, str, str, str, int | None]] = Counter()
    for _ in range(uses):
        key = (
            week(rng.randint(1, weeks)),
            "agent" if rng.random() < 0.1 else "skill",
            rng.choice(liked),
            rng.choice(list(types)),
            "transcript" if rng.random() < 0.2 else "writer",
        )
        if rng.random() < 0.1:
            outcome = rng.choice(("abandoned", "unknown"))
        else:
            outcome = "success" if rng.random() < own else "failure"
        found[*key, outcome, None] += 1
        if rng.random() < 0.8:
            found[*key, "duration", int(rng.gauss(160, 12))] += 1
        if rng.random() < 0.3:
            found[*key, "followup_actions", None] += rng.randint(1, 4)
    return sorted(
        ((member, team, *key, count) for key, count in found.items()),
        key=repr,
    )


def team_of(
    seed: int, members: int, *, weeks: int = 20, uses: int = 120, rate: float = 0.8
) -> dict[str, list[Row]]:
    """The rows of all members, by member."""
    rng = random.Random(seed)
    names = [member_name(number) for number in range(members)]
    return {
        name: drawn_rows(
            rng, name, weeks=weeks, uses=1 + int(rng.paretovariate(1.2) * uses / 5), rate=rate
        )
        for name in names
    }


@cache
def _rows_table() -> duckdb.DuckDBPyConnection:
    """Made once: to connect takes longer than to write a member. Without threads, for forks."""
    con = duckdb.connect(config={"threads": 1})
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS)
    con.execute(f"create table rows ({columns})")
    return con


def write_rows(path: Path, rows: Iterable[Sequence[object]]) -> bytes:
    """A member's file of these rows; what it holds."""
    con = _rows_table()
    con.execute("truncate rows")
    appender = con.appender("rows")
    for row in rows:
        appender.append_row(*row)
    appender.flush()
    con.table("rows").write_parquet(str(path), compression="zstd")
    return path.read_bytes()


def offered(files: Mapping[str, bytes]) -> list[Offered]:
    """Files as a store offers them."""
    return [
        Offered(member, len(data), lambda data=data: data)  # type: ignore[misc]
        for member, data in sorted(files.items())
    ]


def expected(**other: object) -> Expected:
    """An agreement on all skills above, teams and types, and the last 104 weeks."""
    values: dict[str, object] = {
        "lists": SKILLS.__contains__,
        "teams": TEAMS,
        "types": TYPES,
        "since": MONDAY - timedelta(weeks=104),
        "until": MONDAY,
        **other,
    }
    return Expected(**values)  # type: ignore[arg-type]
