"""The README promises nothing that the program does not do."""

from __future__ import annotations

import re

from readme import README, render


def test_the_readme_shows_what_the_commands_really_print() -> None:
    """Each example's output is the program's own, to the letter (renewed by ``make docs``)."""
    text = README.read_text(encoding="utf-8")

    assert render(text) == text


def test_the_readme_names_the_two_commands_of_the_first_minute() -> None:
    """``make demo`` and ``make test`` stand in it and exist."""
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")

    text = README.read_text(encoding="utf-8")

    for target in ("demo", "test"):
        assert f"make {target}" in text
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
