"""Reports as files, for browsers to open."""

from __future__ import annotations

from pathlib import Path

from conftest import NOW
from schema.warehouse import Warehouse


def write_report(warehouse: Warehouse, target: Path) -> Path:
    """Write the report of a warehouse as of the tests' moment, as the command does."""
    from cli.exporting.places import target_of
    from cli.output import Output
    from cli.report.file import write
    from cli.session import Session
    from schema.settings import Settings

    with warehouse.reading() as con:
        session = Session(Settings(warehouse.path, "UTC"), Output(), NOW)
        write(con, session, target_of(target))
    return target
