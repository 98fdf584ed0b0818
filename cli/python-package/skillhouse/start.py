"""The console script: checks that the packages found are skillhouse's own, then runs the program.

Their names are common words. Where another package has one of them, Python would run that package's
code instead, and fail far from the cause. This module has a name of its own, so it is always found.
Every command starts here: four packages are looked up and four small files read, nothing more.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

PACKAGES = ("schema", "collector", "aggregator", "cli")
MARK = b'PRODUCT = "skillhouse"'
INTERRUPTED = 130
"""The exit code of an interrupted program."""
_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Installed, this package lies next to the four; in a checkout, which an editable installation runs,
# it lies in cli/python-package.
_IN_CHECKOUT = os.path.join("cli", "python-package")
HERE = _FOLDER[: -len(_IN_CHECKOUT) - 1] if _FOLDER.endswith(os.sep + _IN_CHECKOUT) else _FOLDER
"""The folder that the four packages have to be in."""


def run() -> None:
    """Run the program; ends with exit code 1 where a package is not ours."""
    try:
        _expect_ours()
        from cli.__main__ import run as program
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    program()


def _expect_ours() -> None:
    """End the process where a package is not ours, and warn of one that we overwrote."""
    if (fault := foreign_package()) is not None:
        cause, command = fault
        if command is None:
            _say(f"Error: {cause}, so skillhouse cannot run; install it on its own with:", apart())
        else:
            _say(f"Error: {cause}; run skillhouse without that:", command)
        sys.exit(1)
    if "--quiet" not in sys.argv and (broken := broken_neighbor()) is not None:
        _say(
            f"Warning: skillhouse was installed over {broken}, which no longer works; uninstall"
            " skillhouse here, reinstall that one, and install skillhouse on its own with:",
            apart(),
        )


def foreign_package() -> tuple[str, str | None] | None:
    """What is wrong with the first package that is missing or is not ours.

    With it the command that helps; None where only an environment of its own does.
    """
    for name in PACKAGES:
        origin = _origin(name)
        if origin is None:
            return f"the package `{name}` is missing in {HERE}{_other_case(name)}", None
        if os.path.dirname(os.path.dirname(os.path.abspath(origin))) != HERE:
            cause = f"Python loads {origin} in place of skillhouse's `{name}`"
            if _is_on_pythonpath(origin):
                return f"{cause} because of PYTHONPATH", "env -u PYTHONPATH skillhouse"
            return cause, None
        with open(origin, "rb") as file:
            if MARK not in file.read():
                return f"{origin} belongs to another package, installed over skillhouse's", None
    return None


def _origin(name: str) -> str | None:
    """The file of a package: the loaded one, otherwise the one that Python would load."""
    if (loaded := sys.modules.get(name)) is not None:
        return loaded.__file__
    spec = PathFinder.find_spec(name)
    return None if spec is None else spec.origin


def expect_own_packages() -> None:
    """ImportError, with what to do, where Python would load another's package in place of ours."""
    if (fault := foreign_package()) is not None:
        cause, _ = fault
        raise ImportError(f"{cause}, so skillhouse cannot be used here. Install it with: {apart()}")


def _is_on_pythonpath(origin: str) -> bool:
    folders = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return any(os.path.abspath(origin).startswith(os.path.abspath(each)) for each in folders)


def _other_case(name: str) -> str:
    """On a disk that ignores case (macOS), `Aggregator` and `aggregator` are one folder."""
    for entry in os.listdir(HERE):
        if entry != name and entry.lower() == name:
            return f", where another package has `{entry}`"
    return ""


def broken_neighbor() -> str | None:
    """The package whose files skillhouse has overwritten in this environment, if any."""
    for entry in os.listdir(HERE):
        name, _, version = entry.lower().removesuffix(".dist-info").partition("-")
        if version and name in PACKAGES and _claims(entry, name):
            return f"the package {name} {version}"
        if entry.endswith(".py") and entry[:-3] in PACKAGES:
            return f"the module {os.path.join(HERE, entry)}"
    return None


def _claims(distribution: str, name: str) -> bool:
    """Whether a distribution installed files into the folder of one of our packages."""
    ignores_case = os.path.exists(os.path.join(HERE, name.upper()))
    try:
        with open(os.path.join(HERE, distribution, "RECORD"), encoding="utf-8") as record:
            lines = record.readlines()
    except (OSError, UnicodeError):
        return False
    starts = (f"{name}/", f"{name}.py,")
    return any((line.lower() if ignores_case else line).startswith(starts) for line in lines)


def apart() -> str:
    """The command that installs this copy into an environment of its own."""
    # By its file, and only here: `cli` may be another package, of which nothing is to be run.
    path = os.path.join(HERE, "cli", "installation.py")
    if not os.path.isfile(path):
        return "uv tool install FOLDER     (FOLDER is where this copy came from)"
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("skillhouse_installation", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return str(module.apart())


def _say(sentence: str, command: str) -> None:
    sys.stderr.write(f"{sentence}\n  {command}\n")
