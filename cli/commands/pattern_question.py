"""How the ``patterns`` commands ask: rows are read with a progress bar."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from cli.query_options import QueryOptions, resolve
from cli.session import Session, answered, reading
from cli.watched import reading_rows

if TYPE_CHECKING:
    from aggregator.query import Result
    from cli.screen import Block


def answer_pattern(
    context: typer.Context,
    question: str,
    options: QueryOptions,
    screen: Callable[[Result[Any, Any]], list[Block]],
    **own: object,
) -> None:
    """Print the answer to ``patterns <question>``; ``own`` are its parameters besides the options.

    Of a ``name`` a part is enough. UnknownName for none, and as ``resolve`` raises.
    """
    session: Session = context.obj
    module = f"aggregator.answers.patterns.{question}"
    with reading(session, module) as con:
        if own.get("name"):
            from aggregator.measures import full_name

            own["name"] = full_name(con, str(own["name"]))
        give = getattr(import_module(module), question)
        result = reading_rows(
            session, con, lambda: give(con, resolve(con, session.now, options), **own)
        )
    session.output.emit(answered(session, f"patterns-{question}", result), lambda: screen(result))
