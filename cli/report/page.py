"""The report as one page that asks nobody for anything."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from cli import text
from cli.output import iso
from cli.publishing import Publisher
from cli.report.contents import contents
from cli.session import Session
from schema.errors import UsageError
from schema.warehouse import Connection, reporting_zone

_HERE = Path(__file__).parent
MARK = '<meta name="generator" content="skillhouse report">'
"""By this a file is known as one of ours, which a new one may replace."""


def page(con: Connection, session: Session, *, publisher: Publisher | None = None) -> str:
    """The whole report as HTML. UsageError where the charting library is not installed."""
    library = charting_library()
    parts = contents(con, session, publisher=publisher)
    zone = reporting_zone(con)
    parts["about"] = {
        "generated_at": iso(session.now, zone) if publisher is None else str(session.now.date()),
        "timezone": zone if publisher is None else None,
        "public": publisher is not None,
    }
    data = base64.b64encode(gzip.compress(json.dumps(parts, allow_nan=False).encode(), mtime=0))
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    blanks = {
        "mark": MARK,
        "policy": _policy(library, script),
        "style": style,
        "library": library,
        "script": script,
        "data": data.decode(),
        "plain": _plain(parts),
    }
    filled = (_HERE / "page.html").read_text(encoding="utf-8")
    for name, value in blanks.items():
        filled = filled.replace(f"<!--{name}-->", value, 1)
    return filled


@cache
def charting_library() -> str:
    """Vega with its embedder as one script, as the package that ships them inside gives it."""
    try:
        import vl_convert
    except ImportError:
        raise UsageError(
            "The report needs a charting library that is not installed.",
            "Install it: pip install 'skillhouse[report]'",
        ) from None
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")


def _policy(*scripts: str) -> str:
    """Nothing may be fetched from anywhere, and no script runs but these."""
    sources = " ".join(
        f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _plain(parts: Mapping[str, object]) -> str:
    """The headline numbers for a reader without scripts."""
    data = parts["summary"]["data"]  # type: ignore[index]
    if not data:
        return ""
    whole = data[0]["all_time"]
    return escape(
        f"{text.counted(whole['total_invocations'], 'use')} of"
        f" {text.counted(whole['skills'], 'skill')} and {text.counted(whole['agents'], 'agent')}"
        f" in {text.counted(whole['projects'], 'project')}:"
        f" {text.percent(whole['success_rate'])} of known outcomes succeeded."
    )
