"""A tool call from its arguments to its reply: read in a thread that ends when it is cancelled."""

from __future__ import annotations

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
from cli.mcp_server import pages, parts
from cli.mcp_server.arguments import Call, Listed
from cli.mcp_server.pages import Cursor
from cli.mcp_server.parts import Part, Query
from cli.mcp_server.privacy import Redaction, redaction
from cli.mcp_server.readers import READ_WAIT_S, Readers
from cli.mcp_server.rounding import rounded
from cli.mcp_server.short_text import short_text
from cli.output import Output
from cli.session import Session
from cli.stop import Stop, Stopped
from schema.errors import SkillhouseError, UnknownName
from schema.settings import Settings
from schema.spelling import parameter
from schema.warehouse import Connection, Warehouse, now_utc

MAX_CALLS = 8
"""Calls that run at the same time; the others wait for their turn."""

_STOP_WAIT_S = 10.0
_MARGIN_CHARACTERS = 100

Result = TypeVar("Result")


@dataclass(frozen=True)
class Reply:
    """What a call is answered with."""

    structured: dict[str, Any] | None
    text: str
    is_error: bool = False


@dataclass(frozen=True)
class ServerContext:
    """The warehouse that a server answers from, and how."""

    settings: Settings
    readers: Readers
    show_paths: bool
    turn: anyio.CapacityLimiter

    @property
    def session(self) -> Session:
        return Session(self.settings, Output(format="json", quiet=True), now_utc())

    async def answer(
        self, tool: str, query: Query, call: Call, most: int = pages.MAX_CHARACTERS
    ) -> Reply:
        """The next page of a tool's answer, of ``most`` characters. SkillhouseError without one."""
        return await self.read(partial(self._answer, tool, query, call, most))

    async def read(self, work: Callable[[Connection, Redaction], Result]) -> Result:
        """The result of ``work``, which runs in a thread. Errors have their paths removed."""
        async with self.turn:
            thread = _CallThread()
            try:
                return await anyio.to_thread.run_sync(
                    partial(self._work, work, thread), abandon_on_cancel=True
                )
            except anyio.get_cancelled_exc_class():
                await thread.end()
                raise

    def redaction(self, con: Connection | None = None) -> Redaction:
        """What is removed from texts; without ``con`` the projects' paths are not known."""
        return redaction(con, self.settings.warehouse_path, show_paths=self.show_paths)

    def _work(self, work: Callable[[Connection, Redaction], Result], thread: _CallThread) -> Result:
        thread.started.set()
        redact = self.redaction()
        try:
            thread.stop.check()
            with self.readers.reading(thread.stop) as con:
                redact = self.redaction(con)
                try:
                    return work(con, redact)
                except UnknownName as error:
                    raise parts.with_first_steps(con, error) from None
        except SkillhouseError as error:
            raise redact.error(error) from None
        except Stopped:
            # Of a cancelled call, whose result nobody takes.
            raise RuntimeError("cancelled") from None
        finally:
            thread.finished.set()

    def _answer(
        self,
        tool: str,
        query: Query,
        call: Call,
        most: int,
        con: Connection,
        redact: Redaction,
    ) -> Reply:
        session, cursor, given = self.session, None, call.arguments
        question = pages.digest([tool, given.model_dump(exclude={"cursor", "limit"})])
        limit = given.limit if isinstance(given, Listed) else None
        if isinstance(given, Listed) and given.cursor is not None:
            cursor = pages.read_cursor(given.cursor, question, session.now)
            session = replace(session, now=cursor.moment)
        found = [
            Part(rounded(redact.value(each.envelope)), each.about)
            for each in query(con, session, given)
        ]
        return reply(
            found,
            PageRequest(session, question, limit, cursor, most),
            notes=call.notes,
            first=parts.first_steps(con),
        )


@dataclass(frozen=True)
class PageRequest:
    """Which page of a reply is sent: of everything that fits into ``most`` characters, unless a
    ``limit`` of rows is given."""

    session: Session
    question: str = ""
    limit: int | None = None
    cursor: Cursor | None = None
    most: int = pages.MAX_CHARACTERS


def reply(
    found: list[Part], request: PageRequest, *, notes: Sequence[str] = (), first: Sequence[str] = ()
) -> Reply:
    """The page of these parts, structured and as text: as many rows as both have room for.

    ``notes`` are about the call itself; ``first`` is what to run in an empty warehouse.
    """
    about_call = {"notes": list(notes)} if notes else {}
    room = request.most
    limit = pages.ALL_ROWS if request.limit is None else request.limit
    margin = _MARGIN_CHARACTERS
    while True:
        page = pages.page(
            found,
            request.question,
            limit,
            request.session.now,
            request.cursor,
            room=room,
            pageable=request.limit is not None,
        )
        page = replace(page, about={**page.about, **about_call})
        shortened = short_text(page.answers, page.about, [*notes, *first])
        over = pages.size(page.structured) + len(shortened.text) - request.most
        if over > 0 and room > 0:
            # What the text takes is known only now. Each round leaves less room, down to one row.
            room -= over + margin
            margin *= 2
        elif shortened.is_complete or request.limit is None or limit == 1:
            return Reply(page.structured, shortened.text)
        else:
            limit //= 2


def server_context(settings: Settings, *, show_paths: bool) -> ServerContext:
    """The context of a server; nothing is opened yet."""
    warehouse = Warehouse(settings.warehouse_path, settings.timezone, read_wait_s=READ_WAIT_S)
    return ServerContext(settings, Readers(warehouse), show_paths, anyio.CapacityLimiter(MAX_CALLS))


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
        self.stop.request()
        with anyio.move_on_after(_STOP_WAIT_S, shield=True):
            while self.started.is_set() and not self.finished.is_set():
                # An interrupt ends the current statement only; the thread may begin another one.
                self.stop.interrupt()
                await anyio.sleep(0.02)


def sentence(error: SkillhouseError) -> str:
    """An error in one line, with the argument that is wrong."""
    argument = f"{parameter(error.parameter)}: " if error.parameter else ""
    return f"{argument}{error.message} {error.hint}".strip()


def internal_error(error: Exception) -> str:
    """A fault of the program in one sentence, without any data; also printed on stderr."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    line = f"Internal error ({type(error).__name__}{place}). Your data is unchanged."
    with suppress(OSError, ValueError):
        say(f"Error: {line}")
    return line
