"""The tests of two strategies in session-buddy's ``skills.db``: ``ab_test_configs`` and its tables.

Users are not stored, only sums over them: what a comparison of the two arms needs.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from collector.file_records import FileRecords, RecordedExperiment
from schema.statements import statement

TABLES = frozenset({"ab_test_configs", "ab_test_assignments", "ab_test_outcomes"})
_LONGEST_NAME = 200
_MOST = 1 << 62
_SUMS = ("assigned", "units", "successes", "known", "ss", "sn", "nn")


def read_experiments(con: sqlite3.Connection, file_records: FileRecords) -> None:
    """Take the tests that have outcomes; one that is not usable counts as a finding.

    The tables must be there. Of a database with other columns none is taken.
    """
    try:
        rows = con.execute(statement("collector/sql/sqlite/experiments.sql")).fetchall()
    except sqlite3.OperationalError:
        file_records.findings["field_unusable"] += 1
        return
    tests: dict[tuple[object, ...], dict[str, dict[str, int]]] = {}
    last: dict[tuple[object, ...], list[object]] = {}
    for row in rows:
        test, (last_at, arm), sums = row[:7], row[7:9], row[9:]
        tests.setdefault(test, {})[_text(arm) or ""] = _whole(sums)
        last.setdefault(test, []).append(last_at)
    for test, arms in tests.items():
        found = _experiment(test, arms, last[test])
        if found is None:
            file_records.findings["field_unusable"] += 1
        else:
            file_records.experiments.append(found)


def _experiment(
    test: Sequence[object], arms: dict[str, dict[str, int]], last: Sequence[object]
) -> RecordedExperiment | None:
    name, control, treatment, ratio, least, begin, end = test
    called, first, second = _name(name), _name(control), _name(treatment)
    began = _day(begin)
    days = [day for each in (end, *last) if (day := _day(each)) is not None]
    share = _share(ratio)
    if called is None or first is None or second is None:
        return None
    if began is None or share is None or not days:
        return None
    if any(value < 0 for arm in arms.values() for value in arm.values()):
        return None
    # What came after the end counts as well: the writer takes it too.
    return RecordedExperiment(
        called,
        first,
        second,
        share=share,
        least_outcomes=least if isinstance(least, int) and 0 <= least < _MOST else None,
        began_on=began,
        ended_on=max([began, *days]),
        arms=json.dumps(arms, sort_keys=True),
    )


def _whole(values: Sequence[object]) -> dict[str, int]:
    """The sums by name; -1 for what is not a whole number that the warehouse can hold."""
    whole = (v if isinstance(v, int) and 0 <= v < _MOST else -1 for v in values)
    return dict(zip(_SUMS, whole, strict=True))


def _share(ratio: object) -> float | None:
    """The treatment's share; the writer states that of the control."""
    if not isinstance(ratio, int | float) or not math.isfinite(ratio) or not 0 < ratio < 1:
        return None
    return 1 - ratio


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            return value.decode()
        return None
    return value if isinstance(value, str) else None


def _name(value: object) -> str | None:
    found = _text(value)
    return found if found and len(found) <= _LONGEST_NAME else None


def _day(value: object) -> date | None:
    """The day with which a written time begins."""
    found = _text(value)
    with suppress(ValueError):
        return date.fromisoformat(found[:10]) if found else None
    return None
