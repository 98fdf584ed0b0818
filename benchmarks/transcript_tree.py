"""A tree of transcripts of Claude Code, in the proportions of a heavy user's.

At full scale: 3,142 files, about 1.2 GB, half of the files below 115 KB, the largest 70 MB, about
358,000 lines and 2,500 uses. Most bytes stand in the results of tools, few lines tell of a use.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

CODE = Path("/home/dev/code")
PROJECTS = 100
FILES = 3_142
MEDIAN_BYTES = 106_000
SPREAD = 1.57
LARGEST_BYTES = 70_000_000
RESULT_BYTES = 3_500
BYTES_A_USE = 440_000
_WORDS = [
    "add",
    "again",
    "at",
    "build",
    "cache",
    "case",
    "changed",
    "check",
    "config",
    "does",
    "docs",
    "empty",
    "file",
    "fix",
    "for",
    "helper",
    "import",
    "into",
    "keeps",
    "linter",
    "logs",
    "look",
    "merge",
    "miss",
    "module",
    "new",
    "order",
    "parser",
    "path",
    "please",
    "records",
    "rename",
    "result",
    "return",
    "run",
    "second",
    "split",
    "summarise",
    "test",
    "then",
    "this",
    "update",
    "value",
    "why",
]
_START = datetime(2026, 10, 1, tzinfo=UTC)


@dataclass
class Tree:
    """What was made: counts, and bytes of all files together."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    uses: int = 0


def project_of(number: int) -> int:
    """The number of the project in which a session is held."""
    return number % PROJECTS


