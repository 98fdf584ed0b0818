"""What people type for a name or a command: a part, another case, an alias, a short option."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_line import House, Program
from conftest import invocation, write_skills
from schema.names import matching_names

NAMES = ["deploy", "deploy-check", "Review", "review", "api-review"]


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    house.copy_to(run.warehouse)
    return run


@pytest.fixture
def named(run: Program) -> Program:
    """Two projects that use all of ``NAMES``."""
    for name in ("Atlas-App", "atlas-lib"):
        repo = run.folder(name)
        write_skills(repo, {"invocations": [invocation(each) for each in NAMES]})
        run("register-project", str(repo))
    run("refresh")
    return run


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("deploy", ["deploy"]),
        ("DEPLOY", ["deploy"]),
        ("Review", ["Review"]),
        ("REVIEW", ["Review", "review"]),
        ("CHECK", ["deploy-check"]),
        ("depl", ["deploy", "deploy-check"]),
        ("", []),
        ("x", []),
    ],
)
def test_the_exact_name_wins_then_case_then_a_part(typed: str, found: list[str]) -> None:
    assert matching_names(typed, NAMES) == found


@given(names=st.sets(st.text(min_size=1, max_size=4), min_size=1, max_size=8), text=st.text())
def test_every_name_means_itself(names: set[str], text: str) -> None:
    """Whatever else it is a part of; and what is meant is among the names and contains the text."""
    for name in names:
        assert matching_names(name, names) == [name]
    for found in matching_names(text, names):
        assert found in names
        assert text.casefold() in found.casefold()


@pytest.mark.parametrize(
    "line",
    [
        ["effectiveness", "{}"],
        ["compare", "{}"],
        ["health", "{}"],
        ["trends", "{}"],
        ["anomalies", "{}"],
        ["patterns", "pairs", "{}"],
        ["patterns", "transitions", "{}"],
    ],
    ids=" ".join,
)
def test_a_unique_part_of_a_name_will_do(named: Program, line: list[str]) -> None:
    """In each command with a NAME; an ambiguous one is an error that lists what may be meant."""

    def ask(name: str) -> tuple[int, str]:
        done = named(*(word.format(name) for word in line), "--json")
        return done.code, done.err if done.code else done.json["filters"]["name"]

    assert ask("deploy") == (0, "deploy")
    assert ask("CHECK") == (0, "deploy-check")
    code, err = ask("depl")
    assert code == 2
    assert "Use one of deploy, deploy-check." in err
    assert ask("nothing-alike")[0] == 2


def test_a_unique_part_of_a_project_will_do(named: Program) -> None:
    """To filter by it, in any case; what changes or deletes a project needs its whole name."""
    ids = {row["project_name"]: row["project_id"] for row in named("ls", "-j").json["data"]}

    for typed in ("APP", "atlas-app", "Atlas-App"):
        asked = named("top-skills", "-p", typed, "-j").json["filters"]["projects"]
        assert asked == [ids["Atlas-App"]], typed
    refused = named("top-skills", "-p", "atlas")
    assert refused.code == 2
    assert "Use one of Atlas-App, atlas-lib." in refused.err
    assert named("unregister-project", "app", "--purge", "--yes").code == 2


def test_suggestions_are_near(named: Program) -> None:
    """A name with a slip is suggested; one that has little in common is not."""
    assert "Did you mean deploy" in named("effectiveness", "deplyo").err
    assert "Did you mean" not in named("effectiveness", "reveal-cards").err


def test_aliases_work_and_are_not_listed(lived_in: Program) -> None:
    """They answer as the command that they stand for, also where fields are chosen."""
    for alias, command in (
        (["top"], ["top-skills"]),
        (["show", "deploy"], ["effectiveness", "deploy"]),
        (["ls"], ["projects"]),
    ):
        assert lived_in(*alias).out == lived_in(*command).out
        assert lived_in(*alias, "-j").json["command"] == command[0]
        assert lived_in(*alias, "--json=nonsense").code == 2
    listed = {line.split()[0] for line in lived_in("--help").lines if line.strip()}
    assert not listed & {"top", "show", "ls"}


def test_help_and_version_are_words_too(lived_in: Program) -> None:
    """As gh and git have them; a group alone shows its help and is no error."""
    assert lived_in("help").out == lived_in("--help").out
    assert lived_in("help", "top-skills").out == lived_in("top-skills", "--help").out
    assert lived_in("help", "baseline", "save").out == lived_in("baseline", "save", "--help").out
    assert lived_in("help", "nonsense").code == 2
    assert lived_in("version").out == lived_in("-V").out == lived_in("--version").out
    for group in ("baseline", "patterns", "schedule", "transcripts", "config"):
        alone = lived_in(group)
        assert (alone.code, alone.err) == (0, "")
        assert "Usage" in alone.out


def test_all_rows_and_short_options(lived_in: Program) -> None:
    """-n, -s, -u, -p and -o; 0 and --all list everything that a limit cuts off."""
    one = lived_in("top-skills", "-n", "1", "-j").json
    every = lived_in("top-skills", "--limit", "0", "-j").json
    assert (len(one["data"]), len(every["data"])) == (1, every["totals"]["skills"])
    assert every["totals"]["skills"] > 1
    assert lived_in("top-skills", "--all", "-j").json["data"] == every["data"]
    assert len(lived_in("runs", "-n", "0", "-j").json["data"]) >= 1
    span = lived_in("top-skills", "-s", "2026-11-01", "-u", "2026-11-18", "-j").json["filters"]
    assert (span["since"], span["until"]) == ("2026-11-01", "2026-11-18")
    target = lived_in.root / "top.csv"
    assert lived_in("export", "top-skills", "-o", str(target), "-n", "1", "-q").code == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2
    # Where --all has another meaning, it keeps it.
    assert lived_in("patterns", "pairs", "--all", "-j").json["filters"]["limit"] == 20
