"""What a shell can complete of commands and options, read without importing them.

``make docs`` writes it to ``cli/completions.txt``. A command is a line ``= WORDS``, a tab and its
help. Below it are its options: names, kind and help, with tabs between; and its arguments: ``<``,
a tab and the kind: a word of ``KINDS``, values behind a ``=``, ``-`` for a flag, or nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import typer

from cli.main import app
from cli.program import ALIASES, first_line

KINDS = {
    "PROJECT": "project",
    "[PROJECT]...": "project",
    "DAY": "date",
    "PERIOD": "period",
    "[RUN]": "run",
    "TAG": "tag",
    "TYPE": "type",
    "SKILL": "skill",
}
"""What a value is, by the metavar of its option or argument."""


def table() -> str:
    """The text."""
    program: Any = typer.main.get_command(app)
    lines = [f"= \t{program.help}", *_parameters(program, ())]
    lines += [f"@ {alias}\t{name}" for alias, name in sorted(ALIASES.items())]
    for words, command in _commands(program, ()):
        lines += [f"= {' '.join(words)}\t{first_line(command)}", *_parameters(command, words)]
    return "\n".join(lines) + "\n"


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if not command.hidden:
            yield (*words, name), command
            if hasattr(command, "commands"):
                yield from _commands(command, (*words, name))


def _parameters(command: Any, words: tuple[str, ...]) -> Iterator[str]:
    for each in command.params:
        if each.param_type_name == "argument":
            # An argument that may be repeated is the last one.
            yield f"<{'*' if each.nargs != 1 else ''}\t{_kind(each, words)}"
        elif not getattr(each, "hidden", False) or each.name == "no_pager":
            kind = "-" if each.is_flag else _kind(each, words)
            about = " ".join(str(each.help or "").split())
            yield f"{','.join([*each.opts, *each.secondary_opts])}\t{kind}\t{about}"


def _kind(parameter: Any, words: tuple[str, ...]) -> str:
    metavar = str(parameter.metavar or "")
    if metavar in KINDS:
        return KINDS[metavar]
    if metavar in ("NAME", "[NAME]") and parameter.param_type_name == "argument":
        return {"baseline": "baseline", "categories": "", "experiment": ""}.get(words[0], "skill")
    context = typer.Context(typer.main.get_command(app))
    values = [str(item.value) for item in parameter.shell_complete(context, "")]
    return f"={' '.join(values)}" if values else ""


if __name__ == "__main__":
    # Whatever this machine's warehouse has, it is not a part of the program.
    os.environ["SKILLHOUSE_WAREHOUSE"] = os.devnull
    sys.stdout.write(table())
