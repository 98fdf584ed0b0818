"""One module a format. Adding a format is adding a module here and naming it in ``SOURCES``.

A source finds its files in a project's tree and reads one of them into a ``FileRecords``. What it
wants to remember between two reads it puts into its checkpoint; nobody else looks into that.
"""

from __future__ import annotations

from collector.sources import kaizen, session_buddy, skills_db, workflows
from collector.sources.source import Source

DOCUMENTS: tuple[Source, ...] = (
    session_buddy.SessionBuddy(),
    session_buddy.SessionBuddy("crackerjack", session_buddy.LEGACY_PATH),
)
DATABASES: tuple[Source, ...] = (skills_db.SkillsDb(),)
SOURCES: tuple[Source, ...] = (
    *DOCUMENTS,
    *DATABASES,
    kaizen.Kaizen(),
    workflows.Workflows(),
)
