"""``add``: one folder or all repositories below one, and ``edit-project``."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from command_line import TOP, Program, faults
from conftest import invocation, write_executions, write_skills

MANIFESTS = ("pyproject.toml", "package.json", "Cargo.toml", "go.mod", "pom.xml", "Gemfile")
TYPES = ("python", "node", "rust", "go", "java", "ruby")


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return Program(tmp_path, capsys, monkeypatch)


def repository(folder: Path, *files: str) -> Path:
    """A folder that git would take for a repository."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    for name in files:
        (folder / name).touch()
    return folder


def many(root: Path, count: int) -> Path:
    """So many repositories of six types in groups of ten; every second one has metrics."""
    for number in range(count):
        folder = root / f"group-{number // 10}" / f"repository-{number:03}"
        repository(folder, MANIFESTS[number % 6])
        repository(folder / "node_modules" / "copy")
        if number % 2 == 0:
            write_skills(folder, {"invocations": [invocation(f"skill-{number}")]})
    return root


def by_path(run: Program, *words: str) -> dict[str, dict[str, object]]:
    """The folders that `add --json` tells of, by the last part of their path."""
    done = run("--json", "add", *words)
    assert faults(done.json, "register-project") == []
    return {Path(each["path"]).name: each for each in done.json["totals"]["folders"]}


def test_a_hundred_repositories_in_seconds_on_one_screen(run: Program) -> None:
    """Found, registered and told on 24 lines; what is alike is counted, and all adds up."""
    code = many(run.root / "code", 100)

    begun = process_time()
    looked = run("add", "--scan", str(code), "--dry-run")
    assert not run.warehouse.exists()
    done = run("add", "--scan", str(code), "--yes")
    spent = process_time() - begun

    assert spent < 5
    assert max(len(looked.lines), len(done.lines)) <= 24
    assert "Found 100 repositories, 50 with metrics." in looked.lines
    assert "Nothing was stored (--dry-run)." in looked.lines
    assert "Registered 100 projects." in done.lines
    counted = [line for line in done.lines if line.startswith("+ ")]
    left_out = sum(int(line.split()[1]) for line in counted)
    listed = [line for line in done.lines if line.startswith("group-")]
    assert len(listed) + left_out == 100
    rows = run("--json", "projects").json["data"]
    assert len(rows) == 100
    for row in rows:
        assert row["project_type"] == TYPES[int(row["project_name"][-3:]) % 6]
        assert row["type_guessed"]


