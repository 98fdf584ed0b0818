"""Members' files that are looked at together, hundreds at once, are judged as each alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aggregator.team import take_in as module
from aggregator.team.plain_files import Counts, PlainFiles
from aggregator.team.take_in import take_in
from conftest import THOROUGH
from members import MONDAY, Row, expected, member_name, offered, write_rows
from test_team_take_in import WRONG, changed, folder, good_rows, rows_of


@pytest.mark.parametrize("seed", range(THOROUGH))
def test_files_looked_at_together_are_judged_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Good, wrong, damaged, with other labels, counters and weeks: in any order and any batches,
    the same members, reasons, numbers and rows as with every file held to every rule alone."""
    dice = random.Random(seed)
    kinds: list[Callable[[list[Row]], list[Any]]] = [
        *(change for _, change, _ in WRONG),
        changed(team="nobody's", project_type="secret"),
        changed(project_type="secret"),
        changed(counter="tokens", bucket=3),
        changed(week=MONDAY),
        changed(week=MONDAY - timedelta(weeks=105)),
        changed(skill="secret-skill"),
        lambda rows: [(*row[:1], "nobody's", *row[2:]) for row in rows],
        lambda rows: [],
        *[lambda rows: rows] * 15,
    ]
    files: dict[str, bytes] = {}
    for number, change in enumerate(dice.sample(kinds, k=len(kinds))):
        member = member_name(number)
        rows = change(good_rows(number, member))
        data = bytearray(write_rows(tmp_path / "file.parquet", rows))
        if dice.random() < 0.15:
            data[dice.randrange(4, len(data) - 4)] ^= 1 << dice.randrange(8)
        files[member] = bytes(data)
    monkeypatch.setattr(module, "BATCH_FILES", dice.choice((1, 3, 10, 100)))
    monkeypatch.setattr(module, "JOINED_ROWS", dice.choice((200, 100_000)))

    together = take_in(offered(files), expected(), folder(tmp_path, "together"))
    monkeypatch.setattr(PlainFiles, "of", lambda self, members: {})
    alone = take_in(offered(files), expected(), folder(tmp_path, "alone"))

    assert rows_of(together.files) == rows_of(alone.files)
    assert (together.rows, together.left_out) == (alone.rows, alone.left_out)
    assert sorted(together.members) == sorted(alone.members) and len(alone.members) >= 15
    assert sorted(together.refused, key=repr) == sorted(alone.refused, key=repr)


def test_almost_all_files_are_beyond_doubt(tmp_path: Path) -> None:
    """What `team publish` writes is not read alone, which would take five times as long."""
    members = {tmp_path / f"{name}.parquet": name for name in map(member_name, range(5))}
    for number, (path, name) in enumerate(members.items()):
        write_rows(path, good_rows(number, name))
    damaged = tmp_path / f"{member_name(9)}.parquet"
    damaged.write_bytes(b"PAR1" + bytes(100) + b"PAR1")

    with duckdb.connect() as con:
        found = PlainFiles(con, expected()).of({**members, damaged: member_name(9)})

    assert found == {
        path: Counts(len(good_rows(number, name)), 0)
        for number, (path, name) in enumerate(members.items())
    }
