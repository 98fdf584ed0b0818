"""Every question about a team as a method. Written by `make docs` from the catalogue."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from aggregator.answers.team import baselines as _team_baselines
    from aggregator.answers.team import changes as _team_changes
    from aggregator.answers.team import clusters as _team_clusters
    from aggregator.answers.team import shared as _team_shared
    from aggregator.answers.team import suggest as _team_suggest
    from aggregator.answers.team import top_skills as _team_top_skills
    from skillhouse.result import Result


class TeamQuestions(ABC):
    """One method for each question about the team that the warehouse is in."""

    @abstractmethod
    def _answer(self, question: str, given: Mapping[str, Any]) -> Result[Any, Any, Any]:
        """The answer to a question of the catalogue, with the arguments that were given."""

    def top_skills(
        self,
        *,
        team: str | None = None,
        project_type: str | None = None,
        week: str | None = None,
        category: str | None = None,
        sort: Literal[
            "uses", "members", "effectiveness", "success-rate", "failures", "duration"
        ] = "uses",
        limit: int = 20,
    ) -> Result[_team_top_skills.Row, _team_top_skills.Filters, _team_shared.TeamTotals]:
        """What all members use most, or what works best for them.

        ``team``: Only this team of the agreement; null: all.
        ``project_type``: Only projects of this type; null: all.
        ``week``: The Monday of the one week asked for; null: the weeks of totals.
        ``category``: Only skills of this category; null: all.
        ``sort``: Sort by (effectiveness: lower bound of the success rate; failures: failed and
            abandoned uses).
        ``limit``: Maximum number of rows.
        """
        return self._answer("team-top-skills", locals())

    def baselines(
        self,
        *,
        name: str | None = None,
        limit: int = 20,
    ) -> Result[_team_baselines.Row, _team_baselines.Filters, _team_shared.TeamTotals]:
        """Each of my skills that the team knows, or one, against all members' uses of it.

        ``name``: The skill or agent of the query; null: all.
        ``limit``: Maximum number of rows.
        """
        return self._answer("team-baselines", locals())

    def changes(
        self,
        *,
        limit: int = 20,
    ) -> Result[_team_changes.Row, _team_changes.Filters, _team_shared.TeamTotals]:
        """The last four weeks against the twelve before, by member; changes first.

        ``limit``: Maximum number of rows.
        """
        return self._answer("team-changes", locals())

    def suggest(
        self,
        *,
        limit: int = 5,
    ) -> Result[_team_suggest.Row, _team_suggest.Filters, _team_shared.TeamTotals]:
        """What members whose uses are like mine have and I do not; nobody is told who they are.

        ``limit``: Maximum number of rows.
        """
        return self._answer("team-suggest", locals())

    def clusters(
        self,
    ) -> Result[_team_clusters.Row, _team_shared.NoTeamFilters, _team_shared.TeamTotals]:
        """Groups of skills that the same members use, and the one that is mine."""
        return self._answer("team-clusters", locals())
