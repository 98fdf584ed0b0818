"""Which skill files are new or changed since the last run; only these are opened.

A project of which nothing looks different (``looks.py``) is not searched at all. All this happens
with the warehouse closed. No fault of a file or a folder is an error: it becomes a remark about the
project, and the file is tried again by the next run.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import stat
import time
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import NamedTuple
from zlib import crc32

from collector.files.reading import ChangedMeanwhile
from collector.files.trees import FileRefused, Fingerprint, open_for_reading
from collector.projects.registry import Project
from collector.results import Remark
from collector.skill_files.content import SkillContent, content_of
from collector.skill_files.looks import Look, is_same, look
from collector.skill_files.plugins import Plugins
from collector.skill_files.roots import TABLE, USER_FOLDERS, Root, roots, user_roots
from collector.skill_files.walk import LEADS_OUT, Found, Walk
from schema.frozen import dataclass
from schema.skill_words import KEY_SETTING, RULES_VERSION, WordHashes
from schema.statements import run, statement
from schema.stored_settings import stored_setting
from schema.warehouse import Connection, Warehouse

MAX_BYTES = 1 << 20
USER = "(user)"
"""Stands for a project id and a name: what the user's own folders hold, for every project."""

USER_SETTING = "user_skills"
"""The setting that names the home folder whose skills are read; missing without consent."""

SEARCH_VERSION = 2
"""Raised with every change of what is looked for and where: every project is searched again."""


class Known(NamedTuple):
    """A file as it was read last. ``modified_us`` is in microseconds since 1970.

    ``is_stale``: by earlier rules.
    """

    bytes: int
    modified_us: int
    plugins: list[str]
    is_stale: bool


KnownFiles = dict[str, dict[str, Known]]
"""The files that are there, by project id and path."""


