"""Which skill files are new or changed since the last run; only these are opened.

It happens with the warehouse closed. No fault of a file or a folder is an error: it becomes a
remark about the project, and the file is tried again by the next run.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.reading import ChangedMeanwhile
from collector.registry import Project
from collector.results import Remark
from collector.skill_files.content import SkillContent, content_of
from collector.skill_files.roots import USER_FOLDERS, Root, roots, user_roots
from collector.skill_files.walk import LEADS_OUT, Found, Walk
from collector.trees import FileRefused, Fingerprint, open_for_reading
from schema.skill_words import KEY_SETTING, RULES_VERSION, WordHashes
from schema.statements import statement
from schema.warehouse import Connection

MAX_BYTES = 1 << 20
USER = "(user)"
"""Stands for a project id and a name: what the user's own folders hold, for every project."""

USER_SETTING = "user_skills"
"""The setting that names the home folder whose skills are read; missing without consent."""


class Known(NamedTuple):
    """A file as it was read last. ``modified_us`` is in microseconds since 1970."""

    bytes: int
    modified_us: int
    digest: str


@dataclass(frozen=True)
class Before:
    """What the warehouse knows: the files that are there, by project id and path.

    ``stale`` are digests of texts that earlier rules wrote; ``user_home`` is None without consent.
    """

    key: bytes
    is_new_key: bool
    files: dict[str, dict[str, Known]]
    stale: frozenset[str]
    user_home: str | None


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: new, changed, or read by other rules before."""

    found: Found
    bytes: int
    modified_us: int
    content: SkillContent


@dataclass
class ProjectScan:
    """The skill files of a project (or of the user) as they are now.

    ``files`` is how many there are, ``gone`` the paths that are not there any more. ``problems``
    want a person, ``notes`` do not.
    """

    project_id: str
    path: str
    files: int = 0
    read: list[ReadFile] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class Scan:
    """What a run found of skill files, to be stored in its transaction."""

    before: Before
    projects: list[ProjectScan]


def before(con: Connection) -> Before:
    """What is known of the skill files, from an open warehouse."""
    files: dict[str, dict[str, Known]] = {}
    for project_id, path, *known in con.execute(
        statement("collector/skill_files/sql/known.sql")
    ).fetchall():
        files.setdefault(project_id, {})[path] = Known(*known)
    stale = con.execute(
        "select digest from skill_texts where rules_version <> $version",
        {"version": RULES_VERSION},
    ).fetchall()
    key = _setting(con, KEY_SETTING)
    return Before(
        bytes.fromhex(key) if key else secrets.token_bytes(32),
        key is None,
        files,
        frozenset(digest for (digest,) in stale),
        _setting(con, USER_SETTING),
    )


def _setting(con: Connection, name: str) -> str | None:
    query = "select value from settings where key = $key"
    found = con.execute(query, {"key": name}).fetchall()
    return str(found[0][0]) if found else None


def scan(projects: Iterable[Project], known: Before, *, full: bool = False) -> Scan:
    """Look at the skill files of these projects, and of the user, and read what is new.

    ``full`` reads every file, whatever is known of it.
    """
    hashes = WordHashes(known.key)
    done = []
    for project in projects:
        if os.path.isdir(project.path):
            top = os.path.realpath(project.path)
            found = ProjectScan(project.project_id, project.path)
            _scan(found, Walk(top), roots(), project.name, known, hashes, full)
            done.append(found)
    if known.user_home is not None and os.path.isdir(known.user_home):
        top = os.path.realpath(known.user_home)
        within = tuple(os.path.realpath(os.path.join(top, each)) for each in USER_FOLDERS)
        found = ProjectScan(USER, known.user_home)
        _scan(found, Walk(top, within), user_roots(), USER, known, hashes, full)
        done.append(found)
    return Scan(known, done)


def _scan(
    done: ProjectScan,
    walk: Walk,
    looked_in: Sequence[Root],
    name: str,
    known: Before,
    hashes: WordHashes,
    full: bool,
) -> None:
    files = known.files.get(done.project_id, {})
    seen: set[str] = set()
    for found in walk.files(looked_in):
        path = found.candidate.path
        seen.add(path)
        done.files += 1
        was = files.get(path)
        status = found.candidate.status
        looks = (status.st_size, status.st_mtime_ns // 1000)
        if was is not None and looks == was[:2] and was.digest not in known.stale and not full:
            continue
        try:
            done.read.append(_read(found, known.key, hashes))
        except ChangedMeanwhile:
            message = "was being written; the next refresh reads it"
            done.notes.append(Remark(name, path, message))
        except (FileRefused, UnicodeDecodeError) as exc:
            reason = "is not UTF-8" if isinstance(exc, UnicodeDecodeError) else str(exc)
            done.problems.append(Remark(name, path, f"{reason}; it was not read as a skill"))
    # What could not be reached may still be there.
    unreachable = tuple(each.path for each in walk.refusals if each.reason != LEADS_OUT)
    done.gone = [
        path
        for path in files
        if path not in seen and not any(path.startswith(each) for each in unreachable)
    ]
    for refusal in walk.refusals:
        remarks = done.notes if refusal.reason == LEADS_OUT else done.problems
        remarks.append(Remark(name, refusal.path, f"{refusal.reason}; it was not read as a skill"))


def _read(found: Found, key: bytes, hashes: WordHashes) -> ReadFile:
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
    return ReadFile(found, opened.st_size, opened.st_mtime_ns // 1000, content)
