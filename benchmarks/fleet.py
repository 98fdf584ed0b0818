"""The fleets that are measured: how large they are, when they happened, where their files lie."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.demo import kaizen, skill_metrics

VERSION = 2
"""To be raised when the same seed no longer gives the same bytes."""

SEED = 20261120
ZONE = "Europe/Berlin"
END = datetime(2025, 6, 25, tzinfo=UTC)
BEGIN = END - timedelta(days=730)
SIZES = {"small": (10, 1_000), "medium": (50, 10_000), "large": (100, 100_000)}
"""Projects, and records of each format in each of them."""

FOLDERS = {"json": skill_metrics.FILE.parent, "jsonl": kaizen.FOLDER}
"""Where in a project a format's files are."""

FORMATS = tuple(FOLDERS)
_PATTERNS = {
    "json": f"*/{skill_metrics.FILE}",
    "jsonl": f"*/{kaizen.FOLDER}/**/{kaizen.RUNS_FILE}",
}


@dataclass(frozen=True)
class Fleet:
    """How many projects, and how many records of each format in each of them."""

    projects: int
    records: int
    seed: int = SEED
    formats: tuple[str, ...] = FORMATS

    @property
    def folder(self) -> str:
        """The name of the folder that holds it; the same name means the same bytes."""
        formats = "" if self.formats == FORMATS else f"-{'-'.join(self.formats)}"
        return f"{self.projects}x{self.records}{formats}-seed{self.seed}-v{VERSION}"


def default_data() -> Path:
    """Where fleets are kept between runs unless ``--data`` says otherwise."""
    return Path(tempfile.gettempdir()) / "skillhouse-bench"


def fleet_of(size: str, seed: int = SEED) -> Fleet:
    """The fleet of a named size."""
    projects, records = SIZES[size]
    return Fleet(projects, records, seed)


def project_folder(root: Path, number: int) -> Path:
    """The folder of a project, counted from 0."""
    return root / f"p{number:03d}"


def project_folders(root: Path) -> list[Path]:
    """All projects of a fleet, in order."""
    return sorted(path for path in root.iterdir() if path.is_dir())


def files(root: Path, file_format: str) -> list[Path]:
    """A fleet's files of records of one format, in order."""
    return sorted(root.glob(_PATTERNS[file_format]))
