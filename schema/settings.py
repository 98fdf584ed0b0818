"""Where the warehouse is and which zone a new one reports in, decided once at start.

Order: what the command line says, then the environment, then what the person has set for all
commands, then the platform's default.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from schema.errors import SystemRefused
from schema.frozen import dataclass
from schema.spelling import parameter
from schema.zones import check_zone

PREFIX = "SKILLHOUSE_"
"""What the names of all our environment variables begin with."""

WAREHOUSE_VARIABLE = f"{PREFIX}WAREHOUSE"
TIMEZONE_VARIABLE = f"{PREFIX}TIMEZONE"
WAREHOUSE_FILE = "warehouse.duckdb"
_ANDROID = frozenset({"ANDROID_DATA", "ANDROID_ROOT"})


@dataclass(frozen=True)
class Settings:
    """``timezone`` is used only where a new warehouse is made, or a project names none.

    None if none is set: this machine's is then determined when it is needed.
    """

    warehouse_path: Path
    timezone: str | None


def load_settings(
    warehouse: Path | None = None,
    environ: Mapping[str, str] | None = None,
    configured: Callable[[str], str | None] = lambda name: None,
) -> Settings:
    """Settings from the command line's ``warehouse``, the environment and what is ``configured``.

    Raises UsageError when the environment names a zone that does not exist.
    """
    env = os.environ if environ is None else environ
    path = warehouse or _path(env.get(WAREHOUSE_VARIABLE)) or _path(configured("warehouse"))
    named = env.get(TIMEZONE_VARIABLE) or configured("timezone")
    return Settings(
        absolute(path or default_warehouse_path()), check_zone(named) if named else None
    )


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def default_warehouse_path() -> Path:
    """The warehouse in the platform's folder for a user's data.

    SystemRefused where the user has no home folder.
    """
    if (folder := plain_folder("XDG_DATA_HOME", ".local/share")) is not None:
        return folder / WAREHOUSE_FILE
    from platformdirs import user_data_path

    try:
        return user_data_path("skillhouse", appauthor=False) / WAREHOUSE_FILE
    except RuntimeError:
        raise SystemRefused(
            "There is no home folder for the warehouse.",
            f"Set HOME, or choose a warehouse with {parameter('warehouse')} or"
            f" {WAREHOUSE_VARIABLE}.",
        ) from None


def plain_folder(variable: str, below_home: str) -> Path | None:
    """Our folder on Linux, where it is plain to see; None where platformdirs must say it.

    Importing that takes 5 ms of processor time, in every command.
    """
    env = os.environ
    if not sys.platform.startswith("linux") or not env.keys().isdisjoint(_ANDROID):
        return None
    root = env.get(variable) or os.path.join(env.get("HOME", ""), below_home)
    return Path(root, "skillhouse") if os.path.isabs(root) and root == root.strip() else None


def is_default_warehouse(path: Path) -> bool:
    """Whether that is the warehouse that is used where none is named."""
    try:
        return path == default_warehouse_path()
    except SystemRefused:
        return False


def home() -> Path | None:
    """The user's home folder; None for a user who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def absolute(path: Path) -> Path:
    """A path as it was named, seen from the root; a leading ``~`` is the home folder.

    SystemRefused where that, or the current folder, is not there.
    """
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise SystemRefused(
            f"There is no home folder for {path}.", "Set HOME, or give the full path."
        ) from None
    except OSError as exc:
        raise SystemRefused.of(
            exc, "The current folder", "Change to another folder, or give the full path."
        ) from exc
