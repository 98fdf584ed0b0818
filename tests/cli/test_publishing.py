"""What may leave the machine: nothing that is told here is in any public export."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canary import TIME, TOLD, secrets_of
from cli.answers import catalogue
from cli.answers.shapes import Field, Shape, shape_of
from cli.folding import OTHER, K
from cli.publishing import SKILLS, Publisher
from command_line import Program
from exported import FORMATS, all_text
from fleets import DEMO, demo_fleet
from schema.errors import UsageError
from schema.pseudonyms import Pseudonyms, stored
from schema.warehouse import Warehouse

NAME_OF = {"baseline-show": "canary-kept"}
"""What an answer is to be about whose name is not a skill's."""

DECIDED = {"project_id", "project_name", "project_type", "error_type"}
"""Texts with a rule of their own."""

WITHHELD = {
    *("workflow_path", "workflow_phase", "value", "action", "effect", "evidence", "statement"),
    *(
        "in_words",
        "sentence",
        "window",
        "priority",
        "advice_type",
        "session",
        "session_id",
        "status",
    ),
    *("timezone", "workflow_id", "workflow_name", "baseline", "path"),
    *("source", "category", "by", "tag"),
}
"""Texts that were thought of, and stay here."""

REFUSED = ("patterns-sessions", "workflows")
"""What tells of single events, and has no public form."""

ANSWERS = [name for name in catalogue.exported_names() if name not in REFUSED]


COUNTS_ONLY = ("anomalies", "patterns-heatmap", "baseline-list", "recommend")
"""Answers that name no skill here: nothing stood out in so short a history, hours, snapshots."""

OF_DAYS = (
    "activity",
    "summary",
    "health",
    "trends",
    "recommend",
    "baseline-compare",
    "baseline-show",
)
"""Answers that are about days and name no moment."""


def words(what: str) -> list[str]:
    needs = any(each.required for each in catalogue.known(what).parameters.values())
    return [what, NAME_OF.get(what, "deploy")] if needs else [what]


@pytest.fixture
def run(telling_program: Program) -> Program:
    return telling_program


# ---------------------------------------------------------------- nothing gets out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("what", ANSWERS)
def test_no_public_export_tells_what_is_not_for_others(
    run: Program, telling: Path, what: str, form: str
) -> None:
    """No path, session, project, user, tag, moment, zone or writer's text, wherever one looks."""
    target = run.root / f"public.{form}"

    done = run("export", *words(what), "--public", "--format", form, "--output", str(target))
    text = all_text(target, form)

    assert done.code == 0, done.err
    assert "canary" not in re.sub(r"\s", "", text).lower()
    assert not [each for each in secrets_of(telling) if each in text]
    assert not re.search(r"\d\d:\d\d", re.sub(r"T00:00:00Z", "", text))
    assert "UTC" not in text.replace("UTF", "")
    assert [each for each in TOLD if each in text] or what in COUNTS_ONLY


