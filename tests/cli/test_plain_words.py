"""The product speaks plain words: no phrase of the list in help texts, screens, docs or the page.

The list has phrases that the product once used, and words other than the one it has for a thing.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from cli.mcp_server.tools import TOOLS
from cli.reference import walk
from places import TOP
from readme import fleet

PROGRAM: Any = typer.main.get_command(app)
COMMANDS = {" ".join(words): command for words, command in walk(PROGRAM)}

PHRASES = {
    "names for skills and agents": r"\d+ names?\b|\bno name\b|\bname got\b|\bnames (?:need|met)\b",
    "known outcomes": r"\bknown outcomes?|\bKnown\b",
    "pass for a refresh": r"\b(?:a|the|last|every|nightly) pass(?:es)?\b",
    "rollups": r"(?i)(?<!team[ -])(?<!team's )\brollups?\b",
    "open periods": r"\bis (?:still )?open\b|\bopen (?:now|and not)\b|so far in this one",
    "verdicts of JSON": r"(?i)\b(?:degrading|improving|insufficient data|steady|too few known)\b",
    "gone ways": r"passed over|by some ways|works badly|hardly ever works|than its habit",
    "chance": r"than chance makes|Left out of chance|Among alike",
    "lost": r"\bMost was lost\b|\bis lost\b|more lost|\bLost\b",
    "the fault is ours": r"(?i)fault is ours|our own fault|half done",
    "nobody": r"(?i)\basks? nobody\b|nobody can be asked",
    "anew": r"(?<!--)\banew\b|computes all",
    "for good, for ever": r"\bfor good\b|\bfor ever\b",
    "leave out": r"Leave out what|is rarer|met less often",
    "what is told": r"(?i)\btold\b|\btells? of\b|does not say in which",
    "made-up": r"made-up fleet|The whole job",
    "opt in": r"(?i)\bopt (?:a|each|in)\b",
    "aside": r"kept beside|is there already|What was there",
    "else": r"; else\b",
    "o'clock": r"o'clock",
    "judged": r"(?i)\bjudged?\b(?! by)|(?i:not judged)",
    "the ledger": r"(?i)\bledger\b(?!-lib)",
    "bands": r"left its own|within their bands",
    "numbers defended": r"Of fleets in|rests on",
    "none for not": r"\bis none of (?!them)|\bthan chance invents|rather missed than",
    "counting for": r"count for every|default counts|Nothing fits well|the very rows",
}
"""What each phrase is about, and the expression that finds it."""

OF_CODE = {
    "rollups",
    "what is told",
    "verdicts of JSON",
    "names for skills and agents",
    "known outcomes",
    "lost",
    "open periods",
    "judged",
}
"""What developers may say among themselves, in pages about the code and in comments."""

DOCS = sorted(str(path.relative_to(TOP)) for path in (TOP / "docs").rglob("*.md"))
OLD_VALUES = "docs/json.md"
"""The fields of JSON, whose names and values stay as they were released."""
PAGES = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    *(each for each in DOCS if each != OLD_VALUES),
]
ABOUT_CODE = ("CHANGELOG.md", "CONTRIBUTING.md", "docs/data-dictionary.md", "docs/statistics.md")

GONE_FROM_CODE = {
    "anew": r"(?<!--)(?<!`)\banew\b",
    "beside": r"\b[Bb]eside\b(?!\.py|`)",
    "else": r"[;,] else\b(?! if)",
    "for good, for ever": r"\bfor good\b|\bfor ever\b",
    "the ledger": r"\b[Tt]he ledger\b",
    "nobody": r"(?i)\basks? nobody\b|nobody can be asked",
    "pass for a refresh": r"\b(?:nightly|every) pass\b",
}
"""Words of docstrings and comments that a newcomer had to decode."""

SCREENS = (
    "summary",
    "top-skills",
    "effectiveness test-runner",
    "compare test-runner",
    "health",
    "health test-runner --explain",
    "trends",
    "trends test-runner",
    "anomalies",
    "recommend",
    "recommend --markdown",
    "patterns sessions",
    "patterns transitions",
    "patterns pairs",
    "patterns heatmap",
    "patterns heatmap --by workflow-path",
    "patterns bottlenecks",
    "patterns alternatives",
    "workflows",
    "baseline list",
    "status",
    "runs",
    "runs 1",
    "doctor",
    "projects",
    "verify",
    "retention",
    "refresh",
    "aggregate",
    "schedule show",
)

ERRORS = (
    "health --explain",
    "recommend --markdown --json",
    "recommend --action fix --kind-of fix",
    "top-skills --days 0",
    "top-skills --since 2026-11-02 --until 2026-11-01",
    "top-skills --window daily --days 3",
    "effectiveness no-such-skill",
    "export no-such-thing",
    "export top-skills --format xlsx",
    "export skill_usage --public",
    "restore",
    "runs 99999",
    "retention --raw-days 0",
    "retention --off --apply",
    "schedule install --at 25:00",
    "baseline show no-such-baseline",
    "register-project /no/such/folder",
)


def found_in(text: str) -> list[str]:
    """The phrases in a text, each with what it is about."""
    return [
        f"{about}: {match[0]!r}"
        for about, expression in PHRASES.items()
        for match in re.finditer(expression, text)
    ]


def texts_of(command: Any) -> Iterator[str]:
    yield str(command.help or "")
    for parameter in command.params:
        yield str(getattr(parameter, "help", None) or "")


@pytest.mark.parametrize(
    "text",
    [
        "2 of 19 names need attention",
        "16 held steady, 1 had too few known outcomes",
        "The rollups were up to date.",
        "Error: skillhouse failed. The fault is ours.",
        "This page asks nobody for anything.",
        "Leave out what met less often.",
    ],
)
def test_the_list_finds_sentences_of_the_past(text: str) -> None:
    """A list that finds nothing would pass everything."""
    assert found_in(text)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_plain_words(name: str) -> None:
    """The help of every command, argument and option."""
    assert [each for text in texts_of(COMMANDS[name]) for each in found_in(text)] == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Runs a command line on the collected demo fleet; what it prints on stdout and stderr."""
    with fleet(tmp_path_factory.mktemp("demo").resolve()) as run:
        os.environ["COLUMNS"] = "300"

        def both(line: str) -> str:
            told = io.StringIO()
            with contextlib.redirect_stderr(told):
                return f"{run(f'skillhouse {line}')}{told.getvalue()}"

        both("refresh")
        both("baseline save first")
        yield both


