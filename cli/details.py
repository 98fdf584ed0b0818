"""The command that shows the details behind a row, as a line for the shell."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from aggregator.calendar import Span
from aggregator.parameters import IDLE_MINUTES
from aggregator.query import Query
from schema.frozen import dataclass


@dataclass(frozen=True)
class CommandLines:
    """Command lines with the same projects as the query, spelled as the user spelled them."""

    projects: tuple[str, ...]
    all_projects: bool
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def of_name(
        self,
        question: str,
        name: str,
        *,
        over: Span | None = None,
        kind: str | None = None,
        everywhere: bool = False,
        project: str | None = None,
    ) -> str:
        """``skillhouse question name ...``, over a span, with the kind where it is given."""
        words = ["skillhouse", question, *_span(over)]
        if project is not None and not everywhere:
            words += ["--project", project]
        elif not everywhere:
            words += self._chosen()
        if self.all_projects:
            words.append("--all-projects")
        if kind is not None:
            words += ["--kind", kind]
        # After `--` a name may begin with a dash.
        at = 2 if not name.startswith("-") else len(words)
        words[at:at] = [name] if not name.startswith("-") else ["--", name]
        return shlex.join(words)

    def of_ranking(self, over: Span) -> str:
        """``skillhouse top-skills ...`` over a span."""
        words = ["skillhouse", "top-skills", *_span(over)]
        words += self._chosen()
        if self.all_projects:
            words.append("--all-projects")
        return shlex.join(words)

    def _chosen(self) -> list[str]:
        """The options that choose the projects."""
        named = [word for each in self.projects for word in ("--project", each)]
        return [*named, *_by_type_and_tag(self.types, self.tags)]

    def of_scope(self, query: Query, question: str, name: str, kind: str) -> str:
        """``skillhouse question name --kind ...``, over the query's own span and projects."""
        return _line(query, question, "--kind", kind, about=name)

    def of_sessions(self, query: Query, using: Sequence[str], idle_minutes: int) -> str:
        """``skillhouse patterns sessions --with ...`` for each of these."""
        names = [word for name in using for word in ("--with", name)]
        return _line(query, "patterns", "sessions", *names, *_pause(idle_minutes))

    def of_team(self, question: str) -> str:
        """``skillhouse team question``."""
        return shlex.join(["skillhouse", "team", question])

    def of_session(self, query: Query, session_id: str, idle_minutes: int) -> str:
        """``skillhouse patterns sessions ID``."""
        return _line(query, "patterns", "sessions", *_pause(idle_minutes), about=session_id)


def _by_type_and_tag(types: Sequence[str], tags: Sequence[str]) -> list[str]:
    typed = [word for each in types for word in ("--type", each)]
    return [*typed, *(word for each in tags for word in ("--tag", each))]


def _pause(idle_minutes: int) -> list[str]:
    return [] if idle_minutes == IDLE_MINUTES.default else ["--idle-minutes", str(idle_minutes)]


def _span(over: Span | None) -> list[str]:
    words: list[str] = []
    if over is not None and over.hours is not None:
        return ["--since", f"{over.hours.count}h"]
    if over is not None:
        for option, day in (("--since", over.since), ("--until", over.until)):
            words += [option, day.isoformat()] if day is not None else []
    return words


def _line(query: Query, *words: str, about: str | None = None) -> str:
    """A line with the span and the projects of the query, ``about`` a name."""
    span, scope = query.question.span, query.question.scope
    line = ["skillhouse", *words]
    if about is not None and not about.startswith("-"):
        line.append(about)
    if span.since is None and span.until is None and words[0] == "patterns":
        line.append("--all-time")
    line += _span(span)
    if not scope.is_default:
        line += ["--all-projects"] if not all(p.is_active for p in scope.projects) else []
        if scope.is_named or not (scope.types or scope.tags):
            line += [word for project in scope.ids for word in ("--project", project)]
        else:
            line += _by_type_and_tag(scope.types, scope.tags)
    if about is not None and about.startswith("-"):
        line += ["--", about]
    return shlex.join(line)
