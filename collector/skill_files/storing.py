"""What a run read of skill files goes into the warehouse, in the transaction of the run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from collector.skill_files.scan import USER, USER_SETTING, ProjectScan, ReadFile, Scan
from schema.frozen import dataclass
from schema.skill_words import KEY_SETTING, RULES_VERSION
from schema.statements import run, run_all, statement
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection


@dataclass(frozen=True)
class StoredSkills:
    """Of which projects something was stored (or seen to be unchanged), by id."""

    projects: dict[str, ProjectScan]


def store(
    con: Connection, scan: Scan, *, now: datetime, left_out: Collection[str] = ()
) -> StoredSkills:
    """Merge what was read; call it in the run's transaction.

    Nothing is stored of a project that was unregistered or moved meanwhile, or is ``left_out``, and
    nothing at all where another process made a key first: then the next run reads all again.
    """
    if not _same_key(con, scan):
        return StoredSkills({})
    there = {
        (project_id, path)
        for project_id, path in run(
            con,
            statement("collector/skill_files/sql/scanned_places.sql"),
            {"user": USER, "setting": USER_SETTING},
        ).fetchall()
    }
    kept = [
        each
        for each in scan.projects
        if (each.project_id, each.path) in there and each.project_id not in left_out
    ]
    values: dict[str, object] = {"now": now.isoformat(), "rules_version": RULES_VERSION}
    if any(each.read or each.gone for each in kept):
        run_all(con, "collector/skill_files/sql/staging.sql", {})
        _stage(con, kept)
        run_all(con, "collector/skill_files/sql/merge.sql", values)
    _store_looks(con, kept, values)
    return StoredSkills({each.project_id: each for each in kept})


def _store_looks(con: Connection, kept: Sequence[ProjectScan], values: dict[str, object]) -> None:
    """When each project was looked at, and how it looked."""
    same = [each.project_id for each in kept if each.look is None]
    if same:
        text = statement("collector/skill_files/sql/seen.sql")
        run(con, text, values | {"projects": same}).fetchall()
    looks = [(each.project_id, each.look) for each in kept if each.look is not None]
    if looks:
        run_all(con, "collector/skill_files/sql/staged_looks.sql", {})
        appender = con.appender("staged_looks")
        for project_id, look in looks:
            named = look._replace(looked_at=list(look.looked_at))
            appender.append_row(project_id, *named)
        appender.flush()
        run_all(con, "collector/skill_files/sql/looks.sql", values)


def read_user_folders(con: Connection, home: str) -> None:
    """Let the runs from now on read the skills in the user's own folders below ``home``."""
    store_setting(con, USER_SETTING, home)


def forget_user_folders(con: Connection) -> None:
    """Read them no longer, and delete what was read."""
    run_all(con, "collector/skill_files/sql/forget_user.sql", {})


def _same_key(con: Connection, scan: Scan) -> bool:
    key = stored_setting(con, KEY_SETTING)
    if key is not None:
        return key == scan.before.key.hex()
    if any(each.read for each in scan.projects):
        store_setting(con, KEY_SETTING, scan.before.key.hex())
    return True


def _stage(con: Connection, projects: Iterable[ProjectScan]) -> None:
    files = con.appender("staged_skill_files")
    texts = con.appender("staged_skill_texts")
    gone = con.appender("gone_skill_files")
    staged: set[str] = set()
    for project in projects:
        for each in project.read:
            files.append_row(project.project_id, *_file_row(each))
            text = each.content.text
            if text.digest not in staged:
                staged.add(text.digest)
                texts.append_row(*vars(text).values())
        for path in project.gone:
            gone.append_row(project.project_id, path)
    for appender in (files, texts, gone):
        appender.flush()


def _file_row(file: ReadFile) -> tuple[object, ...]:
    return (
        file.found.candidate.path,
        file.content.text.digest,
        file.found.root.kind,
        file.found.root.tool,
        file.content.name,
        file.content.folder_name,
        file.content.is_visible,
        file.bytes,
        file.modified_us,
        file.plugins,
    )
