"""The types of answers: what is made from them, and that no field of version 1 was ever lost."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from jsonschema import Draft202012Validator

from aggregator import changes, durations
from aggregator.answers.struct import Struct, as_json
from aggregator.answers.top_skills import Answer as TopSkills
from aggregator.reports.patterns import bottlenecks, contrast
from aggregator.reports.workflows import workflows
from cli.answers.schemas import schema_of
from cli.answers.shapes import columns_of, shape_of
from cli.answers.types import answer_names
from command_line import Program
from places import TESTS

FIELDS_OF_VERSION_1 = TESTS / "data" / "answer_fields.txt"
"""Every field that an answer of schema version 1 was released with, and the types of its values."""

BY_ANSWER = pytest.mark.parametrize("name", answer_names())


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def nodes(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a schema by its path, ``data[].rank``, items and values of objects too."""
    yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}".lstrip("."))
    if "items" in node:
        yield from nodes(node["items"], f"{path}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from nodes(node["additionalProperties"], path + "{}")
    for each in node.get("anyOf", ()):
        yield from (inner for inner in nodes(each, path) if inner[0] != path)


def values_of(node: dict[str, Any]) -> set[str]:
    """The types that values have, or the values themselves where they are a fixed set."""
    if "anyOf" in node:
        return set().union(*(values_of(each) for each in node["anyOf"]))
    if "enum" in node or "const" in node:
        return {json.dumps(each) for each in node.get("enum", [node.get("const")])}
    told = node.get("type", [])
    return {told} if isinstance(told, str) else set(told)


def test_no_field_of_version_1_was_lost_or_changed_its_type() -> None:
    """Within a version fields and the values of enums are only added."""
    now: dict[tuple[str, str], set[str]] = {}
    for name in answer_names():
        for path, node in nodes(schema_of(name)):
            now.setdefault((name, path), set()).update(values_of(node))

    for line in FIELDS_OF_VERSION_1.read_text("utf-8").splitlines():
        name, path, told = line.split(" ", 2)
        before = set() if told == "anything" else set(told.split(" | "))
        after = now[name, path]
        added = after - before
        assert before <= after, line
        assert all(each.startswith('"') for each in added), line


@BY_ANSWER
def test_every_field_has_a_sentence_and_is_always_there(name: str) -> None:
    """A schema says what each field means, and an answer never lacks one."""
    schema = schema_of(name)

    Draft202012Validator.check_schema(schema)
    for path, node in nodes(schema):
        if "properties" in node:
            assert node["required"] == list(node["properties"]), path
            assert node["additionalProperties"] is False, path
        if path and not path.endswith(("[]", "{}")):
            sentence = node.get("description") or ""
            assert sentence.endswith("."), (path, sentence)


@BY_ANSWER
def test_every_verdict_stands_beside_the_words_that_all_commands_use(name: str) -> None:
    """Worse, better, slower, faster, no clear change, not enough data; pairs are no change, and
    neither is how a member compares with a team."""
    rates, durations = {"worse", "better"}, {"slower", "faster"}
    rest = {"no clear change", "not enough data"}
    for path, node in nodes(schema_of(name)):
        fields = node.get("properties", {})
        for field in fields:
            if not field.endswith("verdict") or name in ("patterns-pairs", "team-baselines"):
                continue
            if name.startswith("experiment-"):
                # They have no earlier name for it: the verdict is the word.
                continue
            beside = field.replace("verdict", "change")
            if values_of(fields.get(beside, {})) & {"number"}:
                beside = "change_in_words"
            words = {json.loads(word) for word in values_of(fields[beside])}
            assert words in (rates | rest, durations | rest), (path, field)


def test_every_verdict_has_a_word() -> None:
    """None of the four sets of verdicts has one that is not said in plain words."""
    for words, verdicts in (
        (changes.WORDS, changes.Verdict),
        (durations.PACE_WORDS, durations.Pace),
        (contrast.WORDS, contrast.Verdict),
        (bottlenecks.WORDS, bottlenecks.Verdict),
        (workflows.OUTCOME_WORDS, workflows.OutcomeVerdict),
        (workflows.DURATION_WORDS, workflows.DurationVerdict),
    ):
        assert set(words) == set(get_args(verdicts))
        assert words["insufficient data"] == "not enough data"


@BY_ANSWER
def test_the_columns_of_an_export_are_the_fields_of_the_schema(name: str) -> None:
    """No name is told twice, and each stands where the schema says."""
    row = schema_of(name)["properties"]["data"]["items"]
    # Where rows are of several types, a column may be a field of any of them.
    types = row.get("anyOf", [row])
    known = {field: node for each in types for field, node in each.get("properties", {}).items()}
    columns = columns_of(shape_of(name).rows)

    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        node = known[column.path[0]]
        for step in column.path[1:]:
            node = node["properties"][step]
        assert "properties" not in node


def test_the_rows_of_a_ranking_begin_with_the_place() -> None:
    """A type that takes fields from several others keeps the order of a file's columns."""
    names = [column.name for column in columns_of(shape_of("top-skills").rows)]

    assert names[:4] == ["rank", "share", "kind", "skill_name"]
    assert names[-7:-5] == ["first_used", "last_used"]
    assert [name.partition(".")[0] for name in names[-5:]] == ["tokens"] * 5


def test_values_of_every_type_become_json() -> None:
    """Days and instants are texts with their offset; objects and lists are taken apart."""
    instant = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    told = as_json({"at": instant, "day": date(2026, 11, 1), "list": [1, None, 0.5, "x", True]})

    assert told == {
        "at": "2026-11-01T12:30:00+00:00",
        "day": "2026-11-01",
        "list": [1, None, 0.5, "x", True],
    }
    with pytest.raises(TypeError):
        as_json({"set": {1}})


# ---------------------------------------------------------------- skillhouse schema


@BY_ANSWER
def test_the_program_prints_the_schema_of_a_command(run: Program, name: str) -> None:
    """As it is, on stdout, without a warehouse; a group's command in two words too."""
    done = run("schema", name)
    words = run("schema", *name.split("-", 1)) if name.startswith("patterns-") else done

    assert (done.code, done.err) == (0, "")
    assert done.json == schema_of(name)
    assert words.out == done.out
    assert not run.warehouse.exists()


def test_a_command_that_is_not_there_is_wrong_usage(run: Program) -> None:
    """With the nearest names; also for one that answers with no JSON."""
    misspelled = run("schema", "top-skils")
    without = run("schema", "dashboard")

    assert (misspelled.code, misspelled.out) == (2, "")
    assert "top-skills" in misspelled.err
    assert (without.code, without.out) == (2, "")


def test_schemas_are_listed_where_none_is_named(run: Program) -> None:
    """The names that can be asked for, one a line."""
    assert run("schema").lines == answer_names()


def test_an_answer_type_is_named_by_its_sentence() -> None:
    """The title of the schema is the type's own docstring."""
    assert schema_of("top-skills")["title"] + "." == TopSkills.__doc__


# ---------------------------------------------------------------- Struct


class Base(Struct):
    """What several have in common."""

    first: int
    common: str = "as ever"


class Middle(Struct):
    """Another base."""

    second: int


class Made(Middle, Base):
    """One of them."""

    third: list[int]


def test_a_struct_is_a_frozen_dataclass_whose_fields_are_given_by_name() -> None:
    """Those of its bases come first, from right to left, with their defaults."""
    made = Made(third=[3], first=1, second=2)

    assert Made.field_names == ("first", "common", "second", "third")
    assert as_json(made) == {"first": 1, "common": "as ever", "second": 2, "third": [3]}
    assert dataclasses.asdict(cast("Any", made)) == as_json(made)
    assert dataclasses.replace(cast("Any", made), first=4) == Made(third=[3], first=4, second=2)
    with pytest.raises(TypeError, match="third"):
        Made(first=1, second=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="takes 0"):
        Middle(2)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        made.second = 3  # type: ignore[misc]
