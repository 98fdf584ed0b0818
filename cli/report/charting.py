"""The charting library as one script: bundled once, then cached next to the warehouse.

Bundling takes 1.5 seconds, most of the time of a report.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from cli.exporting.places import Target, written
from schema.errors import SkillhouseError
from schema.places import begin_of

_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def charting_library(warehouse: Path | None = None) -> str:
    """Vega and its embedder for a page. SkillhouseError if it is not installed.

    A cached script of another version, or a damaged one, is replaced. If the folder cannot be
    written, nothing is cached.
    """
    version = _version()
    if warehouse is None:
        return _made()
    place = _place(warehouse)
    kept = _kept(place)
    head, _, script = kept.partition(b"\n")
    if head == _head(version, script):
        return script.decode()
    made = _made().encode()
    with suppress(SkillhouseError), written(Target(place, place), force=True) as kept_now:
        kept_now.draft.write_bytes(_head(version, made) + b"\n" + made)
    return made.decode()


def _place(warehouse: Path) -> Path:
    return warehouse.with_name(f"{begin_of(warehouse)}-charts.js")


def _head(version: str, script: bytes) -> bytes:
    return f"// {version} {_SNIPPET} {sha256(script).hexdigest()}".encode()


def _kept(place: Path) -> bytes:
    """The cached script; empty unless it is a file of ours that nobody else can change.

    The browser runs it next to the data, and in a shared folder others could have put it there.
    """
    with suppress(OSError):
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            ours = status.st_uid == os.geteuid() and not status.st_mode & 0o022
            if ours and stat.S_ISREG(status.st_mode):
                return file.read()
    return b""


def _version() -> str:
    try:
        import vl_convert
    except ImportError:
        from cli.installation import missing_extra

        raise missing_extra("report", "The report") from None
    return str(vl_convert.__version__)  # type: ignore[attr-defined]  # its types leave it out


@cache
def _made() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_SNIPPET)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")