@dataclass(frozen=True)
class Before:
    """What the warehouse knows: the last look at each project, by its id.

    There is none of any where texts were read by earlier rules. ``user_home`` is None without
    consent.
    """

    key: bytes
    looks: dict[str, Look]
    user_home: str | None


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: new, changed, or read by other rules before."""

    found: Found
    bytes: int
    modified_us: int
    plugins: list[str]
    content: SkillContent


@dataclasses.dataclass
class ProjectScan:
    """The skill files of a project (or of the user) as they are now.

    ``files`` is how many there are, ``gone`` the paths that are not there any more. ``problems``
    want a person, ``notes`` do not. ``look`` is None where nothing looks different than before.
    """

    project_id: str
    path: str
    files: int = 0
    look: Look | None = None
    read: list[ReadFile] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class Scan:
    """What a run found of skill files, to be stored in its transaction."""

    before: Before
    projects: list[ProjectScan]


@dataclass(frozen=True)
class _Place:
    """Where to look: the user's home, or a project's folder. ``within``: see ``Walk``."""

    project_id: str
    name: str
    path: str

    @property
    def is_users(self) -> bool:
        return self.project_id == USER

    def walk(self) -> Walk:
        top = os.path.realpath(self.path)
        folders = USER_FOLDERS if self.is_users else ()
        return Walk(top, tuple(os.path.realpath(os.path.join(top, each)) for each in folders))

    def roots(self) -> Sequence[Root]:
        return user_roots() if self.is_users else roots()


def before(con: Connection) -> Before:
    """What is known of the skill files, from an open warehouse."""
    key = stored_setting(con, KEY_SETTING)
    looks = {}
    if not run(
        con,
        statement("collector/skill_files/sql/outdated_texts.sql"),
        {"version": RULES_VERSION},
    ).fetchall():
        rows = run(
            con,
            statement("collector/skill_files/sql/known_scans.sql"),
            {},
        ).fetchall()
        looks = {project_id: Look(*values) for project_id, *values in rows}
    return Before(
        bytes.fromhex(key) if key else secrets.token_bytes(32),
        looks,
        stored_setting(con, USER_SETTING),
    )


def _known_files(con: Connection, places: Iterable[_Place]) -> KnownFiles:
    """The files of these projects as they were read last."""
    files: KnownFiles = {}
    text = statement("collector/skill_files/sql/known.sql")
    values = {"projects": [each.project_id for each in places], "rules_version": RULES_VERSION}
    for project_id, path, *known in run(con, text, values).fetchall():
        files.setdefault(project_id, {})[path] = Known(*known)
    return files


def scan(
    warehouse: Warehouse, projects: Iterable[Project], known: Before, *, full: bool = False
) -> Scan:
    """Look at the skill files of these projects, and of the user, and read what is new.

    ``full`` reads every file, whatever is known of it. The warehouse is opened, for reading, only
    where something looks different. Raises WarehouseError.
    """
    places = [_Place(each.project_id, each.name, each.path) for each in projects]
    if known.user_home is not None:
        places.append(_Place(USER, USER, known.user_home))
    rules = _rules()
    done, changed = [], []
    for place in places:
        last = known.looks.get(place.project_id)
        if last is not None and not full and is_same(last, place.path, rules):
            done.append(ProjectScan(place.project_id, place.path, last.files))
        elif os.path.isdir(place.path):
            changed.append(place)
    if changed:
        with warehouse.reading() as con:
            files = _known_files(con, changed)
        hashes = WordHashes(known.key)
        for place in changed:
            found = ProjectScan(place.project_id, place.path)
            of_place = files.get(place.project_id, {})
            _scan(found, place, of_place, known.key, hashes, rules, full)
            done.append(found)
    return Scan(known, done)


def _rules() -> str:
    """Identifies what is looked for; a scan by other rules does not count."""
    return f"{SEARCH_VERSION}.{RULES_VERSION}.{crc32(TABLE.read_bytes())}"


def _scan(
    done: ProjectScan,
    place: _Place,
    files: dict[str, Known],
    key: bytes,
    hashes: WordHashes,
    rules: str,
    full: bool,
) -> None:
    began_ns = time.time_ns()
    walk = place.walk()
    plugins = Plugins(walk.top)
    seen: set[str] = set()
    for found in walk.files(place.roots()):
        path = found.candidate.path
        seen.add(path)
        done.files += 1
        was = files.get(path)
        status = found.candidate.status
        looks = (status.st_size, status.st_mtime_ns // 1000, plugins.of(found))
        if was is not None and looks == was[:3] and not was.is_stale and not full:
            continue
        try:
            done.read.append(_read(found, looks[2], key, hashes))
        except ChangedMeanwhile:
            message = "was being written; the next refresh reads it"
            done.notes.append(Remark(place.name, path, message))
        except (FileRefused, UnicodeDecodeError) as exc:
            reason = "is not UTF-8" if isinstance(exc, UnicodeDecodeError) else str(exc)
            done.problems.append(Remark(place.name, path, f"{reason}; it was not read as a skill"))
    # What could not be reached may still be there.
    unreachable = tuple(each.path for each in walk.refusals if each.reason != LEADS_OUT)
    done.gone = [
        path
        for path in files
        if path not in seen and not any(path.startswith(each) for each in unreachable)
    ]
    for refusal in walk.refusals:
        messages = done.notes if refusal.reason == LEADS_OUT else done.problems
        what = "it was not read as a skill" if refusal.path else "no skill in it was read"
        path = refusal.path or "the folder"
        messages.append(Remark(place.name, path, f"{refusal.reason}; {what}"))
    done.look = _look(done, walk, plugins, rules, began_ns)


def _look(done: ProjectScan, walk: Walk, plugins: Plugins, rules: str, began_ns: int) -> Look:
    """How it looks now. What has to be told, or is reached over a link, is searched every time."""
    is_plain = walk.top == done.path and not walk.has_links and not plugins.has_links
    if not is_plain or done.problems or done.notes:
        return Look(rules, done.files, (), None)
    top = len(walk.top.rstrip(os.sep)) + 1
    visited = (each[top:] for each in walk.visited | plugins.visited if os.path.lexists(each))
    return look(done.path, rules, done.files, visited, began_ns)


def _read(found: Found, plugins: list[str], key: bytes, hashes: WordHashes) -> ReadFile:
    """What a file says. FileRefused, ChangedMeanwhile, UnicodeDecodeError."""
    descriptor = open_for_reading(found.candidate)
    with open(descriptor, "rb", buffering=0) as file:
        opened = os.fstat(descriptor)
        if opened.st_size > MAX_BYTES:
            raise FileRefused(f"is larger than {MAX_BYTES >> 20} MiB")
        try:
            data = file.read(MAX_BYTES + 1) or b""
            while len(data) < opened.st_size and (more := file.read(MAX_BYTES + 1)):
                data += more
        except OSError as exc:
            raise FileRefused(f"cannot be read: {(exc.strerror or 'unknown').lower()}") from exc
        after = os.fstat(descriptor)
    same = Fingerprint.of(opened) == Fingerprint.of(after) and stat.S_ISREG(after.st_mode)
    if not same or len(data) != opened.st_size:
        raise ChangedMeanwhile
    content = content_of(found, data, key, hashes)
    return ReadFile(found, opened.st_size, opened.st_mtime_ns // 1000, plugins, content)
