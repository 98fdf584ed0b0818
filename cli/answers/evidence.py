"""The command that shows the rows behind a statement, as a line to be typed."""

from __future__ import annotations

import shlex

from aggregator.calendar import Span
from cli.wanted import Wanted


def evidence(
    wanted: Wanted, command: str, name: str, *, over: Span | None = None, kind: str | None = None
) -> str:
    """``skillhouse command name ...`` about the same projects as ``wanted``, over the span.

    ``kind`` is said where the name alone would not say it.
    """
    words = ["skillhouse", command]
    if over is not None:
        for option, day in (("--since", over.since), ("--until", over.until)):
            words += [option, day.isoformat()] if day is not None else []
    for project in wanted.projects:
        words += ["--project", project]
    if wanted.all_projects:
        words.append("--all-projects")
    if kind is not None:
        words += ["--kind", kind]
    # After `--` a name may begin with a dash.
    at = 2 if not name.startswith("-") else len(words)
    words[at:at] = [name] if not name.startswith("-") else ["--", name]
    return shlex.join(words)
