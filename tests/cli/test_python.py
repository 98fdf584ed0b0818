"""``import skillhouse``: the answers of the command line, typed, and as data frames."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pandas
import polars
import pytest

import skillhouse
import skillhouse.warehouse
from cli.answers import catalogue
from cli.answers.shapes import bare, columns_of, hints, shape_of
from cli.answers.types import answer_type
from cli.python_source import source
from command_line import Program
from conftest import lay_empty
from fleets import DEMO, Demo, demo_fleet
from places import TOP
from schema.errors import BadDate, UnknownName, UsageError, WarehouseMissing
from schema.warehouse import Warehouse
from skillhouse.team import Team

PACKAGE = TOP / "cli" / "python-package" / "skillhouse"
NOTEBOOK = TOP / "docs" / "notebook.ipynb"

ALIKE: list[tuple[str, str, dict[str, Any]]] = [
    ("summary", "", {}),
    ("experiment-list", "", {}),
    ("experiment-report", "try", {"name": "try"}),
    (
        "summary",
        "--kind agent --project ledger-lib --project atlas-cli",
        {"kind": "agent", "projects": ["ledger-lib", "atlas-cli"]},
    ),
    ("top-skills", "", {}),
    (
        "top-skills",
        "--days 30 --sort effectiveness --min-uses 5 --limit 3",
        {"days": 30, "sort": "effectiveness", "min_uses": 5, "limit": 3},
    ),
    (
        "top-skills",
        "--window weekly --project ledger-lib",
        {"window": "weekly", "projects": "ledger-lib"},
    ),
    (
        "top-skills",
        "--since 2026-10-01 --until 2026-10-31 --all-projects",
        {"since": date(2026, 10, 1), "until": "2026-10-31", "all_projects": True},
    ),
    (
        "effectiveness",
        "test-runner --period 2026-10",
        {"name": "test-runner", "period": "2026-10"},
    ),
    ("compare", "dependency-upgrade --days 120", {"name": "dependency-upgrade", "days": 120}),
    ("health", "", {}),
    (
        "health",
        "test-runner --unused-days 10 --new-days 5",
        {"name": "test-runner", "unused_days": 10, "new_days": 5},
    ),
    (
        "trends",
        "--grain daily --periods 30 --limit 5",
        {"grain": "daily", "periods": 30, "limit": 5},
    ),
    ("trends", "test-runner", {"name": "test-runner"}),
    ("recommend", "--kind-of fix --limit 2", {"action": "fix", "limit": 2}),
    ("anomalies", "--days 60 --kind skill", {"days": 60, "kind": "skill"}),
    ("patterns-sessions", "--sort longest --limit 4", {"sort": "longest", "limit": 4}),
    ("patterns-transitions", "--min-times 5 --days 120", {"min_times": 5, "days": 120}),
    ("patterns-pairs", "--all-time --sort together", {"all_time": True, "sort": "together"}),
    ("patterns-heatmap", "--by workflow-path --limit 5", {"by": "workflow-path", "limit": 5}),
    (
        "patterns-bottlenecks",
        "--lost failed --period 2026-10",
        {"lost": "failed", "period": "2026-10"},
    ),
    ("patterns-alternatives", "--min-offered 3", {"min_offered": 3}),
    ("workflows", "", {}),
    ("team-top-skills", "--sort members --limit 3", {"sort": "members", "limit": 3}),
    ("team-baselines", "test-runner", {"name": "test-runner"}),
    ("team-changes", "--limit 2", {"limit": 2}),
    ("team-suggest", "", {}),
    ("team-clusters", "", {}),
    ("baseline-list", "", {}),
    ("baseline-show", "before", {"name": "before"}),
    (
        "baseline-compare",
        "--durations --project ledger-lib",
        {"durations": True, "projects": "ledger-lib"},
    ),
    (
        "skills",
        "--project atlas-cli --kind skill --state never --relation copy --limit 3 --budget 900",
        {
            "projects": "atlas-cli",
            "kind": "skill",
            "state": "never",
            "relation": "copy",
            "limit": 3,
            "budget": 900,
        },
    ),
    (
        "find",
        "review --also code --project atlas-cli --kind skill --limit 3",
        {
            "question": "review",
            "also": ["code"],
            "projects": "atlas-cli",
            "kind": "skill",
            "limit": 3,
        },
    ),
]
"""A command line, and the arguments with which a method asks the same."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_fleet(tmp_path_factory)


