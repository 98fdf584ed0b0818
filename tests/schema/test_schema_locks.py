"""Who waits for the warehouse's file, for how long, and what it is told."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from places import TOP
from schema.errors import (
    WarehouseBusy,
)
from schema.warehouse import Warehouse
from test_schema import WAYS_TO_OPEN, Opening, rows


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """A warehouse that holds a setting to recognise it by."""
    with warehouse.writing() as con:
        rows(con, "insert into settings values ('mark', 'here before')")
    return warehouse


_HOLDER = """
import sys
from pathlib import Path
from schema.warehouse import Warehouse

path, way = sys.argv[1:]
with getattr(Warehouse(Path(path)), way)():
    print("open", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held(warehouse: Warehouse, way: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open until it reads a line, or the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(warehouse.path), way],
        cwd=TOP,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "open\n"
            yield holder
        finally:
            holder.kill()


@WAYS_TO_OPEN
def test_who_waits_in_vain_is_told_for_whom(filled: Warehouse, opening: Opening) -> None:
    """An open waits as long as it may, and then names the process that holds the file."""
    impatient = Warehouse(filled.path, read_wait_s=0.3, write_wait_s=0.3)

    with held(filled, "writing") as holder:
        began = time.monotonic()
        with pytest.raises(WarehouseBusy) as refusal, opening(impatient):
            pass
        waited_s = time.monotonic() - began

    assert f"process {holder.pid} " in refusal.value.message
    assert refusal.value.hint
    assert waited_s >= 0.3


@WAYS_TO_OPEN
def test_who_waits_long_enough_gets_in(filled: Warehouse, opening: Opening) -> None:
    """A pass in another process delays an open; it does not make it fail."""
    with held(filled, "writing") as holder:
        with pytest.raises(WarehouseBusy), opening(Warehouse(filled.path, "UTC", 0, 0)):
            pass
        assert holder.stdin is not None
        holder.stdin.write("done\n")
        holder.stdin.flush()

        with opening(filled) as con:
            mark = rows(con, "select value from settings where key = 'mark'")

    assert mark == [("here before",)]


def test_readers_do_not_wait_for_each_other(filled: Warehouse) -> None:
    """Two processes may ask at the same time; a writer waits until both are done."""
    impatient = Warehouse(filled.path, read_wait_s=0, write_wait_s=0)

    with held(filled, "reading"):
        with impatient.reading() as con:
            mark = rows(con, "select value from settings where key = 'mark'")
        with pytest.raises(WarehouseBusy), impatient.writing():
            pass

    assert mark == [("here before",)]
