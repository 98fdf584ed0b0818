"""How the reading of one file ends: with a result, queued in the bulk reader, or repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Literal

from schema.frozen import dataclass

State = Literal["read", "torn", "malformed", "refused", "gone"]
"""What the last run found at a file's path.

- ``read``       its records were taken
- ``torn``       its writer is at work; nothing was lost, the next run tries again
- ``malformed``  it is whole but not what it should be
- ``refused``    it may not or cannot be opened
- ``gone``       it is no longer there; what was collected from it stays
"""

Checkpoint = dict[str, object]


@dataclass(frozen=True)
class Retraction:
    """A row that was stored from a last line which went on and is not a record after all.

    ``kind`` is that of a row, or ``recommendation``; ``at`` is its instant in ISO 8601.
    """

    kind: str
    name: str
    at: str
    session_id: str | None
    idempotency_key: str | None


@dataclass(frozen=True)
class Reading:
    """The result of reading one file.

    ``checkpoint`` is where the next reading of a file goes on that was read and has changed; any
    other file keeps the one it has. ``detail`` of a file that was read says what in it is withheld.
    ``whole``: all of the file was read, not only what came after the checkpoint. ``warning`` and
    ``note`` are sentences for a person when the file lost records since the last run; only a
    warning is a problem. ``retraction`` removes a stored row of the file before its records are
    merged; it comes with a reading of the whole file.
    """

    state: State
    detail: str = ""
    shape: str | None = None
    checkpoint: Checkpoint = field(default_factory=dict)
    writer_totals: dict[str, dict[str, float]] | None = None
    whole: bool = True
    unchanged: bool = False
    note: str = ""
    warning: str = ""
    retraction: Retraction | None = None


@dataclass(frozen=True)
class ReadAgain:
    """The file must be read in another way.

    - ``from_start``  without its checkpoint: what is new cannot be determined without the rest
    - ``by_record``   without the bulk reader, which cannot read this file
    """

    how: Literal["from_start", "by_record"]


@dataclass(frozen=True)
class Queued:
    """Chunks of the file wait for the bulk reader; ``finish`` waits for them and gives the result.

    It is called once, after other files had their chunks queued as well: the bulk reader is fast
    because it reads the chunks of many files at once.
    """

    finish: Callable[[], Reading | ReadAgain]


def shrinkage(before: object, count: int) -> str:
    """What to say of a file that holds fewer records than before; '' where there is nothing."""
    if not isinstance(before, int) or count >= before:
        return ""
    if count == 0:
        return f"was reset (it had {before} records); collected data is kept"
    return f"has fewer records ({before} before, {count} now); collected data is kept"