@pytest.mark.parametrize("columns", ["50", "80", "200"])
def test_a_screen_keeps_its_columns(
    run: Program, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """No line is wider than the window, and the state stays."""
    monkeypatch.setenv("COLUMNS", columns)
    code = many(run.root / "code", 10)

    done = run("add", "--scan", str(code), "--dry-run")

    assert all(len(line) <= int(columns) for line in done.lines)
    assert sum(line.rstrip().endswith("new") for line in done.lines) == 10


def test_everything_below_a_folder_is_told_for_what_it_is(run: Program) -> None:
    """Nested repositories, worktrees, submodules, bare ones, folders with metrics, links."""
    code = run.root / "code"
    main = repository(code / "main", "pyproject.toml")
    nested = repository(main / "tools" / "nested")
    (main / ".git" / "worktrees" / "tree").mkdir(parents=True)
    tree = main / ".worktrees" / "tree"
    tree.mkdir(parents=True)
    (tree / ".git").write_text(f"gitdir: {main}/.git/worktrees/tree\n")
    (main / ".git" / "worktrees" / "tree" / "gitdir").write_text(f"{tree}/.git\n")
    module = main / "module"
    module.mkdir()
    (main / ".git" / "modules" / "module").mkdir(parents=True)
    (module / ".git").write_text("gitdir: ../.git/modules/module\n")
    bare = code / "bare.git"
    for name in ("objects", "refs"):
        (bare / name).mkdir(parents=True)
    (bare / "HEAD").touch()
    write_skills(code / "plain", {"invocations": [invocation()]})
    (code / "empty").mkdir()
    for hidden in (".cache/a", "node_modules/b", "env/c"):
        repository(code / hidden)
    (code / "env" / "pyvenv.cfg").touch()
    elsewhere = repository(run.root / "elsewhere")
    (code / "link-out").symlink_to(elsewhere)
    (code / "link-in").symlink_to(main)
    (code / "loop").symlink_to(code)

    found = by_path(run, "--scan", str(code), "--yes")

    assert {name: (each["kind"], each["state"]) for name, each in found.items()} == {
        "main": ("repository", "registered"),
        "nested": ("repository", "registered"),
        "tree": ("worktree", "worktree"),
        "module": ("submodule", "submodule"),
        "bare.git": ("bare", "bare"),
        "plain": ("folder", "registered"),
    }
    assert found["tree"]["part_of"] == found["module"]["part_of"] == str(main)
    assert Path(str(found["nested"]["path"])) == nested
    assert "1 link to folders outside" in run("add", "--scan", str(code), "--dry-run").err


def test_a_worktree_with_metrics_of_its_own_is_registered(run: Program) -> None:
    """They would be missed otherwise."""
    main = repository(run.root / "code" / "main")
    (main / ".git" / "worktrees" / "tree").mkdir(parents=True)
    tree = run.root / "code" / "tree"
    write_executions(tree, "reviewer", [])
    (tree / ".git").write_text(f"gitdir: {main}/.git/worktrees/tree\n")

    found = by_path(run, "--scan", str(run.root / "code"), "--yes")

    assert (found["tree"]["kind"], found["tree"]["state"]) == ("worktree", "registered")


def test_what_was_registered_or_taken_out_stays_as_it_is(run: Program) -> None:
    """A second scan registers only what is new; what a person unregistered is left alone."""
    code = many(run.root / "code", 4)
    run("add", "--scan", str(code), "--yes")
    run("unregister-project", "repository-001")
    repository(code / "later")

    found = by_path(run, "--scan", str(code), "--yes")

    states = {name: each["state"] for name, each in found.items()}
    assert states.pop("later") == "registered"
    assert states.pop("repository-001") == "unregistered"
    assert set(states.values()) == {"already registered"}
    again = run("add", "--scan", str(code), "--yes")
    assert (again.code, "Nothing new to register." in again.lines) == (0, True)


def test_several_paths_are_registered_at_once(run: Program) -> None:
    """A path that is none stops no other; one folder by two paths is one project."""
    a, b = repository(run.root / "a", "go.mod"), repository(run.root / "b")
    (run.root / "link").symlink_to(a)

    done = run("add", str(a), str(run.root / "missing"), str(run.root / "link"), str(b))

    assert done.code == 1
    assert "missing does not exist." in done.err
    assert "named twice" in done.err
    rows = run("--json", "projects").json["data"]
    assert [(row["project_name"], row["project_type"]) for row in rows] == [
        ("a", "go"),
        ("b", None),
    ]


def test_a_folder_of_repositories_is_asked_about(run: Program) -> None:
    """Without a terminal the error has both lines to paste, and each does what it says."""
    code = many(run.root / "code", 2)

    refused = run("add", str(code))
    assert (refused.code, refused.out) == (2, "")
    assert f"skillhouse add --scan {code}" in refused.err
    assert not run.warehouse.exists()
    itself = run("add", "--yes", str(code))

    assert itself.code == 0
    [row] = run("--json", "projects").json["data"]
    assert row["project_path"] == str(code)


def test_without_a_terminal_a_scan_needs_a_yes(run: Program) -> None:
    """It says what it found, and stores nothing."""
    code = many(run.root / "code", 3)

    refused = run("add", "--scan", str(code))

    assert (refused.code, refused.out) == (2, "")
    assert "Found 3 repositories, 2 with metrics." in refused.err
    assert "--yes" in refused.err
    assert not run.warehouse.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["add"],
        ["add", "--name", "x", "--scan", "."],
        ["add", ".", "..", "--name", "x"],
        ["add", ".", "--tag", "=x"],
        ["add", ".", "--tag", "a\tb"],
        ["add", ".", "--tag", "team:a", "--tag", "team:b"],
        ["add", ".", "--type", " "],
        ["add", "--scan", "/no/such/folder"],
        ["edit-project", "a"],
        ["edit-project", "a", "--type", "x", "--no-type"],
        ["edit-project", "a", "--untag", "none"],
        ["edit-project", "a", "--name", "b"],
        ["edit-project", "a", "--name", ""],
        ["edit-project", "a", "--timezone", "Mars/Base"],
        ["edit-project", "unknown", "--name", "x"],
    ],
    ids=" ".join,
)
def test_a_wrong_line_says_what_is_wrong_and_changes_nothing(
    run: Program, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Exit code 2, nothing on stdout, no traceback."""
    monkeypatch.chdir(run.root)
    for name in "ab":
        run("add", str(repository(run.root / name)))
    before = run("--json", "projects").json["data"]

    done = run(*words)

    assert (done.code, done.out) == (2, "")
    assert done.err.strip()
    assert "Traceback" not in done.err
    assert run("--json", "projects").json["data"] == before


def test_a_guess_never_replaces_what_the_user_said(run: Program) -> None:
    """Neither a type that was given nor one that was removed; a guess follows the files."""
    folder = repository(run.root / "app", "package.json")

    def kind() -> tuple[str | None, bool]:
        [row] = run("--json", "projects").json["data"]
        return row["project_type"], row["type_guessed"]

    assert "Type: node (guessed from its files)" in run("add", str(folder)).out
    (folder / "Cargo.toml").touch()
    run("add", str(folder))
    assert kind() == ("rust", True)
    run("edit-project", "app", "--type", "web")
    run("add", str(folder))
    assert kind() == ("web", False)
    run("edit-project", "app", "--no-type")
    run("add", str(folder))
    assert kind() == (None, False)


def test_edit_project_changes_labels_and_keeps_the_history(run: Program) -> None:
    """Name, type and tags; rows stay the project's, and tags are added and removed."""
    folder = repository(run.root / "app")
    write_skills(folder, {"invocations": [invocation(), invocation("deploy")]})
    run("add", str(folder), "--tag", "team=core", "--tag", "legacy")
    run("refresh")
    [before] = run("--json", "projects").json["data"]

    words = ["--name", "new", "--type", "web", "--tag", "team:web", "--tag", "a:b", "--untag"]
    done = run("--json", "edit-project", "app", *words, "legacy")

    [after] = done.json["data"]
    assert faults(done.json, "edit-project") == []
    assert before["tags"] == {"team": "core", "legacy": ""}
    assert after["tags"] == {"team": "web", "a": "b"}
    same = {"project_id", "project_path", "rows", "timezone", "registered_at", "last_sync_at"}
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert (after["rows"], after["project_name"], after["project_type"]) == (2, "new", "web")
    assert run("--json", "top-skills", "-p", "new").json["totals"]["total_invocations"] == 2
    assert "a:b, team:web" in run("projects").out


def test_numbers_follow_another_project_zone(run: Program) -> None:
    """A naive time late in the evening is the next day in a zone further west."""
    folder = repository(run.root / "app")
    write_skills(folder, {"invocations": [invocation(at="2026-08-03T23:30:00")]})
    run("add", str(folder), "--timezone", "UTC")
    run("refresh")

    def uses(day: str) -> int:
        told = run("--json", "top-skills", "--period", day).json
        return int(told["totals"]["total_invocations"])

    assert (uses("2026-08-03"), uses("2026-08-04")) == (1, 0)
    run("edit-project", "app", "--timezone", "America/New_York")
    assert (uses("2026-08-03"), uses("2026-08-04")) == (0, 1)
    run("refresh")
    assert (uses("2026-08-03"), uses("2026-08-04")) == (0, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "projects"), [("", 3), ("y", 3), ("n", 0)])
