"""The system's own schedulers: what each has to be told so that it runs ``refresh`` when due.

Each module renders a ``Job`` in its scheduler's language, places that where the scheduler looks for
it, takes it away again, and says what a person has to type to activate it. None of them does that:
what runs on a machine is for its owner to start.
"""

from __future__ import annotations

from cli.schedulers.cron import Cron
from cli.schedulers.job import Job, Scheduler, check_daily, job_for
from cli.schedulers.launchd import Launchd
from cli.schedulers.systemd import Systemd

SCHEDULERS: dict[str, Scheduler] = {each.name: each for each in (Systemd(), Launchd(), Cron())}

__all__ = ["SCHEDULERS", "Job", "Scheduler", "check_daily", "job_for", "native"]


def native(platform: str) -> str:
    """The name of the scheduler that a platform, as ``sys.platform`` calls it, comes with."""
    if platform == "darwin":
        return Launchd.name
    return Systemd.name if Systemd.is_here() else Cron.name
