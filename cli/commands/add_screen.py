"""What ``add`` shows: one registration in sentences, many folders in a table of what differs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from aggregator import text
from cli.commands.add_plan import found_line
from cli.commands.blocks import GUESSED, type_cell
from cli.results.projects import FoundFolder
from cli.screen import Column, Line, Table, Verbatim
from collector.files.trees import printable
from collector.projects.registering import Registration

if TYPE_CHECKING:
    from cli.commands.add_plan import Plan, State
    from cli.screen import Block
    from schema.errors import ProjectError

ROWS = 12
"""Folders that a screen lists; the others are counted below it, so that all fits on 24 lines."""

SOURCE_NAMES = {
    "session_buddy": "skill metrics file",
    "kaizen": "agent metrics file",
    "crackerjack": "older skill file",
    "skills_db": "skill database",
    "workflows": "workflow file",
}
_KNOWN = "already registered"
_HOLDS = {"kaizen": "agents", "workflows": "workflows"}
"""What the metrics files of a source are about; those of all others are about skills."""


def rows_of(plan: Plan, done: Mapping[str, Registration | ProjectError]) -> list[FoundFolder]:
    """Every folder of a plan, with what became of it."""
    return [_row(plan, path, done.get(path)) for path in plan.folders]


def _row(plan: Plan, path: str, one: Registration | ProjectError | None) -> FoundFolder:
    folder, project, guessed = plan.folders[path], plan.known.get(path), plan.guessed.get(path)
    state: State | Literal["registered", "failed"] = plan.state_of(path)
    if isinstance(one, Registration):
        project = one.project
        state = "registered" if one.created else "already registered"
    elif one is not None:
        state = "failed"
    return FoundFolder(
        path=printable(path),
        state=state,
        kind=folder.kind,
        part_of=folder.of,
        project_id=None if project is None else project.project_id,
        project_type=(plan.project_type or guessed) if project is None else project.project_type,
        type_guessed=(
            plan.project_type is None and guessed is not None
            if project is None
            else project.is_type_guessed
        ),
        found=folder.metrics,
        sessions=plan.sessions.by_folder.get(path, 0),
    )


def registration_blocks(done: Registration, plan: Plan) -> list[Block]:
    """One registration, in sentences."""
    project = done.project
    verb = "Registered" if done.created else "Already registered:"
    lines = [f"{verb} {project.name} ({project.project_id}) at {project.path}"]
    if done.also_at:
        lines.append(f"{done.also_at} is the same folder; its records count once.")
    if done.moved_from:
        lines.append(f"Moved from {done.moved_from}; its history continues.")
    if done.copy_of:
        names = ", ".join(done.copy_of)
        lines += [
            f"Its metrics start like those of {names}. Records in both count once.",
            "If this is a copy you do not need:",
            f"  skillhouse unregister-project {project.project_id}",
        ]
    if done.worktree_of:
        lines.append(f"It is a git worktree of {done.worktree_of}. Records in both count once.")
    if project.is_type_guessed and done.created:
        lines.append(f"Type: {project.project_type} (guessed from its files). To change it:")
        lines.append(f"  skillhouse edit-project {project.project_id} --type TYPE")
    if done.found:
        files = ", ".join(_files(source, number) for source, number in done.found.items())
        lines.append(f"Found {files}. Project zone: {project.timezone}.")
        lines.append("Next: skillhouse refresh")
    else:
        lines.append(
            "Found no metrics yet (.session-buddy/skill_metrics.json or skills.db,"
            " .kaizen/metrics/); skillhouse collects them once they exist."
        )
    if (sessions := plan.sessions.line()) is not None:
        lines.append(sessions)
    return [Verbatim(line) for line in lines]


def _files(source: str, number: int) -> str:
    name = SOURCE_NAMES.get(source, f"{source} file")
    return text.counted(number, name)


def scan_blocks(
    rows: Sequence[FoundFolder], plan: Plan, *, dry_run: bool, was_shown: bool
) -> list[Block]:
    """Many folders, and what was done; ``was_shown``: their table was, before the question."""
    blocks: list[Block] = [] if was_shown else folder_blocks(rows, plan)
    if plan.scanned and not was_shown:
        blocks.append(Line(found_line(plan)))
    now = sum(row.state == "registered" for row in rows)
    if dry_run:
        blocks.append(Line("Nothing was stored (--dry-run)."))
        return blocks
    if now:
        blocks.append(Line(f"Registered {text.counted(now, 'project')}."))
        if any(row.type_guessed for row in rows):
            blocks.append(Line(f"{GUESSED} = type guessed from the project's files. To change it:"))
            blocks.append(Verbatim("  skillhouse edit-project NAME --type TYPE"))
    elif rows:
        blocks.append(Line("Nothing new to register."))
    if (sessions := plan.sessions.line()) is not None:
        blocks.append(Line(sessions))
    if now:
        blocks.append(Line("Next: skillhouse refresh"))
    return blocks


def folder_blocks(rows: Sequence[FoundFolder], plan: Plan) -> list[Block]:
    """A table of the folders that hold most, and counts of the others by what they have alike."""
    if not rows:
        return [Line(f"No repository in {', '.join(map(printable, plan.scanned))}.")]
    root = os.path.commonpath([row.path for row in rows]) if len(rows) > 1 else ""
    ordered = sorted(rows, key=lambda row: (_rank(row), -sum(row.found.values())))
    listed = [row for row in ordered if row.state != _KNOWN or row.path in plan.given]
    shown = listed if len(listed) <= ROWS + 2 else listed[:ROWS]
    left_out = [*listed[len(shown) :], *(row for row in ordered if row not in listed)]

    def place(row: FoundFolder) -> str:
        return os.path.relpath(row.path, root) if root else row.path

    columns: list[Column[FoundFolder]] = [
        Column("Folder", place, name=True),
        Column("Type", lambda row: type_cell(row.project_type, guessed=row.type_guessed), drop=2),
    ]
    if any(row.found for row in shown):
        columns.append(Column("Metrics", _holds, drop=1))
    if any(row.sessions for row in shown):
        columns.append(Column("Sessions", lambda row: text.count(row.sessions), True, drop=3))
    columns.append(Column("State", _state))
    blocks: list[Block] = []
    if shown:
        blocks += [*([Line(f"In {root}:")] if root else []), Table(columns, shown)]
    return [*blocks, *(Line(line) for line in _alike(left_out))]


def _rank(row: FoundFolder) -> int:
    """What a person looks for first: what is new and holds metrics."""
    is_new = row.state in ("new", "registered", "failed")
    return (0 if row.found else 1) if is_new else 2 if row.state != _KNOWN else 3


def _holds(row: FoundFolder) -> str:
    """``skills, agents``: what the metrics files are about."""
    return ", ".join(dict.fromkeys(_HOLDS.get(source, "skills") for source in row.found))


def _state(row: FoundFolder) -> str:
    """The state, with the repository that a worktree or submodule is of."""
    if row.part_of is not None and row.state in ("worktree", "submodule"):
        return f"{row.state} of {os.path.basename(row.part_of)}"
    return row.state


def _alike(rows: Sequence[FoundFolder]) -> list[str]:
    """``+ 45 new with metrics (python? 20, node? 15)``: the rows that were left out, counted."""
    groups: dict[tuple[int, str], list[FoundFolder]] = {}
    for row in rows:
        holds = " with metrics" if row.found else " without metrics"
        known = row.state in ("new", "registered")
        groups.setdefault((_rank(row), f"{row.state}{holds if known else ''}"), []).append(row)
    lines = []
    for (_, what), alike in groups.items():
        types = Counter(type_cell(row.project_type, guessed=row.type_guessed) for row in alike)
        types.pop("", None)
        listed = ", ".join(f"{name} {number:,}" for name, number in types.most_common(6))
        lines.append(f"+ {len(alike):,} {what}{f' ({listed})' if listed else ''}")
    return lines
