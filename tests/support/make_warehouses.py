"""Makes the small warehouses in ``tests/data/warehouses``, written by a version as it was.

They are made once for each schema version, before the next migration is added, and never changed:

    git worktree add --detach /tmp/skillhouse-then COMMIT
    PYTHONPATH=/tmp/skillhouse-then python tests/support/make_warehouses.py
    git worktree remove /tmp/skillhouse-then

The program of COMMIT collects the fleet of ``old_fleet.py`` into two warehouses, one refreshed at
the end and one with marks that wait, and what it answers is stored with them. Commits so far:
0001 96ebf25, 0002 83f65e4, 0003 3ba1b95, 0004 0da37a3,
0005 1360e9b, 0006 0923adc, 0007 0983bcf, 0008 98a8107,
0009 21d4166, 0010 9fc9ca1, 0011 6d1b4d3, 0012 e5b782e,
0013 e70c2bd, 0014 38fec78, 0015 a4e1e9d,
0016 50c0d62, 0017 20639ed.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import cli.main
from aggregator.refresh import refresh
from collector.collect import collect
from collector.projects.registering import register
from old_fleet import ASKED_AT, LATE, LINES, MEMBERS, ZONE, lay_out
from places import WAREHOUSES
from schema.upgrade import MIGRATIONS
from schema.warehouse import Warehouse

# Where the projects stood is in the files; it is nobody's home.
FLEET = Path("/tmp/skillhouse-fleet")  # noqa: S108 # made and removed by hand, never in a test


def write(warehouse: Warehouse, late: tuple[str, ...]) -> None:
    """Collect and refresh; those that are ``late`` are collected after the refresh."""
    for turn in (False, True):
        with warehouse.writing() as con:
            for member in MEMBERS:
                if (member.name in late) is turn:
                    register(
                        con,
                        FLEET / member.name,
                        now=ASKED_AT,
                        default_timezone=member.timezone,
                        name=member.name,
                        project_type=member.type,
                    )
        collect(warehouse, now=ASKED_AT)
        if not turn:
            refresh(warehouse, now=ASKED_AT)


def answers(warehouse: Path) -> dict[str, Any]:
    """What the program answers, a line's words to its JSON."""
    found = {}
    for words in LINES:
        out = io.StringIO()
        with redirect_stdout(out), suppress(SystemExit):
            cli.main.main(["--warehouse", str(warehouse), "--json", *words])
        found[" ".join(words)] = json.loads(out.getvalue())
    return found


def main() -> None:
    """Make both warehouses of the version that is first on the path."""
    cli.main.now_utc = lambda: ASKED_AT  # type: ignore[attr-defined] # as tests do it
    os.environ["SKILLHOUSE_TIMEZONE"] = ZONE
    shutil.rmtree(FLEET, ignore_errors=True)
    lay_out(FLEET)
    number = f"{len(MIGRATIONS):04d}"
    stored = {}
    for state, late in (("fresh", ()), ("marked", LATE)):
        warehouse = Warehouse(FLEET / "data" / f"{number}-{state}.duckdb", ZONE)
        write(warehouse, late)
        stored[state] = answers(warehouse.path)
        packed = gzip.compress(warehouse.path.read_bytes(), 9, mtime=0)
        (WAREHOUSES / f"{warehouse.path.name}.gz").write_bytes(packed)
        sys.stdout.write(f"{warehouse.path.name}: {len(packed):,} bytes packed\n")
    # Both hold the same, so they say the same, and it is stored once.
    [one, other] = (_without_moments(each) for each in stored.values())
    assert one == other
    text = json.dumps(one, indent=1, sort_keys=True) + "\n"
    (WAREHOUSES / f"{number}-answers.json").write_text(text, encoding="utf-8")
    shutil.rmtree(FLEET)


def _without_moments(answers: dict[str, Any]) -> dict[str, Any]:
    for answer in answers.values():
        del answer["generated_at"]
    return answers


if __name__ == "__main__":
    main()
