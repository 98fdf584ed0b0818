"""A launchd agent, which macOS runs while the user is logged in."""

from __future__ import annotations

import plistlib
from pathlib import Path

from cli.nightly import files
from cli.nightly.job import MARK, Job, Piece, Placed
from schema.errors import SystemRefused
from schema.settings import home

_DOCTYPE_END = '.dtd">\n'


class Launchd:
    """launchd. Times that the machine sleeps through run when it wakes, once."""

    name = "launchd"
    local = True

    def render(self, job: Job) -> str:
        times = [{"Hour": each.hour, "Minute": each.minute} for each in job.times]
        log = str(_library() / "Logs" / f"{job.name}.log")
        content = {
            "Label": _label(job),
            "ProgramArguments": list(job.command),
            "EnvironmentVariables": dict(job.environment),
            "StartCalendarInterval": times[0] if len(times) == 1 else times,
            "ProcessType": "Background",
            "StandardOutPath": log,
            "StandardErrorPath": log,
        }
        text = plistlib.dumps(content, sort_keys=False).decode()
        note = f"<!-- {MARK}; `skillhouse schedule uninstall` removes it. -->\n"
        return text.replace(_DOCTYPE_END, _DOCTYPE_END + note, 1)

    def place(self, job: Job) -> list[str]:
        return files.place([Piece(_path(job), self.render(job))])

    def remove(self, job: Job) -> list[str]:
        return files.remove([_path(job)], _library())

    def installed(self, job: Job) -> Placed | None:
        if home() is None:
            return None
        path = _path(job)
        return Placed(self.name, (str(path),), None) if files.ours(path) else None

    def activation(self, job: Job) -> list[str]:
        return [f'launchctl bootstrap gui/$(id -u) "{_path(job)}"']

    def deactivation(self, job: Job) -> list[str]:
        return [f"launchctl bootout gui/$(id -u)/{_label(job)}"]


def _label(job: Job) -> str:
    return f"{job.name}.refresh"


def _library() -> Path:
    """The user's folder of settings and logs. SystemRefused for a user without a home folder."""
    folder = home()
    if folder is None:
        raise SystemRefused("There is no home folder for the launchd job.", "Set HOME.")
    return folder / "Library"


def _path(job: Job) -> Path:
    return _library() / "LaunchAgents" / f"{_label(job)}.plist"