def test_on_a_terminal_a_person_is_asked(tmp_path: Path, answer: str, projects: int) -> None:
    """With the table before the question; Enter is yes."""
    code = many(tmp_path / "code", 3)
    warehouse = tmp_path / "data" / "w.duckdb"
    env = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "SKILLHOUSE_TIMEZONE": "UTC",
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "TERM": "xterm",
    }

    shown, exit_code = answered(["add", str(code)], env, ["y", answer])

    assert "not a repository, but contains 3 repositories" in shown
    assert "Found 3 repositories, 2 with metrics. Register them? [Y/n]" in shown
    assert shown.index("repository-002") < shown.index("Register them?")
    assert exit_code == (0 if projects else 1)
    line = [sys.executable, "-m", "cli", "--json", "projects"]
    done = subprocess.run(line, cwd=TOP, env=env, capture_output=True, check=False)
    found = len(json.loads(done.stdout)["data"]) if done.returncode == 0 else 0
    assert found == projects


def answered(words: list[str], env: dict[str, str], answers: list[str]) -> tuple[str, int]:
    """What a terminal shows of a line whose questions are answered in turn, and the exit code."""
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "cli", *words]
    process = subprocess.Popen(line, cwd=TOP, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown, waiting = "", list(answers)
    while True:
        ready, _, _ = select.select([ours], [], [], 30)
        assert ready, shown
        try:
            part = os.read(ours, 1 << 16)
        except OSError:
            break
        if not part:
            break
        shown += part.decode()
        if waiting and shown.rstrip().endswith("]:"):
            os.write(ours, f"{waiting.pop(0)}\n".encode())
            shown += "\n"
    os.close(ours)
    return shown, process.wait(timeout=30)
