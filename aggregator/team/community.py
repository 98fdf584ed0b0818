"""What a rollup publishes, and the copy of it that a member's questions are answered from.

The files of a run come first and ``current.json`` last, which names the run, and the size and
digest of each of its files: readers see the run before or the one after, never a mixture.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from aggregator.team.store import COMMUNITY, Store
from schema.errors import CommunityUnusable, ObjectMissing, StoreDenied, TeamError
from schema.places import begin_of
from schema.pool import CONFIG
from schema.statements import steps

CURRENT = f"{COMMUNITY}current.json"
FORMAT = 1
TABLES = ("cells", "durations", "changes", "pairs", "clusters", "adoption", "arms")
MOST_BYTES = 256 << 20
"""Bytes of a file of the community; those of 100 skills take some 100 kB."""

_MOST_OF_HEADER = 1 << 20


@dataclass(frozen=True)
class File:
    """A file of a run: its bytes, and their SHA-256 in hexadecimal digits."""

    size: int
    sha256: str

    def describes(self, data: bytes) -> bool:
        """Whether these are its bytes."""
        return len(data) == self.size and sha256(data).hexdigest() == self.sha256


@dataclass(frozen=True)
class Header:
    """What ``current.json`` says of the run in force. Days are the first of a stretch of weeks.

    ``until`` is the first day that is not counted any more. ``previous`` is the run before.
    """

    run: str
    team_id: str
    team_name: str
    published_at: datetime
    engine: str
    members: int
    least_members: int
    baseline_from: date
    earlier_from: date
    recent_from: date
    until: date
    files: Mapping[str, File]
    previous: str | None = None


def key_of(run: str, table: str) -> str:
    """The key of a table of a run."""
    return f"{COMMUNITY}{run}/{table}.parquet"


def serialise(header: Header) -> bytes:
    """The bytes of ``current.json``."""
    document = {"format": FORMAT, **asdict(header)}
    return (json.dumps(document, indent=2, default=lambda value: value.isoformat()) + "\n").encode()


def parse(data: bytes) -> Header:
    """What ``current.json`` says. CommunityUnusable if it is damaged, TeamError if it is newer."""
    try:
        found: dict[str, Any] = json.loads(data)
        if found["format"] > FORMAT:
            raise TeamError(
                f"The team's rollup has format {found['format']}; this program knows {FORMAT}.",
                "Upgrade skillhouse.",
            )
        run = str(found["run"])
        if not run or not run.replace("-", "").isalnum():
            raise ValueError(run)
        days = {
            name: date.fromisoformat(found[name])
            for name in ("baseline_from", "earlier_from", "recent_from", "until")
        }
        files = {
            name: File(int(found["files"][name]["size"]), str(found["files"][name]["sha256"]))
            for name in TABLES
        }
        return Header(
            run,
            str(found["team_id"]),
            str(found["team_name"]),
            datetime.fromisoformat(found["published_at"]),
            str(found["engine"]),
            int(found["members"]),
            int(found["least_members"]),
            **days,
            files=files,
            previous=found.get("previous"),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CommunityUnusable(
            "community/current.json is damaged.", "The team's maintainer runs `team rollup` again."
        ) from None


def current(store: Store) -> tuple[Header, str] | None:
    """The run in force and the e-tag of its ``current.json``; None before the first rollup."""
    try:
        data, etag = store.get(CURRENT, at_most=_MOST_OF_HEADER)
    except ObjectMissing:
        return None
    except StoreDenied:
        # That an object is missing S3 tells only who may list the whole bucket.
        with suppress(StoreDenied):
            if all(entry.key != CURRENT for entry in store.list(COMMUNITY)):
                return None
        raise
    return parse(data), etag


def folder_of(warehouse: Path) -> Path:
    """Where the copy of the community lies: next to the warehouse."""
    return warehouse.with_name(f"{begin_of(warehouse)}.team")


def copied(folder: Path) -> Header | None:
    """The run that was fetched last; None: none, or what is there is not whole."""
    with suppress(OSError, TeamError):
        header = parse((folder / "current.json").read_bytes())
        return header if _is_whole(folder / header.run, header) else None
    return None


def _is_whole(folder: Path, header: Header) -> bool:
    """Whether a folder has every file of the run."""
    with suppress(OSError):
        return all(
            file.describes((folder / f"{table}.parquet").read_bytes())
            for table, file in header.files.items()
        )
    return False


def fetch(store: Store, team_id: str, folder: Path) -> Header | None:
    """Bring the copy up to date; the run it has then, None before the first rollup.

    A copy that is up to date and whole costs one GET of a small object. CommunityUnusable where the
    store has a file that is not the one named or has other columns, or another team's, and where
    the copy cannot be written; it then stays what it was.
    """
    found = current(store)
    if found is None:
        return None
    header, _ = found
    if header.team_id != team_id:
        raise CommunityUnusable(
            "The store holds another team's results.", "Ask the team's maintainer."
        )
    kept = copied(folder)
    if kept == header:
        return header
    try:
        _replace_copy(store, header, folder, kept)
    except OSError as exc:
        reason = (exc.strerror or type(exc).__name__).lower()
        raise CommunityUnusable(
            f"The team's numbers cannot be kept in {folder}: {reason}.",
            "Free some space, or remove what is there, and try again.",
        ) from exc
    return header


def _replace_copy(store: Store, header: Header, folder: Path, kept: Header | None) -> None:
    """Fetch the files of a run, and make it the copy in place of the one that is ``kept``."""
    # What others share with members stays readable for this user alone.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{header.run}.{os.getpid()}"
    draft.mkdir(mode=0o700, exist_ok=True)
    try:
        for table, file in header.files.items():
            data, _ = store.get(key_of(header.run, table), at_most=min(file.size, MOST_BYTES))
            if not file.describes(data):
                raise CommunityUnusable(
                    f"{key_of(header.run, table)} is not the file that was published.",
                    "Try again; the team's maintainer may have to run `team rollup` again.",
                )
            (draft / f"{table}.parquet").write_bytes(data)
        _check_tables(draft)
        if not _is_whole(folder / header.run, header):
            shutil.rmtree(folder / header.run, ignore_errors=True)
            with suppress(OSError):  # Another process was faster, with the same files.
                os.rename(draft, folder / header.run)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    part = folder / f".current.{os.getpid()}"
    part.write_bytes(serialise(header))
    os.replace(part, folder / "current.json")
    # A reader that began with the copy before may still be reading it.
    keep = {header.run, kept.run if kept else header.run}
    for each in folder.iterdir():
        if each.is_dir() and not each.name.startswith(".") and each.name not in keep:
            shutil.rmtree(each, ignore_errors=True)


def _check_tables(folder: Path) -> None:
    """CommunityUnusable where a file has not the columns, or lacks values, that answers need."""
    import duckdb

    with duckdb.connect(config=CONFIG) as con:
        for step in steps("aggregator/team/community.sql"):
            con.execute(step)
        for table in TABLES:
            try:
                given, known = con.read_parquet(str(folder / f"{table}.parquet")), con.table(table)
                if (given.columns, given.types) != (known.columns, known.types):
                    raise ValueError(table)
                given.insert_into(table)
            except (duckdb.Error, ValueError):
                raise CommunityUnusable(
                    f"{table}.parquet of the team's rollup is not a table that this version knows.",
                    "Upgrade skillhouse; or the team's maintainer runs `team rollup` again.",
                ) from None


def forget(folder: Path) -> None:
    """Remove the copy."""
    shutil.rmtree(folder, ignore_errors=True)
