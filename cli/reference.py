"""The reference of all commands and options, generated from the program: ``docs/commands.md``.

`make docs` writes the page, with the output of each example on the sample data; a test compares it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from cli.examples import EXAMPLES, SHOWN
from cli.main import app

_GAP, _LINE = "\n\n", "\n"
_TO_TYPE = re.compile(r"^skillhouse .*(?:\n\nskillhouse .*)*$", re.MULTILINE)
"""Lines of a help text that begin with the program, each a paragraph of its own."""

_HEAD = """\
# Commands

All commands and options, with examples on the sample data. `make docs` generates this page: change
the help texts and the examples, not the page.

A PROJECT is an id, a name or a path. A NAME is a skill or an agent; a unique part of it will do, in
any case, and also of a project in `--project`. For an unknown name, similar ones are suggested.

`skillhouse help COMMAND` shows a command's help. `add` is `register-project`, `top` is
`top-skills`, `show` is `effectiveness`, `ls` is `projects`.
"""

_TAIL = """\
## Spans

The default span is all time. `--window` selects the current day, ISO week or month, `--period` any
day, week or month, `--since` and `--until` a range of days (both included), `--days` today and the
days before. Days are those of the warehouse's reporting zone, which every answer states.

## Output

Only the answer goes to stdout; notes, problems, errors and the progress bar go to stderr. On a
terminal, tables fit its width: the least important columns are hidden first and listed below the
table, and long names are cut at their end, or wrapped if they would then look alike. Output to a
file or a pipe is not cut. `COLUMNS` sets another width. Commands and listings to copy are never
cut or wrapped. `--quiet` hides progress and notes; answers are printed as usual, and a command that
changes something prints nothing if it succeeds.

What is longer than the terminal goes through the pager: `--no-pager`, the setting `pager`, or
`PAGER` (`cat`: none; default: `less`). Colors say what a word means: red what needs attention, got
worse or failed, green what got better or succeeded, yellow or magenta what is worth a look, dim
what is not known. `skillhouse config set theme light` is for a light background (default: as
`COLORFGBG` says, else colors that are readable on both).

An output file is written completely or not at all. A link is followed; `-` is stdout, and pipes and
devices work, too. Text is UTF-8 in any locale. Control characters are escaped, as in `\\x1b`.

## Formats

`--format` prints an answer for programs: `json` (as `--json`), `jsonl` (a row per line), `csv` or
`md` (Markdown). `--json=skill_name,success_rate`, the same as `--fields skill_name,success_rate`,
chooses fields of the rows in any of them; a field of an object is `trend.change`. JSON has exact
numbers; CSV, Markdown and tables have few digits. CSV and Markdown have a column for each field,
also for those of objects, and lists of texts are joined by `; `. Lists of objects are left out; in
Markdown, those of a single row are tables of their own. In CSV an empty field is null, `""` is an
empty text, and text that a spreadsheet would run as a formula gets an apostrophe in front. (`export
--format` is that of the file. `sql` prints the exact values, lists as JSON text.) Warnings of
`csv`, `jsonl` and `md` are notes on stderr.

## JSON

`--json` prints one object, with the same fields when there is no data:

| field | holds |
|---|---|
| `schema_version` | 1; within a version fields are only added |
| `command` | the command's name |
| `generated_at` | the time of the answer; all numbers are as of then |
| `timezone` | the reporting zone, of days and of times |
| `filters` | the filters that were applied |
| `data` | a list of objects: rows, or one object |
| `totals` | totals over all rows, shown or not |
| `warnings` | messages that need attention |

```console
$ skillhouse top-skills --limit 2 --json=skill_name,total_invocations,success_rate
```

Rates are 0..1, durations milliseconds, times ISO 8601 with an offset; missing values are null. An
error is `{"error": {"message", "hint", "exit_code"}}`, one line on stderr, also with `--format
jsonl`. [Fields of JSON](json.md) lists the fields of each command's rows;
`skillhouse schema COMMAND` prints the JSON Schema (draft 2020-12), with a sentence for each field.

## Exit codes

| code | means |
|---|---|
| 0 | done, or the reader of the output closed the pipe |
| 1 | done with problems (on stderr); or not done: no warehouse, or a system error |
| 2 | wrong usage: an unknown name, an invalid date, options that cannot be combined |
| 70 | internal error, with what to report |
| 75 | the warehouse is in use by another process, or a team's store does not answer; try again |
| 130 | stopped with Ctrl-C |

## Environment

- `SKILLHOUSE_WAREHOUSE`: the warehouse file, like `--warehouse` (default: in the platform's folder
  for user data).
- `SKILLHOUSE_TIMEZONE`: the reporting zone of a new warehouse and the default zone of new projects
  (default: this machine's zone, if its name matches its clock).
- `SKILLHOUSE_TEAM`: `off` silences everything about teams: nothing is read or sent.
- `SKILLHOUSE_DEBUG`: shows the details of internal errors.
- `NO_COLOR`: no colors, like `--no-color`. Then `FORCE_COLOR` and `CLICOLOR_FORCE`: colors also in
  a pipe. Then `CLICOLOR=0` and `TERM=dumb`: none. `--no-color` comes first, the setting `color`
  last.
- `PAGER`: the program that shows what is longer than the terminal.
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
    yield _with_code(command.help or "")
    yield _table(("argument", "is"), [(f"`{_metavar(p)}`", _help(p)) for p in arguments])
    yield _options(options)
    if (name := " ".join(words)) in SHOWN:
        yield f"```console\n$ {EXAMPLES[name][0]}\n```"


def _with_code(markdown: str) -> str:
    """A help text in which lines to type are code."""
    return _TO_TYPE.sub(lambda lines: f"```sh\n{lines[0].replace(_GAP, _LINE)}\n```", markdown)


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
    sentences = [parameter.help or ""]
    if choices := _choices(parameter):
        sentences.append(f"One of {', '.join(f'`{choice}`' for choice in choices)}.")
    if parameter.default not in (None, False, ()) and not callable(parameter.default):
        sentences.append(f"Default: `{getattr(parameter.default, 'value', parameter.default)}`.")
    return " ".join(sentences).replace("|", "\\|")


def _table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = [head, ("---", "---"), *rows]
    return "".join(f"| {first} | {second} |\n" for first, second in lines)
