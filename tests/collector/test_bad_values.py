"""No value in a record can stop a pass, become another value, or cost another record its place."""

from __future__ import annotations

import json
import os
import unicodedata
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import oracle
from beside import FOLDER, MARK, ONE, collect_beside_good, encoded, line, run, settle, two_projects
from conftest import Fleet, execution, invocation, write_executions, write_skills
from stored import in_order, stored_rows

pytestmark = pytest.mark.slow

UTC_ZONE = ZoneInfo("UTC")

ODD_VALUES: dict[str, object] = {
    "null": None,
    "true": True,
    "number": 7,
    "negative": -7,
    "fraction": 0.5,
    "large": 1e9,
    "text": f"{MARK}-text",
    "empty-text": "",
    "number-as-text": "1.5",
    "list": [f"{MARK}-item", 3, None],
    "object": {MARK: MARK},
}


@pytest.fixture
def bad(fleet: Fleet) -> Path:
    return two_projects(fleet)


# ---------------------------------------------------------------- records and their fields


JUNK: list[object] = [
    None,
    3,
    "hush",
    [],
    {},
    {"skill_name": MARK},
    {"invoked_at": "2026-08-03T09:00:00"},
]


def test_junk_among_good_invocations_is_rejected_by_its_place(fleet: Fleet, bad: Path) -> None:
    """Each record stands for itself: the good ones count, each bad one is refused by its place."""
    write_skills(bad, {"invocations": [ONE, *JUNK, ONE]})

    seen = collect_beside_good(fleet)

    assert seen.names == [MARK, MARK]
    assert [row.occurrence for row in seen.rows] == [1, 2]
    assert seen.rejects == [
        *((place, "is not a JSON object") for place in (2, 3, 4, 5)),
        (6, "has no skill name"),
        (7, "has no timestamp"),
        (8, "has no skill name"),
    ]
    assert seen.problems[0].startswith("7 records were rejected; the first is number 2, it is not")


def test_a_record_nested_10000_deep_is_rejected_alone(fleet: Fleet, bad: Path) -> None:
    """Depth 100 is read, 101 is refused, and 10,000 cannot exhaust the stack."""
    start = json.dumps(ONE)[:-1] + ', "hush": '
    deep = [start + "[" * depth + "]" * depth + "}" for depth in (99, 100, 10_000)]
    write_skills(bad, encoded(ONE, *deep, ONE))

    seen = collect_beside_good(fleet)

    assert len(seen.rows) == 3
    assert seen.rejects == [(n, "is nested deeper than 100 levels") for n in (3, 4)]


SKILL_FIELDS = [
    "skill_name", "invoked_at", "session_id", "workflow_path", "completed", "duration_seconds",
    "follow_up_actions", "error_type", "alternatives_considered", "selection_rank",
]  # fmt: skip
AGENT_FIELDS = [
    "agent", "timestamp", "success", "execution_time_s", "quality_score", "session_id",
    "idempotency_key",
]  # fmt: skip


@pytest.mark.parametrize("field", SKILL_FIELDS)
def test_any_type_in_any_field_of_an_invocation(fleet: Fleet, bad: Path, field: str) -> None:
    """A value that cannot be what its field means is as good as none; the record still counts."""
    records = [{**invocation(f"{MARK}-{case}"), field: odd} for case, odd in ODD_VALUES.items()]
    records += [{k: v for k, v in invocation(f"{MARK}-missing").items() if k != field}]
    file = write_skills(bad, {"invocations": records})
    expected = oracle.read_document(file.read_text(), "bad", UTC_ZONE)

    seen = collect_beside_good(fleet)

    assert seen.rows == in_order(expected)
    assert len(seen.rows) + len(seen.rejects) == len(records)


@pytest.mark.parametrize("field", AGENT_FIELDS)
def test_any_type_in_any_field_of_an_execution(fleet: Fleet, bad: Path, field: str) -> None:
    """A value that cannot be what its field means is as good as none; the record still counts."""
    records = [run(at, **{field: odd}) for at, odd in enumerate(ODD_VALUES.values())]
    if field != "success":
        records += [{k: v for k, v in run(59).items() if k != field}]
    file = write_executions(bad, FOLDER, records)
    expected = oracle.read_lines(file.read_text(), "bad", FOLDER, UTC_ZONE)

    seen = collect_beside_good(fleet)

    assert seen.rows == in_order(expected)
    assert len(seen.rows) + len(seen.rejects) == len(records)


# ---------------------------------------------------------------- numbers and verdicts


