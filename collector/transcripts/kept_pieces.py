"""The pieces of uses and runs as the warehouse keeps them between runs.

Besides each piece its links are kept, rows of the kind ``link``: by a name that pieces share, which
piece has it. So a night loads only what its files have to do with.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from collector.transcripts.reconcile import Piece, Store
from schema.statements import run, run_all, statement
from schema.warehouse import Connection

MOST = 0.2
"""Asked for more names than this share of what is kept, it is cheaper to load all."""


def all_pieces(con: Connection) -> Store:
    """All that is kept."""
    rows = con.execute(statement("collector/sql/transcripts/all_pieces.sql"))
    return Store(Piece(*row) for row in rows.fetchall())


def related_pieces(con: Connection, names: Set[str]) -> Store:
    """What has one of these names, and all that is linked to it, by however many steps."""
    counted = statement("collector/sql/transcripts/counted_pieces.sql")
    [(kept, links)] = con.execute(counted).fetchall()
    if kept and not links:
        # Kept before there were links.
        store = all_pieces(con)
        _insert_links(con, store.all())
        return store
    if len(names) > MOST * kept:
        return all_pieces(con)
    store, asked, ahead = Store(), set[str](), set(names)
    related = statement("collector/sql/transcripts/related_pieces.sql")
    while ahead:
        rows = run(con, related, {"names": sorted(ahead)}).fetchall()
        asked |= ahead
        ahead = store.load(Piece(*row) for row in rows) - asked
    return store


def replace(con: Connection, pieces: Sequence[Piece]) -> None:
    """Keep these pieces in place of those with the same kind and id."""
    _delete(con, pieces)
    appender = con.appender("transcript_pieces")
    for piece in pieces:
        appender.append_row(piece.kind, piece.id, piece.data)
    appender.flush()
    _insert_links(con, pieces)


def delete(con: Connection, pieces: Sequence[Piece]) -> None:
    """Keep nothing of these kinds and ids."""
    _delete(con, pieces)
    delete_loose_links(con)


def delete_loose_links(con: Connection) -> None:
    """Keep no link to what is no longer kept."""
    run_all(con, "collector/sql/transcripts/loose_links.sql", {})


def _delete(con: Connection, pieces: Sequence[Piece]) -> None:
    con.execute(statement("collector/sql/transcripts/changed_pieces.sql")).fetchall()
    appender = con.appender("changed_pieces")
    for piece in pieces:
        appender.append_row(piece.kind, piece.id)
    appender.flush()
    con.execute(statement("collector/sql/transcripts/delete_pieces.sql")).fetchall()


def _insert_links(con: Connection, pieces: Sequence[Piece]) -> None:
    appender = con.appender("transcript_pieces")
    for piece in pieces:
        own = f"{piece.kind}:{piece.id}".encode()
        for name in piece.links:
            appender.append_row("link", name, own)
    appender.flush()
