"""Skill files as people lay them out, written into projects of tests."""

from __future__ import annotations

from pathlib import Path


def write_skill(
    project: Path,
    name: str,
    description: str = "",
    body: str = "",
    *,
    path: str | None = None,
    **keys: object,
) -> Path:
    """A skill in ``.claude/skills``, or at ``path``; ``keys`` are further lines of front matter.

    An underscore in a key is written as a hyphen.
    """
    file = project / (path or f".claude/skills/{name}/SKILL.md")
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["---", f"name: {name}"]
    if description:
        lines.append(f"description: {description}")
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in keys.items()]
    file.write_text("\n".join([*lines, "---", "", body, ""]), encoding="utf-8")
    return file