def test_no_public_answer_about_a_year_tells_it_either(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where days stand out, skills change and things are to be done: not one answer is empty."""
    fleet = demo_fleet(tmp_path_factory)
    run = Program(tmp_path, capsys, monkeypatch)
    run.now = DEMO
    fleet.copied_to(run.warehouse)
    run("baseline", "save", "canary-kept")
    own = run("projects", "--json").json["data"]
    private = {each[field] for each in own for field in ("project_id", "project_name")}

    for what in ANSWERS:
        named = [NAME_OF.get(what, "test-runner")] if words(what)[1:] else []
        told = run("export", what, *named, "--public", "--format", "json")
        assert told.code == 0, told.err
        assert told.json["data"], what
        assert not [
            each
            for each in (*private, "canary", str(tmp_path), str(fleet.root))
            if each in told.out
        ], what
        assert not re.search(r"\d\d:\d\d", told.out.replace("T00:00:00Z", "")), what


@pytest.mark.parametrize("what", REFUSED)
def test_single_events_are_not_for_others(run: Program, what: str) -> None:
    """Refused with a sentence, nothing written."""
    target = run.root / "public.json"

    done = run("export", what, "--public", "--output", str(target))

    assert (done.code, done.out, target.exists()) == (2, "", False)
    assert "cannot be anonymised" in done.err


@pytest.mark.parametrize("what", ANSWERS)
def test_the_same_export_for_oneself_tells_them(run: Program, what: str) -> None:
    """So the search above finds what is there."""
    target = run.root / "own.json"

    run("export", *words(what), "--output", str(target))
    text = all_text(target, "json")

    assert "canary" in text.lower() or what in COUNTS_ONLY
    assert TIME in text or what in (*OF_DAYS, *COUNTS_ONLY) or what.startswith("patterns-")


@pytest.mark.parametrize("table", ["skill_usage", "projects", "skill_statistics", "pseudonyms"])
def test_tables_are_not_for_others(run: Program, table: str) -> None:
    """Refused with a sentence, nothing written."""
    target = run.root / "rows.csv"

    done = run("export", table, "--public", "--output", str(target))

    assert (done.code, done.out, target.exists()) == (2, "", False)
    assert "public" in done.err


def test_a_text_that_nobody_thought_of_is_withheld() -> None:
    """In rows, in what is nested in them, in totals and in filters; and so is a list of texts."""
    texts = tuple(Field(name, "text") for name in ("remark", "command", "skill_name"))
    rows = (Field("uses", "integer"), *texts, Field("sentences", "json"))
    nested = Field("parts", "objects", rows)
    shape = Shape((*rows, nested), texts, texts)
    row = {"uses": 9, "remark": "r", "command": "c", "skill_name": "s", "sentences": ["t"]}
    envelope = {
        "schema_version": 1,
        "command": "health",
        "generated_at": "2026-11-20T12:00:00+00:00",
        "filters": row,
        "data": [{**row, "parts": [row]}],
        "totals": row,
    }

    told: Any = Publisher(Pseudonyms("ab" * 32), {}, frozenset()).publish(envelope, shape)

    shown = {"remark": None, "command": None, "skill_name": "s"}
    alone = {"uses": 9, **shown, "sentences": None}
    assert told["data"] == [{**alone, "parts": [alone]}]
    assert told["totals"] == told["filters"] == shown


@pytest.mark.parametrize(
    "fields",
    [
        (Field("skill_name", "text"), Field("score", "number")),
        (Field("session_id", "text"), Field("uses", "integer")),
    ],
    ids=["uncounted", "sessions"],
)
def test_what_is_not_counted_or_about_one_event_has_no_public_form(
    fields: tuple[Field, ...],
) -> None:
    """Refused, also when there is no row."""
    envelope = {"command": "sessions", "data": [], "totals": {}, "filters": {}}

    with pytest.raises(UsageError, match="cannot be anonymised"):
        Publisher(Pseudonyms("ab" * 32), {}, frozenset()).publish(envelope, Shape(fields, (), ()))


def test_every_text_of_an_answer_was_decided_about() -> None:
    """A new text is withheld by itself; this asks whether it should be, or has a rule to get."""

    def texts(fields: tuple[Field, ...]) -> set[str]:
        own = {field.name for field in fields if field.kind == "text"}
        return own.union(*(texts(field.inner) for field in fields))

    for name in catalogue.exported_names():
        shape = shape_of(name)
        found = texts((*shape.rows, *shape.totals, *shape.filters))
        assert found - SKILLS - DECIDED - WITHHELD == set(), name


# ---------------------------------------------------------------- pseudonyms


def test_pseudonyms_are_the_same_in_every_file_and_its_owner_can_look_them_up(
    run: Program,
) -> None:
    """In each answer and at each time; ``export pseudonyms`` tells which is which."""
    compared = run("export", "compare", "deploy", "--public", "--format", "json").json
    judged = run("export", "effectiveness", "deploy", "--public", "--format", "json").json
    listed = run("export", "pseudonyms", "--format", "json").json

    shown = {row["project_name"] for row in compared["data"] if row["group"] == "project"}
    assert shown == {row["project_name"] for row in judged["data"][0]["by_project"]}
    by_value = {row["value"]: row["pseudonym"] for row in listed if row["sort"] == "project"}
    assert set(by_value) == {"CanaryWorks", "canary-two"}
    assert shown == set(by_value.values())
    names = {row["value"] for row in listed if row["sort"] == "name"}
    assert {"/home/canaryuser/skill", "CanaryWorks-helper", "canaryuser/agent"} <= names
    assert not names & {"deploy", "code-review"}


def test_pseudonyms_of_two_warehouses_have_nothing_in_common() -> None:
    """The secret is the warehouse's own, and random."""
    one, other = Pseudonyms("00" * 32), Pseudonyms("11" * 32)

    assert one.of("project", "ab12cd34") == one.of("project", "ab12cd34")
    assert one.of("project", "ab12cd34") != other.of("project", "ab12cd34")
    assert one.of("project", "x") != one.of("name", "x")
    assert "00" * 32 not in repr(one)


def test_a_public_export_makes_the_secret_once(run: Program) -> None:
    """It stands in the settings, which no export shows."""
    run("export", "summary", "--public")
    with Warehouse(run.warehouse).reading() as con:
        before = stored(con)
    run("export", "summary", "--public")
    with Warehouse(run.warehouse).reading() as con:
        after = stored(con)

    assert before is not None
    assert before == after
    assert re.fullmatch(r"[0-9a-f]{64}", before.secret)
    assert run("export", "settings").code == 2


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("code-review", True),
        ("superpowers:brainstorm", True),
        ("検索と要約", True),
        ("deploy v2", True),
        ("/home/mira/x", False),
        ("team/reviewer", False),
        ("~mira", False),
        ("mira@example.org", False),
        ("for-mira", False),
        ("admiral", True),
        ("AtlasCliHelper", False),
        ("myatlascli", False),
        ("atlas", True),
        ("run-20261120T0917", False),
        ("c0ffee99-4dad", False),
        ("x" * 81, False),
        ("a\x1b[31m", False),
    ],
)
def test_names_that_give_something_away_are_replaced(name: str, stays: bool) -> None:
    """Paths, users, projects, dates and ids; anything else is a skill's name and public."""
    publish = Publisher(Pseudonyms("ab" * 32), {}, frozenset({"mira", "atlas cli"}))

    shown = publish.skill(name)

    assert (shown == name) is stays
    assert stays or re.fullmatch(r"name-[0-9a-f]{8}", shown)


