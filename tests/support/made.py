"""What takes long to make and no test changes: made once for all processes of a run of tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name``, filled by whoever asks for it first; others wait until it is.

    It stays where it was made: a warehouse knows its projects by their paths.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / "made" / name, base / "made" / f"{name}.done"
    folder.mkdir(parents=True, exist_ok=True)
    with (base / "made" / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(folder)
            done.touch()
    return folder
