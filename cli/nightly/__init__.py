"""The nightly job: `schedule run`, `install`, `uninstall` and `show`.

The commands are in ``schedule_run`` and ``schedule_install``. The first runs ``service``, which
asks ``due`` and runs ``refresh``; the second writes a ``job`` for systemd, launchd or cron. When
runs are due is in ``schema/schedule.py``, where `status` finds it, too.
"""
