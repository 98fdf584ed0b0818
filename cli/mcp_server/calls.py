"""A tool call from its arguments to its answer: read in a thread, ended when it is cancelled."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from cli.diagnostics import say
from cli.mcp_server import pages
from cli.mcp_server.arguments import Call, Listed
from cli.mcp_server.privacy import Privacy, privacy
from cli.mcp_server.questions import Ask, Part, friendly, nothing_yet
from cli.mcp_server.readers import READ_WAIT_S, Readers
from cli.mcp_server.words import CHARACTERS as TEXT_CHARACTERS
from cli.mcp_server.words import words
from cli.output import Output
from cli.service.stop import Stop, Stopped
from cli.session import Session
from schema.errors import SkillhouseError, UnknownName
from schema.settings import Settings
from schema.warehouse import Connection, Warehouse, now_utc

AT_ONCE = 8
"""Calls that work at the same time; the others wait for their turn."""

_INTERRUPT_FOR_S = 10.0
_ENDING = 700
"""Characters that the last lines of a text take, a cursor among them."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Reply:
    """What a call is answered with."""

    structured: dict[str, Any] | None
    text: str
    is_error: bool = False


@dataclass(frozen=True)
class House:
    """A warehouse as the server offers it."""

    settings: Settings
    readers: Readers
    show_paths: bool
    turn: anyio.CapacityLimiter

    @property
    def session(self) -> Session:
        return Session(self.settings, Output(as_json=True, quiet=True, color=False), now_utc())

    async def answer(self, tool: str, ask: Ask, call: Call) -> Reply:
        """The next page of a tool's answer. SkillhouseError where there is none."""
        return await self.read(partial(self._answer, tool, ask, call))

    async def read(self, work: Callable[[Connection, Privacy], Result]) -> Result:
        """What ``work`` finds, in a thread. What goes wrong is said without paths."""
        async with self.turn:
            thread = _CallThread()
            try:
                return await anyio.to_thread.run_sync(
                    partial(self._work, work, thread), abandon_on_cancel=True
                )
            except anyio.get_cancelled_exc_class():
                await thread.end()
                raise

    def _work(self, work: Callable[[Connection, Privacy], Result], thread: _CallThread) -> Result:
        told = privacy(None, self.settings.warehouse_path, show_paths=self.show_paths)
        stop = thread.stop
        thread.started.set()
        try:
            stop.check()
            with self.readers.reading(stop) as con:
                told = privacy(con, self.settings.warehouse_path, show_paths=self.show_paths)
                try:
                    return work(con, told)
                except UnknownName as error:
                    raise friendly(con, error) from None
        except SkillhouseError as error:
            raise private(error, told) from None
        except Stopped:
            raise RuntimeError("nobody waits for this") from None
        finally:
            thread.finished.set()

    def _answer(self, tool: str, ask: Ask, call: Call, con: Connection, told: Privacy) -> Reply:
        session, cursor, asked = self.session, None, call.arguments
        question = pages.digest([tool, asked.model_dump(exclude={"cursor", "limit"})])
        limit = asked.limit if isinstance(asked, Listed) else pages.EVERY_ROW
        if isinstance(asked, Listed) and asked.cursor is not None:
            cursor = pages.read_cursor(asked.cursor, question, session.now)
            session = replace(session, now=cursor.moment)
        parts = [Part(told.told(part.envelope), part.about) for part in ask(con, session, asked)]
        first = nothing_yet(con)
        return reply(
            parts,
            first,
            question,
            limit,
            session,
            cursor,
            notes=call.notes,
            pageable=isinstance(asked, Listed),
        )


def reply(
    parts: list[Part],
    first: list[str],
    question: str,
    limit: int,
    session: Session,
    cursor: pages.Cursor | None,
    *,
    notes: Sequence[str] = (),
    pageable: bool,
) -> Reply:
    """The page of these parts, as numbers and in words; ``notes`` are about the call itself."""
    about_call = {"notes": list(notes)} if notes else {}
    room = pages.CHARACTERS - TEXT_CHARACTERS - _ENDING - len(json.dumps(about_call))
    shown = pages.page(parts, question, limit, session.now, cursor, room=room, pageable=pageable)
    shown = replace(shown, about={**shown.about, **about_call})
    return Reply(shown.structured, words(shown.answers, shown.about, [*notes, *first]))


def house(settings: Settings, *, show_paths: bool) -> House:
    """The house of a warehouse; nothing is opened yet."""
    warehouse = Warehouse(settings.warehouse_path, settings.timezone, read_wait_s=READ_WAIT_S)
    return House(settings, Readers(warehouse), show_paths, anyio.CapacityLimiter(AT_ONCE))


@dataclass(frozen=True)
class _CallThread:
    """The thread of one call, as far as a cancelled call has to know it."""

    stop: Stop = field(default_factory=Stop)
    started: Event = field(default_factory=Event)
    finished: Event = field(default_factory=Event)

    async def end(self) -> None:
        """Stop the thread and wait until it has ended, 10 s at most.

        There is nothing to wait for before it has started: a call can be cancelled while it waits
        for a thread, and then none may ever run. One that starts later sees the stop first.
        """
        self.stop.wish()
        with anyio.move_on_after(_INTERRUPT_FOR_S, shield=True):
            while self.started.is_set() and not self.finished.is_set():
                # DuckDB forgets an interrupt with the statement it ended.
                self.stop.interrupt()
                await anyio.sleep(0.02)


def sentence(error: SkillhouseError) -> str:
    """An error as the command line says it."""
    return f"{error.message} {error.hint}".strip()


def private(error: SkillhouseError, told: Privacy) -> SkillhouseError:
    """The error of the same kind without paths."""
    return type(error)(told.text(error.message), told.text(error.hint))


def crashed(error: Exception) -> str:
    """Our own fault, in a sentence, with none of the data; also said on stderr."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    line = f"skillhouse failed ({type(error).__name__} at {place}). The fault is ours."
    with suppress(OSError, ValueError):
        say(f"Error: {line}")
    return line
