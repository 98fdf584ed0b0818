"""Collecting transcripts night by night without a warehouse, and what can become of their files."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from collector.files.trees import Refusal
from collector.transcripts import kept_pieces, owners, reading, roots
from collector.transcripts.reconcile import Piece, Row, Store, names_of
from transcript_worlds import World, expected, write

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wanted_of(truth: dict[str, Any], night: str) -> list[tuple[object, ...]]:
    """The rows that a stored world's truth names for a night, in the order of ``told``."""
    rows = [
        (
            row["project"],
            row["kind"],
            row["name"],
            datetime.fromisoformat(row["invoked_at"]).astimezone(UTC),
            row["trigger"],
            row["nights"][night]["session"],
            row["nights"][night]["outcome"],
            row["nights"][night]["error_type"],
            row["nights"][night]["duration_ms"],
        )
        for row in truth["rows"]
        if night in row["nights"] and row["project"] is not None
    ]
    return sorted(rows, key=repr)


def tell_in_pieces(base: Path, world: World, nights: int, dice: random.Random) -> Collector:
    """Have a world's transcripts read night by night, and worn; the rows are always its truth.

    At the end the collector that read them.
    """
    collector = Collector(base / "home", base / "work", dice)
    for night in range(1, nights):
        write(world, base / "home", night / nights, dice)
        if dice.random() < 0.5:
            wear(base / "home", dice)
        collector.night()
    write(world, base / "home")

    assert told(collector.night()) == expected(world)
    assert told(collector.night(full=True)) == expected(world)
    for _ in range(2):
        wear(base / "home", dice)
        assert told(collector.night()) == expected(world)
    assert told(collector.night(full=True)) == expected(world)
    return collector


class Collector:
    """Reads a home night by night, keeping only what a warehouse would keep in between."""

    def __init__(self, home: Path, work: Path, dice: random.Random) -> None:
        self.home, self.dice = home, dice
        self.projects = {str(work / "alpha"): "alpha"}
        self.checkpoints: dict[str, bytes] = {}
        self.pieces: dict[str, Piece] = {}
        self.links: dict[str, set[str]] = {}
        self.written: dict[str, Row] = {}
        self.rejects: Counter[str] = Counter()

    def night(self, full: bool = False) -> list[Row]:
        owner = owners.Owners(self.projects)
        found = [
            entry
            for tool, folder in (("claude_code", ".claude/projects"), ("codex", ".codex"))
            for entry in roots.find(tool, self.home / folder)  # type: ignore[arg-type]
            if not isinstance(entry, Refusal)
        ]
        self.dice.shuffle(found)
        facts = []
        for each in found:
            path = each.candidate.path
            read = reading.read(each, None if full else self.checkpoints.get(path), owner)
            self.checkpoints[path] = read.checkpoint
            self.rejects.update(reject.reason for reject in read.rejects)
            facts.append(read.facts)
        # What a warehouse does: only what is linked to something new is loaded and written.
        store = self.related(names_of(facts))
        for each_files in facts:
            store.add(each_files)
        new = store.take_new()
        self.keep(new)
        self.written |= {row.key: row for row in store.rows(new)}
        for key in store.withdrawn(new):
            self.written.pop(key, None)
        rows = list(Store(self.all_pieces()).rows())
        assert self.written == {row.key: row for row in rows}
        return rows

    def related(self, names: set[str]) -> Store:
        """What of the pieces a night loads, told in plain Python."""
        store, asked, ahead = Store(), set[str](), names
        while ahead:
            owns = ahead.union(*(self.links.get(name, ()) for name in ahead))
            asked |= ahead
            ahead = store.load(self.pieces[own] for own in owns & self.pieces.keys()) - asked
        return store

    def keep(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            own = f"{piece.kind}:{piece.id}"
            self.pieces[own] = piece
            for name in piece.links:
                self.links.setdefault(name, set()).add(own)

    def all_pieces(self) -> list[Piece]:
        return self.dice.sample(list(self.pieces.values()), len(self.pieces))

    def kept(self) -> bytes:
        pieces = (piece.data for piece in self.all_pieces())
        return b"".join([*self.checkpoints.values(), *pieces])


class Warehoused(Collector):
    """The same with the pieces in a database, as the product keeps them."""

    def __init__(self, home: Path, work: Path, dice: random.Random) -> None:
        super().__init__(home, work, dice)
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute("create table transcript_pieces (kind varchar, id varchar, data blob)")

    def related(self, names: set[str]) -> Store:
        store = kept_pieces.related_pieces(self.con, names)
        assert _datas(store) == _datas(super().related(names))
        return store

    def keep(self, pieces: list[Piece]) -> None:
        super().keep(pieces)
        kept_pieces.replace(self.con, pieces)

    def all_pieces(self) -> list[Piece]:
        store = kept_pieces.all_pieces(self.con)
        assert _datas(store) == sorted(each.data for each in self.pieces.values())
        return store.all()


def _datas(store: Store) -> list[bytes]:
    return sorted(each.data for each in store.all())


def told(rows: list[Row]) -> list[tuple[object, ...]]:
    return sorted(
        (
            (
                row.owner,
                row.kind,
                row.name,
                EPOCH + timedelta(microseconds=row.invoked_us),
                row.trigger,
                row.session_id,
                row.outcome,
                row.error_type,
                row.duration_ms,
            )
            for row in rows
        ),
        key=repr,
    )


def wear(home: Path, dice: random.Random) -> None:
    """Do to each transcript what people, clients and synchronisation do to old files."""
    for path in sorted(home.rglob("*.jsonl")):
        worn(path, dice)


def worn(path: Path, dice: random.Random) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    part = dice.randint(0, len(lines))
    match dice.choice(("as it was", "deleted", "head cut off", "tail cut off", "renamed")):
        case "deleted":
            path.unlink()
        case "head cut off":
            path.write_bytes(b"".join(lines[part:]))
        case "tail cut off":
            path.write_bytes(b"".join(lines[:part]))
        case "renamed" if "subagents" not in path.parts:
            path.rename(path.with_name(f"archived-{path.name}"))


def cuts(data: bytes, *, every: bool) -> list[int]:
    """Where to cut a file: at every byte, or at some and around each
    line's end."""
    if every:
        return list(range(len(data) + 1))
    ends = [at for at, byte in enumerate(data) if byte == ord("\n")]
    near = {end + step for end in ends for step in (-1, 0, 1, 2)}
    return sorted({*near, *range(0, len(data), 23)})
