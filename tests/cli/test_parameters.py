"""A parameter is declared once, and every front end follows the declaration."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from aggregator import parameters
from aggregator.parameters import HEATMAP_BY, LIMIT, MIN_USES, PERIODS, UNUSED_DAYS
from cli.answers import catalogue
from cli.answers.schemas import schema_of
from cli.catalogue import Catalogue
from cli.mcp_server import arguments
from collector import parameters as of_projects
from command_line import TOP
from schema.parameter import Parameter

DECLARED = [each for each in vars(parameters).values() if isinstance(each, Parameter)]
BY_NAME: dict[str, list[Parameter[Any]]] = {}
for _each in DECLARED:
    BY_NAME.setdefault(_each.name, []).append(_each)
PRODUCT = ("schema", "collector", "aggregator", "cli")
PACKAGE = TOP / "cli" / "python-package" / "skillhouse"
GENERATED = (PACKAGE / "questions.py", PACKAGE / "team_questions.py")


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((TOP / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def restated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a declared parameter's default is written as a number or a text."""
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.FunctionDef):
            of = node.args
            positional = [*of.posonlyargs, *of.args]
            defaults = [None] * (len(positional) - len(of.defaults)) + list(of.defaults)
            pairs += [(each.arg, value) for each, value in zip(positional, defaults, strict=True)]
            pairs += [
                (each.arg, value) for each, value in zip(of.kwonlyargs, of.kw_defaults, strict=True)
            ]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            pairs.append((node.target.id, node.value))
        for name, value in pairs:
            if isinstance(value, ast.Call) and value.args:
                value = value.args[0]  # the default of a pydantic field
            if not isinstance(value, ast.Constant) or isinstance(value.value, bool):
                continue
            if any(each.default == value.value for each in BY_NAME.get(name, ())) and (
                value.value is not None
            ):
                yield value.lineno, name


def test_no_default_is_stated_a_second_time() -> None:
    """No function, field or option writes the default of a declared parameter itself."""
    found = [
        f"{path.relative_to(TOP)}:{line} {name}"
        for path, tree in modules(*PRODUCT)
        if path not in GENERATED
        for line, name in restated(tree)
    ]

    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(*, limit: int = 20): ...",
        "def f(con, sort='uses'): ...",
        "class A:\n    kind: str = 'all'",
        "class A:\n    limit: int = Field(20, ge=1)",
    ],
)
def test_a_second_default_would_be_found(source: str) -> None:
    """What the test above looks for, it finds."""
    assert list(restated(ast.parse(source)))


def test_no_enum_mirrors_the_choices_of_a_parameter() -> None:
    """Choices are Literals, which the command line takes as they are."""
    choices = [
        set(get_args(each))
        for module in (parameters, of_projects)
        for each in vars(module).values()
        if get_args(each)
    ]
    mirrored = [
        f"{path.relative_to(TOP)}:{node.lineno} {node.name}"
        for path, tree in modules("cli")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and members(node) in choices
    ]

    assert members(
        ast.parse("class A:\n    hour = 'hour'\n    path = 'workflow-path'").body[0]
    ) in (choices)
    assert mirrored == []


def members(of: ast.stmt) -> set[object]:
    """The values that a class gives names to."""
    assert isinstance(of, ast.ClassDef)
    lines = [line.value for line in of.body if isinstance(line, ast.Assign)]
    return {each.value for each in lines if isinstance(each, ast.Constant)}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that answers a question of the catalogue, with its name there."""
    for name in Catalogue():
        command = Catalogue()[name]
        if hasattr(command, "commands"):
            yield from ((f"{name}-{sub}", inner) for sub, inner in command.commands.items())
        else:
            yield name, command


COMMANDS = [pair for pair in commands() if pair[0] in catalogue.names()]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_a_command_offers_what_the_question_takes(name: str, command: Any) -> None:
    """Option, keyword and filter of a parameter have one default, one bound and one sentence."""
    known = catalogue.known(name)
    options = {each.name: each for each in command.params}
    filters = schema_of(name)["properties"]["filters"]["properties"]
    compared = 0
    for parameter in known.parameters.values():
        option = options.get(parameter.name)
        if parameter.name not in BY_NAME or option is None:
            continue
        if option.param_type_name == "option":
            assert option.default == parameter.default
            bounds = [getattr(option.type, end, None) for end in ("min", "max")]
            # On the command line, 0 rows are all rows.
            least = 0 if parameter.name == "limit" else parameter.least
            assert bounds == [least, parameter.most]
        if parameter.choices:
            assert tuple(option.type.choices) == parameter.choices
            given = filters[parameter.name].get("enum", list(parameter.choices))
            assert [each for each in given if each is not None] == list(parameter.choices)
        if parameter.least is not None:
            assert filters[parameter.name]["minimum"] == parameter.least
        compared += 1

    assert compared or not set(known.parameters) & set(BY_NAME) - {"name", "periods", "grain"}


def test_the_arguments_of_mcp_follow_the_declarations() -> None:
    """Defaults, choices and sentences; a page of rows may be smaller than the command line's."""
    ranking = arguments.TopSkills.model_json_schema()["properties"]

    assert ranking["limit"]["default"] == LIMIT.default
    assert ranking["limit"]["maximum"] == arguments.MAX_ROWS
    assert ranking["min_uses"] == {
        "default": MIN_USES.default,
        "description": MIN_USES.sentence,
        "maximum": MIN_USES.most,
        "minimum": MIN_USES.least,
        "title": "Min Uses",
        "type": "integer",
    }
    assert tuple(ranking["sort"]["enum"]) == get_args(parameters.Sort)


def test_the_bounds_of_a_parameter_hold_for_every_caller() -> None:
    """Also for `export --set` and Python, which do not come through an option."""
    periods = catalogue.known("trends").parameters["periods"]
    days = catalogue.known("health").parameters["unused_days"]

    assert (periods.least, periods.most) == (PERIODS.least, PERIODS.most)
    assert (days.least, days.default) == (UNUSED_DAYS.least, UNUSED_DAYS.default)
    assert catalogue.known("patterns-heatmap").parameters["by"].default == HEATMAP_BY.default
    for value in (1, 401):
        with pytest.raises(Exception, match="periods cannot be"):
            periods.check(value)
    periods.check(2)
    periods.check(400)


def test_the_domain_names_parameters_and_no_options() -> None:
    """An error carries the parameter's name, and each front end spells it.

    So does a way out where no parameter is wrong. What is left are options within a whole command
    line to copy, which no other front end has.
    """
    found = {
        f"{path.relative_to(TOP)}: {option}"
        for path, tree in modules("schema", "collector", "aggregator")
        for text in texts(tree)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", re.sub("skillhouse .*", "", text))
    }

    assert found == set()


def texts(tree: ast.AST) -> Iterator[str]:
    """Every text of a module; one that is put together has a mark for each value."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else "*" for each in node.values)
            yield "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            yield from texts(node)
