"""Numbers have bounds: on the command line, in the environment, and in what writers write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.catalogue import Catalogue
from command_line import Program
from conftest import Fleet, execution, invocation, write_executions, write_skills
from stored import stored_rows

HUGE = [2**31, 2**63, 2**64, -1, -(2**64), 10**40, 10**400]


def whole_numbers() -> Iterator[tuple[list[str], str]]:
    """Each command that takes a whole number, and the option; '' for an argument."""

    def walk(words: list[str], command: Any) -> Iterator[tuple[list[str], str]]:
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk([*words, name], inner)
        for each in command.params:
            if "int" in type(each.type).__name__.lower():
                is_option = each.param_type_name == "option"
                yield words, each.opts[0] if is_option else ""

    for name in Catalogue():
        yield from walk([name], Catalogue()[name])


NUMBERS = list(whole_numbers())
FIRST = {
    "export": ["skill_usage"],
    "effectiveness": ["deploy"],
    "compare": ["deploy"],
    "sql": ["select 1"],
    "find": ["deploy the app"],
    "team init": ["store", "--skill", "deploy"],
}


SAID = ("range", "between", "valid integer", "There is no refresh")


def test_all_numbers_are_found() -> None:
    """What the next test goes through is not empty, and holds the ones that are known."""
    assert len(NUMBERS) > 15
    assert (["top-skills"], "--limit") in NUMBERS
    assert (["patterns", "pairs"], "--min-sessions") in NUMBERS
    assert (["runs"], "") in NUMBERS


@pytest.mark.parametrize(
    ("words", "option"), NUMBERS, ids=[" ".join([*w, o]).strip() for w, o in NUMBERS]
)
def test_a_number_out_of_bounds_is_wrong_usage(run: Program, words: list[str], option: str) -> None:
    """Exit code 2 and a reason, no fault of ours; more rows than there are is all of them."""
    for number in HUGE:
        value = [option, str(number)] if option else ["--", str(number)]
        done = run(*words, *FIRST.get(" ".join(words), FIRST.get(words[0], [])), *value)

        if option == "--limit" and number > 0:
            assert (done.code, done.err) == (0, ""), number
            continue
        assert (done.out, done.code) == ("", 2), (number, done.err)
        assert any(said in done.err for said in SAID), done.err


@pytest.mark.parametrize("variable", ["COLUMNS", "LINES"])
@pytest.mark.parametrize("value", ["²", "٣", "", " ", "-1", "1e3", "x", "9" * 5000, "80\u200b"])
@pytest.mark.parametrize("words", [["top-skills"], ["top-skills", "--help"], ["--help"]])
def test_a_size_that_is_no_number_is_as_if_unset(
    run: Program, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: list[str]
) -> None:
    """For us and for the libraries that read it as well."""
    monkeypatch.delenv(variable, raising=False)
    usual = run(*words)
    monkeypatch.setenv(variable, value)

    assert run(*words) == usual
    assert usual.code == 0


# ---------------------------------------------------------------- in files


BEYOND = [str(2**31), str(2**63), str(2**64), str(-(2**63) - 1), "9" * 40, "9" * 5000]


@pytest.mark.parametrize("digits", BEYOND, ids=lambda digits: f"{digits[:20]}-{len(digits)}")
def test_a_field_beyond_its_bounds_is_none(fleet: Fleet, digits: str) -> None:
    """The record stays, and the finding says that something was left out."""
    folder = fleet.project()

    def huge(record: dict[str, object], *fields: str) -> str:
        text = json.dumps({**record, **dict.fromkeys(fields, "HUGE")})
        return text.replace('"HUGE"', digits)

    skill = huge(invocation(), "selection_rank", "workflow_path", "error_type")
    write_skills(folder, '{"invocations": [' + skill + "]}")
    write_executions(folder, "a", huge(execution(), "session_id", "idempotency_key") + "\n")

    done = fleet.collect()

    assert done.problems == []
    assert len(stored_rows(fleet.warehouse)) == 2
    assert fleet.query("select selection_rank, session_id from skill_usage order by kind") == [
        (None, None),
        (None, "s-1"),
    ]


@pytest.mark.parametrize("number", ["-1", "-3", "-9223372036854775809", "1e400", str(2**31)])
def test_a_number_of_follow_ups_below_zero_or_beyond_bounds_is_none(
    fleet: Fleet, number: str
) -> None:
    """Nothing is subtracted from what the others did."""
    records = [
        {"invoked_at": f"2026-08-03T09:0{n}:00Z", "success": True, "followup_actions": value}
        for n, value in enumerate([2, "ODD", 0])
    ]
    document = json.dumps({"version": 1, "skills": {"lint": records}}).replace('"ODD"', number)
    write_skills(fleet.project(), document)

    fleet.collect()

    assert fleet.query("select followup_actions from skill_usage order by invoked_at") == [
        (2,),
        (None,),
        (0,),
    ]
    [(findings,)] = fleet.query("select cast(findings as varchar) from source_files")
    assert json.loads(str(findings)) == {"field_unusable": 1}
