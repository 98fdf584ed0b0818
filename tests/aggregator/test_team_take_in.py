"""Members' files: what is wrong is refused with a reason, and never stops what is good."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aggregator.team import limits
from aggregator.team import take_in as module
from aggregator.team.limits import MOST_BYTES
from aggregator.team.member_file import COLUMNS
from aggregator.team.take_in import Offered, take_in
from members import MONDAY, Row, drawn_rows, expected, member_name, offered, week, write_rows

MEMBER = member_name(1)


def good_rows(seed: int = 1, member: str = MEMBER) -> list[Row]:
    return drawn_rows(random.Random(seed), member, weeks=8, uses=60)


def changed(**values: object) -> Callable[[list[Row]], list[Any]]:
    """The rows with other values in the first one."""
    names = [name for name, _ in COLUMNS]

    def change(rows: list[Row]) -> list[Any]:
        first = [values.get(name, value) for name, value in zip(names, rows[0], strict=True)]
        return [tuple(first), *rows[1:]]

    return change


WRONG: list[tuple[str, Callable[[list[Row]], list[Any]], str]] = [
    ("another member", changed(member=member_name(2)), "another member"),
    ("two teams", changed(team="nobody's"), "more than one team"),
    ("no uses", changed(uses=0), "uses below 1"),
    ("negative uses", changed(uses=-3), "uses below 1"),
    ("too many uses", changed(uses=100_001), "above 100000"),
    ("a Tuesday", changed(week=week(1) + timedelta(days=1)), "Monday"),
    ("long ago", changed(week=MONDAY - timedelta(weeks=400)), "too old"),
    ("the future", changed(week=MONDAY + timedelta(weeks=2)), "not begun"),
    ("a bucket too many", changed(counter="success", bucket=7), "bucket"),
    ("a bucket too few", changed(counter="duration", bucket=None), "bucket"),
    ("a bucket below", changed(counter="duration", bucket=-1), "bucket"),
    ("a bucket above", changed(counter="duration", bucket=401), "bucket"),
    ("doubled", lambda rows: [*rows, rows[0]], "two rows of one key"),
    ("doubled in part", lambda rows: [*rows, (*rows[0][:9], 7)], "two rows of one key"),
    ("control characters", changed(skill="code\x1b[31m-review"), "hidden characters"),
    ("a line", changed(project_type="web\nlibrary"), "hidden characters"),
    ("too long", changed(skill="a" * 200), "too long"),
    ("space before", changed(skill=" deploy"), "spaces around"),
    ("space behind", changed(skill="deploy "), "spaces around"),
    ("invisible", changed(skill="de\u200bploy"), "hidden characters"),
    ("empty", changed(skill=""), "too long"),
    ("another form", changed(skill="de\u0301ploy"), "hidden characters"),
    ("no kind", changed(kind="person"), "kind"),
    ("measured otherwise", changed(measured="guess"), "measured"),
    ("a hole", changed(skill=None), "missing"),
    ("no uses at all", changed(uses=None), "missing"),
    ("more than anybody", lambda rows: [
        *((*rows[0][:2], week(ago), "skill", "deploy", "web", "writer", "success", None, 100_000)
          for ago in range(1, 104))], "more uses"),
    ("more skills than anybody", lambda rows: [
        (*rows[0][:4], f"deploy-{number}", *rows[0][5:]) for number in range(2001)], "2000 skills"),
]  # fmt: skip


def test_every_wrong_file_is_refused_with_its_reason_beside_good_ones(tmp_path: Path) -> None:
    """One after the other, between two good files, which are counted in full."""
    first, last = member_name(0), "f" * 12
    files: dict[str, bytes] = {}
    reasons = {}
    for number, (_, change, reason) in enumerate(WRONG):
        member = member_name(number + 10)
        rows = [(member, *row[1:]) for row in change(good_rows()) if row[0] == MEMBER]
        rows += [row for row in change(good_rows()) if row[0] != MEMBER]
        files[member] = write_rows(tmp_path / "file.parquet", rows)
        reasons[member] = reason
    for member in (first, last):
        files[member] = write_rows(tmp_path / "file.parquet", good_rows(member=member))

    taken = take_in(offered(files), expected(), folder(tmp_path))

    assert taken.members == [first, last]
    assert {each.member for each in taken.refused} == set(reasons)
    for each in taken.refused:
        assert reasons[each.member] in each.reason, each
    assert rows_of(taken.files) == sorted(
        [*good_rows(member=first), *good_rows(member=last)], key=repr
    )


def test_files_that_are_no_members_file_are_refused_before_they_are_read(tmp_path: Path) -> None:
    """By name, size, first and last bytes, footer and columns."""
    good = write_rows(tmp_path / "good.parquet", good_rows())

    def never() -> bytes:
        raise AssertionError("must not be read")

    def made(sql: str) -> bytes:
        with duckdb.connect() as con:
            con.sql(sql).write_parquet(str(tmp_path / "made.parquet"), compression="zstd")
        return (tmp_path / "made.parquet").read_bytes()

    rows = f"from read_parquet('{tmp_path / 'good.parquet'}')"
    many = made(f"select * replace ('{'b' * 12}' as member) {rows}, range(6000)")
    assert len(many) < MOST_BYTES
    cases = {
        "a" * 12: (b"", "Parquet"),
        "b" * 12: (many, "rows"),
        "c" * 12: (good[: len(good) // 2], "Parquet"),
        "d" * 12: (b"PAR1" + b"\0" * 100 + b"PAR1", "cannot be read"),
        "e" * 12: (b"x" * 100, "Parquet"),
        "1" * 12: (made(f"select * exclude (uses) {rows}"), "ten columns"),
        "2" * 12: (made(f"select *, 1 as more {rows}"), "ten columns"),
        "3" * 12: (made(f"select * replace (uses::bigint as uses) {rows}"), "ten columns"),
        "4" * 12: (made(f"select * replace (week::timestamp as week) {rows}"), "ten columns"),
        "5" * 12: (good[:40] + bytes(64) + good[104:], ""),
    }
    given = [
        *offered({member: data for member, (data, _) in cases.items()}),
        Offered("6" * 12, MOST_BYTES + 1, never),
        Offered("../../etc", 100, never),
        Offered("ABCDEFABCDEF", 100, never),
        Offered("7" * 12, 100, lambda: b"x" * (MOST_BYTES + 1)),
        Offered(MEMBER, len(good), lambda: good),
        Offered(MEMBER, len(good), never),
    ]

    taken = take_in(given, expected(), folder(tmp_path))

    told = {each.member: each.reason for each in taken.refused}
    assert taken.members == [MEMBER]
    for member, (_, reason) in cases.items():
        assert reason in told[member]
    assert "8 MiB" in told["6" * 12]
    assert "8 MiB" in told["7" * 12]
    assert "name of a member" in told["../../etc"]
    assert "second file" in told[MEMBER]
    assert rows_of(taken.files) == sorted(good_rows(), key=repr)


def test_a_file_that_promises_less_than_it_unpacks_to_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its columns, unpacked, are limited; and so is the memory it may take."""
    monkeypatch.setattr(limits, "MOST_UNPACKED", 10_000)
    rows = [(*row[:4], f"deploy-{'x' * 150}{n}", *row[5:]) for n, row in enumerate(good_rows())]

    taken = take_in(
        offered({MEMBER: write_rows(tmp_path / "file.parquet", rows)}), expected(), folder(tmp_path)
    )

    assert [each.reason for each in taken.refused] == ["too large once unpacked"]


