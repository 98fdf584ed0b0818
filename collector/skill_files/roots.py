"""The folders in which tools keep skills, agents and commands: the table ``tools.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from schema.frozen import dataclass

Kind = Literal["skill", "agent", "command"]

COLLECTION_MARKS = (".claude-plugin", ".codex-plugin", "SKILL.md")
"""What the top folder of a plugin or of a collection of skills has, any of them."""

TABLE = Path(__file__).parent / "tools.toml"

USER_FOLDERS = (".claude", ".agents", ".codex")
"""The folders of a user's home in which tools keep what every project gets."""


@dataclass(frozen=True)
class Root:
    """A folder to look into; ``*`` stands for every folder of that place.

    ``ends`` is how its files' names end, ``is_deep`` whether folders below are entered.
    """

    tool: str
    kind: Kind
    folder: str
    ends: str
    is_deep: bool = False
    of_collection: bool = False


@cache
def roots() -> tuple[Root, ...]:
    """All roots, in the order in which a file that several lead to is given to one."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    named = [
        Root(
            each["tool"],
            each["kind"],
            each["folder"],
            each["ends"],
            each.get("deep", False),
            each.get("collection", False),
        )
        for each in table["roots"]
    ]
    folders = table["folders"].items()
    skills = [Root(tool, "skill", f"{folder}/skills", "SKILL.md", True) for folder, tool in folders]
    agents = [Root(tool, "agent", f"{folder}/agents", ".md") for folder, tool in folders]
    return (*named, *skills, *agents)


def user_roots() -> tuple[Root, ...]:
    """The roots in a user's home folder."""
    return tuple(each for each in roots() if each.folder.split("/")[0] in USER_FOLDERS)
