"""The report as a file: written completely or not at all, readable only by its owner."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cli.exporting.places import Target, TargetExists, check_target, target_of, written
from cli.output import Output
from cli.publishing import Publisher
from cli.query_options import QueryOptions
from cli.report.contents import WHOLE
from cli.report.page import MARK, page
from cli.session import Session
from schema.errors import UsageError
from schema.settings import Settings, absolute
from schema.warehouse import Connection, Warehouse

NAME = "skillhouse-report.html"

_BEGIN = 8_192
"""The first bytes of a file, which contain our mark if it is a report."""


def check(target: Target, warehouse: Path, *, force: bool = False) -> None:
    """UsageError if the report cannot be written there. A report may be replaced."""
    try:
        check_target(target, warehouse, force=force or is_report(target.path))
    except TargetExists:
        raise UsageError(
            f"{target.path} exists and was not written by skillhouse.",
            "Add --force to overwrite it, or use another file.",
        ) from None


def is_report(target: Path) -> bool:
    """Whether skillhouse wrote the file."""
    try:
        if not target.is_file():
            return False
        with target.open("rb") as file:
            return MARK.encode() in file.read(_BEGIN)
    except OSError:
        return False


def write(
    con: Connection,
    session: Session,
    target: Target,
    *,
    publisher: Publisher | None = None,
    selection: QueryOptions = WHOLE,
) -> int:
    """Write the report to ``target``, which ``check`` accepted; returns its size in bytes.

    Raises as ``page`` does, and SkillhouseError for what the file system refuses.
    """
    html = page(con, session, publisher=publisher, selection=selection).encode()
    with written(target, force=True) as made:
        made.draft.write_bytes(html)
    return len(html)


class Nightly:
    """Writes the report of a warehouse into a folder after each refresh."""

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        """UsageError without such a folder."""
        self.target = absolute(folder) / NAME
        check(target_of(self.target), warehouse.path)

    def __call__(self, warehouse: Warehouse, now: datetime) -> int:
        """Write it as of ``now``; returns its bytes. Raises as ``check`` and ``write`` do."""
        target = target_of(self.target)
        check(target, warehouse.path)
        session = Session(Settings(warehouse.path, warehouse.timezone), Output(quiet=True), now)
        with warehouse.reading() as con:
            return write(con, session, target)