@pytest.mark.parametrize(
    ("written", "finding"),
    [
        pytest.param("NaN", "duration_unusable", id="nan"),
        pytest.param("Infinity", "duration_unusable", id="infinity"),
        pytest.param("-Infinity", "duration_unusable", id="minus-infinity"),
        pytest.param("1e308", "duration_unusable", id="1e308"),
        pytest.param("1e400", "duration_unusable", id="1e400"),
        pytest.param("9" * 350, "duration_unusable", id="350-digits"),
        pytest.param("9" * 5000, "duration_unusable", id="5000-digits"),
        pytest.param("-" + "9" * 5000, "duration_unusable", id="minus-5000-digits"),
        pytest.param("-0.001", "duration_negative", id="negative"),
        pytest.param("-3600", "duration_negative", id="minus-an-hour"),
        pytest.param("true", "duration_unusable", id="bool"),
        pytest.param('"1.5"', "duration_unusable", id="text"),
        pytest.param("[1.5]", "duration_unusable", id="list"),
    ],
)
def test_a_duration_that_was_not_measured_is_null_and_counted(
    fleet: Fleet, bad: Path, written: str, finding: str
) -> None:
    """The record counts, its duration does not, and the fault is counted by its kind."""
    odd = json.dumps(ONE).replace("1.5", written)
    write_skills(bad, encoded(odd, invocation("hush-next")))

    seen = collect_beside_good(fleet)

    assert [row.duration_ms for row in seen.rows] == [None, 1500]
    assert (seen.findings, seen.rejects, seen.problems) == ({finding: 1}, [], [])


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        pytest.param("0", "0", id="zero"),
        pytest.param("0.0005", "0.5", id="half-a-millisecond"),
        pytest.param("5e-324", "0", id="smallest"),
        pytest.param("0.0000005", "0", id="half-even-down"),
        pytest.param("0.0000015", "0.002", id="half-even-up"),
        pytest.param("0.1", "100", id="as-written"),
        pytest.param("999999999999.999", "999999999999999", id="longest"),
    ],
)
def test_a_duration_is_kept_as_written(
    fleet: Fleet, bad: Path, written: str, milliseconds: str
) -> None:
    """Milliseconds to three places, from the decimal digits and not from a binary fraction."""
    write_executions(bad, FOLDER, line(json.dumps(run(execution_time_s=-1)).replace("-1", written)))

    seen = collect_beside_good(fleet)

    assert [row.duration_ms for row in seen.rows] == [Decimal(milliseconds)]
    assert seen.findings == {}


@pytest.mark.parametrize("score", ["NaN", "Infinity", "1e308", "1e400", "9" * 5000, "true", '"1"'])
def test_a_score_that_is_no_number_is_null(fleet: Fleet, bad: Path, score: str) -> None:
    """The execution counts without its score."""
    write_executions(bad, FOLDER, line(json.dumps(run(quality_score=-1)).replace("-1", score)))

    seen = collect_beside_good(fleet)

    assert [row.quality_score for row in seen.rows] == [None]
    assert seen.findings == {"field_unusable": 1}


@pytest.mark.parametrize("rate", ["NaN", "Infinity", "1e308", "-0.5", "true", "9" * 5000])
def test_a_summary_with_an_impossible_rate_is_none(fleet: Fleet, bad: Path, rate: str) -> None:
    """The summary beside the lines is only compared with; a broken one harms nothing."""
    file = write_executions(bad, FOLDER, [run()])
    summary = f'{{"agent": "\\ud800", "execution_count": 1, "success_rate": {rate}}}'
    file.with_name("summary.json").write_text(summary)

    seen = collect_beside_good(fleet)

    assert len(seen.rows) == 1
    assert fleet.query("select path from source_files where writer_totals is not null") == []


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        pytest.param("true", "success", id="true"),
        pytest.param("1", "success", id="1"),
        pytest.param("1.0", "success", id="1.0"),
        pytest.param("false", "failure", id="false"),
        pytest.param("0", "failure", id="0"),
        pytest.param("-0.0", "failure", id="minus-zero"),
        pytest.param("null", "unknown", id="null"),
        pytest.param("2", "unknown", id="2"),
        pytest.param("0.5", "unknown", id="half"),
        pytest.param("NaN", "unknown", id="nan"),
        pytest.param('"true"', "unknown", id="text"),
        pytest.param('""', "unknown", id="empty-text"),
        pytest.param("[true]", "unknown", id="list"),
        pytest.param("{}", "unknown", id="object"),
        pytest.param("9" * 5000, "unknown", id="5000-digits"),
    ],
)
def test_success_of_every_json_type(fleet: Fleet, bad: Path, written: str, outcome: str) -> None:
    """True and 1 are a success, false and 0 a failure, and nothing else is a verdict."""
    write_executions(bad, FOLDER, line(json.dumps(run()).replace("true", written)))

    seen = collect_beside_good(fleet)

    assert [row.outcome for row in seen.rows] == [outcome]
    assert seen.findings == ({"verdict_unusable": 1} if outcome == "unknown" else {})


