"""The questions about a team, as the methods of ``warehouse.team``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from skillhouse.result import Result
from skillhouse.team_questions import TeamQuestions


class Team(TeamQuestions):
    """Each question is a method; ``answer`` is the warehouse's way of answering."""

    def __init__(self, answer: Callable[[str, Mapping[str, Any]], Result[Any, Any, Any]]) -> None:
        self._ask = answer

    def _answer(self, question: str, given: Mapping[str, Any]) -> Result[Any, Any, Any]:
        return self._ask(question, given)
