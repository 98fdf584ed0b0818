"""A task for the Windows Task Scheduler, as the XML that ``schtasks`` takes."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from cli.schedulers import files
from cli.schedulers.job import MARK, Job, Piece, Placed

_TASK = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- {mark}; `skillhouse schedule uninstall` removes it. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Collect skill and agent metrics ({name})</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>{repetition}
      <StartBoundary>2026-01-01T{start}:00</StartBoundary>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions>
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""

_REPETITION = """
      <Repetition>
        <Interval>PT{minutes}M</Interval>
        <Duration>P1D</Duration>
      </Repetition>"""


class Windows:
    """The Task Scheduler. A time that the machine slept through is made up for.

    A task is given no variables: it has those that are set for the user.
    """

    name = "windows"
    local = True

    def render(self, job: Job) -> str:
        program, *arguments = job.command
        length = job.schedule.every
        return _TASK.format(
            mark=MARK,
            name=job.name,
            start=f"{job.times[0]:%H:%M}",
            repetition=""
            if length is None or len(job.times) == 1
            else _REPETITION.format(minutes=length // timedelta(minutes=1)),
            program=escape(program),
            arguments=escape(subprocess.list2cmdline(arguments)),
        )

    def place(self, job: Job) -> list[str]:
        return files.place([Piece(_path(job), self.render(job))])

    def remove(self, job: Job) -> list[str]:
        return files.remove([_path(job)], job.warehouse.parent)

    def found(self, job: Job) -> Placed | None:
        path = _path(job)
        return Placed(self.name, (str(path),), None) if files.ours(path) else None

    def activation(self, job: Job) -> list[str]:
        return [f'schtasks /Create /TN {job.name} /XML "{_path(job)}"']

    def deactivation(self, job: Job) -> list[str]:
        return [f"schtasks /Delete /F /TN {job.name}"]


def _path(job: Job) -> Path:
    return job.warehouse.parent / f"{job.name}-task.xml"
