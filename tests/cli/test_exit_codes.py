"""With which code commands end, and what they say then."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import cli.main
import cli.session
from cli.diagnostics import ExitCode, ended_by
from command_line import House, Program, faults
from command_lines import LINES
from conftest import invocation, write_skills
from holder import held_by_another
from schema.warehouse import Warehouse
from test_cli_contract import ASKS_NO_WAREHOUSE, words


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program where nothing is registered yet."""
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    """The program with two active projects that have been collected, and one unregistered."""
    house.copy_to(run.warehouse)
    return run


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opens of the warehouse wait for a moment only."""
    short = partial(Warehouse, read_wait_s=0.2, write_wait_s=0.2)
    monkeypatch.setattr(cli.session, "Warehouse", short)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_busy_warehouse_ends_every_command_with_75(lived_in: Program) -> None:
    """The holder is named, nothing is on stdout, and the answer is there once it is free."""
    with held_by_another(lived_in.warehouse) as pid:
        asking = [command for command in LINES if command not in ASKS_NO_WAREHOUSE]
        done = [lived_in(*words(lived_in, command), "--json") for command in asking]

    for each in done:
        assert (each.out, each.code) == ("", 75)
        [line] = each.err.splitlines()
        error = json.loads(line)["error"]
        assert f"in use by process {pid}" in error["message"]
        assert (bool(error["hint"]), error["exit_code"]) == (True, 75)
    assert lived_in("projects").code == 0


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("summary", "aggregator.reports.summary.summary"),
        ("trends", "aggregator.reports.trends.trends"),
        ("top-skills", "aggregator.reports.top_skills.top_skills"),
        ("effectiveness", "aggregator.reports.effectiveness.effectiveness"),
        ("compare", "aggregator.reports.compare.compare"),
        ("health", "aggregator.reports.health.health"),
        ("baseline-compare", "aggregator.reports.baseline.compare"),
        ("collect", "collector.collect.collect"),
        ("aggregate", "aggregator.refresh.refresh"),
        ("doctor", "collector.checks.doctor.check"),
        ("status", "aggregator.reports.status.status"),
        ("runs", "aggregator.reports.runs.runs"),
        ("projects", "collector.projects.registry.projects"),
    ],
)
def test_our_own_fault_ends_with_70_and_tells_no_data(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch, command: str, place: str
) -> None:
    """Where it happened and how to report it; details only for SKILLHOUSE_DEBUG."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("my-secret-skill")

    monkeypatch.setattr(place, fail)

    done = lived_in(*words(lived_in, command))
    monkeypatch.setenv("SKILLHOUSE_DEBUG", "1")
    told = lived_in(*words(lived_in, command))

    assert (done.out, done.code, told.code) == ("", 70, 70)
    assert "secret" not in done.err
    assert f"(RuntimeError, {Path(__file__).name}:" in done.err
    assert "report" in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in told.err


def test_problems_in_the_files_end_with_1_and_stand_on_stderr(run: Program) -> None:
    """The answer is whole all the same, as a table and as JSON."""
    app = run.folder("app")
    write_skills(app, {"invocations": [invocation(), {"skill_name": "nameless"}]})
    run("register-project", str(app))

    collected = run("collect", "--json")
    doctor = run("doctor")
    status = run("status", "--json")
    asked = run("top-skills")

    assert collected.json["data"][0]["inserted"] == 1
    assert collected.json["totals"]["rejected"] == 1
    assert [each.code for each in (collected, doctor, status)] == [1, 1, 1]
    for each in (collected, doctor, status):
        assert each.err.startswith("Problem: app: .session-buddy/skill_metrics.json ")
        assert "nameless" not in each.err
    assert (asked.code, asked.err) == (0, "")
    for each, command in ((collected, "collect"), (status, "status")):
        assert faults(each.json, command) == []
        assert each.json["warnings"]


def test_notes_are_for_those_who_are_not_told_to_be_quiet(run: Program) -> None:
    """A file that is being written is a note on stderr, or a warning of the JSON answer."""
    app = run.folder("app")
    write_skills(app, '{"invocations": [')
    run("register-project", str(app))

    loud = run("collect")
    run("unregister-project", "app", "--purge", "--yes")
    run("register-project", str(app))
    quiet = run("--quiet", "collect")
    run("unregister-project", "app", "--purge", "--yes")
    run("register-project", str(app))
    structured = run("collect", "--json")

    assert loud.err.startswith("Note: app: .session-buddy/skill_metrics.json is being written")
    assert quiet.err == structured.err == quiet.out == ""
    assert (loud.code, quiet.code) == (0, 0)
    assert structured.json["data"][0]["warnings"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: file.write_bytes(b"not a database" * 1000), "is not a DuckDB file"),
        (lambda file: os.truncate(file, file.stat().st_size // 2), "cannot be read"),
        (lambda file: file.write_bytes(b""), "is not a DuckDB file"),
    ],
    ids=["foreign", "cut-off", "empty"],
)
def test_a_damaged_warehouse_is_a_sentence_and_no_traceback(
    lived_in: Program, damage: Callable[[Path], object], told: str
) -> None:
    """Exit code 1, nothing on stdout; the file is left as it is."""
    damage(lived_in.warehouse)
    before = lived_in.warehouse.read_bytes()

    for line in (["top-skills"], ["projects", "--json"], ["status"]):
        done = lived_in(*line)
        assert (done.out, done.code) == ("", 1)
        assert told in done.err
        assert "Traceback" not in done.err
    assert lived_in.warehouse.read_bytes() == before


def test_an_interrupt_in_the_midst_of_a_query_is_no_crash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What DuckDB raises there is no KeyboardInterrupt; the command ends with 130, silently."""
    assert ended_by(RuntimeError("Query interrupted"), "0") == ExitCode.INTERRUPTED
    assert capsys.readouterr() == ("", "")
