"""How this copy was installed and where it came from, and the commands that follow from it.

skillhouse is on no package index. A command that installs it by its bare name would fetch whatever
somebody else publishes under that name, so every command names the place this copy came from.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    from schema.errors import SkillhouseError

Manager = Literal["uv tool", "pipx", "uv", "pip"]

NAME = "skillhouse"
_FOR_DEVELOPERS = ("bench", "dev")
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Installation:
    """``manager`` is what installed this copy, ``environment`` the folder it was installed into.

    ``place`` is where it came from: the path of a folder or file, or an address such as
    ``git+https://...``; None if that is not recorded. ``extras`` are those that are there.
    """

    manager: Manager
    environment: Path
    place: str | None
    editable: bool = False
    extras: tuple[str, ...] = ()

    def command(self, *extras: str) -> str | None:
        """The command that installs this copy again with ``extras``; None without a place.

        uv tool and pipx make the environment again, so the extras that are there are named again.
        """
        if self.place is None:
            return None
        python = quote(str(self.environment / "bin" / "python"))
        editable = "--editable " if self.editable else ""
        if self.manager in ("uv tool", "pipx"):
            extras = tuple(sorted({*self.extras, *extras}))
        what = editable + quote(_requirement(self.place, extras))
        match self.manager:
            case "uv tool":
                return f"uv tool install {what}"
            case "pipx":
                return f"pipx install --force {what}"
            case "uv":
                return f"uv pip install --python {python} {what}"
            case "pip":
                return f"{python} -m pip install {what}"

    def is_gone(self) -> bool:
        """Whether the folder or file that this copy came from is not there any more."""
        return self.place is not None and self.place[:1] == "/" and not Path(self.place).exists()


def installation() -> Installation:
    """How this copy was installed, as its metadata and its environment say."""
    environment = Path(sys.prefix)
    try:
        ours = distribution(NAME)
    except PackageNotFoundError:
        # A checkout that nothing was installed from: its code runs where it stands.
        return Installation("pip", environment, str(_ROOT), editable=True)
    place, editable = _origin(ours)
    return Installation(_manager(ours, environment), environment, place, editable, _extras(ours))


def missing_extra(extra: str, purpose: str) -> SkillhouseError:
    """The error where ``purpose`` needs an extra that is not installed; its hint is a command."""
    what = f"{purpose} needs the extra `{extra}`, which is not installed."
    # Not above: what is told of an environment where `schema` is not ours needs this module.
    from schema.errors import SkillhouseError

    here = installation()
    command = here.command(extra)
    if command is None:
        return SkillhouseError(
            what,
            f"Install skillhouse again with [{extra}], from the place where you got this copy.",
        )
    if here.is_gone():
        what += f" {here.place}, the source of this copy, no longer exists: restore it first."
    return SkillhouseError(f"{what} Install it with:", command)


def apart() -> str:
    """The command that installs this copy into an environment of its own."""
    here = installation()
    requirement = _requirement(here.place, here.extras) if here.place else "FOLDER"
    return f"uv tool install {quote(requirement)}"


def _manager(ours: Distribution, environment: Path) -> Manager:
    if (environment / "uv-receipt.toml").exists():
        return "uv tool"
    if (environment / "pipx_metadata.json").exists():
        return "pipx"
    return "uv" if (ours.read_text("INSTALLER") or "").strip() == "uv" else "pip"


def _origin(ours: Distribution) -> tuple[str | None, bool]:
    """Where a distribution came from, and whether it is used there, as installers record it."""
    try:
        origin = json.loads(ours.read_text("direct_url.json") or "{}")
        url = str(origin["url"])
    except (ValueError, KeyError, TypeError):
        return None, False
    if urlsplit(url).scheme == "file":
        path = url2pathname(unquote(urlsplit(url).path))
        return path, bool(origin.get("dir_info", {}).get("editable"))
    if vcs := origin.get("vcs_info"):
        revision = f"@{vcs['requested_revision']}" if "requested_revision" in vcs else ""
        url = f"{vcs.get('vcs', 'git')}+{url}{revision}"
    folder = origin.get("subdirectory")
    return url + (f"#subdirectory={folder}" if folder else ""), False


def _requirement(place: str, extras: tuple[str, ...]) -> str:
    wanted = f"[{','.join(extras)}]" if extras else ""
    if place.startswith("/"):
        return place + wanted
    return f"{NAME}{wanted} @ {place}"


def _extras(ours: Distribution) -> tuple[str, ...]:
    """The extras of which everything is installed, those for developers left out."""
    needed: dict[str, list[str]] = {}
    for line in ours.requires or ():
        name = re.match(r"[\w.-]+", line)
        extra = re.search(r"""extra\s*==\s*['"]([\w.-]+)['"]""", line)
        if name and extra:
            needed.setdefault(extra[1], []).append(name[0])
    present = {extra for extra, names in needed.items() if all(map(_is_installed, names))}
    return tuple(sorted(present - set(_FOR_DEVELOPERS)))


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