# ---------------------------------------------------------------- names


NASTY_NAMES = {
    "quotes": 'it\'s "quoted" `so`; drop table skill_usage; --',
    "newlines": "one\ntwo\r\nthree\x85four\u2028five",
    "escapes": "\x1b[31mred\x1b[0m\x07\x08",
    "html": "<script>alert(1)</script>&amp;",
    "right-to-left": "\u202eevil\u202c \u05d0\u05d1\u05d2",
    "nul": "before\0after",
    "emoji": "\U0001f469\u200d\U0001f4bb",
    "parameter": "$name %s {name} ?",
    "spaces": "  around  ",
    "one-megabyte": "x" * (1 << 20),
}


@pytest.mark.parametrize("name", NASTY_NAMES.values(), ids=list(NASTY_NAMES))
def test_a_name_is_kept_as_it_is(fleet: Fleet, bad: Path, name: str) -> None:
    """A name is data: it is stored and found again, character for character."""
    write_skills(bad, {"invocations": [invocation(name, session_id=name)]})

    seen = collect_beside_good(fleet, hidden=name)

    assert [(row.name, row.session_id) for row in seen.rows] == [(name, name)]
    assert seen.findings == {}


def test_what_is_not_unicode_is_replaced_and_counted(fleet: Fleet, bad: Path) -> None:
    """A lone surrogate cannot be stored: U+FFFD stands for it."""
    write_skills(bad, {"invocations": [invocation("a\ud800b", error_type="\udfff")]})

    seen = collect_beside_good(fleet)

    assert [(row.name, row.error_type) for row in seen.rows] == [("a\ufffdb", "\ufffd")]
    assert seen.findings == {"text_repaired": 2}


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"], ids=ascii)
def test_a_blank_name_is_none(fleet: Fleet, bad: Path, blank: str) -> None:
    """A skill without a name is rejected; an agent without one is called by its folder."""
    write_skills(bad, {"invocations": [invocation(blank)]})
    write_executions(bad, FOLDER, [run(agent=blank)])
    settle(bad)

    fleet.collect()

    names = [row.name for row in stored_rows(fleet.warehouse) if row.project == "bad"]
    assert names == [FOLDER]
    assert fleet.query("select reason from rejected_records") == [("has no skill name",)]


def test_twins_stay_apart(fleet: Fleet, bad: Path) -> None:
    """Names that differ in case or Unicode normalisation are different names."""
    twins = ["Caf\u00e9", "caf\u00e9", "cafe\u0301", "CAFE\u0301", "\u212bngstrom", "\u00c5ngstrom"]
    write_skills(bad, {"invocations": [invocation(name) for name in twins]})

    seen = collect_beside_good(fleet)

    assert sorted(seen.names) == sorted(twins)
    assert len({unicodedata.normalize("NFC", name).casefold() for name in seen.names}) == 2


def test_a_folder_whose_name_is_not_utf_8_is_collected(fleet: Fleet, bad: Path) -> None:
    """Its bytes are spelled out in the agent's name."""
    folder = os.path.join(os.fsencode(bad), b".kaizen", b"metrics", b"odd-\xff")
    try:
        os.makedirs(folder)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    with open(os.path.join(folder, b"executions.jsonl"), "wb") as file:
        file.write(line(run(agent=None)))

    seen = collect_beside_good(fleet)

    assert seen.names == ["odd-\\xff"]


def test_left_over_temporary_files_are_ignored(fleet: Fleet, bad: Path) -> None:
    """Only the files' own names are read; what a writer's crash left beside them is not."""
    file = write_skills(bad, {"invocations": [ONE]})
    for name in ("skill_metrics.json.tmp", ".skill_metrics.json.swp", "skill_metrics.json~"):
        file.with_name(name).write_bytes(encoded(invocation("left-over")))
    lines = bad / ".kaizen" / "metrics" / FOLDER
    lines.mkdir(parents=True)
    for name in ("executions.jsonl.tmp", "executions.jsonl~", "tmpab12cd", "executions.jsonl.bak"):
        (lines / name).write_bytes(line(run(agent="left-over")))

    seen = collect_beside_good(fleet)

    assert seen.names == [MARK]


# ---------------------------------------------------------------- timestamps


