"""The system's schedulers: systemd, launchd and cron.

Each renders a ``Job`` as its configuration, installs and removes it, and lists the commands that
activate it. None runs those: what runs on a machine is started by its owner.
"""

from __future__ import annotations

from cli.nightly.cron import Cron
from cli.nightly.job import Scheduler
from cli.nightly.launchd import Launchd
from cli.nightly.systemd import Systemd

SCHEDULERS: dict[str, Scheduler] = {each.name: each for each in (Systemd(), Launchd(), Cron())}


def native(platform: str) -> str:
    """The name of a platform's own scheduler; ``platform`` as in ``sys.platform``."""
    if platform == "darwin":
        return Launchd.name
    return Systemd.name if Systemd.is_here() else Cron.name
