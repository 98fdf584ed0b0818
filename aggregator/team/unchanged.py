"""Whether anything that decides what is sent has changed since it was counted.

Next to the warehouse it is noted in which state it was when the counters were those that were sent
last. As long as that is its state, counting again would give the same. Everything that counting
depends on is either in the warehouse's file, whose state is what the system says of it, or compared
by itself: the agreement, the weeks, the member, this program. In doubt, as where a log lies next to
the file or the file was written only just now, nothing is noted and it is counted.

Only the system is asked about the file: opening it here would take away the locks by which another
thread of this process is reading it.
"""

from __future__ import annotations

import json
import os
import unicodedata
from contextlib import suppress
from pathlib import Path

from aggregator.team.community import folder_of
from aggregator.team.counted import Counted, LeftOut, Weeks
from schema.engine import duckdb
from schema.frozen import dataclass

_FORMAT = 1
SETTLED_NS = 3_000_000_000
"""How much older than its note a file must be: two writes within one tick of a file system's clock,
which is two seconds on the coarsest, leave the same times."""

_TOP = Path(__file__).resolve().parent.parent.parent
_PROGRAM = ("aggregator", "aggregator/team", "aggregator/relations", "schema", "schema/migrations")
"""Folders of what counts: an upgrade writes other files into them."""


@dataclass(frozen=True)
class State:
    """What the counters depend on. ``file``: what the system says of the warehouse's file."""

    file: tuple[int, ...]
    program: tuple[str | int, ...]
    member: str
    agreement_etag: str
    weeks: Weeks

    @property
    def _as_json(self) -> list[object]:
        weeks = [self.weeks.since.isoformat(), self.weeks.before.isoformat()]
        return [list(self.file), list(self.program), self.member, self.agreement_etag, weeks]


def file_state(warehouse: Path) -> tuple[int, ...] | None:
    """What tells one state of the file from every other; None where it may not.

    Device, number and size of the file, and when its content and anything else of it changed, in
    nanoseconds. A file that is swapped, copied over or restored has another number, or was changed
    at another time, which nobody can set.
    """
    try:
        if warehouse.is_symlink() or _has_log(warehouse):
            return None
        found = os.stat(warehouse)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _has_log(warehouse: Path) -> bool:
    """Whether there is anything that is not in the file yet."""
    begin = f"{warehouse.name}."
    return any(
        name.startswith(begin) and name.endswith(".wal") for name in os.listdir(warehouse.parent)
    )


def program_state() -> tuple[str | int, ...] | None:
    """What tells this installation from another version; None where its files cannot be seen."""
    found: list[str | int] = [duckdb.__version__, unicodedata.unidata_version]
    try:
        for folder in _PROGRAM:
            seen = os.stat(_TOP / folder)
            found += [seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns]
    except OSError:
        return None
    return tuple(found)


def noted(warehouse: Path, state: State) -> Counted | None:
    """What was counted in this state; None: that is not known."""
    try:
        found = json.loads(_note_of(warehouse).read_bytes())
        if found["format"] != _FORMAT or found["state"] != state._as_json:
            return None
        counted = found["counted"]
        return Counted(
            str(counted["member"]),
            int(counted["row_count"]),
            int(counted["size_bytes"]),
            str(counted["digest"]),
            tuple(LeftOut(*each) for each in counted["left_out"]),
            int(counted["weeks_dropped"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def note(warehouse: Path, state: State, counted: Counted) -> None:
    """Note what was counted in this state, if the file is old enough for its times to tell it.

    Where that is not possible it is counted again the next time.
    """
    document = {
        "format": _FORMAT,
        "state": state._as_json,
        "counted": {
            "member": counted.member,
            "row_count": counted.row_count,
            "size_bytes": counted.size_bytes,
            "digest": counted.digest,
            "left_out": [
                [each.kind, each.skill_name, each.uses, each.reason] for each in counted.left_out
            ],
            "weeks_dropped": counted.weeks_dropped,
        },
    }
    path = _note_of(warehouse)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(document, file)
            # By the clock that also gave the warehouse its times.
            *_, modified_ns, changed_ns = state.file
            if max(modified_ns, changed_ns) + SETTLED_NS <= os.stat(part).st_mtime_ns:
                os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def _note_of(warehouse: Path) -> Path:
    return folder_of(warehouse) / "unchanged.json"
