"""A file that is one JSON document and is read as a whole, unless it is what was read before."""

from __future__ import annotations

from typing import Any

from collector.files import documents
from collector.files.reading import digest, read_document
from collector.files.trees import Candidate
from collector.read_results import Checkpoint, Reading
from schema.frozen import dataclass


@dataclass(frozen=True)
class WholeDocument:
    """A document's top-level object, and the digest of its bytes for the checkpoint."""

    value: dict[str, Any]
    content: str


def read_whole(candidate: Candidate, known: Checkpoint) -> WholeDocument | Reading:
    """The document; or the reading of a file that is unchanged or has a fault.

    Raises FileRefused, ChangedMeanwhile.
    """
    data = read_document(candidate)
    content = digest(data)
    if known.get("content") == content:
        return Reading("read", unchanged=True)
    value = documents.parse_document(data)
    if isinstance(value, documents.Fault):
        # A document's deep values are cut out of it, so that it is torn or malformed.
        return Reading("torn" if value.kind == "torn" else "malformed", value.reason)
    if not isinstance(value, dict):
        return Reading("malformed", "is not a JSON object at the top level")
    return WholeDocument(value, content)
