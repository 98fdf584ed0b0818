"""The documents: which there are, and what ``make docs`` writes into them.

Pages named in ``GENERATED`` are written as a whole. In every page, a ``console`` block that begins
with ``$ skillhouse`` is an example: below it stands what it prints on the demo fleet. ``python -m
pages`` renews all of it; a test holds the files against ``current``.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from cli.reference import reference
from places import TOP
from readme import Run, fleet
from schema.dictionary import data_dictionary

DOCS = TOP / "docs"
README = TOP / "README.md"
OUTSIDE = (README, TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md")
"""Documents that are not in docs/."""

GENERATED: Mapping[str, Callable[[], str]] = {
    "docs/commands.md": reference,
    "docs/data-dictionary.md": data_dictionary,
}
_EXAMPLE = re.compile(r"```console\n\$ (skillhouse [^\n]*)\n.*?```", re.DOTALL)


def documents() -> list[Path]:
    """Every Markdown file that people read."""
    return [*OUTSIDE, *sorted(DOCS.rglob("*.md"))]


def current() -> dict[Path, str]:
    """Every document as ``make docs`` writes it.

    The examples of docs/commands.md come first: they register and collect, once for all pages.
    """
    texts = {path: _source(path) for path in documents()}
    first = TOP / "docs" / "commands.md"
    order = sorted(texts, key=lambda path: path != first)
    with tempfile.TemporaryDirectory() as folder, fleet(Path(folder).resolve()) as run:
        return {path: _rendered(texts[path], run) for path in order}


def _source(path: Path) -> str:
    name = str(path.relative_to(TOP))
    text = path.read_text(encoding="utf-8")
    return GENERATED[name]() if name in GENERATED else text


def _rendered(text: str, run: Run) -> str:
    """The text with what each example prints."""

    def example(match: re.Match[str]) -> str:
        printed = "\n".join(line.rstrip() for line in run(match[1]).rstrip().splitlines())
        return f"```console\n$ {match[1]}\n{printed}\n```"

    return _EXAMPLE.sub(example, text)


if __name__ == "__main__":
    for path, text in current().items():
        path.write_text(text, encoding="utf-8")
