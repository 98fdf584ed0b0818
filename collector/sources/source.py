"""What every source promises to the pass that calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from collector.file_records import FileRecords
from collector.last_line import Retraction
from collector.trees import Candidate, Entry, Tree

State = Literal["read", "torn", "malformed", "refused", "gone"]
"""How the last look at a file ended.

- ``read``       its records were taken
- ``torn``       its writer is at work; nothing was lost, the next pass tries again
- ``malformed``  it is whole but not what it should be
- ``refused``    it may not or cannot be opened
- ``gone``       it is no longer there; what was collected from it stays
"""

Checkpoint = dict[str, object]


@dataclass(frozen=True)
class Reading:
    """How one file's reading ended.

    ``detail`` of a file that was read says what in it is withheld. ``whole`` says that the records
    are all of the file, not only what came after the checkpoint. ``warning`` and ``note`` are
    sentences for a person when the file lost records since the last read; only a warning is a
    problem. ``complete`` is there while parts of the file still wait to be read in bulk: it gives
    the real Reading, or raises NeedsFallback or StartOver. ``retraction`` takes a row of the file
    back before its records are merged; it comes with a reading of the whole file.
    """

    state: State
    detail: str = ""
    shape: str | None = None
    checkpoint: Checkpoint = field(default_factory=dict)
    writer_totals: dict[str, dict[str, float]] | None = None
    whole: bool = True
    unchanged: bool = False
    complete: Callable[[], Reading] | None = None
    note: str = ""
    warning: str = ""
    retraction: Retraction | None = None


class Source(Protocol):
    """A format: where its files are and how one is read."""

    @property
    def name(self) -> str:
        """The format's name, stored with every file."""

    def find(self, tree: Tree) -> Iterator[Entry]:
        """The files of this format in a project, in a fixed order."""

    def fingerprint(self, tree: Tree, candidate: Candidate) -> str:
        """How the file looks from outside; equal means unchanged, and it is not opened."""

    def read(
        self,
        tree: Tree,
        candidate: Candidate,
        checkpoint: Checkpoint | None,
        file_records: FileRecords,
    ) -> Reading:
        """Read the file, or what is new in it, into ``file_records``.

        A file's fault is a Reading, never an error. Raises ChangedMeanwhile when the file changed
        under the read and StartOver when the checkpoint cannot be used after all.
        """
