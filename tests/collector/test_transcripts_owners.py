"""Whose row it is: by folders, not by the beginnings of paths."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from collector.transcripts.owners import Owners


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """``alpha`` and ``mono`` with ``mono/packages/web`` are registered; ``alpha-extra`` is not."""
    for folder in ("alpha/src", "alpha-extra", "mono/packages/web/app", "mono/docs", "other"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def owners(work: Path, **remembered: str) -> Owners:
    projects = {str(work / each): each for each in ("alpha", "mono", "mono/packages/web")}
    return Owners(projects, {str(work / name): path for name, path in remembered.items()})


@pytest.mark.parametrize(
    ("folder", "project"),
    [
        ("alpha", "alpha"),
        ("alpha/src", "alpha"),
        ("alpha/gone/and/deep", "alpha"),
        ("alpha-extra", None),
        ("alpha/../alpha-extra", None),
        ("alpha-extra/../alpha", "alpha"),
        ("mono/docs", "mono"),
        ("mono/packages/web/app", "mono/packages/web"),
        ("mono/packages", "mono"),
        ("", None),
        ("alpha/.claude/worktrees/one", "alpha"),
    ],
)
def test_the_nearest_registered_folder(work: Path, folder: str, project: str | None) -> None:
    """The nearest registered folder at or above counts, also for folders that are gone."""
    assert owners(work)(f"{work}/{folder}", None) == project


def test_links_are_resolved(work: Path) -> None:
    """A project reached by a link is the same project, and so is one registered by it."""
    (work / "link").symlink_to(work / "alpha")

    assert owners(work)(str(work / "link/src"), None) == "alpha"
    assert Owners({str(work / "link"): "by link"})(str(work / "alpha"), None) == "by link"


def test_the_files_first_folder_comes_last(work: Path) -> None:
    """A session that went elsewhere stays its project's; where it went to another, that counts."""
    found = owners(work)

    assert found("/tmp", str(work / "alpha")) == "alpha"  # noqa: S108
    assert found(str(work / "mono"), str(work / "alpha")) == "mono"
    assert found(None, str(work / "alpha")) == "alpha"
    assert found("relative", None) is None
    assert found("/with\0nul", None) is None


def test_a_worktree_belongs_to_its_repository_and_is_remembered(work: Path) -> None:
    """Also after it was deleted; a repository of its own inside is not taken for it."""
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-C", str(work / "alpha")]
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run([*git, *command], check=True)
    tree = work / "elsewhere/feature"
    subprocess.run([*git, "worktree", "add", "-q", str(tree)], check=True)
    (tree / "deep").mkdir()
    found = owners(work)

    assert found(str(tree / "deep"), None) == "alpha"
    remembered = found.take_found()
    assert remembered == {str(tree): str(work / "alpha")}
    assert found.take_found() == {}

    shutil.rmtree(tree)
    assert owners(work)(str(tree / "deep"), None) is None
    later = Owners({str(work / "alpha"): "alpha"}, remembered)
    assert later(str(tree / "deep"), None) == "alpha"

    tree.mkdir()
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    assert Owners({str(work / "alpha"): "alpha"}, remembered)(str(tree), None) is None


def test_a_worktree_of_nobody_is_nobodys(work: Path) -> None:
    """A ``.git`` file may say anything."""
    for number, text in enumerate(("gitdir: /nowhere/.git/worktrees/x", "rubbish", "", "\0")):
        folder = work / f"t{number}"
        folder.mkdir()
        (folder / ".git").write_text(text)
        assert owners(work)(str(folder), None) is None
    os.mkfifo(work / "other/.git")
    assert owners(work)(str(work / "other"), None) is None
