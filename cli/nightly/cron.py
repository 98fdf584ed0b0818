"""Lines in the user's crontab, each marked with the job it belongs to."""

from __future__ import annotations

import shlex
import shutil
import subprocess

from cli.nightly.job import Job, Placed
from schema.errors import SkillhouseError


class Cron:
    """cron. Times that the machine sleeps through are skipped; the next run collects it all."""

    name = "cron"
    local = True

    def render(self, job: Job) -> str:
        # `env` sets variables in every shell that a crontab may name.
        variables = [f"{name}={value}" for name, value in job.environment.items()]
        words = ["/usr/bin/env", *variables, *job.command] if variables else job.command
        # An unescaped % ends the command for cron, even within quotes.
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

    def installed(self, job: Job) -> Placed | None:
        if shutil.which("crontab") is None:
            return None
        try:
            there = any(_is_ours(line, job) for line in _crontab())
        except SkillhouseError:
            return None  # a user for whom there is no crontab, having no name for example
        return Placed(self.name, ("crontab",), active=True) if there else None

    def activation(self, job: Job) -> list[str]:
        return []

    def deactivation(self, job: Job) -> list[str]:
        return []


def _mark(job: Job) -> str:
    """A comment for the shell, which gets the whole rest of the line from cron."""
    return f"# {job.name} schedule install"


def _is_ours(line: str, job: Job) -> bool:
    return line.rstrip().endswith(_mark(job))


def _list(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)


def _crontab() -> list[str]:
    """The lines of the user's crontab. ``crontab`` fails if there is none: no lines."""
    listed = _run("-l", check=False)
    if listed.returncode and "no crontab" not in listed.stderr.lower():
        raise _failed(listed.stderr)
    return listed.stdout.splitlines() if not listed.returncode else []


def _write(text: str) -> None:
    _run("-", text=text)


def _run(
    argument: str, *, text: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("crontab")
    if program is None:
        raise SkillhouseError(
            "There is no `crontab` command on this machine.",
            "Leave out --write and add the line where your cron reads it.",
        )
    # The program is found by PATH, the argument is ours.
    done = subprocess.run(  # noqa: S603
        [program, argument], input=text, capture_output=True, encoding="utf-8", check=False
    )
    if check and done.returncode:
        raise _failed(done.stderr)
    return done


def _failed(output: str) -> SkillhouseError:
    reason = output.strip().splitlines()[-1] if output.strip() else "no reason given"
    return SkillhouseError(
        f"`crontab` failed: {reason}.", "Leave out --write and add the line yourself."
    )
