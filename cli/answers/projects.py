"""The registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.answers.fields import project_fields
from cli.output import Answer
from cli.session import Session, answer
from schema.warehouse import Connection, reporting_zone

if TYPE_CHECKING:
    from collector.registry import Project

NONE_YET = "No project is registered yet: skillhouse register-project PATH"


@dataclass(frozen=True)
class Registered:
    """Every project, active or not, and the answer that tells of them."""

    projects: list[Project]
    answer: Answer


def projects(con: Connection, session: Session) -> Registered:
    """The registered projects with their rows and last pass."""
    from collector import registry

    known = registry.projects(con)
    zone = reporting_zone(con)
    told = answer(
        session,
        "projects",
        zone,
        data=[project_fields(project, zone) for project in known],
        totals={"projects": len(known), "rows": sum(p.rows for p in known)},
        warnings=[] if known else [NONE_YET],
    )
    return Registered(known, told)