@pytest.mark.parametrize("line", SCREENS)
def test_screens_are_in_plain_words(demo: Callable[[str], str], line: str) -> None:
    """Every screen of the demo fleet, and the notes beside it."""
    shown = demo(line)

    assert shown
    assert "Error: " not in shown
    assert found_in(shown) == []


@pytest.mark.parametrize("line", ERRORS)
def test_errors_are_in_plain_words(demo: Callable[[str], str], line: str) -> None:
    """Messages about wrong arguments."""
    shown = demo(line)

    assert shown.startswith(("Error", '{"error"'))
    assert found_in(shown) == []


_SAID_BY = re.compile(
    r"(?:Line|Heading|Column|Remark|note|say|write|[A-Z]\w*(?:Error|Refused|Busy))$"
)
"""What a text is given to that a person reads: a screen, stderr, or an error."""


def texts_in(path: Path) -> Iterator[str]:
    """The texts of messages in a module; what a placeholder stands for is left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if _SAID_BY.search(name):
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                parts = [each for each in ast.walk(argument) if isinstance(each, ast.Constant)]
                yield " ".join(each.value for each in parts if isinstance(each.value, str))


@pytest.mark.parametrize("package", ["schema", "collector", "aggregator", "cli"])
def test_messages_are_in_plain_words(package: str) -> None:
    """Every text that a screen, a note or an error is made from, shown by an example or not."""
    texts = [
        (path, text) for path in sorted((TOP / package).rglob("*.py")) for text in texts_in(path)
    ]
    found = [f"{path.name}: {each}" for path, text in texts for each in found_in(text)]

    assert len(texts) > 20
    assert found == []


def test_tools_of_agents_are_in_plain_words() -> None:
    """Titles and descriptions of the MCP tools."""
    texts = [text for tool in TOOLS for text in (tool.title, tool.description)]

    assert [each for text in texts for each in found_in(text)] == []


_REPORT = TOP / "cli" / "report"


@pytest.mark.parametrize(
    "name", ["page.html", *sorted(f"script/{each.name}" for each in _REPORT.glob("script/*.js"))]
)
def test_the_report_is_in_plain_words(name: str) -> None:
    """Texts of the page: the strings of its scripts, and its markup."""
    source = (_REPORT / name).read_text(encoding="utf-8")
    strings = re.findall(r'"[^"\n:]* [^"\n]*"|`[^`\n]* [^`\n]*`', source)
    markup = re.sub(r"<[^>]*>", "", source)
    words = [re.sub(r"\$\{[^}]*\}?", "", each) for each in strings]
    texts = [markup] if name.endswith(".html") else words

    assert [each for text in texts for each in found_in(text)] == []


@pytest.mark.parametrize("name", PAGES)
def test_documents_are_in_plain_words(name: str) -> None:
    """Every page; those about the code may use its terms."""
    found = found_in((TOP / name).read_text(encoding="utf-8"))
    is_about_code = name in ABOUT_CODE or name.startswith("docs/decisions/")
    allowed = tuple(f"{about}:" for about in OF_CODE) if is_about_code else ()

    assert [each for each in found if not each.startswith(allowed)] == []


def comments_of(path: Path) -> Iterator[str]:
    """Docstrings and comments of a Python or SQL file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        yield from re.findall(r"^-- .*$", source, re.MULTILINE)
        return
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        for each in body if isinstance(body, list) else []:
            if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
                yield str(each.value.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_comments_are_in_plain_words() -> None:
    """Docstrings and comments of the product; migrations were released as they are."""
    found = [
        f"{path.relative_to(TOP)}: {about}: {match[0]!r}"
        for package in ("schema", "collector", "aggregator", "cli")
        for path in sorted((TOP / package).rglob("*"))
        if path.suffix in (".py", ".sql") and "migrations" not in path.parts
        for text in comments_of(path)
        for about, expression in GONE_FROM_CODE.items()
        for match in re.finditer(expression, text)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("line", "begin"),
    [
        ("top-skills --days 0", "Error: --days: 0 is not between 1 and 36500."),
        ("top-skills --until tomorrow", "Error: --until: 'tomorrow' is not a day."),
        ("retention --raw-days 6", "Error: --raw-days: 6 is not between 7 and 36500."),
    ],
)
def test_the_command_line_spells_a_parameter_as_its_option(
    demo: Callable[[str], str], line: str, begin: str
) -> None:
    """The domain names the parameter; ``--`` is the front end's."""
    assert demo(line).startswith(begin)


def test_the_domain_names_no_option() -> None:
    """Only cli/ knows how the options of a question are spelled."""
    named = [
        f"{path.name}: {match[0]}"
        for path in (TOP / "aggregator").rglob("*.py")
        for match in re.finditer(r'f?"[^"\n]*--[a-z][^"\n]*"', path.read_text(encoding="utf-8"))
    ]

    assert named == []
