"""``import skillhouse`` in a process of its own: whose package it is, and its types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_a_package_that_is_not_ours_is_told_at_the_import(tmp_path: Path) -> None:
    """Before any code of it has run."""
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "__init__.py").write_text("raise SystemExit('foreign code ran')")

    done = subprocess.run(
        [sys.executable, "-c", "import skillhouse; skillhouse.open()"],
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "in place of skillhouse's `schema`" in done.stderr
    assert "foreign code ran" not in done.stderr


@pytest.mark.slow
def test_the_answers_are_typed_for_users(tmp_path: Path) -> None:
    """mypy --strict knows rows, frames and which values an argument takes."""
    file = tmp_path / "notebook.py"
    file.write_text(
        "import skillhouse\n"
        "warehouse = skillhouse.open()\n"
        "reveal_type(warehouse.top_skills(days=30).data[0].success_rate)\n"
        "reveal_type(warehouse.trends().data[0].periods[0].since)\n"
        "reveal_type(warehouse.top_skills().pl())\n"
        "warehouse.top_skills(sort='best')\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", str(file)],
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip

    revealed = [line.partition("type is ")[2] for line in done.stdout.splitlines()[:3]]
    assert revealed == ['"float | None"', '"datetime.date"', '"polars.dataframe.frame.DataFrame"']
    assert "notebook.py:6: error: Argument" in done.stdout
