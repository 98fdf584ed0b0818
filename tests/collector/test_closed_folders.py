"""A project's folder that cannot be looked into for a while."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from command_line import Program
from conftest import invocation, write_skills

MAY_ENTER_ANY = os.geteuid() == 0
"""Whether these tests run as the superuser, for whom no folder is closed."""


def close(folder: Path, how: str) -> None:
    if how == "rights":
        folder.chmod(0)
    else:
        # A link that leads out of the project is not followed.
        (folder / ".session-buddy").rename(folder.parent / "elsewhere")
        (folder / ".session-buddy").symlink_to(folder.parent / "elsewhere")


def reopen(folder: Path, how: str) -> None:
    if how == "rights":
        folder.chmod(0o755)
    else:
        (folder / ".session-buddy").unlink()
        (folder.parent / "elsewhere").rename(folder / ".session-buddy")


@pytest.mark.parametrize("how", ["rights", "link"])
def test_nothing_in_a_closed_folder_is_called_gone(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may still be there; once it can be entered again, all is well without a word."""
    if how == "rights" and MAY_ENTER_ANY:
        pytest.skip("the superuser may enter any folder")
    run = Program(tmp_path, capsys, monkeypatch)
    folder = run.folder("app")
    write_skills(folder, {"invocations": [invocation("deploy", "2026-11-19T09:00:00")]})
    assert run("register-project", str(folder)).code == run("refresh").code == 0
    close(folder, how)
    try:
        shut = run("refresh")
    finally:
        reopen(folder, how)
    assert shut.code == 1 and ".session-buddy " in shut.err
    assert "no longer exists" not in shut.err and "skill_metrics.json" not in shut.err

    opened, doctor = run("refresh"), run("doctor", "--json")
    assert (opened.code, opened.err) == (0, "")
    assert (doctor.code, doctor.json["warnings"]) == (0, [])
    [file] = doctor.json["data"][0]["files"]
    assert (file["state"], file["records"]) == ("read", 1)
