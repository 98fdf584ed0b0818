"""What one run of the program works with: its warehouse, its moment, and how it prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

from cli.output import Answer, Output
from schema.settings import Settings
from schema.warehouse import Warehouse

if TYPE_CHECKING:
    from schema.warehouse import Connection


@dataclass(frozen=True)
class Session:
    """One run. ``now`` is its one moment: every number of an answer is as of then."""

    settings: Settings
    output: Output
    now: datetime

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(
            self.settings.warehouse_path, self.settings.timezone, note=self.output.note
        )


@contextmanager
def reading(session: Session, module: str) -> Iterator[Connection]:
    """A connection to read by. While DuckDB opens the file, the answer's ``module`` is imported."""

    def prepare() -> None:
        import_module(module)
        if not session.output.as_json:
            import_module("cli.screen")

    meanwhile = Thread(target=prepare)
    meanwhile.start()
    with session.warehouse.reading() as con:
        meanwhile.join()
        yield con


def answer(
    session: Session, command: str, zone: str, *, warnings: Sequence[str] = (), **fields: Any
) -> Answer:
    """An answer of this run."""
    return Answer(command, session.now, zone, warnings=list(warnings), **fields)
