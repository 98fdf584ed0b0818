"""What every source promises to the run that calls it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords
from collector.files.trees import Candidate, Entry, Tree
from collector.read_results import Checkpoint, Queued, ReadAgain, Reading


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
        checkpoint: Checkpoint,
        file_records: FileRecords,
        bulk: BulkReader | None,
    ) -> Reading | Queued | ReadAgain:
        """Read the file, or what is new in it, into ``file_records``; or queue its chunks.

        ``checkpoint`` is where the last reading of it ended; an empty one reads from the start.
        ``bulk`` takes chunks of large files; None where all is to be read record by record. A fault
        in what a file holds is a Reading, never an error. Nothing may be staged or queued with
        ReadAgain. Raises FileRefused for a file that cannot be opened or read, and ChangedMeanwhile
        when it changed while it was read; what is queued of it then is discarded by the caller.
        """
