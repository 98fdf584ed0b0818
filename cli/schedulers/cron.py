"""Lines of the user's crontab, each with a mark that says whose it is."""

from __future__ import annotations

import shlex
import shutil
import subprocess

from cli.schedulers.job import Job, Placed
from schema.errors import SkillhouseError


class Cron:
    """cron. It forgets the times that the machine slept through; the next run makes up for it."""

    name = "cron"
    local = True

    def render(self, job: Job) -> str:
        # By `env`, which every shell that a crontab may name can run.
        variables = [f"{name}={value}" for name, value in job.environment.items()]
        words = ["/usr/bin/env", *variables, *job.command] if variables else job.command
        # An unescaped % ends the command for cron, wherever it stands.
        command = shlex.join(words).replace("%", r"\%")
        lines = [
            f"{_list(minutes)} {_list(hours)} * * * {command} {_mark(job)}"
            for minutes, hours in job.by_minutes().items()
        ]
        return "".join(f"{line}\n" for line in lines)

    def place(self, job: Job) -> list[str]:
        others = [line for line in _crontab() if not _is_ours(line, job)]
        _write("".join(f"{line}\n" for line in others) + self.render(job))
        return ["crontab"]

    def remove(self, job: Job) -> list[str]:
        if shutil.which("crontab") is None:
            return []
        lines = _crontab()
        others = [line for line in lines if not _is_ours(line, job)]
        if others == lines:
            return []
        if others:
            _write("".join(f"{line}\n" for line in others))
        else:
            _run("-r")
        return ["crontab"]

    def found(self, job: Job) -> Placed | None:
        if shutil.which("crontab") is None:
            return None
        there = any(_is_ours(line, job) for line in _crontab())
        return Placed(self.name, ("crontab",), active=True) if there else None

    def activation(self, job: Job) -> list[str]:
        return []

    def deactivation(self, job: Job) -> list[str]:
        return []


def _mark(job: Job) -> str:
    """A comment to the shell, which is all that reads to the end of the line."""
    return f"# {job.name} schedule install"


def _is_ours(line: str, job: Job) -> bool:
    return line.rstrip().endswith(_mark(job))


def _list(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)


def _crontab() -> list[str]:
    """The user's crontab; empty when there is none, which ``crontab`` calls an error."""
    listed = _run("-l", check=False)
    if listed.returncode and "no crontab" not in listed.stderr.lower():
        raise _refused(listed.stderr)
    return listed.stdout.splitlines() if not listed.returncode else []


def _write(text: str) -> None:
    _run("-", text=text)


def _run(
    argument: str, *, text: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("crontab")
    if program is None:
        raise SkillhouseError(
            "There is no `crontab` on this machine to write the line with.",
            "Leave out --write and put the line where your cron reads it.",
        )
    # The program is the one the PATH finds, its argument ours.
    done = subprocess.run(  # noqa: S603
        [program, argument], input=text, capture_output=True, encoding="utf-8", check=False
    )
    if check and done.returncode:
        raise _refused(done.stderr)
    return done


def _refused(said: str) -> SkillhouseError:
    reason = said.strip().splitlines()[-1] if said.strip() else "it did not say why"
    return SkillhouseError(
        f"`crontab` refused: {reason}.", "Leave out --write and put the line there yourself."
    )
