"""Skill files are found where tools keep them, read once, and kept without their text."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from collector.projects.registry import find_project, purge
from collector.skill_files import roots, walk
from collector.skill_files.index import index
from conftest import NOW, Fleet, invocation, write_skills
from skill_trees import write_skill
from test_read_only import every_pass, said

SECRET = "hunter2hunter2"


def files(fleet: Fleet) -> list[tuple[object, ...]]:
    return fleet.query(
        "select kind, tool, name, path, visible from skill_files where gone_at is null order by all"
    )


def names(fleet: Fleet) -> list[object]:
    return [row[2] for row in files(fleet)]


def test_every_tool_is_looked_for(fleet: Fleet) -> None:
    """A skill in the folder of each tool of the table is found, each told with its tool."""
    app = fleet.project()
    places = {each.folder: each for each in roots.roots() if not each.of_collection}
    for number, root in enumerate(places.values()):
        name = f"thing-{number}"
        file = f"{name}/SKILL.md" if root.ends == "SKILL.md" else f"{name}{root.ends}"
        write_skill(app, name, "Does things.", path=f"{root.folder}/{file}")

    fleet.collect()

    found = {(row[0], row[1], row[2]) for row in files(fleet)}
    assert len(places) > 60
    assert found == {
        (root.kind, root.tool, f"thing-{number}") for number, root in enumerate(places.values())
    }


def test_a_collection_is_read_and_another_project_is_not_searched(fleet: Fleet) -> None:
    """With a plugin's folder its skills, agents and commands count; without it none of them."""
    one, other = fleet.projects("one", "other")
    laid = (
        "top/SKILL.md",
        "skills/deep/below/SKILL.md",
        "plugins/a/skills/b/SKILL.md",
        "plugins/a/agents/c.md",
        "plugins/a/commands/d.md",
        "agents/e.md",
        "commands/f.md",
    )
    for project in (one, other):
        for path in laid:
            write_skill(project, path.replace("/", "-"), "Does things.", path=path)
        write_skill(project, "far", path="src/skills/far/SKILL.md")
    (one / ".claude-plugin").mkdir()

    fleet.collect()

    assert {row[3] for row in files(fleet)} == set(laid)


def test_what_is_no_skill_is_left_out(fleet: Fleet) -> None:
    """Documents, and what a skill keeps in folders of its own, are not skills."""
    app = fleet.project()
    write_skill(app, "one", "Does one thing.")
    write_skill(app, "templates", "A skill may be called so.")
    for path in (
        ".claude/agents/README.md",
        ".claude/commands/CLAUDE.md",
        ".claude/skills/AGENTS.md",
        ".claude/skills/one/references/more/SKILL.md",
        ".claude/skills/one/assets/SKILL.md",
        ".claude/agents/templates/x.md",
    ):
        write_skill(app, "no", path=path)

    assert fleet.collect().problems == []

    assert names(fleet) == ["one", "templates"]


def test_names_and_descriptions(fleet: Fleet) -> None:
    """A name is what the file says, else the folder or the file; a command has a sentence."""
    app = fleet.project()
    write_skill(app, "said", "Told.", path=".claude/skills/folder/SKILL.md")
    write_skill(app, "hidden", "Hidden.", disable_model_invocation="true")
    for path, content in {
        ".claude/skills/bare/SKILL.md": "No front matter at all.",
        ".claude/skills/flat.md": "---\ndescription: Flat one.\n---\n",
        ".claude/commands/git/ship.md": "---\nargument-hint: [a] [b]\n---\n# Ship it now\n",
        ".claude/commands/say.md": "\ufeffTell me. Then more.",
    }.items():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_text(content.replace("\n", "\r\n"), encoding="utf-8")

    fleet.collect()

    found = fleet.query(
        "select kind, name, folder_name, visible, description from skill_files"
        " join skill_texts using (digest) order by name"
    )
    assert found == [
        ("skill", "bare", "bare", True, ""),
        ("skill", "flat", "flat", True, "Flat one."),
        ("skill", "hidden", "hidden", False, "Hidden."),
        ("skill", "said", "folder", True, "Told."),
        ("command", "say", "say", True, "Tell me."),
        ("command", "ship", "ship", True, "Ship it now"),
    ]


