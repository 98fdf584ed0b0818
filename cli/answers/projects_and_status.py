"""The answers about projects and the state of the warehouse, for other front ends."""

from __future__ import annotations

from collections.abc import Sequence

from cli.output import Answer
from cli.session import Session, answer
from schema.warehouse import Connection, reporting_zone

NONE_YET = "No project is registered yet: skillhouse register-project PATH"


def projects(
    con: Connection, session: Session, types: Sequence[str] = (), tags: Sequence[str] = ()
) -> Answer:
    """The registered projects with their rows, last refresh and last use; raises as ``choose``."""
    from aggregator.project_choice import choose
    from aggregator.silence import last_uses
    from cli.results.projects import ProjectsFilters, registered
    from collector.projects import registry

    known, zone = registry.projects(con), reporting_zone(con)
    if types or tags:
        known = [*choose(known, known, types, tags, include_inactive=True)]
    found = last_uses(con, session.now, zone)
    return answer(
        session,
        "projects",
        zone,
        registered(
            known,
            registry.rows_held(con),
            zone,
            found.last_use_at,
            found.silent_ids,
            ProjectsFilters(types=[*types] or None, tags=[*tags] or None),
        ),
        warnings=found.lines if known else [NONE_YET],
        first_line=found.unobserved,
    )


def status(con: Connection, session: Session) -> Answer:
    """The state of the warehouse, its problems as warnings."""
    from aggregator.answers.status import status as state_of

    state = state_of(con, session.warehouse, session.now)
    return answer(
        session,
        "status",
        state.zone,
        state.json,
        warnings=[*state.data.uses.lines, *state.problems],
        first_line=state.data.uses.unobserved,
    )
