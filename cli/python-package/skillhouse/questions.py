"""Every question as a method. Written by `make docs` from the catalogue of questions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from aggregator.answers import activity as _activity
    from aggregator.answers import anomalies as _anomalies
    from aggregator.answers import baselines as _baselines
    from aggregator.answers import compare as _compare
    from aggregator.answers import effectiveness as _effectiveness
    from aggregator.answers import experiments as _experiments
    from aggregator.answers import find as _find
    from aggregator.answers import health as _health
    from aggregator.answers import recommend as _recommend
    from aggregator.answers import shared as _shared
    from aggregator.answers import skills as _skills
    from aggregator.answers import summary as _summary
    from aggregator.answers import top_skills as _top_skills
    from aggregator.answers import trends as _trends
    from aggregator.answers import workflows as _workflows
    from aggregator.answers.patterns import alternatives as _patterns_alternatives
    from aggregator.answers.patterns import bottlenecks as _patterns_bottlenecks
    from aggregator.answers.patterns import heatmap as _patterns_heatmap
    from aggregator.answers.patterns import pairs as _patterns_pairs
    from aggregator.answers.patterns import sessions as _patterns_sessions
    from aggregator.answers.patterns import transitions as _patterns_transitions
    from skillhouse.result import Result

Span: TypeAlias = Literal["daily", "weekly", "monthly", "all"]
Projects: TypeAlias = str | PathLike[str] | Sequence[str | PathLike[str]]
Texts: TypeAlias = str | Sequence[str]


class Questions(ABC):
    """One method for each question.

    ``window`` is the current day, week or month; ``period`` is 2026-11, 2026-W47, 2026-Q4,
    2026, yesterday, last-week, 7d or, for the last hours, 24h; ``since`` and ``until`` are
    first and last day in the same forms; ``days`` ends today. Name one span.
    ``projects`` are ids, names or paths; without any, all active projects count. Of these only
    those of one of the ``types``, and with the ``tags`` (``team:core``, or ``team`` for any team).
    """

    @abstractmethod
    def _answer(self, question: str, given: Mapping[str, Any]) -> Result[Any, Any, Any]:
        """The answer to a question of the catalogue, with the arguments that were given."""

    def summary(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
    ) -> Result[_summary.Row, _summary.Filters, _summary.Totals]:
        """How much, how well, what changed and what to do about it."""
        return self._answer("summary", locals())

    def top_skills(
        self,
        *,
        window: Span = "all",
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        sort: Literal[
            "uses", "effectiveness", "success-rate", "failures", "duration", "recent", "tokens"
        ] = "uses",
        min_uses: int = 1,
        limit: int = 20,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
        source: str | None = None,
        category: str | None = None,
    ) -> Result[_top_skills.Row, _top_skills.Filters, _top_skills.Totals]:
        """The names used most, or best by another measure.

        ``sort``: Sort by (effectiveness: lower bound of the success rate; failures: failed and
            abandoned uses; tokens: of agents' runs, from transcripts).
        ``min_uses``: Minimum number of uses.
        ``limit``: Maximum number of rows.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        ``source``: Only uses from this source: claude_code, session_buddy, kaizen, ; null: all.
        ``category``: Only skills of this category; null: all.
        """
        return self._answer("top-skills", locals())

    def effectiveness(
        self,
        name: str,
        *,
        window: Span = "all",
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
        source: str | None = None,
    ) -> Result[_effectiveness.Row, _effectiveness.Filters, _effectiveness.Totals]:
        """All there is to say of ``name``; no row where it was not used.

        ``name``: The name that was asked about.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        ``source``: Only uses from this source: claude_code, session_buddy, kaizen, ; null: all.
        """
        return self._answer("effectiveness", locals())

    def compare(
        self,
        name: str,
        *,
        window: Span = "all",
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
        source: str | None = None,
    ) -> Result[_compare.Row, _compare.Filters, _compare.Totals]:
        """``name`` in each project and in each type of projects, or in the groups of ``by``.

        ``name``: The name that was asked about.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        ``source``: Only uses from this source: claude_code, session_buddy, kaizen, ; null: all.
        """
        return self._answer("compare", locals())

    def activity(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        grain: Literal["daily", "weekly", "monthly"] = "weekly",
        periods: int | None = 12,
    ) -> Result[_activity.Row, _activity.Filters, _activity.Totals]:
        """The last complete periods and the current one; all of them where ``periods`` is None.

        ``grain``: Length of a period.
        ``periods``: Complete periods before the current one; null: all.
        """
        return self._answer("activity", locals())

    def health(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        name: str | None = None,
        unused_days: int = 60,
        new_days: int = 30,
        limit: int | None = None,
    ) -> Result[_health.Row, _health.Filters, _health.Totals]:
        """The dashboard, or all about ``name``; raises for names as the report's ``detail`` does.

        ``name``: The skill or agent of the query; null: all.
        ``unused_days``: Call it unused after N days without a use.
        ``new_days``: Call it new for N days after its first use.
        ``limit``: Null: all, in order of their names.
        """
        return self._answer("health", locals())

    def trends(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        grain: Literal["daily", "weekly", "monthly"] = "weekly",
        periods: int = 12,
        name: str | None = None,
        limit: int = 20,
    ) -> Result[_trends.Row, _trends.Filters, _trends.Totals]:
        """The last ``periods`` complete periods of all skills and agents, or of one.

        ``grain``: Length of a period.
        ``periods``: Number of periods, without the current one.
        ``name``: The skill or agent of the query; null: all.
        ``limit``: Maximum number of rows.
        """
        return self._answer("trends", locals())

    def recommend(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        action: Literal["fix", "retire", "adopt", "watch", "split"] | None = None,
        limit: int = 5,
    ) -> Result[_recommend.Row, _recommend.Filters, _recommend.Totals]:
        """Skillhouse's own in the order of their effect, then the optimizers', marked as theirs.

        ``action``: The one action asked for; null: all, and the optimizers' recommendations.
        ``limit``: Maximum number of rows.
        """
        return self._answer("recommend", locals())

    def anomalies(
        self,
        *,
        window: Span = "all",
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        name: str | None = None,
        limit: int = 20,
    ) -> Result[_anomalies.Row, _anomalies.Filters, _anomalies.Totals]:
        """Days that stand out, newest first; raises as the report does.

        ``name``: The only name looked at; null: all.
        ``limit``: Maximum number of rows.
        """
        return self._answer("anomalies", locals())

    def find(
        self,
        question: str,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        also: Sequence[str] = (),
        elsewhere: bool = False,
        kind: Literal["skill", "agent", "command"] | None = None,
        category: str | None = None,
        limit: int = 5,
        gone: bool = False,
    ) -> Result[_find.Row, _find.Filters, _find.Totals]:
        """The skills, agents and commands that fit a task, best first.

        ``question``: The task, in the words of whoever asked.
        ``also``: Other wordings of it; the relevance is the mean over all wordings.
        ``elsewhere``: Only skills that work in other projects and are not on disk in the projects
            asked about, nor for the user.
        ``kind``: Only skills, agents or commands; null: all.
        ``category``: Only skills of this category; null: all.
        ``limit``: Maximum number of rows.
        ``gone``: Also files that are no longer there.
        """
        return self._answer("find", locals())

    def skills(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        name: str | None = None,
        kind: Literal["skill", "agent", "command"] | None = None,
        category: str | None = None,
        state: Literal["used", "unused", "never", "gone", "hidden", "changed"] | None = None,
        relation: Literal["copy", "version", "renamed", "overlap", "namesake"] | None = None,
        limit: int = 50,
        budget: int | None = None,
    ) -> Result[_skills.Row, _skills.Filters, _skills.Totals]:
        """The skills, agents and commands on disk: where, in which state, and how related.

        ``name``: The one skill asked about; null: all.
        ``kind``: Only skills, agents or commands; null: all.
        ``category``: Only skills of this category; null: all.
        ``state``: Only skills in this state; null: in any.
        ``relation``: Only skills with this relation to another; null: all.
        ``limit``: Maximum number of rows.
        ``budget``: Characters that a project's listing may have.
        """
        return self._answer("skills", locals())

    def patterns_sessions(
        self,
        *,
        all_time: bool = False,
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        sort: Literal["worst", "longest", "busiest"] = "worst",
        using: Sequence[str] = (),
        limit: int = 20,
        idle_minutes: int = 30,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
    ) -> Result[_patterns_sessions.Row, _patterns_sessions.Filters, _patterns_sessions.Totals]:
        """The first sessions by ``sort``; raises as the report does.

        ``sort``: What the sessions are sorted by; null for one session.
        ``using``: Only sessions that use all of these.
        ``limit``: The most rows to show; null for one session.
        ``idle_minutes``: A session that pauses for longer counts as two.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        """
        return self._answer("patterns-sessions", locals())

    def patterns_transitions(
        self,
        *,
        all_time: bool = False,
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        name: str | None = None,
        min_times: int = 10,
        limit: int = 20,
        repeats: bool = False,
        idle_minutes: int = 30,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
    ) -> Result[
        _patterns_transitions.Row, _patterns_transitions.Filters, _patterns_transitions.Totals
    ]:
        """What is used next, and how well it then works; raises as the report does.

        ``name``: The skill or agent of the query; null: all.
        ``min_times``: Minimum number of times.
        ``limit``: Maximum number of rows.
        ``repeats``: Include a skill that follows itself.
        ``idle_minutes``: A session that pauses for longer counts as two.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        """
        return self._answer("patterns-transitions", locals())

    def patterns_pairs(
        self,
        *,
        all_time: bool = False,
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        name: str | None = None,
        min_sessions: int = 10,
        sort: Literal["lift", "together"] = "lift",
        limit: int = 20,
        idle_minutes: int = 30,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
    ) -> Result[_patterns_pairs.Row, _patterns_pairs.Filters, _patterns_pairs.Totals]:
        """Names used in the same sessions; raises as the report does.

        ``name``: The skill or agent of the query; null: all.
        ``min_sessions``: Minimum number of sessions.
        ``sort``: By lift over chance, or by number of sessions together.
        ``limit``: Maximum number of rows.
        ``idle_minutes``: A session that pauses for longer counts as two.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        """
        return self._answer("patterns-pairs", locals())

    def patterns_heatmap(
        self,
        *,
        all_time: bool = False,
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        by: Literal["hour", "workflow-path"] = "hour",
        limit: int = 20,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
    ) -> Result[_patterns_heatmap.Row, _patterns_heatmap.Filters, _patterns_heatmap.Totals]:
        """Uses by weekday and hour, or by name and workflow path.

        ``by``: Weekday by hour, or skill by workflow path.
        ``limit``: The most names to show by workflow path; hours are all shown.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        """
        return self._answer("patterns-heatmap", locals())

    def patterns_bottlenecks(
        self,
        *,
        all_time: bool = False,
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        lost: Literal["any", "failed", "abandoned"] = "any",
        limit: int = 20,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
    ) -> Result[
        _patterns_bottlenecks.Row, _patterns_bottlenecks.Filters, _patterns_bottlenecks.Totals
    ]:
        """Workflow paths and phases by what is lost there.

        ``lost``: Count failed uses, abandoned ones, or both.
        ``limit``: Maximum number of rows.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        """
        return self._answer("patterns-bottlenecks", locals())

    def patterns_alternatives(
        self,
        *,
        all_time: bool = False,
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        min_offered: int = 10,
        limit: int = 20,
        trigger: Literal["typed", "model", "subagent", "workflow"] | None = None,
    ) -> Result[
        _patterns_alternatives.Row, _patterns_alternatives.Filters, _patterns_alternatives.Totals
    ]:
        """Skills least chosen when they were offered, and outcomes by position in the list.

        ``min_offered``: Minimum number of times offered.
        ``limit``: Maximum number of rows.
        ``trigger``: Only uses started by typing, the model, an agent or a workflow; null: all.
        """
        return self._answer("patterns-alternatives", locals())

    def workflows(
        self,
        *,
        window: Span = "all",
        period: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        days: int | None = None,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        name: str | None = None,
    ) -> Result[_workflows.Row, _workflows.Filters, _workflows.Totals]:
        """Every workflow, or one with its skills and runs.

        ``name``: The workflow asked about; null: all.
        """
        return self._answer("workflows", locals())

    def baseline_list(
        self,
    ) -> Result[_baselines.Baseline, _shared.NoFilters, _baselines.ListTotals]:
        """Every baseline, the newest first."""
        return self._answer("baseline-list", locals())

    def baseline_show(
        self,
        *,
        name: str | None = None,
    ) -> Result[_baselines.Kept, _baselines.ShowFilters, _baselines.Baseline]:
        """What the baseline of that name, or the newest, holds."""
        return self._answer("baseline-show", locals())

    def baseline_compare(
        self,
        *,
        projects: Projects = (),
        all_projects: bool = False,
        types: Texts = (),
        tags: Texts = (),
        kind: Literal["skill", "agent", "all"] = "all",
        name: str | None = None,
        durations: bool = False,
    ) -> Result[_baselines.Compared, _baselines.CompareFilters, _baselines.CompareTotals]:
        """What changed since the baseline of that name, or the newest.

        ``durations``: Also compare median durations (slower).
        """
        return self._answer("baseline-compare", locals())

    def experiment_list(
        self,
    ) -> Result[_experiments.Reported, _shared.NoFilters, _experiments.Totals]:
        """Every experiment with what it found so far, the newest first."""
        return self._answer("experiment-list", locals())

    def experiment_report(
        self, name: str
    ) -> Result[_experiments.Reported, _experiments.NameFilter, _experiments.Totals]:
        """What that experiment, or a tool's test, found."""
        return self._answer("experiment-report", locals())
