"""The record of a run while it goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from collector.outdated import CHANGED, Outdated, explain
from collector.results import ProjectResult, Remark
from collector.runs import Stopwatch, Trigger

if TYPE_CHECKING:
    from collector.skill_files.scan import ProjectScan
    from collector.skill_files.scan import Scan as SkillScan
    from collector.transcripts.scan import Scan
    from collector.transcripts.storing import TranscriptsRun


@dataclass
class RunRecord:
    """A run as its row of ``collect_runs``: stored with every batch, and finished with the last.

    ``transcripts_read`` waits to be stored with the next batch, ``transcripts`` was so far.
    ``skills_read`` waits for the last; ``user_skills`` is the part of it that is not a project's.
    """

    watch: Stopwatch
    trigger: Trigger
    whole: bool
    collect_run_id: int = 0
    projects: list[ProjectResult] = field(default_factory=list)
    outdated: dict[str, Outdated] = field(default_factory=dict)
    transcripts_read: Scan | None = None
    transcripts: TranscriptsRun | None = None
    skills_read: SkillScan | None = None
    user_skills: ProjectScan | None = None
    ended: bool = False

    @property
    def retries(self) -> set[str]:
        """The projects that were left out and can be read again."""
        return {project_id for project_id, why in self.outdated.items() if why in CHANGED}

    def take_retries(self) -> set[str]:
        """The same, about to be read again: their results so far are dropped."""
        retries = self.retries
        self.projects = [each for each in self.projects if each.project_id not in retries]
        self.outdated = {k: why for k, why in self.outdated.items() if k not in retries}
        return retries

    def end(self, ended: bool) -> None:
        """Note whether the run ends with this batch; then what was left out is a problem."""
        self.ended = ended
        if not ended:
            return
        for result in self.projects:
            if reason := self.outdated.get(result.project_id):
                result.problems.append(Remark(result.project_name, "", explain(reason)))

    @property
    def outcome(self) -> str:
        if not self.ended:
            return "running"
        if self.transcripts is not None and self.transcripts.problems:
            return "problems"
        return "problems" if any(entry.problems for entry in self.projects) else "done"


def project_entry(result: ProjectResult) -> dict[str, object]:
    """A project's result as ``collect_runs`` holds it."""
    return {
        **{
            name: value
            for name, value in asdict(result).items()
            if name not in ("problems", "notes")
        },
        "problems": [str(problem) for problem in result.problems],
        "notes": [str(note) for note in result.notes],
    }
