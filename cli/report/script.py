"""The page's script: modules of JavaScript, put together into one."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "script"
MODULES = (
    *("data", "text", "filters", "sums", "elements", "table", "chart"),
    *("overview", "findings", "advice", "lists", "disk", "team", "one", "page"),
)
"""In an order in which each comes after those that it imports from."""

_IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export const (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)


def page_script() -> str:
    """All modules as one script: each has its own scope, and what it exports is known to the next.

    So names that are exported are unique over all modules.
    """
    return "".join(map(_scoped, MODULES))


def live_script() -> str:
    """What only a page has that the dashboard serves."""
    return _bare("live")


def _scoped(name: str) -> str:
    text = _bare(name)
    exported = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub(r"const \1", text)
    names = f"{{ {exported} }}"
    return f"const {names} = await (async () => {{\n{body}return {names};\n}})();\n"


def _bare(name: str) -> str:
    """A module without its imports and comments."""
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    return _COMMENT.sub("", _IMPORT.sub("", text))
