"""A command that answers with a list: ``--reverse`` turns it around.

The rows are those of the whole list, so that ``--reverse --limit 5`` shows its last five, the last
one first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperOption

from cli.session import Session
from schema.parameter import MAX_COUNT

if TYPE_CHECKING:
    from typer._click import Context

    from cli.output import Answer
    from cli.screen import Block

LISTS = frozenset(
    {
        "top-skills",
        "trends",
        "anomalies",
        "skills",
        "find",
        "workflows",
        "projects",
        "runs",
        "list",
        "sessions",
        "transitions",
        "pairs",
        "bottlenecks",
        "alternatives",
    }
)
"""Commands, or those of groups, whose rows are a list in an order."""


class ListCommand(TyperCommand):
    """Lists have ``--reverse``; any other command is as Typer makes it."""

    def __init__(self, name: str | None, **settings: Any) -> None:
        super().__init__(name, **settings)
        if name in LISTS:
            self.params.append(_option())

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the line; a list that is turned around is asked for in whole."""
        rest = super().parse_args(ctx, args)
        self.turn_around(ctx)
        return rest

    def turn_around(self, ctx: Context) -> None:
        """Take ``--reverse`` from the parameters, once the limit is known."""
        root = ctx.find_root()
        if ctx.params.pop("reverse", False) and isinstance(root.obj, Session):
            limit = ctx.params.get("limit", MAX_COUNT)
            if "limit" in ctx.params:
                ctx.params["limit"] = MAX_COUNT
            root.obj = replace(root.obj, output=replace(root.obj.output, reverse=limit))
            ctx.obj = root.obj


def _option() -> TyperOption:
    return TyperOption(
        param_decls=["--reverse"],
        is_flag=True,
        default=False,
        help="Reverse the order of the rows.",
    )


def reversed_answer(answer: Answer, limit: int) -> Answer:
    """The answer with its last rows, the last one first; at most ``limit``."""
    filters = answer.filters
    if getattr(filters, "limit", None) == MAX_COUNT:
        values = {name: getattr(filters, name) for name in filters.field_names}
        filters = type(filters)(**{**values, "limit": limit})
    return replace(answer, data=[*answer.data][::-1][:limit], filters=filters)


def reversed_blocks(
    blocks: Callable[[], Sequence[Block]], rows: int, limit: int
) -> Callable[[], Sequence[Block]]:
    """The screen with the table of the ``rows`` turned around."""

    def turned() -> Sequence[Block]:
        from cli.screen import Line, Table

        shown: list[Block] = []
        for block in blocks():
            if isinstance(block, Table) and len(block.rows) == rows:
                shown.append(replace(block, rows=[*block.rows][::-1][:limit]))
                if limit < rows:
                    shown.append(Line(f"The last {limit:,} of {rows:,}, the last one first"))
            else:
                shown.append(block)
        return shown

    return turned
