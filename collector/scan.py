"""Which files a project has, and which of them look different than at the last run.

Nothing is opened here but folders. No fault of a file or a folder is an error: it becomes a refused
file, or a problem of the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from collector.files.trees import Candidate, Refusal, Tree, printable
from collector.known_files import KnownFile
from collector.projects.registry import Project
from collector.results import ProjectResult, Remark
from collector.sources import SOURCES
from collector.sources.source import Source
from schema import zones
from schema.frozen import dataclass
from schema.spelling import command


@dataclass(frozen=True)
class FileScan:
    """A file as it looks from outside, and as the last run left it (``known``; None for a new one).

    ``found`` is None for a file that is gone, and so is its ``source``.
    """

    path: str
    known: KnownFile | None
    tree: Tree
    source: Source | None = None
    found: Candidate | Refusal | None = None
    fingerprint: str = ""

    @property
    def looks_unchanged(self) -> bool:
        """Whether it looks as it did when it was last read."""
        return self.known is not None and self.fingerprint == self.known.fingerprint


def scan_project(
    project: Project,
    known: Mapping[str, KnownFile],
    result: ProjectResult,
    sources: Sequence[Source] = SOURCES,
) -> Iterator[FileScan]:
    """Every file of ``project`` in turn, those last that are gone.

    A project that cannot be read at all has no files, and ``result`` gets the problem.
    """
    if not os.path.isdir(project.path):
        result.problems.append(_missing_folder(project))
        return
    try:
        zones.check_zone(project.timezone)
    except zones.UnknownZone as exc:
        result.problems.append(_unknown_zone(project, exc))
        return
    tree = Tree.at(project.path)
    seen: set[str] = set()
    refused: list[str] = []
    for source in sources:
        for found in source.find(tree):
            path = printable(found.path)
            seen.add(path)
            fingerprint = source.fingerprint(tree, found) if isinstance(found, Candidate) else ""
            if not fingerprint:
                refused.append(f"{path}/")
            yield FileScan(path, known.get(path), tree, source, found, fingerprint)
    for path, before in known.items():
        # Whatever is in a folder that cannot be read may still be there.
        is_hidden = path.startswith(tuple(refused))
        if path not in seen and before.state != "gone" and not is_hidden:
            yield FileScan(path, before, tree)


def _missing_folder(project: Project) -> Remark:
    what = "is not a folder" if os.path.exists(project.path) else "is not there"
    return Remark(
        project.name,
        "",
        f"the folder {project.path} {what}; its history stays (moved?"
        f" `{command('move-project', project.project_id, 'NEW_PATH')}`)",
    )


def _unknown_zone(project: Project, exc: zones.UnknownZone) -> Remark:
    return Remark(
        project.name,
        "",
        f"its local times cannot be read: {exc.message} {exc.hint} Nothing was read; name its zone"
        f" (`{command('register-project', project.path, timezone='ZONE')}`)",
    )
