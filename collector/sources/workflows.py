"""``data/workflow_state/workflows.json``: the workflows that mahavishnu runs and has run.

An object that maps a workflow's id to its state. It is the nearest thing to executions of workflows
that any engine leaves; the task, results and errors hold a user's own words and are not taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords
from collector.files.trees import Candidate, Entry, Fingerprint, Tree
from collector.read_results import Checkpoint, Reading, shrinkage
from collector.sources.whole_document import read_whole

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
        checkpoint: Checkpoint,
        file_records: FileRecords,
        bulk: BulkReader | None,
    ) -> Reading:
        whole = read_whole(candidate, checkpoint)
        if isinstance(whole, Reading):
            return whole
        for position, (workflow_id, state) in enumerate(whole.value.items(), start=1):
            _add(workflow_id, state, position, file_records)
        return Reading(
            "read",
            shape="workflows",
            checkpoint={"content": whole.content, "records": len(whole.value)},
            note=shrinkage(checkpoint.get("records"), len(whole.value)),
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
