"""The pieces of uses and runs as the warehouse keeps them between runs."""

from __future__ import annotations

from collections.abc import Sequence

from collector.transcripts.reconcile import Piece, Store
from schema.warehouse import Connection


def all_pieces(con: Connection) -> Store:
    """All that is kept."""
    rows = con.execute("select kind, id, data from transcript_pieces").fetchall()
    return Store(Piece(*row) for row in rows)


def replace(con: Connection, pieces: Sequence[Piece]) -> None:
    """Keep these pieces in place of those with the same kind and id."""
    delete(con, pieces)
    appender = con.appender("transcript_pieces")
    for piece in pieces:
        appender.append_row(piece.kind, piece.id, piece.data)
    appender.flush()


def delete(con: Connection, pieces: Sequence[Piece]) -> None:
    """Keep nothing of these kinds and ids."""
    con.execute("create or replace temp table changed_pieces (kind varchar, id varchar)").fetchall()
    appender = con.appender("changed_pieces")
    for piece in pieces:
        appender.append_row(piece.kind, piece.id)
    appender.flush()
    con.execute(
        "delete from transcript_pieces where (kind, id) in (select (kind, id) from changed_pieces)"
    ).fetchall()
