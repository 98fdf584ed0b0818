"""The reference of every command and option, told by the program itself.

``python -m cli.reference`` prints the page ``docs/commands.md``; a test keeps the two the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from cli.main import app

_HEAD = """\
# Commands

Every command and every option. This page is written by `make docs` from the program itself: change
the help texts, not the page.

A PROJECT is an id, a name or a path. A NAME is a skill's or an agent's. Unknown names are answered
with the nearest known ones.
"""

_TAIL = """\
## Spans

Without a span, an answer is about all time. `--window` names the day, ISO week or month that is
open now, `--period` any one of them, `--since` and `--until` whole days, both included, `--days`
today and the days before. Days are cut in the warehouse's reporting zone, which every answer names.

## Output

The answer is on stdout and nothing else is; notes, problems, errors and the progress bar are on
stderr. On a terminal, tables fit the window: columns that find no room are named below the table,
long names are cut in the middle. In a file or a pipe nothing is cut. `COLUMNS` sets another width.
What is to be copied, a command, a path or a listing, is never cut or wrapped. `--quiet` leaves out
progress and notes; a question is answered as ever, and a command that does something prints nothing
when all is well. `TERM=dumb` gets plain text.

A file that is asked for is written whole or not at all. A link stays, and what it names is written;
`-` is stdout, and a pipe or a device is written to. Text is UTF-8 whatever the locale is.
Characters that could steer a terminal are written out, as in `\\x1b`.

## JSON

`--json` answers with one object, of the same shape when there is nothing:

| field | holds |
|---|---|
| `schema_version` | 1; within a version fields are only added |
| `command` | the command's name |
| `generated_at` | the moment that all numbers are as of |
| `timezone` | the zone in which days are cut and instants are written |
| `filters` | what was asked, as it was understood |
| `data` | a list of objects: rows, or one object |
| `totals` | over all there is, shown or not |
| `warnings` | sentences to act on |

Rates are 0..1, durations milliseconds, instants ISO 8601 with an offset; what is missing is null.
`skillhouse schema COMMAND` prints the JSON Schema (draft 2020-12) of a command's answer, with a
sentence for each field.

## Exit codes

| code | means |
|---|---|
| 0 | done, or whoever read the output has closed the pipe |
| 1 | done, with problems, which are on stderr; or not done: no warehouse, or the system refuses |
| 2 | wrong usage: an unknown name, a bad date, options that contradict each other |
| 70 | our own fault, with what to report |
| 75 | the warehouse is busy: another process holds it, or serves it already; try again |
| 130 | interrupted from the keyboard |

## Environment

- `SKILLHOUSE_WAREHOUSE` names the warehouse file, as `--warehouse` does; else it is in the
  platform's folder for a user's data.
- `SKILLHOUSE_TIMEZONE` is the zone a new warehouse reports in, and the one a new project's local
  times are read in; else this machine's, where its name agrees with its clock.
- `SKILLHOUSE_DEBUG` shows the details of our own faults.
- `NO_COLOR` takes the colors away, as `--no-color` does.
"""


def reference() -> str:
    """The page in Markdown."""
    program = typer.main.get_command(app)
    parts = [_HEAD, "## Global options", program.epilog or "", _options(program.params)]
    panel = ""
    for words, command in walk(program):
        if command.rich_help_panel != panel:
            panel = command.rich_help_panel
            parts.append(f"## {panel}")
        parts += _section(words, command)
    return "\n\n".join(part.strip() for part in [*parts, _TAIL] if part.strip()) + "\n"


def walk(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that can be typed, with the words that name it."""
    for name, inner in getattr(command, "commands", {}).items():
        if hasattr(inner, "commands"):
            yield from walk(inner, (*words, name))
        else:
            yield (*words, name), inner


def _section(words: tuple[str, ...], command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = ["skillhouse", *words, *(_metavar(p) for p in arguments)]
    yield f"### {' '.join(words)}"
    yield f"`{' '.join([*usage, *(['[OPTIONS]'] if options else [])])}`"
    yield command.help or ""
    yield _table(("argument", "is"), [(f"`{_metavar(p)}`", _help(p)) for p in arguments])
    yield _options(options)


def _options(options: Sequence[Any]) -> str:
    rows = [(f"`{' '.join([', '.join(p.opts), _value(p)]).strip()}`", _help(p)) for p in options]
    return _table(("option", "does"), rows)


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _value(option: Any) -> str:
    if option.is_flag:
        return ""
    return str(option.metavar or ("CHOICE" if _choices(option) else option.type.name.upper()))


def _choices(option: Any) -> list[str]:
    return [str(choice) for choice in getattr(option.type, "choices", ())]


def _help(parameter: Any) -> str:
    told = [parameter.help or ""]
    if choices := _choices(parameter):
        told.append(f"One of {', '.join(f'`{choice}`' for choice in choices)}.")
    if parameter.default not in (None, False, ()) and not callable(parameter.default):
        told.append(f"Default: `{getattr(parameter.default, 'value', parameter.default)}`.")
    return " ".join(told).replace("|", "\\|")


def _table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = [head, ("---", "---"), *rows]
    return "".join(f"| {first} | {second} |\n" for first, second in lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
