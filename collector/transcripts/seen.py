"""What a look at transcripts read, for a run that follows and need not read it again.

The look knows no projects yet: it notes the folders of each use in its owner's place. The run puts
the projects there. If a use belongs to no project, the file is read again, as then its names
must not be kept.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from msgspec import structs

from collector.transcripts.reader import Owner
from collector.transcripts.reading import Reading, with_state
from collector.transcripts.roots import Found

MOST_FILES = 20_000
"""So many files are kept at most; the others are read again."""

_decode = msgspec.msgpack.decode
_encode = msgspec.msgpack.Encoder().encode


def folders(cwd: str | None, first_cwd: str | None) -> str | None:
    """What stands for a use's owner: its folder and the first one of its file."""
    return f"{cwd or ''}\0{first_cwd or ''}" if cwd or first_cwd else None


def folder_of(owner: str) -> str:
    """The folder in which the use was."""
    cwd, _, first_cwd = owner.partition("\0")
    return cwd or first_cwd


class Seen:
    """Readings from the start of files, by place; each is given out once."""

    def __init__(self) -> None:
        self._readings: dict[tuple[str, str, str], tuple[str, Reading]] = {}

    def keep(self, root: str, found: Found, reading: Reading) -> None:
        """Keep what was read with ``folders`` as the owner."""
        if len(self._readings) < MOST_FILES:
            place = (found.tool, root, found.candidate.path)
            self._readings[place] = found.fingerprint(), reading

    def take(self, root: str, found: Found, owner: Owner) -> Reading | None:
        """The reading that this owner would have given; None where only reading again tells, or
        where the file looks different now."""
        place = (found.tool, root, found.candidate.path)
        fingerprint, reading = self._readings.pop(place, ("", None))
        if reading is None or fingerprint != found.fingerprint():
            return None
        if reading.first_cwd is not None and owner(None, reading.first_cwd) is None:
            return None
        return _owned(reading, owner)


def _owned(reading: Reading, owner: Owner) -> Reading | None:
    """The reading with projects as the owners of its uses; None where one belongs to no project."""
    nobodys: list[str] = []

    def project(noted: str) -> str:
        cwd, _, first_cwd = noted.partition("\0")
        project_id = owner(cwd or None, first_cwd or None)
        if project_id is None:
            nobodys.append(noted)
        return project_id or ""

    def put(value: object) -> None:
        """Into all uses in a state, whatever tool it is of."""
        if isinstance(value, dict):
            noted = value.get("owner")
            if isinstance(noted, str) and "key" in value:
                value["owner"] = project(noted)
            for each in value.values():
                put(each)
        elif isinstance(value, list):
            for each in value:
                put(each)

    def owned(state: bytes) -> bytes:
        value = _decode(state)
        put(value)
        return _encode(value)

    uses = tuple(
        use if use.owner is None else structs.replace(use, owner=project(use.owner))
        for use in reading.facts.uses
    )
    checkpoint = with_state(reading.checkpoint, owned)
    if nobodys:
        return None
    facts = structs.replace(reading.facts, uses=uses)
    return replace(reading, facts=facts, checkpoint=checkpoint)