UNREADABLE = "has a timestamp in an unknown format"
UNREAL = "has a timestamp that is not a valid date and time"
YEAR = "has a year that is not between 1970 and 2199"
TIMESTAMPS: dict[object, str] = {
    # Berlin is two hours ahead of UTC in August and one in December.
    "2026-08-03T09:00:00Z": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00z": "2026-08-03T09:00:00",
    "2026-08-03t09:00:00Z": "2026-08-03T09:00:00",
    "2026-08-03 09:00:00Z": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00 Z": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00+00:00": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00-00:00": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00+0530": "2026-08-03T03:30:00",
    "2026-08-03T09:00:00+05": "2026-08-03T04:00:00",
    "2026-08-03T09:00:00-11:30": "2026-08-03T20:30:00",
    "2026-08-03 09:00:00 +02:00": "2026-08-03T07:00:00",
    "2026-08-03T09:00:00+00:19:32": "2026-08-03T08:40:28",
    "2026-08-03T09:00Z": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00.5Z": "2026-08-03T09:00:00.500000",
    "2026-08-03T09:00:00,25Z": "2026-08-03T09:00:00.250000",
    "2026-08-03T09:00:00.123456Z": "2026-08-03T09:00:00.123456",
    "2026-08-03T09:00:00.123456999Z": "2026-08-03T09:00:00.123456",
    " 2026-08-03T09:00:00Z\n": "2026-08-03T09:00:00",
    "2026-08-03T09:00:00": "2026-08-03T07:00:00",
    "2026-08-03 09:00": "2026-08-03T07:00:00",
    "2026-12-03T09:00:00.000001": "2026-12-03T08:00:00.000001",
    "2026-10-25T02:30:00": "2026-10-25T00:30:00",
    "2026-03-29T02:30:00": "2026-03-29T01:30:00",
    "2024-02-29T23:59:59Z": "2024-02-29T23:59:59",
    "1970-01-01T00:00:00Z": "1970-01-01T00:00:00",
    "2199-12-31T23:59:59Z": "2199-12-31T23:59:59",
    "2026-08-03": UNREADABLE,
    "20260803T090000Z": UNREADABLE,
    "2026-W32-1T09:00:00Z": UNREADABLE,
    "2026-215T09:00:00Z": UNREADABLE,
    "2026-8-3T9:00:00Z": UNREADABLE,
    "03.08.2026 09:00": UNREADABLE,
    "08/03/2026 09:00:00": UNREADABLE,
    "Mon, 03 Aug 2026 09:00:00 GMT": UNREADABLE,
    "2026-08-03T09:00:00 Europe/Berlin": UNREADABLE,
    "2026-08-03T09:00:00Zulu": UNREADABLE,
    "2026-08-03T09:00:00.Z": UNREADABLE,
    "\uff12026-08-03T09:00:00Z": UNREADABLE,
    "1785747600": UNREADABLE,
    "yesterday": UNREADABLE,
    "": UNREADABLE,
    "2026-02-29T09:00:00Z": UNREAL,
    "2026-13-01T09:00:00Z": UNREAL,
    "2026-08-03T24:00:00Z": UNREAL,
    "2026-08-03T09:60:00Z": UNREAL,
    "2026-08-03T09:00:60Z": UNREAL,
    "2026-08-03T09:00:00+24:00": UNREAL,
    "2026-08-03T09:00:00+02:60": UNREAL,
    "0001-01-01T00:00:00Z": YEAR,
    "1969-12-31T23:59:59Z": YEAR,
    "2200-01-01T00:00:00Z": YEAR,
    "9999-12-31T23:59:59Z": YEAR,
    None: "has no timestamp",
    1785747600: "has a timestamp that is not text",
    1785747600.5: "has a timestamp that is not text",
    False: "has a timestamp that is not text",
}


@pytest.mark.parametrize("source", ["invocations", "lines"])
def test_every_spelling_of_a_timestamp(fleet: Fleet, source: str) -> None:
    """An instant is read exactly, anything else is rejected with its reason, never guessed."""
    berlin = fleet.project("berlin", "Europe/Berlin")
    written = list(TIMESTAMPS)
    if source == "lines":
        write_executions(
            berlin, MARK, [execution(agent=str(i), timestamp=at) for i, at in enumerate(written)]
        )
    else:
        records = [{**invocation(str(i)), "invoked_at": at} for i, at in enumerate(written)]
        write_skills(berlin, {"invocations": records})
    settle(berlin)

    fleet.collect()

    read: dict[int, str] = {
        int(row.name): row.invoked_at.replace(tzinfo=None).isoformat()
        for row in stored_rows(fleet.warehouse)
    }
    for position, reason in fleet.query("select position, reason from rejected_records"):
        read[int(str(position)) - 1] = str(reason)
    assert {written[place]: said for place, said in read.items()} == TIMESTAMPS
