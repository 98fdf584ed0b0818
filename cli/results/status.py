"""The state of the warehouse as an answer."""

from __future__ import annotations

from aggregator.answers.status import State
from aggregator.answers.status import status as state_of
from cli.output import Answer
from cli.session import Session, answer
from schema.warehouse import Connection


def status(con: Connection, session: Session) -> Answer:
    """The state of the warehouse, its problems as warnings."""
    return status_answer(session, state_of(con, session.warehouse, session.now))


def status_answer(session: Session, state: State) -> Answer:
    """This state of the warehouse, its problems as warnings."""
    return answer(
        session,
        "status",
        state.zone,
        state.json,
        warnings=[*state.data.uses.lines, *state.problems],
        first_line=state.data.uses.unobserved,
    )
