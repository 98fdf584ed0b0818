"""Which plugins have a skill file: for what a plugin brings, agents write ``plugin:skill``.

A plugin says its name in ``plugin.json``; a marketplace names the plugins of its folders, and
perhaps which of their files each has. Of these files nothing but names and folders is used.
"""

from __future__ import annotations

import dataclasses
import json
import os
import posixpath
import stat
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any

from collector.files.trees import Candidate, FileRefused, open_for_reading
from collector.skill_files.content import MAX_NAME, clean
from collector.skill_files.walk import Found
from schema.frozen import dataclass

MAX_BYTES = 1 << 20
MAX_NAMES = 20
"""Plugins of one file."""

MARK_FOLDERS = (".claude-plugin", ".codex-plugin")
PLUGIN_FOLDER = "plugins"
_LISTED = ("skills", "agents", "commands")
"""The keys under which a plugin lists files and folders of its own choice."""


@dataclass(frozen=True)
class _Plugin:
    """A plugin in a folder (``""``: the project's); ``only`` are the paths it lists, if any."""

    name: str
    folder: str
    only: tuple[str, ...] = ()

    def has(self, path: str) -> bool:
        if not _is_below(path, self.folder):
            return False
        if self.only:
            return any(_is_below(path, each) for each in self.only)
        return bool(self.folder) or not _is_below(path, PLUGIN_FOLDER)


@dataclasses.dataclass
class Plugins:
    """The plugins of a project whose real path is ``top``.

    ``visited`` are the full paths that were looked at; ``has_links``: one of them leads elsewhere.
    """

    top: str
    visited: set[str] = field(default_factory=set)
    has_links: bool = False
    _known: dict[str, list[_Plugin]] = field(default_factory=dict)

    def of(self, found: Found) -> list[str]:
        """The names of the plugins that have a file, in order."""
        if not found.root.of_collection:
            return []
        path = found.candidate.path
        parts = path.split("/")
        plugins = self._at("")
        if parts[0] == PLUGIN_FOLDER and len(parts) > 2:
            folder = "/".join(parts[:2])
            plugins = [*plugins, *self._at(folder), _Plugin(clean(parts[1])[:MAX_NAME], folder)]
        names = dict.fromkeys(each.name for each in plugins if each.name and each.has(path))
        return sorted(names)[:MAX_NAMES]

    def _at(self, folder: str) -> list[_Plugin]:
        if folder not in self._known:
            self._known[folder] = list(self._read(folder))
        return self._known[folder]

    def _read(self, folder: str) -> Iterator[_Plugin]:
        for mark in MARK_FOLDERS:
            place = posixpath.join(folder, mark)
            plugin = self._json(posixpath.join(place, "plugin.json"))
            if isinstance(plugin, dict):
                yield from _named(plugin, folder)
            market = self._json(posixpath.join(place, "marketplace.json"))
            if isinstance(market, dict):
                yield from _sold(market, folder)

    def _json(self, path: str) -> Any:
        """What a file says; None where it is missing, a link, too large or not JSON."""
        full = os.path.join(self.top, path)
        self.visited |= {full, os.path.dirname(full)}
        try:
            status = os.lstat(full)
            if os.path.realpath(full) != full:
                self.has_links = True
                return None
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                return None
            with open(open_for_reading(Candidate(path, full, status)), "rb") as file:
                return json.loads(file.read(MAX_BYTES + 1).decode("utf-8-sig"))
        except (OSError, FileRefused, ValueError, RecursionError):
            return None


def _named(plugin: dict[str, Any], folder: str) -> Iterator[_Plugin]:
    # The paths that it lists are added to its usual folders, not instead of them.
    if isinstance(name := plugin.get("name"), str):
        yield _Plugin(clean(name)[:MAX_NAME], folder)


def _sold(market: dict[str, Any], folder: str) -> Iterator[_Plugin]:
    """The plugins of a marketplace that lie in the same project."""
    about = market.get("metadata")
    root = about.get("pluginRoot") if isinstance(about, dict) else None
    entries = market.get("plugins")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        source = entry.get("source")
        if not isinstance(source, str):
            continue
        if isinstance(root, str) and not source.startswith("."):
            source = posixpath.join(root, source)
        place = _within(folder, source)
        if place is not None:
            listed = [path for key in _LISTED for path in _texts(entry.get(key))]
            only = (each for path in listed if (each := _within(place, path)) is not None)
            yield _Plugin(clean(entry["name"])[:MAX_NAME], place, tuple(only))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()


def _within(folder: str, path: str) -> str | None:
    """A path of a plugin's, from the project's folder on; None where it leads out of it."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if posixpath.isabs(path) or joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
