"""Buffers that DuckDB can open by name.

On Linux they are anonymous memory (memfd), so that nothing of a file, which may
contain a user's own words, is written to disk; elsewhere they are files in a private temporary
folder.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class Buffers:
    """Numbered, reusable buffers."""

    def __init__(self) -> None:
        self._descriptors: list[int] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._in_memory = hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd")

    def fill(self, number: int, pieces: list[bytes | memoryview]) -> None:
        """Replace a buffer's content. Numbers come in order: 0 first, then at most one more."""
        if not self._in_memory:
            with open(self._file(number), "wb", opener=_private) as file:
                file.writelines(pieces)
            return
        if number == len(self._descriptors):
            self._descriptors.append(os.memfd_create("chunk"))
        descriptor = self._descriptors[number]
        at = 0
        for piece in pieces:
            at += os.pwrite(descriptor, piece, at)
        # Truncated last, so that the memory is reused instead of freed and allocated again.
        os.ftruncate(descriptor, at)

    def path(self, number: int) -> str:
        """Where DuckDB finds the buffer."""
        if self._in_memory:
            return f"/proc/self/fd/{self._descriptors[number]}"
        return self._file(number)

    def content(self, number: int) -> bytes:
        """A buffer's bytes."""
        return Path(self.path(number)).read_bytes()

    def close(self) -> None:
        """Free the memory, or remove the folder."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        if self._folder is not None:
            self._folder.cleanup()

    def _file(self, number: int) -> str:
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="skillhouse-")
        return os.path.join(self._folder.name, str(number))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
