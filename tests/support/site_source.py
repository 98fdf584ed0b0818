"""The pages of the site: the documents of the repository, each where the site has it.

``python -m site_source FOLDER`` writes them, and the site's configuration, into a new folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from cli.answers.schemas import schema_of
from cli.answers.types import answer_names
from pages import DOCS, documents
from places import TOP

CONFIGURATION = DOCS / "zensical.toml"
_ELSEWHERE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "docs/decisions/README.md": "decisions/index.md",
    "benchmarks/results.md": "measured.md",
    "benchmarks/growth.png": "growth.png",
}
"""Where the site has a file that is not at the same place in docs/."""

_FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")


def write_source(folder: Path) -> Path:
    """Write all pages and the configuration; the path of the configuration.

    Links lead to pages of the site; ValueError for one to a file that the site does not have.
    """
    pages = folder / "pages"
    for path in [*documents(), TOP / "benchmarks" / "results.md"]:
        target = pages / place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_relinked(path), encoding="utf-8")
    _write_schemas(pages)
    kept = [path for pattern in ("*.png", "*.ipynb", "*.css") for path in DOCS.glob(pattern)]
    for path in [*kept, TOP / "benchmarks" / "growth.png"]:
        shutil.copyfile(path, pages / place(path))
    return Path(shutil.copy(CONFIGURATION, folder))


def _write_schemas(pages: Path) -> None:
    """Each answer's JSON Schema as a file, linked to from the page of its fields."""
    page = pages / "json.md"
    text = page.read_text(encoding="utf-8")
    (pages / "schemas").mkdir()
    for name in answer_names():
        schema = json.dumps(schema_of(name), indent=2)
        (pages / "schemas" / f"{name}.json").write_text(schema, encoding="utf-8")
        heading = f"## {name}\n"
        text = text.replace(heading, f"{heading}\n[JSON Schema](schemas/{name}.json)\n")
    page.write_text(text, encoding="utf-8")


def place(path: Path) -> PurePosixPath:
    """Where the site has a file of the repository."""
    name = path.relative_to(TOP).as_posix()
    if name not in _ELSEWHERE and not name.startswith("docs/"):
        raise ValueError(f"the site does not have {name}")
    return PurePosixPath(_ELSEWHERE.get(name, name.removeprefix("docs/")))


def _relinked(path: Path) -> str:
    def link(match: re.Match[str]) -> str:
        name, mark, anchor = match[2].partition("#")
        if not name or "://" in name:
            return match[0]
        to = place((path.parent / name).resolve())
        relative = os.path.relpath(to, place(path).parent)
        return f"{match[1]}{relative}{mark}{anchor}{match[3]}"

    return _outside_code(path.read_text(encoding="utf-8"), lambda text: _LINK.sub(link, text))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with everything but its code blocks changed."""
    done, found = 0, []
    for block in _FENCE.finditer(text):
        found += [change(text[done : block.start()]), block[0]]
        done = block.end()
    return "".join([*found, change(text[done:])])


if __name__ == "__main__":
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    write_source(Path(sys.argv[1]))