def make(root: Path, scale: float = 1.0, seed: int = 20261128, code: Path = CODE) -> Tree:
    """Write the tree below ``root``, as if it were ``~/.claude/projects``; the projects are below
    ``code``."""
    dice = random.Random(seed)
    pool = _pool(dice)
    tree = Tree()
    for number in range(max(1, round(FILES * scale))):
        size = round(MEDIAN_BYTES * math.exp(dice.gauss(0, SPREAD)))
        size = LARGEST_BYTES if number == 0 else min(size, LARGEST_BYTES // 3)
        _Session(dice, pool, number, size, tree, code).write(root)
    return tree


def append_turn(root: Path, number: int, code: Path = CODE) -> str:
    """Let one of the sessions go on for a turn in which a skill is used; returns its path."""
    dice = random.Random(number)
    paths = sorted(root.rglob("*.jsonl"), key=lambda path: (path.stat().st_size, path))
    path = paths[len(paths) // 2]
    session = _Session(dice, _pool(dice), number, MEDIAN_BYTES, Tree(), code)
    session.go_on(path)
    return str(path)


def _pool(dice: random.Random) -> str:
    """Text as it stands inside a JSON string: words, code, escapes, a little that is not ASCII."""
    parts = [
        dice.choice((" ", " ", " ", "\\n", ' = {\\"', '\\"]}', " é")) + dice.choice(_WORDS)
        for _ in range(400_000)
    ]
    return "".join(parts)


class _Session:
    def __init__(
        self, dice: random.Random, pool: str, number: int, size: int, tree: Tree, code: Path
    ) -> None:
        self._dice, self._pool, self._size, self._tree = dice, pool, size, tree
        self._id = f"{number:08x}-0000-4000-8000-{dice.getrandbits(48):012x}"
        self._folder = re.sub("[^A-Za-z0-9]", "-", str(code / f"project{project_of(number)}"))
        self._cwd = str(code / f"project{project_of(number)}")
        self._now = _START + timedelta(minutes=17 * number)
        self._mean = RESULT_BYTES * max(0.4, min(6, (size / 400_000) ** 0.25))
        self._calls = 0

    def write(self, root: Path) -> None:
        path = root / self._folder / f"{self._id}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with open(path, "w", encoding="utf-8") as file:
            while written < self._size:
                for line in self._turn(self._size - written):
                    file.write(line + "\n")
                    written += len(line) + 1
                    self._tree.lines += 1
        self._tree.files += 1
        self._tree.bytes += path.stat().st_size

    def go_on(self, path: Path) -> None:
        """Append a turn with a use to a file of the same session."""
        self._id = path.stem
        self._now = _START + timedelta(days=40)
        self._calls = 1_000_000
        lines = [self._user(f'"{self._text(200)}"', ',"origin":{"kind":"human"}'), *self._skill()]
        lines.append(self._assistant(self._text_block(400), "end_turn"))
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def _turn(self, left: int) -> list[str]:
        """A prompt, some calls of tools with results, now and then a skill, and the end."""
        dice = self._dice
        lines = [self._user(f'"{self._text(200)}"', ',"origin":{"kind":"human"}')]
        spent = 0
        use_at = dice.random() * BYTES_A_USE
        for _ in range(dice.randint(4, 30)):
            if spent > left:
                break
            before = len(lines)
            if use_at < 0:
                lines += self._skill()
                use_at = math.inf
            lines += self._tool()
            if dice.random() < 0.3:
                lines.append(self._other())
            grown = sum(map(len, lines[before:]))
            spent += grown
            use_at -= grown
        lines.append(self._assistant(self._text_block(400), "end_turn"))
        lines.append(self._line("system", ',"subtype":"turn_duration","durationMs":1000'))
        return lines

    def _skill(self) -> list[str]:
        self._tree.uses += 1
        name = self._dice.choice(_WORDS)
        call = self._call()
        return [
            self._assistant(
                f'{{"type":"tool_use","id":"{call}","name":"Skill","input":{{"skill":"{name}"}}}}',
                "tool_use",
            ),
            self._user(
                f'[{{"tool_use_id":"{call}","type":"tool_result","content":"Launching"}}]',
                f',"toolUseResult":{{"success":true,"commandName":"{name}"}}',
            ),
        ]

    def _tool(self) -> list[str]:
        call = self._call()
        result = self._text(round(self._dice.expovariate(1 / self._mean)))
        return [
            self._assistant(self._text_block(300), "tool_use"),
            self._assistant(
                f'{{"type":"tool_use","id":"{call}","name":"Bash",'
                f'"input":{{"command":"{self._text(300)}"}}}}',
                "tool_use",
            ),
            self._user(
                f'[{{"tool_use_id":"{call}","type":"tool_result","content":"{result}"}}]',
                f',"toolUseResult":{{"stdout":"{result}","stderr":""}}',
            ),
        ]

    def _other(self) -> str:
        kind = self._dice.choice(("attachment", "progress", "file-history-snapshot"))
        return self._line(kind, f',"data":{{"type":"{kind}","content":"{self._text(3000)}"}}')

    def _text_block(self, size: int) -> str:
        return f'{{"type":"text","text":"{self._text(size)}"}}'

    def _assistant(self, block: str, stop: str) -> str:
        return self._line(
            "assistant",
            f',"message":{{"model":"m","id":"msg_{self._dice.getrandbits(64):016x}",'
            f'"role":"assistant","content":[{block}],"stop_reason":"{stop}",'
            '"usage":{"input_tokens":3,"cache_read_input_tokens":4000,"output_tokens":50}}'
            f',"requestId":"req_{self._dice.getrandbits(64):016x}"',
        )

    def _user(self, content: str, more: str) -> str:
        return self._line("user", f',"message":{{"role":"user","content":{content}}}{more}')

    def _line(self, kind: str, more: str) -> str:
        self._now += timedelta(milliseconds=self._dice.randint(5, 9000))
        stamp = self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return (
            f'{{"parentUuid":"{self._dice.getrandbits(128):032x}","isSidechain":false,'
            f'"userType":"external","cwd":"{self._cwd}","sessionId":"{self._id}",'
            f'"version":"2.1.270","gitBranch":"main","type":"{kind}"{more},'
            f'"uuid":"{self._dice.getrandbits(128):032x}","timestamp":"{stamp}"}}'
        )

    def _call(self) -> str:
        self._calls += 1
        return f"toolu_{self._calls:06d}{self._dice.getrandbits(64):016x}"

    def _text(self, size: int) -> str:
        size = min(size, len(self._pool) - 20)
        start = self._dice.randrange(len(self._pool) - size - 10)
        # Never begin or end inside an escape.
        return self._pool[start : start + size].strip("\\").lstrip('n"').rstrip("\\")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("root", type=Path, help="an empty folder")
    options.add_argument("--scale", type=float, default=1.0, help="share of the files")
    options.add_argument("--seed", type=int, default=20261128)
    given = options.parse_args()
    print(json.dumps(asdict(make(given.root, given.scale, given.seed))))


if __name__ == "__main__":
    main()
