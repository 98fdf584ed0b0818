"""The command `report`, and reports that the service writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from command_line import House, Program, start
from conftest import NOW, Fleet, invocation, write_skills
from dashboards import data_of


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def test_a_report_replaces_reports_only(run: Program) -> None:
    """Any other file stays, unless it is said so; ours is for its owner only."""
    run.lay_empty()
    target = run.root / "report.html"
    target.write_text("a letter")

    refused = run("report", "--html", str(target))
    assert (refused.code, target.read_text()) == (2, "a letter")
    assert "was not written by skillhouse" in refused.err and "--force" in refused.err
    assert run("report", "--html", str(target), "--force").code == 0
    again = run("report", "--html", str(target), "--json")
    assert again.json["data"][0]["size_bytes"] == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in run.root.glob("*report*")] == ["report.html"]
    assert run("report", "--html", str(run.root / "no" / "where.html")).code == 2


def test_a_report_is_limited_by_tag_type_and_name(
    house: House, run: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every part counts the selected projects alone, as the answers do with the same options; the
    page and the JSON say the selection, and one without projects is an error."""
    house.copy_to(run.warehouse)
    assert run("edit-project", "alpha", "--tag", "team:core").code == 0
    page = run.root / "page.html"
    for options in (("--tag", "team:core"), ("--type", "cli"), ("--project", "alpha")):
        done = run("report", "--html", str(page), "--json", *options)
        assert (done.code, len(done.json["filters"]["projects"])) == (0, 1), options
        html = page.read_text()
        data = data_of(html)
        summary = run("summary", "--json", *options).json["data"][0]
        assert data["summary"]["data"][0]["all_time"] == summary["all_time"]
        assert [each["project_name"] for each in data["projects"]] == ["alpha"]
        assert "beta" not in json.dumps({**data, "glossary": None, "experiments": None}), options
        assert f"only projects selected by {options[0][2:]} {options[1]}" in html
    whole = run("report", "--html", str(page), "--json")
    assert whole.json["filters"] == {
        "public": False,
        "projects": None,
        "types": None,
        "tags": None,
    }
    assert "only projects selected" not in page.read_text()
    assert run("report", "--html", str(page), "--tag", "team:none").code == 2
    assert run("report", "--html", str(page), "--public", "--tag", "team:core").code == 0
    assert "team:core" not in page.read_text() and "alpha" not in page.read_text()


def test_it_is_shown_in_the_browser(run: Program) -> None:
    """The one that BROWSER names gets its address; where there is none, that is said."""
    run.lay_empty()
    shown = run.root / "shown"
    stub = run.root / "browser"
    stub.write_text(f'#!/bin/sh\necho "$1" > {shown}\n')
    stub.chmod(0o755)
    target = run.root / "report.html"
    env = {"SKILLHOUSE_WAREHOUSE": str(run.warehouse), "BROWSER": f"{stub} %s"}

    done = start("report", "--html", str(target), "--open", env=env)

    assert (done.code, done.err) == (0, "")
    assert shown.read_text().strip() == target.as_uri()


def test_the_service_writes_it_after_each_pass(fleet: Fleet, tmp_path: Path) -> None:
    """As of the pass. What cannot be written is in the log, and the pass was done all the same."""
    import io
    from contextlib import redirect_stderr

    from cli.nightly.log import Log
    from cli.nightly.refresh import Refresher
    from cli.report.file import NAME, Nightly

    write_skills(fleet.project(), {"invocations": [invocation("deploy", "2026-11-19T09:00:00")]})
    folder = tmp_path / "shown"
    folder.mkdir()
    with redirect_stderr(io.StringIO()) as said:
        log = Log("json", lambda: datetime.now(UTC), "UTC")
        passes = Refresher(fleet.warehouse, log, lambda: None, Nightly(fleet.warehouse, folder))
        assert passes.run(NOW, "schedule") is None
        first = (folder / NAME).read_bytes()
        assert b"Written 2026-11-20 12:00" in first
        assert passes.run(NOW + timedelta(days=1), "schedule") is None
        assert b"Written 2026-11-21 12:00" in (folder / NAME).read_bytes()
        (folder / NAME).write_text("a letter")
        assert passes.run(NOW + timedelta(days=2), "schedule") is None
    events = [json.loads(line) for line in said.getvalue().splitlines()]

    assert [e["event"] for e in events if "report" in e["event"]] == ["report"] * 2 + [
        "report-failed"
    ]
    assert (folder / NAME).read_text() == "a letter"
    assert fleet.query("select outcome from collect_runs") == [("done",)] * 3


def test_a_folder_that_is_not_there_is_said_at_once(run: Program) -> None:
    """Not after the first night."""
    run.lay_empty()
    done = run("schedule", "run", "--report", str(run.root / "nowhere"))

    assert done.code == 2 and "There is no folder" in done.err