def test_an_unchanged_file_is_not_opened(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size and time of change say enough: the next pass opens none, a changed one alone after."""
    app = fleet.project()
    for number in range(5):
        write_skill(app, f"s{number}", "Does things.")
    fleet.collect()
    opened: list[str] = []
    real = os.open

    def watched(path: str, *rest: int, **named: int) -> int:
        if str(path).endswith(".md"):
            opened.append(str(path))
        return real(path, *rest, **named)

    monkeypatch.setattr(os, "open", watched)
    [second] = fleet.collect().projects
    unopened = list(opened)
    changed = write_skill(app, "s3", "Does other things.")
    fleet.collect()

    assert (second.skill_files, second.skill_files_read, unopened) == (5, 0, [])
    assert opened == [str(changed)]


def test_versions(fleet: Fleet) -> None:
    """Each text a file had is a row with its time; the one it goes back to is there again."""
    app = fleet.project()
    fleet.collect()
    for number, text in enumerate(("first", "second", "first")):
        file = write_skill(app, "one", f"{text} text")
        os.utime(file, (number, number))
        fleet.collect(now=NOW + timedelta(hours=number))
    file.unlink()
    fleet.collect(now=NOW + timedelta(hours=5))

    found = fleet.query(
        "select description, epoch(first_seen_at - $$2026-11-20 12:00+00$$::timestamptz) / 3600,"
        " epoch(gone_at - $$2026-11-20 12:00+00$$::timestamptz) / 3600"
        " from skill_files join skill_texts using (digest) order by 1"
    )
    assert found == [("first text", 0, 5), ("second text", 1, 2)]


def test_one_text_is_stored_once_and_a_change_touches_only_its_own(fleet: Fleet) -> None:
    """Thirty projects with one set of five skills hold five texts; a change adds one."""
    folders = fleet.projects(*(f"p{number}" for number in range(30)))
    for folder in folders:
        for name in "abcde":
            write_skill(folder, f"skill-{name}", f"Does {name}.", "Body of it.")
    fleet.collect()
    before = fleet.query("select * from skill_texts order by digest")
    write_skill(folders[7], "skill-c", "Does c better.", "Body of it.")
    fleet.collect()
    after = fleet.query("select * from skill_texts order by digest")

    assert (len(before), len(after)) == (5, 6)
    assert set(map(str, before)) < set(map(str, after))


def test_hostile_files_are_reported_and_nothing_is_touched(fleet: Fleet, tmp_path: Path) -> None:
    """Links out, pipes, folders, large and broken files: told, and the others are read."""
    app = fleet.project()
    write_skill(app, "good", "Does things.")
    outside = write_skill(tmp_path / "outside", "out", "Elsewhere.")
    skills = app / ".claude/skills"
    for name in ("out", "pipe", "large", "latin", "folder", "nothing", "inside"):
        (skills / name).mkdir()
    (skills / "out/SKILL.md").symlink_to(outside)
    (skills / "linked").symlink_to(outside.parent)
    (skills / "inside/SKILL.md").symlink_to(skills / "good/SKILL.md")
    (skills / "again").symlink_to(skills / "good")
    (skills / "circle").symlink_to(skills)
    os.mkfifo(skills / "pipe/SKILL.md")
    (skills / "large/SKILL.md").write_bytes(b"x" * (2 << 20))
    (skills / "latin/SKILL.md").write_bytes(b"---\nname: caf\xe9\n---\n")
    (skills / "folder/SKILL.md").mkdir()
    (skills / "nothing/SKILL.md").symlink_to("missing")
    for path in (app, *app.rglob("*")):
        if not path.is_symlink() and path.is_dir():
            path.chmod(0o555)
    try:
        done = every_pass(fleet)
    finally:
        for path in (app, *app.rglob("*")):
            if not path.is_symlink() and path.is_dir():
                path.chmod(0o755)

    assert [row[3] for row in files(fleet)] == [".claude/skills/good/SKILL.md"]
    told = "; it was not read as a skill"
    assert sorted(said(done)) == [
        (".claude/skills/folder/SKILL.md", f"is a folder with a file's name{told}"),
        (".claude/skills/large/SKILL.md", f"is larger than 1 MiB{told}"),
        (".claude/skills/latin/SKILL.md", f"is not UTF-8{told}"),
        (".claude/skills/nothing/SKILL.md", f"is a link to nothing{told}"),
        (".claude/skills/pipe/SKILL.md", f"is a pipe, not a file{told}"),
    ]
    assert sorted(note.path for note in done.notes) == [
        ".claude/skills/linked",
        ".claude/skills/out/SKILL.md",
    ]


def test_no_more_files_and_folders_than_agreed(fleet: Fleet) -> None:
    """The file after the last allowed one, and the folder after the deepest, are told."""
    app = fleet.project()
    deep = "/".join("abcdefghi")
    write_skill(app, "deep", path=f".agents/skills/{deep}/SKILL.md")
    for number in range(walk.MAX_FILES + 1):
        folder = app / f".claude/commands/c{number}.md"
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("x")

    done = fleet.collect()

    assert len(files(fleet)) == walk.MAX_FILES
    assert any("has more than 5,000 skill files" in message for _, message in said(done))


def test_nothing_of_a_body_is_stored(fleet: Fleet) -> None:
    """A secret in a body is in no byte of the warehouse's files, nor is its hash without a key."""
    app = fleet.project()
    write_skill(app, "one", "Does things.", f"password = {SECRET}\nzanzibar\nmail me@home.example")
    fleet.collect()
    fleet.collect(full=True)

    stored = b"".join(
        path.read_bytes() for path in fleet.warehouse.path.parent.iterdir() if path.is_file()
    )
    assert b"Does things" in stored
    for word in (SECRET, "zanzibar", "home.example", "password"):
        assert word.encode() not in stored


def test_texts_are_the_same_in_any_order(fleet: Fleet, tmp_path: Path) -> None:
    """What is kept of a text does not hang on which of its files was read first."""
    app = fleet.project()
    write_skill(app, "one", "Does things.", path=".claude/skills/some-folder/SKILL.md")
    write_skill(app, "one", "Does things.", path=".claude/skills/another/SKILL.md")
    write_skill(app, "one", "Does things.", path=".claude/skills/one/SKILL.md")
    for name in ("some-folder", "another", "one"):
        (app / f".claude/skills/{name}/bare").mkdir()
        (app / f".claude/skills/{name}/bare/SKILL.md").write_text("Nothing but a body.")
    fleet.collect()
    read = "select path, words, weights from skill_files join skill_texts using (digest) order by 1"
    whole = fleet.query(read)
    with fleet.warehouse.writing() as con:
        con.execute("delete from skill_files")
        con.execute("delete from skill_texts")
    for name in ("one", "some-folder", "another"):
        (app / ".claude/skills" / name).rename(tmp_path / name)
    for name in ("one", "some-folder", "another"):
        (tmp_path / name).rename(app / ".claude/skills" / name)
        fleet.collect()

    assert fleet.query(read) == whole


def test_a_purge_deletes_them(fleet: Fleet) -> None:
    """Files and texts go with their project; a text that another project has stays."""
    one, other = fleet.projects("one", "other")
    write_skills(one, {"invocations": [invocation()]})
    for folder in (one, other):
        write_skill(folder, "shared", "Does things.")
    write_skill(one, "own", "Does more.")
    fleet.collect()
    with fleet.warehouse.writing() as con:
        purge(con, find_project(con, "one"))

    assert [row[2] for row in files(fleet)] == ["shared"]
    assert fleet.query("select description from skill_texts") == [("Does things.",)]
    kept = "select project_id from {} where project_id not in (select project_id from projects)"
    assert [fleet.query(kept.format(table)) for table in ("skill_files", "skill_scans")] == [[], []]
    assert len(fleet.query("select project_id from skill_scans")) == 1


def test_the_users_own_folders_are_read_after_consent(fleet: Fleet, tmp_path: Path) -> None:
    """Without `--user` nobody looks there; with it every pass does; withdrawn, nothing stays."""
    home = tmp_path / "home"
    write_skill(home, "mine", "Does mine.")
    write_skill(home, "documents", path="skills/documents/SKILL.md")
    (home / ".claude/skills/linked").symlink_to(home / "skills/documents")
    fleet.project()

    def stored() -> list[object]:
        return [row[0] for row in fleet.query("select project_id from skill_files")]

    fleet.collect()
    unasked = stored()
    index(fleet.warehouse, now=NOW, home=str(home), user="given")
    write_skill(home, "other", "Does others.", path=".codex/skills/other/SKILL.md")
    done = fleet.collect()
    given = stored()
    index(fleet.warehouse, now=NOW, user="withdrawn")
    fleet.collect()

    assert (unasked, given, stored()) == ([], ["(user)"] * 2, [])
    assert [note.message.split(";")[0] for note in done.notes] == [walk.LEADS_OUT]
    assert fleet.query("select count(*) from skill_texts") == [(0,)]


def test_a_file_that_cannot_be_read_is_not_gone(fleet: Fleet) -> None:
    """What is out of reach stays as it was; it is not said to be gone."""
    app = fleet.project()
    file = write_skill(app, "one", "Does things.")
    fleet.collect()
    file.unlink()
    os.mkfifo(file)
    fleet.collect()
    assert stat.S_ISFIFO(file.lstat().st_mode)
    assert names(fleet) == ["one"]
