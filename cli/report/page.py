"""The report as one HTML page that loads nothing, except updates from its dashboard."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from aggregator import text
from cli.glossary import glossary_of_report
from cli.output import iso
from cli.publishing import Publisher
from cli.query_options import QueryOptions
from cli.report.contents import WHOLE, contents
from cli.report.script import live_script, page_script
from cli.session import Session
from schema.warehouse import Connection, reporting_zone

_HERE = Path(__file__).parent
MARK = '<meta name="generator" content="skillhouse report">'
"""Marks a file as a report of skillhouse, which may be overwritten."""

_LIVE = """
  <div id="dashboard" hidden>
    <button type="button" id="refresh">Refresh</button>{collect}
    <span id="live" class="quiet" role="status" aria-live="polite">Live: updates when the warehouse\
 changes.</span>
  </div>"""
_COLLECT = """
    <button type="button" id="collect">Collect now</button>"""

_BLANK = re.compile(r"<!--(\w+)-->")


def page(
    con: Connection,
    session: Session,
    *,
    publisher: Publisher | None = None,
    live: bool = False,
    selection: QueryOptions = WHOLE,
) -> str:
    """The whole report as HTML, about the projects of ``selection``; raises as ``contents`` does.

    With a publisher nothing is in it that may not leave this machine. A ``live`` page asks the
    server that it comes from, and nobody else, whether there is a newer one.
    """
    parts = contents(con, session, publisher=publisher, selection=selection)
    zone = reporting_zone(con)
    parts["about"] = {
        "generated_at": iso(session.now, zone)
        if publisher is None
        else iso(session.now, zone)[:10],  # type: ignore[index]
        "timezone": zone if publisher is None else None,
        "public": publisher is not None,
        "selection": _selection(selection) if publisher is None else None,
    }
    parts["glossary"] = glossary_of_report()
    data = base64.b64encode(gzip.compress(json.dumps(parts, allow_nan=False).encode(), mtime=0))
    script = page_script()
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    renewal = live_script() if live else ""
    blanks = {
        "mark": MARK,
        "policy": _policy(style, script, *([renewal] if live else []))
        + ("; connect-src 'self'" if live else ""),
        "style": style,
        "about": escape(_about(parts)),
        "live": _LIVE.format(collect=_COLLECT if publisher is None else "") if live else "",
        "plain": escape(_plain(parts)),
        "script": script,
        "data": data.decode(),
        "renewal": f'<script type="module">{renewal}</script>\n' if live else "",
    }
    # In one go: whatever a blank is filled with is not looked into again.
    template = (_HERE / "page.html").read_text(encoding="utf-8")
    return _BLANK.sub(lambda blank: blanks[blank[1]], template)


def _policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy: loads nothing, and allows only these scripts and styles."""
    sources = " ".join(_source(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {sources}; style-src {_source(style)};"
        " base-uri 'none'; form-action 'none'"
    )


def _source(content: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(content.encode()).digest()).decode()}'"


def _selection(selection: QueryOptions) -> str | None:
    """By what the projects were selected; None: all active ones are in the report."""
    named = {"project": selection.projects, "type": selection.types, "tag": selection.tags}
    said = [f"{what} {', '.join(each)}" for what, each in named.items() if each]
    return f"only projects selected by {' and '.join(said)}" if said else None


def _about(parts: Mapping[str, Any]) -> str:
    """When the report was written, its reporting zone, and how fresh its data is."""
    about = parts["about"]
    if about["public"]:
        return f"Written {about['generated_at']}. Anonymised: projects are pseudonyms."
    made = f"Written {_minute(about['generated_at'])}, zone {about['timezone']}"
    if about["selection"]:
        made += f"; {about['selection']}"
    collected = next((row["last_collect_at"] for row in parts["status"]["data"]), None)
    if collected is None:
        return f"{made}; nothing has been collected yet."
    return f"{made}; collected {_minute(collected)}."


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _plain(parts: Mapping[str, Any]) -> str:
    """The headline numbers for a reader without scripts."""
    data = parts["summary"]["data"]
    whole = data[0]["all_time"] if data else None
    if not whole or not whole["total_invocations"]:
        return "No data yet: skillhouse register-project PATH, skillhouse refresh."
    return (
        f"{text.counted(whole['total_invocations'], 'use')} of"
        f" {text.counted(whole['skills'], 'skill')} and {text.counted(whole['agents'], 'agent')}"
        f" in {text.counted(whole['projects'], 'project')}:"
        f" {text.percent(whole['success_rate'])} succeeded."
    )
