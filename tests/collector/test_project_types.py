"""The type of a project as its files' names tell it; nothing is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.projects.project_types import guess_type


@pytest.mark.parametrize(
    ("files", "guess"),
    [
        (["pyproject.toml"], "python"),
        (["setup.py", "README.md"], "python"),
        (["package.json"], "node"),
        (["Cargo.toml", "pyproject.toml"], "rust"),
        (["go.mod", "package.json"], "go"),
        (["build.gradle.kts"], "java"),
        (["App.csproj"], "dotnet"),
        (["composer.json", "package.json"], "php"),
        (["Gemfile"], "ruby"),
        (["Gemfile", "package.json"], "node"),
        (["Gemfile", "package.json", "config.ru"], "ruby"),
        (["package.json", "requirements.txt"], "node"),
        (["backend/pyproject.toml", "docs/README.md"], "python"),
        (["backend/pyproject.toml", "frontend/package.json"], None),
        (["node_modules/x/package.json", ".venv/setup.py"], None),
        (["deep/er/pyproject.toml"], None),
        (["README.md"], None),
        ([], None),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, list) else str(each),
)
def test_the_files_tell_the_type(tmp_path: Path, files: list[str], guess: str | None) -> None:
    """Those at the top, or those of the folders in it where all are of one type."""
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert guess_type(str(tmp_path)) == guess


def test_what_cannot_be_listed_has_no_type(tmp_path: Path) -> None:
    """No folder, a file, and a link that leads elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "go.mod").touch()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "link").symlink_to(tmp_path / "elsewhere")

    assert guess_type(str(tmp_path / "missing")) is None
    assert guess_type(str(tmp_path / "elsewhere" / "go.mod")) is None
    assert guess_type(str(tmp_path / "app")) is None
