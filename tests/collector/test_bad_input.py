"""No content of a file can stop a pass, cost a good record its place, or leak into a message.

In every test a good project stands beside the bad one, and every bad file carries a marker that no
message, detail or reject may repeat.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beside import FOLDER, MARK, ONE, collect_beside_good, encoded, line, run, two_projects
from collector.files import reading
from conftest import Fleet, invocation, write_executions, write_skills


@pytest.fixture
def bad(fleet: Fleet) -> Path:
    return two_projects(fleet)


# ---------------------------------------------------------------- a document as a whole


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        pytest.param(b"", "ends before the document does", id="empty"),
        pytest.param(b" \n\n", "ends before the document does", id="blank"),
        pytest.param(encoded(ONE)[:-30], "ends before the document does", id="cut-in-a-record"),
        pytest.param(encoded(ONE)[:-1], "ends before the document does", id="last-brace-missing"),
        pytest.param(b'{"hush": "\xc3', "ends inside a character", id="cut-in-a-character"),
        pytest.param(b'{"hush": 1.', "ends before the document does", id="cut-in-a-fraction"),
        pytest.param(
            b'{"hush": ' + b"9" * 5000 + b', "', "ends before the document does", id="huge-integer"
        ),
        pytest.param(b'{"hush": ' + b"[" * 10_000, "ends before the document does", id="deep"),
    ],
)
def test_a_torn_document_is_a_note_until_it_stands_still(
    fleet: Fleet, bad: Path, content: bytes, detail: str
) -> None:
    """What is cut off is being written: a note first, a problem when the next pass finds it so."""
    write_skills(bad, content)

    first = collect_beside_good(fleet)
    second = collect_beside_good(fleet)

    assert (first.state, first.detail, first.names) == ("torn", detail, [])
    assert first.notes == [f"is being written ({detail}); the next refresh reads it"]
    assert first.problems == [] == second.notes
    assert second.problems == [f"{detail}, as at the last refresh; nothing was read from it"]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        pytest.param(encoded(ONE).decode().encode("utf-16"), "is UTF-16, not UTF-8", id="utf-16"),
        pytest.param(
            b"\xfe\xff" + encoded(ONE).decode().encode("utf-16-be"),
            "is UTF-16, not UTF-8",
            id="utf-16-big-endian",
        ),
        pytest.param(
            encoded(ONE).decode().encode("utf-16-le"), "is not JSON (line 1,", id="utf-16-no-mark"
        ),
        pytest.param(b'{"hush": "\xff"}', "is not UTF-8 (byte 10)", id="invalid-utf-8"),
        pytest.param(b"\0" * 64, "is not JSON (line 1, column 1:", id="nul-bytes"),
        pytest.param(encoded(ONE) + b"\0" * 64, "is not JSON (line 1,", id="nul-tail"),
        pytest.param(encoded(ONE) * 2, "is not JSON (line 1,", id="two-documents"),
        pytest.param(b"{'hush': 1}", "is not JSON (line 1, column 2:", id="single-quotes"),
        pytest.param(
            b'{"hush": ' + b"9" * 5000 + b", ]}", "is not JSON (line 1,", id="huge-integer"
        ),
        pytest.param(
            b"[" * 10_000 + b"]" * 10_000 + b"}", "is not JSON (line 1,", id="deep-and-broken"
        ),
        pytest.param(b'["hush"]', "is not a JSON object at the top level", id="list"),
        pytest.param(b'"hush"', "is not a JSON object at the top level", id="string"),
        pytest.param(b"3", "is not a JSON object at the top level", id="number"),
        pytest.param(b"null", "is not a JSON object at the top level", id="null"),
        pytest.param(b'{"invocations": {"hush": 1}}', "`invocations` is not a list", id="mapping"),
        pytest.param(b'{"invocations": null}', "`invocations` is not a list", id="no-list"),
        pytest.param(b'{"hush": []}', "has no `invocations` in a known format", id="unknown-keys"),
        pytest.param(
            b'{"skills": {"hush": {}}}', "has no `invocations` in a known format", id="totals-only"
        ),
    ],
)
def test_a_document_that_is_none_is_a_problem(
    fleet: Fleet, bad: Path, content: bytes, detail: str
) -> None:
    """Whole but not what it should be: named with its reason, and nothing is taken from it."""
    write_skills(bad, content)

    seen = collect_beside_good(fleet)

    assert (seen.state, seen.names, seen.notes) == ("malformed", [], [])
    assert seen.detail.startswith(detail)
    assert seen.problems == [f"{seen.detail}; nothing was read from it"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + encoded(ONE), id="byte-order-mark"),
        pytest.param(json.dumps({"invocations": [ONE]}, indent=2).replace("\n", "\r\n"), id="crlf"),
        pytest.param(b'{"invocations": [], ' + encoded(ONE)[1:], id="duplicate-key"),
        pytest.param(encoded(json.dumps(ONE)[:-1] + ', "error_type": null}'), id="field-twice"),
        pytest.param(encoded({**ONE, "hush": {"hush": [MARK]}}), id="unknown-fields"),
        pytest.param(
            b'{"hush": ' + b"[" * 10_000 + b"]" * 10_000 + b", " + encoded(ONE)[1:],
            id="deep-beside",
        ),
        pytest.param({"skills": {MARK: 3, "\ud800": {}}, "invocations": [ONE]}, id="odd-totals"),
        pytest.param(
            {
                "skills": {"\ud800": {"total_invocations": 1, "completed_invocations": 10**350}},
                "invocations": [ONE],
            },
            id="odd-aggregate",
        ),
    ],
)
def test_an_unusual_document_is_read(fleet: Fleet, bad: Path, content: object) -> None:
    """What JSON allows and writers do is no fault."""
    write_skills(bad, content)

    seen = collect_beside_good(fleet)

    assert (seen.state, seen.names, seen.rejects) == ("read", [MARK], [])
    assert seen.problems == [] == seen.notes


def test_a_planned_document_with_totals_among_its_lists_keeps_its_records(
    fleet: Fleet, bad: Path
) -> None:
    """A name that holds no list is rejected, the others are collected."""
    record = {"invoked_at": "2026-08-03T09:00:00Z", "success": True}
    write_skills(bad, {"skills": {MARK: [record, 3], "totals": {"total": 1}}})

    seen = collect_beside_good(fleet)

    assert seen.names == [MARK]
    assert seen.rejects == [(2, "is not a JSON object"), (3, "is not a list of records")]


# ---------------------------------------------------------------- lines as a whole


NOT_ONE = "is not one JSON object"


@pytest.mark.parametrize(
    ("bad_line", "reason"),
    [
        pytest.param(b'{"agent": "hush', NOT_ONE, id="cut"),
        pytest.param(b'{"agent": "hush\xc3', NOT_ONE, id="cut-in-a-character"),
        pytest.param(b'{"hush": "\xff"}', "is not UTF-8 (byte 10)", id="invalid-utf-8"),
        pytest.param(b"\0\0\0\0", "is not JSON (column 1: expecting value)", id="nul"),
        pytest.param(b"hush", "is not JSON (column 1: expecting value)", id="words"),
        pytest.param(b"\xff\xfe{\0}\0", "is UTF-16, not UTF-8", id="utf-16"),
        pytest.param(json.dumps(run()) * 2, "is not JSON (column", id="two-objects"),
        pytest.param("null", "is not a JSON object", id="null"),
        pytest.param("3", "is not a JSON object", id="number"),
        pytest.param('"hush"', "is not a JSON object", id="string"),
        pytest.param("[]", "is not a JSON object", id="list"),
        pytest.param('{"success": true}', "has no timestamp", id="no-time"),
        pytest.param(
            '{"hush": ' + "[" * 10_000 + "]" * 10_000 + "}",
            "is nested deeper than 100 levels",
            id="deep",
        ),
        pytest.param('{"hush": ' + "9" * 5000, NOT_ONE, id="huge-integer-cut"),
        pytest.param(
            json.dumps(run(timestamp=MARK)),
            "has a timestamp in an unknown format",
            id="time-a-word",
        ),
    ],
)
def test_a_bad_line_is_rejected_and_its_neighbours_collected(
    fleet: Fleet, bad: Path, bad_line: bytes | str, reason: str
) -> None:
    """A line that is no record is refused by its number; those around it count."""
    write_executions(bad, FOLDER, line(run(1), bad_line, run(2)))

    seen = collect_beside_good(fleet)

    assert (seen.state, seen.names) == ("read", [MARK, MARK])
    assert [(place, said[: len(reason)]) for place, said in seen.rejects] == [(2, reason)]
    assert len(seen.problems) == 1 and seen.notes == []
    assert seen.problems[0].startswith(f"1 record was rejected; the first is number 2, it {reason}")


@pytest.mark.parametrize(
    ("content", "count"),
    [
        pytest.param(b"", 0, id="empty"),
        pytest.param(b"\n \n\r\n", 0, id="blank-lines"),
        pytest.param(b"\xef\xbb\xbf" + line(run(1), run(2)), 2, id="byte-order-mark"),
        pytest.param(line(run(1), run(2)).replace(b"\n", b"\r\n"), 2, id="crlf"),
        pytest.param(line(run(1), run(2))[:-1], 2, id="last-line-without-newline"),
        pytest.param(line(run(1), run(1), run(1)), 3, id="identical-lines"),
        pytest.param(line(run(1, idempotency_key="k"), run(1, idempotency_key="k")), 1, id="keyed"),
        pytest.param(
            line(run(1, idempotency_key="k"), run(2, idempotency_key="k")), 1, id="keyed-moved"
        ),
        pytest.param(line(run(1, idempotency_key=""), run(1, idempotency_key=3)), 2, id="bad-keys"),
        pytest.param(line('{"agent": "x", ' + json.dumps(run(1))[1:]), 1, id="duplicate-key"),
        pytest.param(line(run(1, hush={"hush": 1}, task=MARK)), 1, id="unknown-fields"),
        pytest.param(line(run(1, hush="x" * (50 << 20)), run(2)), 2, id="50-megabytes"),
    ],
)
def test_unusual_lines_are_read(fleet: Fleet, bad: Path, content: bytes, count: int) -> None:
    """What writers do is no fault."""
    write_executions(bad, FOLDER, content)

    seen = collect_beside_good(fleet)

    assert (seen.state, seen.names, seen.rejects) == ("read", [MARK] * count, [])
    assert seen.problems == [] == seen.notes


def test_a_line_over_the_limit_is_rejected(
    fleet: Fleet, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is on the line without its newline; the file is read on behind it."""
    limit = len(json.dumps(run(1, hush="x" * 100)))
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", limit)
    records = [run(1, hush="x" * 100), run(2, hush="x" * 101), " " * 3_000_000, run(3)]
    write_executions(bad, FOLDER, line(*records))

    seen = collect_beside_good(fleet)

    assert len(seen.rows) == 2
    assert seen.rejects == [(2, "is longer than 64 MiB"), (3, "is longer than 64 MiB")]


