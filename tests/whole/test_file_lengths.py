"""How long a file may be."""

from __future__ import annotations

from places import TOP

LIMIT = 500
FOLDERS = ("schema", "collector", "aggregator", "cli", "benchmarks", "tests", ".ci")
GENERATED = TOP / "cli" / "python-package" / "skillhouse" / "questions.py"
KINDS = (".py", ".sql", ".js", ".css", ".html")


def test_no_file_is_longer_than_500_lines() -> None:
    """Product and tests; what is longer is divided by what it is about."""
    lengths = {
        str(path.relative_to(TOP)): len(path.read_text("utf-8").splitlines())
        for folder in FOLDERS
        for path in (TOP / folder).rglob("*")
        if path.suffix in KINDS and not path.is_relative_to(TOP / "tests" / "data")
        if path != GENERATED
    }

    assert len(lengths) > 300
    assert {name: count for name, count in lengths.items() if count > LIMIT} == {}
