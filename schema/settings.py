"""Where the warehouse is and which zone it reports in, decided once at start.

Order: what the command line says, then the environment, then the platform's default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from schema.errors import UsageError

PREFIX = "SKILLHOUSE_"
"""What the names of all our environment variables begin with."""

WAREHOUSE_VARIABLE = f"{PREFIX}WAREHOUSE"
TIMEZONE_VARIABLE = f"{PREFIX}TIMEZONE"
WAREHOUSE_FILE = "warehouse.duckdb"


@dataclass(frozen=True)
class Settings:
    """``timezone`` is used only where a new warehouse is made, or a project names none."""

    warehouse_path: Path
    timezone: str


def load_settings(
    warehouse: Path | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Settings from the command line's ``warehouse`` and the environment.

    Raises UsageError when the environment names a zone that does not exist.
    """
    env = os.environ if environ is None else environ
    path = warehouse or _path(env.get(WAREHOUSE_VARIABLE)) or default_warehouse_path()
    named = env.get(TIMEZONE_VARIABLE)
    zone = check_timezone(named) if named else machine_timezone()
    return Settings(path.expanduser().absolute(), zone)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def default_warehouse_path() -> Path:
    """The warehouse in the platform's folder for a user's data."""
    # Imported here: most commands are given their path by no option but need no other of its names.
    from platformdirs import user_data_path

    return user_data_path("skillhouse", appauthor=False) / WAREHOUSE_FILE


def machine_timezone() -> str:
    """The IANA name of this machine's zone, ``UTC`` where it has none.

    Raises UsageError when the machine's zone cannot be named (a bare offset, say).
    """
    from tzlocal import get_localzone_name

    try:
        return check_timezone(get_localzone_name())
    except (UsageError, LookupError, OSError, ValueError) as exc:
        raise UsageError(
            "This machine's time zone has no name we can use.",
            f"Name one: set {TIMEZONE_VARIABLE}, for example to Europe/Berlin.",
        ) from exc


def check_timezone(name: str) -> str:
    """``name`` when it is an IANA zone; UsageError otherwise."""
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        from difflib import get_close_matches

        near = get_close_matches(name, sorted(available_timezones()), n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "For example: Europe/Berlin."
        raise UsageError(f"There is no time zone named {name!r}.", hint) from None
    return name
