"""The ranking."""

from __future__ import annotations

from aggregator.reports.top_skills import Sort, TopSkills
from aggregator.reports.top_skills import top_skills as rank
from cli.answers.asked import Answered, ask
from cli.answers.fields import measures_fields
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def top_skills(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    sort: Sort = "uses",
    min_uses: int = 1,
    limit: int = 20,
) -> Answered[TopSkills]:
    """The names used most, or best by another measure; raises as ``ask`` does."""
    asked = ask(con, session, wanted)
    found = rank(con, asked.question, sort=sort, min_uses=min_uses, limit=limit)
    told = answer(
        session,
        "top-skills",
        asked.zone,
        filters=asked.filters(sort=sort, min_uses=min_uses, limit=limit),
        data=[
            {"rank": row.rank, **measures_fields(row.measures, asked.zone), "share": row.share}
            for row in found.rows
        ],
        totals={
            "total_invocations": found.total_invocations,
            "skills": found.skills,
            "projects": found.projects,
        },
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)
