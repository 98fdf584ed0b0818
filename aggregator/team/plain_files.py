"""Many members' files at once: which of them are beyond doubt.

Almost all files are, and it takes a tenth of the time to find that of hundreds in one statement
than of one after the other. What is in doubt, for whatever reason, is left to ``member_file``,
which says why it is refused or counts it all the same. So nothing here refuses a file, and every
rule there has to be kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from aggregator.team import limits, member_file
from aggregator.team.agreement import OTHER
from aggregator.team.member_file import COLUMNS, Expected
from aggregator.team.names import is_plain
from schema.statements import run, statement

Found = TypeVar("Found")


@dataclass(frozen=True)
class Counts:
    """Rows of a file that are counted, and rows of counters that are not known here."""

    rows: int
    left_out: int


@dataclass
class PlainFiles:
    """Remembers which names the agreement lists: ``skills``, of all files looked at so far."""

    con: duckdb.DuckDBPyConnection
    expected: Expected
    skills: set[str] = field(default_factory=set)

    def of(self, members: Mapping[Path, str]) -> dict[Path, Counts]:
        """Those of the members' files that are beyond doubt. They are read as a whole."""
        promising = self._asked([str(path) for path in members], self._promising)
        names = {str(path): member for path, member in members.items()}
        found = self._asked(sorted(promising), lambda paths: self._plain(paths, names))
        return {Path(path): counts for path, counts in found.items()}

    def good(self, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
        """The rows that count of these files, which are beyond doubt, and of the table ``good``."""
        return self.con.sql(
            statement("aggregator/team/plain_good.sql").strip().removesuffix(";"),
            params={
                "paths": [str(path) for path in paths],
                "skills": sorted(self.skills),
                "counters": list(member_file.COUNTERS),
                "from": self.expected.since,
                "until": self.expected.until,
            },
        )

    def _asked(
        self, paths: Sequence[str], ask: Callable[[Sequence[str]], dict[str, Found]]
    ) -> dict[str, Found]:
        """What is found of all files together; of halves of them where one makes it fail."""
        if not paths:
            return {}
        try:
            return ask(paths)
        except member_file.UNREADABLE:
            if len(paths) == 1:
                return {}
        middle = len(paths) // 2
        return self._asked(paths[:middle], ask) | self._asked(paths[middle:], ask)

    def _promising(self, paths: Sequence[str]) -> dict[str, None]:
        """Files whose footers promise what a member's file has."""
        ours = sorted(COLUMNS)
        return {
            path: None
            for path, rows, unpacked, columns in self._run("footers", paths)
            if rows <= limits.MOST_ROWS
            and unpacked <= limits.MOST_UNPACKED
            and sorted((name, kind) for name, kind in columns) == ours
        }

    def _plain(self, paths: Sequence[str], members: Mapping[str, str]) -> dict[str, Counts]:
        """Files whose rows break no rule, and have no label that the agreement does not list."""
        words = [word for (word,) in self._run("words", paths) if word is not None]
        plain = {word for word in words if is_plain(word)}
        strange = [word for word in words if word not in plain]
        self.skills.update(filter(self.expected.lists, plain))
        values = {
            **self.expected.values,
            "skills": sorted(self.skills),
            "types": [*self.expected.types, OTHER],
        }
        teams = {*self.expected.teams, OTHER}
        found = {
            path: Counts(rows, left_out)
            for path, first, last, team, last_team, rows, left_out, doubts in self._run(
                "rows", paths, values
            )
            if not doubts and first == last == members[path] and team == last_team and team in teams
        }
        doubtful: list[tuple[str]] = []
        if strange:
            doubtful += self._run("spoken", paths, {"words": strange})
        if len(words) > limits.MOST_SKILLS:
            doubtful += self._run("many", paths, values)
        [(rows, keys)] = self._run("keys", paths)
        if rows != keys:
            doubtful += self._run("doubled", paths)
        for (path,) in doubtful:
            found.pop(path, None)
        return found

    def _run(
        self, name: str, paths: Sequence[str], values: Mapping[str, object] | None = None
    ) -> list[Any]:
        text = statement(f"aggregator/team/plain_{name}.sql")
        return run(self.con, text, {**(values or {}), "paths": list(paths)}).fetchall()
