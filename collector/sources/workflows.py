"""``data/workflow_state/workflows.json``: the workflows that mahavishnu runs and has run.

An object that maps a workflow's id to its state. It is the nearest thing to executions of workflows
that any engine leaves; the task, results and errors hold a user's own words and are not taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from collector import documents
from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords
from collector.read_results import Checkpoint, Reading
from collector.reading import digest, read_document
from collector.sources.session_buddy import shrinkage
from collector.trees import Candidate, Entry, FileRefused, Fingerprint, Tree

FOLDER = "data/workflow_state"
PATH = f"{FOLDER}/workflows.json"


class Workflows:
    """A project's workflow executions, kept in a table of their own."""

    name = "workflows"

    def find(self, tree: Tree) -> Iterator[Entry]:
        folder = tree.directory(FOLDER)
        entry = tree.file(PATH) if isinstance(folder, str) else folder
        if entry is not None:
            yield entry

    def fingerprint(self, tree: Tree, candidate: Candidate) -> str:
        return Fingerprint.of(candidate.status).text()

    def read(
        self,
        tree: Tree,
        candidate: Candidate,
        checkpoint: Checkpoint | None,
        file_records: FileRecords,
        bulk: BulkReader | None,
    ) -> Reading:
        kept = checkpoint or {}
        try:
            data = read_document(candidate)
        except FileRefused as exc:
            return Reading("refused", str(exc), checkpoint=kept)
        content = digest(data)
        if kept.get("content") == content:
            return Reading("read", checkpoint=kept, unchanged=True)
        try:
            document = documents.parse_document(documents.decode(data))
        except documents.Torn as exc:
            return Reading("torn", str(exc), checkpoint=kept)
        except documents.Malformed as exc:
            return Reading("malformed", str(exc), checkpoint=kept)
        if not isinstance(document, dict):
            return Reading("malformed", "is not a JSON object at the top level", checkpoint=kept)
        for position, (workflow_id, state) in enumerate(document.items(), start=1):
            _add(workflow_id, state, position, file_records)
        return Reading(
            "read",
            shape="workflows",
            checkpoint={"content": content, "records": len(document)},
            note=shrinkage(kept.get("records"), len(document)),
        )


def _add(workflow_id: str, state: object, position: int, file_records: FileRecords) -> None:
    if not isinstance(state, dict):
        file_records.reject(position, "is not a JSON object")
        return
    file_records.run_workflow(
        position,
        workflow_id=workflow_id,
        status=state.get("status"),
        repositories=state.get("repos"),
        created_at=state.get("created_at"),
        updated_at=state.get("updated_at"),
    )
