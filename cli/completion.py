"""Answers a shell that completes a line, without importing a command or opening the warehouse.

Commands and options come from ``completions.txt``, names from the file next to the warehouse. Where
that file is missing or old, Typer answers, which imports the command and asks the warehouse.
"""

from __future__ import annotations

import os
import sys

from cli import state_file

VARIABLE = "_SKILLHOUSE_COMPLETE"
DAYS = (
    *("today", "yesterday", "24h", "7d", "2w", "30d", "90d", "3mo"),
    *("this-week", "last-week", "this-month", "last-month"),
)
NAMES = ("project", "skill", "baseline", "run", "tag", "type")
MOST = 50

Item = tuple[str, str]


def answer() -> str | None:
    """The text for the shell; None if Typer has to answer."""
    env = os.environ
    shell = env.get(VARIABLE, "")
    if shell == "complete_bash":
        words = _split(env.get("COMP_WORDS", ""))
        if words is None or not env.get("COMP_CWORD", "").isdecimal():
            return None
        place = int(env["COMP_CWORD"])
        items = complete(words[1:place], words[place] if place < len(words) else "")
        return None if items is None else "\n".join(value for value, _ in items)
    if shell not in ("complete_zsh", "complete_fish"):
        return None
    line = env.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(line)
    if words is None:
        return None
    done, last = (words[1:], "") if line.endswith(" ") else (words[1:-1], words[-1])
    items = complete(done, last)
    if items is None:
        return None
    if shell == "complete_zsh":
        offered = "\n".join(map(_for_zsh, items))
        return f"_arguments '*: :(({offered}))'" if items else "_files"
    if env.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        sys.exit(0 if items else 1)
    return "\n".join(f"{value}\t{about}" if about else value for value, about in items)


def complete(words: list[str], begun: str) -> list[Item] | None:
    """What may stand for the word that was begun, behind the others; None if Typer has to say."""
    with open(os.path.join(os.path.dirname(__file__), "completions.txt"), encoding="utf-8") as file:
        table = file.read()
    commands = {}
    for block in table.split("\n= "):
        head, _, lines = block.removeprefix("= ").partition("\n")
        name, _, about = head.partition("\t")
        commands[name] = (about, lines)
    aliases = dict(
        line[2:].split("\t") for line in commands[""][1].splitlines() if line.startswith("@ ")
    )
    everywhere, _ = _parameters(commands[""][1])
    command, options, arguments, place, warehouse = "", dict(everywhere), [""], 0, None
    waits_for = None
    for word in words:
        if waits_for is not None:
            warehouse = word if waits_for == "--warehouse" else warehouse
            waits_for = None
        elif word.startswith("-") and word != "-":
            kind, _ = options.get(word, ("-", ""))
            waits_for = None if kind == "-" or "=" in word else word
        elif (name := f"{command} {aliases.get(word, word)}".strip()) in commands:
            command = name
            options, arguments = _parameters(commands[command][1])
            options = {**everywhere, **options}
        elif command not in ("help", "") or word != "help":
            place += 1
        else:
            command, arguments = "help", ["command"]
    if waits_for is not None:
        return _values(options[waits_for][0], begun, warehouse)
    if begun.startswith("-"):
        return [
            (name, about)
            for name, (_, about) in options.items()
            if name.startswith(begun) and (name.startswith("--") or begun == "-")
        ]
    inner = [] if command == "help" else _below(commands, command, begun)
    if inner or not command:
        return inner
    if command == "help":
        return _below(commands, "", begun)
    if not arguments:
        return []
    kind = arguments[min(place, len(arguments) - 1)]
    if place >= len(arguments) and not kind.startswith("*"):
        return []
    return _values(kind.removeprefix("*"), begun, warehouse)


def _parameters(lines: str) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The options of a command, each with its kind and help, and the kinds of its arguments."""
    options, arguments = {}, []
    for line in lines.splitlines():
        names, _, rest = line.partition("\t")
        if names.startswith("<"):
            arguments.append(names[1:] + rest)
        elif names.startswith("-"):
            kind, _, about = rest.partition("\t")
            for name in names.split(","):
                options[name] = (kind, about)
    return options, arguments


def _below(commands: dict[str, tuple[str, str]], command: str, begun: str) -> list[Item]:
    """The commands in a group, or of the program."""
    before = f"{command} " if command else ""
    return [
        (name.removeprefix(before), about)
        for name, (about, _) in commands.items()
        if name.startswith(before + begun) and name != command and " " not in name[len(before) :]
    ]


def _values(kind: str, begun: str, warehouse: str | None) -> list[Item] | None:
    if kind.startswith("="):
        offered = kind[1:].split(" ")
    elif kind in ("date", "period"):
        from time import localtime, strftime

        now = localtime()
        offered = [*DAYS, strftime("%Y-%m-%d" if kind == "date" else "%Y-%m", now)]
        if kind == "period":
            offered += [strftime("%G-W%V", now), f"{now.tm_year}-Q{(now.tm_mon + 2) // 3}"]
            offered.append(str(now.tm_year))
    elif kind in NAMES:
        path = state_file.default_warehouse() if warehouse is None else warehouse
        lines = None if path is None else state_file.read(path, state_file.NAMES)
        if lines is None:
            return None
        offered = [line.partition(" ")[2] for line in lines if line.startswith(f"{kind} ")]
    else:
        return []
    return [(value, "") for value in offered if value.startswith(begun)][:MOST]


def _for_zsh(item: Item) -> str:
    value, about = map(_zsh_text, item)
    return f'"{value}":"{about}"' if about else f'"{value}"'


def _zsh_text(text: str) -> str:
    for mark, escaped in (('"', '""'), ("'", "''"), ("$", "\\$"), ("`", "\\`"), (":", "\\\\:")):
        text = text.replace(mark, escaped)
    return text


def _split(line: str) -> list[str] | None:
    """The words of a line; None if it has quotes or escapes, which Typer understands."""
    return None if set(line) & set("\"'\\") else line.split()