@pytest.fixture
def run(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program on the demo's warehouse, at its moment, as ``import skillhouse`` is too."""
    program = Program(tmp_path, capsys, monkeypatch)
    demo.copied_to(program.warehouse)
    program.now = DEMO
    monkeypatch.setattr(skillhouse.warehouse, "now_utc", lambda: DEMO)
    return program


def method_of(of: Any, question: str) -> Any:
    """The method of a question; those about a team are methods of ``team``."""
    if question.startswith("team-"):
        of = Team if isinstance(of, type) else of.team
    return getattr(of, question.removeprefix("team-").replace("-", "_"))


def ask(question: str, /, **arguments: Any) -> skillhouse.Result[Any, Any, Any]:
    found = method_of(skillhouse.open(), question)(**arguments)
    assert isinstance(found, skillhouse.Result)
    return found


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(("question", "line", "arguments"), ALIKE)
def test_a_method_answers_as_the_command_does(
    run: Program, question: str, line: str, arguments: dict[str, Any]
) -> None:
    """The same JSON, field by field, and typed rows that hold it."""
    if question.startswith("baseline"):
        assert run("baseline", "save", "before").code == 0
    if question.startswith("experiment"):
        plan = ("--control", "code-review", "--treatment", "test-runner")
        assert run("experiment", "create", "try", *plan).code == 0
    command = (
        question.split("-", 1)
        if question.startswith(("baseline", "experiment", "patterns", "team"))
        else [question]
    )

    found = ask(question, **arguments)

    assert found.json() == run(*command, *line.split(), "--json").json
    assert len(found) == len(found.data) == len(list(found)) == len(found.json()["data"])  # type: ignore[arg-type]
    types = hints(answer_type(question))
    assert isinstance(found.totals, types["totals"])
    assert {type(row) for row in found.data} <= set(get_args(bare(types["data"])))


def test_every_question_is_among_those_compared() -> None:
    """Also what only exports ask, which has no command."""
    assert {question for question, *_ in ALIKE} == set(catalogue.names()) - {"activity"}


def test_activity_is_what_export_writes(run: Program, tmp_path: Path) -> None:
    """The question that is no command, against its file."""
    target = tmp_path / "activity.json"
    run("export", "activity", "--set", "grain=monthly", "--output", str(target))

    found = ask("activity", grain="monthly")

    assert found.json()["data"] == json.loads(target.read_text("utf-8"))["data"]
    assert found.data


def test_rows_are_values_of_python(run: Program) -> None:
    """Days are dates, instants know their zone, and counts can be added."""
    found = skillhouse.open().top_skills(limit=100)

    [first, *_] = found.data
    assert isinstance(first.last_used, datetime)
    assert first.last_used.utcoffset() == timedelta(0)
    assert sum(row.total_invocations for row in found) == found.totals.total_invocations
    assert found.timezone == "UTC"
    assert repr(found) == f"<top-skills: {len(found)} rows>"


def test_the_methods_are_made_from_the_catalogue() -> None:
    """``make docs`` writes them: a question, its arguments and their defaults are declared once."""
    for file, text in (
        ("questions.py", source()),
        ("team_questions.py", source(team=True)),
    ):
        laid_out = subprocess.run(
            [sys.executable, "-m", "ruff", "format", "-"],
            cwd=TOP,
            input=text,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        ).stdout
        assert (PACKAGE / file).read_text("utf-8") == laid_out
    for name in catalogue.names():
        method = method_of(skillhouse.Warehouse, name)
        parameters = inspect.signature(method).parameters
        for own in catalogue.known(name).parameters.values():
            default = inspect.Parameter.empty if own.required else own.default
            assert parameters[own.name].default == default


def test_a_warehouse_is_named_or_the_one_of_the_command_line(
    run: Program, demo: Demo, tmp_path: Path
) -> None:
    """By a path, as text or not; nothing is read or made before a question is asked."""
    assert skillhouse.open().path == run.warehouse
    assert skillhouse.open(demo.refreshed.path).path == demo.refreshed.path
    empty = skillhouse.open(str(tmp_path / "none" / "w.duckdb"))

    with pytest.raises(WarehouseMissing, match=r"or name another with skillhouse\.open"):
        empty.top_skills()
    assert not empty.path.parent.exists()


# ---------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("question", "arguments", "error", "words"),
    [
        ("top_skills", {"sort": "best"}, UsageError, "sort cannot be 'best'. It is uses or"),
        ("top_skills", {"limit": 0}, UsageError, "limit cannot be 0. The minimum is 1."),
        ("top_skills", {"limit": "3"}, UsageError, "limit is a whole number, not '3'."),
        ("top_skills", {"limit": True}, UsageError, "limit is a whole number, not True."),
        ("top_skills", {"min_uses": 10**10}, UsageError, "min_uses cannot be 10000000000."),
        ("top_skills", {"kind": None}, UsageError, "kind cannot be None."),
        ("top_skills", {"window": "yearly"}, UsageError, "window cannot be 'yearly'."),
        ("top_skills", {"days": 0}, UsageError, "days"),
        ("top_skills", {"days": 7, "period": "2026-10"}, UsageError, "Use one of window, period"),
        ("patterns_pairs", {"days": 7, "all_time": True}, UsageError, "one of all_time, period"),
        ("patterns_pairs", {"all_time": 1}, UsageError, "all_time is True or False, not 1."),
        ("top_skills", {"since": "2026-13-01"}, BadDate, "2026-13-01"),
        ("top_skills", {"since": DEMO}, UsageError, "since is a text"),
        ("top_skills", {"projects": "nowhere"}, UnknownName, "nowhere"),
        ("top_skills", {"projects": 7}, UsageError, "projects is a name or a list of them, not 7."),
        ("top_skills", {"projects": [7]}, UsageError, "projects is a text, not 7."),
        ("effectiveness", {"name": "test-runer"}, UnknownName, "Did you mean test-runner"),
        ("effectiveness", {"name": "zzzz"}, UnknownName, "List them: `top_skills()`"),
        ("effectiveness", {"name": 7}, UsageError, "name is a text, not 7."),
        ("trends", {"periods": 1}, UsageError, "periods cannot be 1. The minimum is 2."),
        ("health", {"unused_days": 0}, UsageError, "unused_days cannot be 0. The minimum is 1."),
        ("baseline_compare", {"durations": "yes"}, UsageError, "durations is True or False"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told_in_a_sentence(
    run: Program, question: str, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    """As the command line refuses them, in the words of Python: no option is named."""
    with pytest.raises(error) as told:
        getattr(skillhouse.open(), question)(**arguments)

    assert isinstance(told.value, skillhouse.SkillhouseError)
    assert words in str(told.value)
    assert "--" not in str(told.value)


# ---------------------------------------------------------------- frames


@pytest.mark.parametrize(
    "question", [each for each in catalogue.names() if each != "baseline-show"]
)
def test_a_frame_s_columns_do_not_depend_on_what_was_found(
    run: Program, tmp_path: Path, question: str
) -> None:
    """Those that ``export`` writes, of the same types in an empty warehouse and in a full one."""
    run("baseline", "save", "before")
    run("experiment", "create", "try", "--control", "code-review", "--treatment", "test-runner")
    needs_a_name = question in ("effectiveness", "compare", "experiment-report")
    name = "try" if question == "experiment-report" else "test-runner"
    arguments: dict[str, Any] = {"name": name} if needs_a_name else {}
    if question == "find":
        arguments = {"question": "review"}
    found = ask(question, **arguments)

    full, rows = found.pl(), found.json()["data"]
    assert isinstance(rows, list)
    assert full.columns == [column.name for column in columns_of(shape_of(question).rows)]
    assert full.height == len(rows)
    assert polars.Null not in full.dtypes
    if not needs_a_name and question != "baseline-compare":
        new = Warehouse(tmp_path / "new" / "w.duckdb", "UTC")
        lay_empty(new)
        empty = method_of(skillhouse.open(new.path), question)(**arguments)
        assert empty.pl().schema == full.schema
    for name in full.columns:
        if full.schema[name] in (polars.Int64, polars.Float64, polars.String, polars.Boolean):
            assert full[name].to_list() == [at(row, name) for row in rows]


def at(row: Any, path: str) -> Any:
    for step in path.split("."):
        row = None if row is None else row[step]
    return row


def test_instants_of_a_frame_are_in_the_reporting_zone(run: Program) -> None:
    """The same instants, shown as every answer shows them, those in lists too."""
    assert run("aggregate", "--timezone", "Asia/Kathmandu").code == 0
    top = skillhouse.open().top_skills()
    sessions = skillhouse.open().patterns_sessions()

    frame = top.pl()
    assert frame.schema["last_used"] == polars.Datetime("us", "Asia/Kathmandu")
    assert frame["last_used"].to_list() == [row.last_used for row in top.data]
    uses = sessions.pl()["uses"].explode().struct.field("invoked_at")
    assert uses.dtype == polars.Datetime("us", "Asia/Kathmandu")
    assert [str(each) for each in top.df()["last_used"]] == [
        str(pandas.Timestamp(row.last_used)) for row in top.data
    ]


def test_a_pandas_frame_has_the_values_of_the_polars_one(run: Program) -> None:
    """Whole numbers stay whole where some are missing."""
    for question in ("top-skills", "health", "patterns-sessions", "baseline-list"):
        found = ask(question)
        ours, theirs = found.pl(), found.df()

        assert list(theirs.columns) == ours.columns
        for name, dtype in ours.schema.items():
            if dtype in (polars.Int64, polars.String, polars.Float64, polars.Boolean):
                values = [None if pandas.isna(each) else each for each in theirs[name]]
                assert values == ours[name].to_list()
    assert str(skillhouse.open().top_skills().df()["rank"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("library", "method", "words"),
    [
        (
            "polars",
            "pl",
            ".pl() needs the extra `frames`, which is not installed. Install it with:",
        ),
        ("pandas", "df", ".df() needs pandas, which is not installed in this environment. Install"),
    ],
)
def test_a_library_that_is_missing_is_named(
    demo: Demo, library: str, method: str, words: str
) -> None:
    """In the one form that missing extras have; answers without frames need neither."""
    code = f"""
import sys
sys.modules[{library!r}] = None
import skillhouse
found = skillhouse.open({str(demo.refreshed.path)!r}).top_skills()
assert found.data
for each in (found, skillhouse.open({str(demo.refreshed.path)!r}).sql("select 1 as one")):
    try:
        each.{method}()
    except skillhouse.SkillhouseError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TOP, env={"PATH": "/usr/bin:/bin"}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.startswith(words) for line in done.stdout.splitlines()] == [True, True]
    if library == "polars":
        assert "[frames]" in done.stdout


# ---------------------------------------------------------------- the notebook, the package


@pytest.mark.slow
def test_the_notebook_runs_and_draws_two_pictures(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """Cell by cell on the demo's fleet; it is stored without outputs, which are of a machine."""
    cells = [
        each
        for each in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
        if each["cell_type"] == "code"
    ]
    assert all(each["outputs"] == [] and each["execution_count"] is None for each in cells)
    code = (
        "\n".join("".join(each["source"]) for each in cells)
        + """
for name in ("rates", "use"):
    globals()[name].savefig(f"{name}.png")
    assert any(axes.has_data() for axes in globals()[name].axes), name
"""
    )
    # Its last 90 days are those before the day on which this runs.
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    warehouse = demo_fleet(tmp_path_factory, today).copied_to(tmp_path / "w.duckdb")
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "SKILLHOUSE_WAREHOUSE": str(warehouse.path),
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert re.match(r"1\. [a-z-]+: [0-9]+ uses\n2\. ", done.stdout)
    for name in ("rates.png", "use.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_what_users_import_is_named(run: Program) -> None:
    """``dir`` lists it, and nothing else is there."""
    assert set(dir(skillhouse)) == {"Result", "SkillhouseError", "Table", "Warehouse", "open"}
    for name in dir(skillhouse):
        assert getattr(skillhouse, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'ask'"):
        skillhouse.ask  # noqa: B018
