"""What a rollup has to count, in plain Python, from the members' rows and without any SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import combinations
from typing import Any

from aggregator.team.counting import Asked
from members import Row

Key = tuple[Any, ...]
OUTCOMES = ("success", "failure", "abandoned", "unknown")


def truth(rows: Iterable[Row], asked: Asked) -> dict[str, list[tuple[Any, ...]]]:
    """The tables that a rollup reads back, sorted."""
    rows = [row for row in rows if row[2] < asked.until]
    recent = [row for row in rows if row[2] >= asked.baseline_from]

    def span(row: Row) -> int:
        day = row[2]
        stretch = 2 if day >= asked.recent_from else 1 if day >= asked.earlier_from else 0
        return stretch + (10 if day >= asked.baseline_from else 0)

    cuts: list[tuple[str, list[Row], Callable[[Row], tuple[int, str]]]] = [
        ("all", recent, lambda row: (0, "")),
        ("team", recent, lambda row: (0, row[1])),
        ("type", recent, lambda row: (0, row[5])),
        ("week", rows, lambda row: (span(row), row[2].isoformat())),
        ("span", rows, lambda row: (span(row), "")),
    ]
    cells: dict[Key, dict[str, dict[str, int]]] = {}
    for cut, some, part in cuts:
        for row in some:
            key = (cut, *part(row), row[3], row[4], row[6])
            of_member = cells.setdefault(key, {}).setdefault(row[0], defaultdict(int))
            of_member[row[7]] += row[9]
    shown = {key: told for key, members in cells.items() if (told := _cell(members, asked))}
    return {
        "cells": sorted((*key, *told) for key, told in shown.items()),
        "rests": sorted(_rests(cells, shown, asked)),
        "durations": sorted(_durations(rows, recent)),
        "changes": sorted(_changes(rows, asked)),
        "users": sorted((*skill, len(names)) for skill, names in _users(recent).items()),
        "pairs": sorted(_pairs(recent)),
    }


def _counts(members: dict[str, dict[str, int]]) -> tuple[int, ...]:
    each = [
        (counts["success"], sum(counts[o] for o in OUTCOMES[:3]), sum(counts[o] for o in OUTCOMES))
        for counts in members.values()
    ]
    return (
        sum(1 for _, _, uses in each if uses),
        sum(uses for _, _, uses in each),
        *(sum(counts[o] for counts in members.values()) for o in OUTCOMES),
        max(uses for _, _, uses in each),
        sum(1 for _, n, _ in each if n),
        sum(s * s for s, _, _ in each),
        sum(s * n for s, n, _ in each),
        sum(n * n for _, n, _ in each),
    )


def _cell(members: dict[str, dict[str, int]], asked: Asked) -> tuple[int, ...] | None:
    told = _counts(members)
    if not told[1]:
        return None
    timed = [counts["duration"] for counts in members.values()]
    enough = told[0] >= asked.least_members and Fraction(told[6], told[1]) <= Fraction(4, 5)
    rated = not told[7] or told[7] >= asked.least_members
    return (*told, sum(1 for n in timed if n), sum(timed), max(timed), int(enough and rated))


def _rests(
    cells: dict[Key, dict[str, dict[str, int]]], shown: dict[Key, tuple[int, ...]], asked: Asked
) -> Iterable[tuple[Any, ...]]:
    groups: dict[Key, list[Key]] = defaultdict(list)
    for key in shown:
        if key[0] in ("team", "type", "week"):
            groups[key[0], key[1], *key[3:]].append(key)
    for (cut, span, *name), keys in groups.items():
        hidden = [key for key in keys if not shown[key][-1]]
        seen = sorted(
            (key for key in keys if shown[key][-1]), key=lambda key: (shown[key][1], key[2])
        )
        for joined in (0, 1, 2) if hidden else ():
            together: dict[str, dict[str, int]] = {}
            for key in (*hidden, *seen[:joined]):
                for member, counts in cells[key].items():
                    sums = together.setdefault(member, defaultdict(int))
                    for counter, uses in counts.items():
                        sums[counter] += uses
            yield (joined, cut, span, *name, *_counts(together))


def _durations(rows: list[Row], recent: list[Row]) -> Iterable[tuple[Any, ...]]:
    found: dict[Key, list[int]] = defaultdict(list)
    for row in rows:
        if row[7] == "duration":
            assert row[8] is not None
            found["week", row[2].isoformat(), row[3], row[4], row[6]] += [row[8]] * row[9]
    for row in recent:
        if row[7] == "duration":
            assert row[8] is not None
            for cut, part in (("all", ""), ("type", row[5])):
                found[cut, part, row[3], row[4], row[6]] += [row[8]] * row[9]
    for key, buckets in found.items():
        yield (*key, len(buckets), *(_percentile(sorted(buckets), share) for share in (50, 95)))


def _percentile(buckets: list[int], share: int) -> float:
    """Where that share of them is passed, if those of a bucket lie evenly in it."""
    wanted = Fraction(share * len(buckets), 100)
    for bucket in sorted(set(buckets)):
        before = sum(each < bucket for each in buckets)
        inside = buckets.count(bucket)
        if before < wanted <= before + inside:
            return float(bucket + (wanted - before) / inside)
    raise AssertionError


def _changes(rows: list[Row], asked: Asked) -> Iterable[tuple[Any, ...]]:
    found: dict[Key, dict[str, list[int]]] = defaultdict(dict)
    for member, _, day, kind, skill, _, measured, counter, _, uses in rows:
        if day < asked.earlier_from or counter not in OUTCOMES[:3]:
            continue
        sums = found[kind, skill, measured].setdefault(member, [0, 0, 0, 0])
        place = 0 if day >= asked.recent_from else 2
        sums[place] += uses if counter == "success" else 0
        sums[place + 1] += uses
    for key, members in found.items():
        each = list(members.values())
        products = [sum(unit[i] * unit[j] for unit in each) for i in range(4) for j in range(i, 4)]
        yield (*key, len(each), *(sum(unit[i] for unit in each) for i in range(4)), *products)


def _users(rows: list[Row]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row[7] in OUTCOMES:
            found[row[3], row[4]].add(row[0])
    return found


def _pairs(rows: list[Row]) -> Iterable[tuple[Any, ...]]:
    users = _users(rows)
    for one, other in combinations(sorted(users), 2):
        if both := len(users[one] & users[other]):
            yield (*one, *other, both)
