"""Everything written to stdout: an answer, as a screen for people or in a format for programs.

Its JSON object has the same fields for every command and the same shape when there is nothing.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cli.terminal import Look
from schema import zones
from schema.errors import SystemRefused
from schema.frozen import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from cli.screen import Block

SCHEMA_VERSION = 1

Format: TypeAlias = Literal["table", "json", "jsonl", "csv", "md"]


_GROUPS = ("categories-", "baseline-", "experiment-", "patterns-", "schedule-", "team-")


def command_of(name: str) -> str:
    """The command of an answer's name: a hyphen joins the words of a group's command."""
    return name.replace("-", " ", 1) if name.startswith(_GROUPS) else name


@dataclass(frozen=True)
class Answer:
    """The output of a command: rows, filters and totals of the command's answer type.

    ``first_line`` is one of the warnings that also begins the screen.
    """

    command: str
    generated_at: datetime
    timezone: str
    filters: Any = field(default_factory=dict)
    data: Sequence[Any] = ()
    totals: Any = field(default_factory=dict)
    warnings: Sequence[str] = ()
    first_line: str | None = None

    def envelope(self) -> dict[str, object]:
        """The JSON object of the answer, the same shape when there is nothing."""
        from aggregator.answers.struct import as_json

        return {
            "schema_version": SCHEMA_VERSION,
            "command": self.command,
            "generated_at": iso(self.generated_at, self.timezone),
            "timezone": self.timezone,
            "filters": as_json(self.filters),
            "data": [as_json(row) for row in self.data],
            "totals": as_json(self.totals),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class Output:
    """How this run's answers are printed."""

    format: Format = "table"
    quiet: bool = False
    fields: Sequence[str] = ()
    """The fields of the rows to print, in order; none: all. Only of what is for programs."""
    look: Look = field(default_factory=Look)
    reverse: int | None = None
    """At most so many rows, the last one first; None: as they are."""

    @property
    def for_people(self) -> bool:
        """Whether answers are screens, and not data for a program."""
        return self.format == "table"

    def note(self, line: str) -> None:
        """Print a note to stderr, unless quiet."""
        if not self.quiet:
            from cli.diagnostics import say

            say(f"Note: {line}")

    def emit(
        self, answer: Answer, blocks: Callable[[], Sequence[Block]], *, done: str | None = None
    ) -> None:
        """Print the answer; ``blocks`` makes its screen and is called only if one is needed.

        ``done`` is for a command that changes something: a sentence that is true even if the answer
        cannot be printed. With ``quiet`` such a command prints nothing but data. Raises
        SystemRefused with that sentence.
        """
        if self.reverse is not None:
            from cli.list_command import reversed_answer, reversed_blocks

            blocks = reversed_blocks(blocks, len(answer.data), self.reverse)
            answer = reversed_answer(answer, self.reverse)
        if done is None:
            self._print(answer, blocks)
        elif not self.for_people or not self.quiet:
            try:
                self._print(answer, blocks)
            except BrokenPipeError:
                raise
            except OSError as exc:
                raise SystemRefused.of(exc, "Standard output", also=done) from exc

    def _print(self, answer: Answer, blocks: Callable[[], Sequence[Block]]) -> None:
        if self.for_people:
            from cli.screen import Line, show

            first = [] if answer.first_line is None else [Line(answer.first_line)]
            show([*first, *blocks()], self.look)
            return
        from cli.formats import formatted

        # No rows are no lines in JSONL.
        if text := formatted(answer, self.format, self.fields):
            write(text)
        if self.format != "json":
            for warning in answer.warnings:
                self.note(warning)


def write(text: str) -> None:
    """Print to stdout and flush, so that a closed pipe is noticed here."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def copy(path: Path) -> None:
    """Copy a file to stdout unchanged; its text is UTF-8 in any locale.

    On a terminal, control characters are escaped.
    """
    if sys.stdout.isatty():
        from aggregator.text import plain

        with path.open(encoding="utf-8", newline="") as text:
            sys.stdout.writelines(plain(line.rstrip("\r\n")) + "\n" for line in text)
    else:
        sys.stdout.flush()
        with path.open("rb") as made:
            shutil.copyfileobj(made, sys.stdout.buffer, 1 << 20)
    sys.stdout.flush()


def iso(instant: datetime | None, zone: str) -> str | None:
    """ISO 8601 with the zone's offset, as every surface of the product writes an instant."""
    return None if instant is None else instant.astimezone(zones.zone(zone)).isoformat()
