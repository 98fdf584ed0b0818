"""The fleet that is in the stored warehouses of earlier versions, laid out from the samples."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from places import SAMPLES

ZONE = "Europe/Berlin"
ASKED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Member:
    """A project: what it is called, whose files it has, and as what it is registered."""

    name: str
    sample: str
    timezone: str
    type: str | None


MEMBERS = (
    Member("crackerjack", "skill_metrics_by_writer/crackerjack-7bd7d775-autosave", "UTC", "cli"),
    Member(
        "session-buddy",
        "skill_metrics_by_writer/session-buddy-23133eb-autosave",
        "America/New_York",
        "web",
    ),
    Member("export", "skill_metrics_by_writer/session-buddy-main-export", "UTC", None),
    Member("agents", "kaizen_project", "Asia/Kolkata", "cli"),
)
LATE = ("export", "agents")
"""In a warehouse with marks, these came after the last refresh."""

LINES: tuple[tuple[str, ...], ...] = (
    ("top-skills", "--limit", "100"),
    ("top-skills", "--sort", "effectiveness", "--kind", "agent"),
    ("top-skills", "--period", "2026-08", "--limit", "100"),
    ("effectiveness", "pytest-run"),
    ("effectiveness", "optimizer"),
    ("compare", "pytest-run"),
    ("summary",),
)
"""The questions whose answers are stored beside the warehouses."""


def lay_out(root: Path) -> dict[str, Path]:
    """The projects' folders below ``root``, by name."""
    folders = {}
    for member in MEMBERS:
        folders[member.name] = root / member.name
        shutil.copytree(SAMPLES / member.sample, folders[member.name])
    return folders
