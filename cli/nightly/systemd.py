"""A systemd user unit and its timer."""

from __future__ import annotations

import os
from pathlib import Path

from cli.nightly import files
from cli.nightly.job import MARK, Job, Piece, Placed

_SERVICE = """\
# {mark}; `skillhouse schedule uninstall` removes it.
[Unit]
Description=Collect skill and agent metrics ({name})

[Service]
Type=oneshot
{environment}ExecStart={command}
Nice=10
"""

_TIMER = """\
# {mark}; `skillhouse schedule uninstall` removes it.
[Unit]
Description=Nightly collection of skill and agent metrics ({name})

[Timer]
{calendar}
# Times that the machine sleeps through run when it wakes, once.
Persistent=true
AccuracySec=30s

[Install]
WantedBy=timers.target
"""


class Systemd:
    """systemd, the user's own instance."""

    name = "systemd"
    local = False

    @staticmethod
    def is_here() -> bool:
        """Whether this machine runs on systemd; the test that sd_booted(3) documents."""
        return Path("/run/systemd/system").is_dir()

    def render(self, job: Job) -> str:
        pieces = self._pieces(job)
        return "\n".join(f"# {piece.path}\n{piece.text}" for piece in pieces)

    def place(self, job: Job) -> list[str]:
        return files.place(self._pieces(job))

    def remove(self, job: Job) -> list[str]:
        return files.remove([_enabled(job), *_paths(job)], _config())

    def installed(self, job: Job) -> Placed | None:
        places = tuple(str(path) for path in _paths(job) if files.ours(path))
        return Placed(self.name, places, os.path.lexists(_enabled(job))) if places else None

    def activation(self, job: Job) -> list[str]:
        return ["systemctl --user daemon-reload", f"systemctl --user enable --now {job.name}.timer"]

    def deactivation(self, job: Job) -> list[str]:
        return [f"systemctl --user stop {job.name}.timer", "systemctl --user daemon-reload"]

    def _pieces(self, job: Job) -> list[Piece]:
        command = " ".join(_quoted(word) for word in job.command)
        calendar = "\n".join(
            f"OnCalendar=*-*-* {_list(hours)}:{_list(minutes)}:00 {job.zone}"
            for minutes, hours in job.by_minutes().items()
        )
        environment = "".join(
            f"Environment={_literal(f'{name}={value}')}\n"
            for name, value in job.environment.items()
        )
        service, timer = _paths(job)
        content = _SERVICE.format(
            mark=MARK, name=job.name, environment=environment, command=command
        )
        return [
            Piece(service, content),
            Piece(timer, _TIMER.format(mark=MARK, name=job.name, calendar=calendar)),
        ]


def _config() -> Path:
    named = os.environ.get("XDG_CONFIG_HOME")
    return (
        Path(named) if named and os.path.isabs(named) else Path(os.path.expanduser("~"), ".config")
    )


def _folder() -> Path:
    return _config() / "systemd" / "user"


def _paths(job: Job) -> list[Path]:
    return [_folder() / f"{job.name}.service", _folder() / f"{job.name}.timer"]


def _enabled(job: Job) -> Path:
    """The link that ``systemctl enable`` makes."""
    return _folder() / "timers.target.wants" / f"{job.name}.timer"


def _list(numbers: tuple[int, ...]) -> str:
    return ",".join(f"{number:02}" for number in numbers)


def _quoted(word: str) -> str:
    """A word of a command: as ``_literal``, with $ escaped, too."""
    return _literal(word.replace("$", "$$"))


def _literal(word: str) -> str:
    """A word for systemd: quoted if necessary, specifiers (%) escaped."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    plain = escaped and not set(escaped) & set(" \t'\";\\")
    return escaped if plain else f'"{escaped}"'