def test_what_the_agreement_does_not_list_is_left_out_or_other(tmp_path: Path) -> None:
    """Names are left out; types and teams stand together; unknown counters and the open week are
    no fault of the member's."""
    row = (MEMBER, "secret-team", week(1), "skill", "deploy", "web", "writer", "success", None, 3)
    rows: list[Any] = [
        row,
        (*row[:5], "secret-type", *row[6:]),
        (*row[:5], "another-secret", *row[6:]),
        (*row[:4], "secret-skill", *row[5:]),
        (*row[:4], "Deploy", *row[5:]),
        (*row[:7], "tokens", None, 5),
        (*row[:7], "tokens", 9, 5),
        (*row[:2], MONDAY, *row[3:]),
        (*row[:2], MONDAY + timedelta(weeks=1), *row[3:]),
        (*row[:2], MONDAY - timedelta(weeks=105), *row[3:]),
    ]
    files = {MEMBER: write_rows(tmp_path / "file.parquet", rows)}

    taken = take_in(offered(files), expected(), folder(tmp_path))

    assert rows_of(taken.files) == [
        (MEMBER, "(other)", week(1), "skill", "deploy", "(other)", "writer", "success", None, 6),
        (MEMBER, "(other)", week(1), "skill", "deploy", "web", "writer", "success", None, 3),
    ]
    assert (taken.rows, taken.left_out, taken.refused) == (2, 2, [])


def test_members_that_the_agreement_does_not_list_are_not_counted(tmp_path: Path) -> None:
    files = {
        member: write_rows(tmp_path / "file.parquet", good_rows(member=member))
        for member in (member_name(1), member_name(2))
    }

    taken = take_in(offered(files), expected(members=(member_name(2),)), folder(tmp_path))

    assert taken.members == [member_name(2)]
    assert "agreement" in taken.refused[0].reason


def test_many_members_fill_several_files_and_none_leaves_the_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "JOINED_ROWS", 200)
    files = {
        member: write_rows(tmp_path / "file.parquet", good_rows(number, member))
        for number in range(6)
        if (member := member_name(number))
    }

    taken = take_in(offered(files), expected(), folder(tmp_path))
    nothing = take_in([], expected(), folder(tmp_path, "nothing"))

    assert len(taken.files) > 2
    every = [row for number in range(6) for row in good_rows(number, member_name(number))]
    assert rows_of(taken.files) == sorted(every, key=repr)
    assert rows_of(nothing.files) == []


def folder(tmp_path: Path, name: str = "rollup") -> Path:
    made = tmp_path / name
    made.mkdir()
    return made


def rows_of(files: list[Path]) -> list[Any]:
    with duckdb.connect() as con:
        return sorted(con.read_parquet([str(path) for path in files]).fetchall(), key=repr)
