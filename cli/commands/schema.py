"""``schema``: the JSON Schema of a command's output."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import complete_answer
from cli.output import write


def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND]",
            help="A command that has --json (default: list all).",
            autocompletion=complete_answer,
        ),
    ] = None,
) -> None:
    """The JSON Schema of what a command prints with --json.

    Draft 2020-12, with the meaning of each field, its unit and what null means. Needs no
    warehouse.
    """
    from cli.answers.types import answer_names

    if not command:
        write("\n".join(answer_names()))
        return
    import json

    from cli.answers.schemas import schema_of

    write(json.dumps(schema_of("-".join(command)), indent=2))
