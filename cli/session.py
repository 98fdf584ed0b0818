"""One run of the program: its warehouse, its time, and its output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from cli.output import Answer, Output, command_of
from schema.frozen import dataclass
from schema.settings import Settings
from schema.warehouse import Warehouse

if TYPE_CHECKING:
    from aggregator.query import Result
    from cli.configuration import Configuration
    from cli.screen import Block
    from schema.warehouse import Connection


@dataclass(frozen=True)
class Session:
    """One run. ``now`` is its start: every number is as of then."""

    settings: Settings
    output: Output
    now: datetime
    configuration: Configuration | None = None

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(
            self.settings.warehouse_path, self.settings.timezone, note=self.output.note
        )


@contextmanager
def reading(session: Session, module: str) -> Iterator[Connection]:
    """A read-only connection. While DuckDB opens the file, ``module`` is imported."""

    def prepare() -> None:
        # What fails here fails again where it is used, and is told there.
        with suppress(Exception):
            import_module(module)
            if session.output.for_people:
                import_module("cli.screen")

    meanwhile = Thread(target=prepare)
    meanwhile.start()
    with session.warehouse.reading() as con:
        meanwhile.join()
        yield con


class Typed(Protocol):
    """A value of an answer's type."""

    @property
    def filters(self) -> object: ...
    @property
    def data(self) -> Sequence[object]: ...
    @property
    def totals(self) -> object: ...


def answer(
    session: Session,
    command: str,
    zone: str,
    result: Typed,
    *,
    warnings: Sequence[str] = (),
    first_line: str | None = None,
) -> Answer:
    """An answer of this run; ``first_line`` is one of the warnings that begins the screen too.

    A warning is a sentence for people: names and paths in it are spelled as on a screen, also in
    JSON.
    """
    from aggregator.text import plain

    return Answer(
        command,
        session.now,
        zone,
        result.filters,
        result.data,
        result.totals,
        [plain(each) for each in warnings],
        first_line and plain(first_line),
    )


def answered(session: Session, name: str, result: Result[Any, Any]) -> Answer:
    """The answer of a catalogue query, by its name there."""
    return answer(
        session,
        command_of(name),
        result.query.zone,
        result.json,
        warnings=result.warnings,
        first_line=result.query.unobserved,
    )


def tell(
    session: Session,
    command: str,
    zone: str,
    result: Typed,
    screen: Callable[[], Sequence[Block]],
    *,
    warnings: Sequence[str] = (),
    done: str | None = None,
) -> None:
    """Print the answer of this run, on a terminal as ``screen`` lays it out.

    ``done`` is said of a command that changes something: see ``Output.emit``, and for its errors.
    """
    session.output.emit(
        answer(session, command, zone, result, warnings=warnings), screen, done=done
    )