def test_a_file_that_a_full_run_could_not_open_is_missed_when_it_is_gone(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read once, so that it is said that what was collected of it is kept."""
    file = write_skills(fleet.project(), {"invocations": [invocation()]})
    fleet.collect()
    with monkeypatch.context() as patch:
        patch.setattr(reading, "MAX_DOCUMENT_BYTES", 5)
        [refused] = fleet.collect(full=True).problems
    file.unlink()

    [gone] = fleet.collect().problems

    assert "nothing was read from it" in str(refused)
    assert "no longer exists; collected data is kept" in str(gone)


def test_of_conflicting_keys_the_most_complete_then_the_last_counts(
    fleet: Fleet, bad: Path
) -> None:
    """Equal keys are one execution: a success stays one, and of two equal states the later wins."""
    states: list[tuple[str, object, float]] = [
        ("a", True, 1.0), ("a", False, 2.0), ("b", None, 1.0), ("b", False, 2.0),
        ("c", True, 1.0), ("c", True, 2.0),
    ]  # fmt: skip
    records = [
        run(at, idempotency_key=key, success=success, execution_time_s=duration)
        for at, (key, success, duration) in enumerate(states)
    ]
    write_executions(bad, FOLDER, records)

    seen = collect_beside_good(fleet)

    assert [(row.idempotency_key, row.outcome, str(row.duration_ms)) for row in seen.rows] == [
        ("a", "success", "1000.000"),
        ("b", "failure", "2000.000"),
        ("c", "success", "2000.000"),
    ]
