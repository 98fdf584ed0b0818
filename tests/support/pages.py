"""The documents: which there are, and what ``make docs`` writes into them.

Pages named in ``GENERATED`` are written as a whole, and docs/concepts.md has the glossary. In every
page, a ``console`` block that begins with ``$ skillhouse`` is an example: below it stands what it
prints on the demo fleet. ``python -m pages`` renews all of it; a test holds the files against
``current``.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cli import reference, reference_json
from cli.glossary import glossary
from cli.manual import manual
from cli.mcp_server import reference as reference_mcp
from places import TOP
from readme import Run, fleet
from schema.dictionary import data_dictionary

DOCS = TOP / "docs"
README = TOP / "README.md"
MANUAL = DOCS / "skillhouse.1"
OUTSIDE = (README, TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md")
"""Documents that are not in docs/."""

GENERATED: Mapping[str, Callable[[], str]] = {
    "docs/commands.md": reference.reference,
    "docs/data-dictionary.md": data_dictionary,
    "docs/json.md": reference_json.reference,
    "docs/mcp-tools.md": reference_mcp.reference,
}
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_GLOSSARY = re.compile(r"<!-- glossary -->\n.*<!-- /glossary -->", re.DOTALL)
_EXAMPLE = re.compile(r"```console\n\$ (skillhouse [^\n]*)\n.*?```", re.DOTALL)


def documents() -> list[Path]:
    """Every Markdown file that people read."""
    return [*OUTSIDE, *sorted({*DOCS.rglob("*.md"), *(TOP / name for name in GENERATED)})]


def prose(path: Path) -> str:
    """A document without its code blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """The code blocks in a language, each with a name for messages."""
    for path in documents():
        for number, (indent, named, code) in enumerate(_FENCE.findall(path.read_text("utf-8"))):
            if named == language:
                yield f"{path.name}, block {number + 1}", re.sub(rf"(?m)^{indent}", "", code)


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
    if name in GENERATED:
        return GENERATED[name]()
    filled = f"<!-- glossary -->\n{glossary()}\n<!-- /glossary -->"
    return _GLOSSARY.sub(lambda _: filled, path.read_text(encoding="utf-8"))


def _rendered(text: str, run: Run) -> str:
    """The text with what each example prints."""

    def example(match: re.Match[str]) -> str:
        printed = "\n".join(line.rstrip() for line in run(match[1]).rstrip().splitlines())
        return f"```console\n$ {match[1]}\n{printed}\n```"

    return _EXAMPLE.sub(example, text)


if __name__ == "__main__":
    MANUAL.write_text(manual(), encoding="utf-8")
    for path, text in current().items():
        path.write_text(text, encoding="utf-8")