# ---------------------------------------------------------------- groups too small


def test_rare_uses_count_as_other_and_totals_still_add_up(run: Program) -> None:
    """Five uses of rare-one in two projects: shown as a name, folded in each project."""
    told = run("export", "top-skills", "--public", "--format", "json", "--limit", "3").json
    rows = told["data"]

    assert sum(row["total_invocations"] for row in rows) == told["totals"]["total_invocations"]
    assert rows[-1]["skill_name"] == OTHER
    assert all(row["total_invocations"] >= K for row in rows)
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert told["public"] is True


def test_what_compares_with_too_few_uses_tells_nothing() -> None:
    """Not the change either, from which the small side could be told; the words stay."""
    publish = Publisher(Pseudonyms("ab" * 32), {}, frozenset())
    side = {"since": "2026-11-01", "known_outcomes": 3, "success_rate": 1 / 3}
    trend = {
        "current": {**side, "total_invocations": 3},
        "previous": {**side, "total_invocations": 50},
        "change": 0.2,
        "verdict": "insufficient data",
    }
    envelope = {
        "schema_version": 1,
        "command": "effectiveness",
        "generated_at": "2026-11-20T12:00:00+00:00",
        "filters": {},
        "data": [{"total_invocations": 53, "trend": trend}],
        "totals": {},
    }

    rows: Any = publish.publish(envelope, shape_of("effectiveness"))["data"]
    told = rows[0]["trend"]

    assert (told["change"], told["verdict"]) == (None, "insufficient data")
    assert told["current"]["total_invocations"] is None
    assert told["current"]["since"] == "2026-11-01"
    assert told["previous"]["total_invocations"] == 50


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["skill", "agent"]),
            st.integers(1, 12),
            st.integers(0, 12),
            st.sampled_from(["project", "type"]),
        ),
        max_size=12,
    ),
    limit=st.sampled_from([None, 1, 3]),
)
def test_no_shown_group_is_small_and_none_can_be_told_by_subtraction(
    rows: list[tuple[str, int, int, str]], limit: int | None
) -> None:
    """Within each list: counts add up, rows have at least K uses, and so has what is left out."""
    publish = Publisher(Pseudonyms("ab" * 32), {}, frozenset())
    given_rows = [
        {
            "group": group,
            "kind": kind,
            "skill_name": f"s{number}",
            "total_invocations": uses,
            "successful_completions": min(good, uses),
            "failures": uses - min(good, uses),
            "abandoned": 0,
            "success_rate": min(good, uses) / uses,
        }
        for number, (kind, uses, good, group) in enumerate(rows)
    ]
    envelope = {
        "schema_version": 1,
        "command": "compare",
        "generated_at": "2026-11-20T12:00:00+00:00",
        "filters": {},
        "data": given_rows,
        "totals": {},
    }

    told = publish.publish(envelope, shape_of("compare"), limit)["data"]
    assert isinstance(told, list)

    for group in ("project", "type"):
        before = [row for row in given_rows if row["group"] == group]
        after = [row for row in told if row["group"] == group]
        total = sum(int(str(row["total_invocations"])) for row in before)
        if total < K:
            assert after == []
            continue
        assert sum(row["total_invocations"] for row in after) == total
        assert all(row["total_invocations"] >= K for row in after)
        for part in ("successful_completions", "failures"):
            assert sum(row[part] for row in after) == sum(int(str(row[part])) for row in before)
        for row in after:
            good = row["successful_completions"]
            assert row["success_rate"] == good / (good + row["failures"] + row["abandoned"])
        named = [row for row in after if row["skill_name"] != OTHER]
        assert all(row in told for row in named)
        assert limit is None or len(named) <= limit
