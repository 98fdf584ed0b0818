"""Recommendations in sentences, and the line that shows what one rests on."""

from __future__ import annotations

import shlex

from aggregator.calendar import Span
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.optimizer import Advice
from aggregator.reports.recommendations.recommendation import Rate, Recommendation
from cli import text
from cli.answers.asked import Asked


class Wording:
    """Words for the recommendations of one answer."""

    def __init__(self, evidence: Evidence, asked: Asked, *, all_projects: bool) -> None:
        self._evidence = evidence
        self._everywhere = asked.question.scope.is_default
        self._targets = [p.project_id for p in asked.question.scope.projects]
        self._all_projects = all_projects
        names = [project.name for project in evidence.projects]
        self._names = {project.project_id: project.name for project in evidence.projects}
        self._handles = {
            project.project_id: project.name
            if names.count(project.name) == 1 and project.name.isprintable()
            else project.project_id
            for project in evidence.projects
        }
        known = {*evidence.outcomes, *evidence.lives}
        kinds = [name for _, name in known]
        self._ambiguous = {name for name in kinds if kinds.count(name) > 1}

    def project(self, project_id: str | None) -> str | None:
        return None if project_id is None else self._names.get(project_id, project_id)

    def places(self, told: Recommendation) -> list[str | None]:
        """Projects by name, workflow paths as they are; None is a use without a path."""
        if told.reason == "fails on some paths":
            return list(told.places)
        return [self.project(place) for place in told.places]

    def what(self, told: Recommendation) -> str:
        """The thing to do: ``Fix deploy in atlas-cli``."""
        where = "" if told.project_id is None else f" in {self.project(told.project_id)}"
        return f"{told.action.capitalize()} {told.skill_name}{where}"

    def statement(self, told: Recommendation) -> str:
        """Why, with n and the interval."""
        here, there = rate_of(told.here), "" if told.there is None else rate_of(told.there)
        recent, earlier = self._evidence.recent.days, self._evidence.earlier.days
        both = f"in the last {self._evidence.days} complete days"
        listed = ", ".join(place or "no path given" for place in self.places(told))
        match told.reason:
            case "got worse":
                return f"It got worse: {here} in the last {recent} complete days, {there} in the {earlier} before."
            case "may be getting worse":
                return (
                    f"It may be getting worse: {here} in the last {recent} complete days,"
                    f" {there} in the {earlier} before. Not sure yet."
                )
            case "fails in one project":
                return (
                    f"It fails there and works elsewhere: {here} there, {there} elsewhere, {both}."
                )
            case "fails in some projects":
                return f"It fails in {listed}: {here} there, {there} elsewhere, {both}."
            case "fails on some paths":
                return (
                    f"It fails by some ways and works by others: {here} by workflow path"
                    f" {listed}, {there} by the others, {both}."
                )
            case "works badly":
                others = f"; the others of its kind: {there}" if there else ""
                return f"It works badly: {here} {both}{others}."
            case "hardly ever works":
                return f"It hardly ever works: {here} {both}."
            case "few outcomes, mostly bad":
                return f"Few known outcomes, most of them bad: {here} {both}. Not sure yet."
            case "unused":
                used = text.count(told.total_invocations)
                return (
                    f"Not used for {told.unused_days} days, longer than its habit explains:"
                    f" {used} uses before that."
                )
            case "works in like projects":
                return (
                    f"It works in {text.counted(len(told.places), 'project')} of the same type"
                    f" and was never used here: {here} {both}, in {listed}."
                )

    def effect(self, told: Recommendation) -> str | None:
        """What a month would have of it."""
        effect = told.effect
        if effect is None:
            return None
        span = f"({effect.low:.1f} to {effect.high:.1f})"
        compared = {
            "got worse": " at the rate before",
            "fails in one project": " at the rate elsewhere",
            "fails in some projects": " at the rate elsewhere",
            "fails on some paths": " at the rate of the other paths",
            "works badly": " at the rate of the others",
            "hardly ever works": " without it",
            "works in like projects": " if used as much as there",
        }
        return f"About {effect.value:.1f} {effect.unit} a month {span}{compared[told.reason]}."

    def command(self, told: Recommendation) -> str:
        """The line that shows what it rests on, as a shell takes it."""
        evidence = self._evidence
        match told.reason:
            case "got worse" | "may be getting worse":
                return self._line("effectiveness", told, evidence.recent)
            case "fails in one project" | "fails in some projects" | "works in like projects":
                return self._line("compare", told, evidence.span, everywhere=True)
            case "unused":
                return self._line("effectiveness", told, None)
            case _:
                return self._line("effectiveness", told, evidence.span)

    def command_of_advice(self, advice: Advice) -> str:
        words = ["skillhouse", "effectiveness", "--kind", "agent"]
        words += ["--project", self._handles.get(advice.project_id, advice.project_id)]
        return shlex.join([*words, *self._flags(), *_argument(advice.agent)])

    def _line(
        self, command: str, told: Recommendation, span: Span | None, *, everywhere: bool = False
    ) -> str:
        words = ["skillhouse", command]
        if span is not None:
            words += ["--since", str(span.since), "--until", str(span.until)]
        if not (everywhere or self._everywhere):
            for project in self._targets:
                words += ["--project", self._handles.get(project, project)]
        if told.skill_name in self._ambiguous:
            words += ["--kind", told.kind]
        return shlex.join([*words, *self._flags(), *_argument(told.skill_name)])

    def _flags(self) -> list[str]:
        return ["--all-projects"] if self._all_projects else []


def rate_of(rate: Rate) -> str:
    """``35.7% of 56 (24-49%)``."""
    return f"{text.percent(rate.rate)} of {text.count(rate.known)} ({text.interval(rate.interval)})"


def _argument(name: str) -> list[str]:
    """A name as an argument, also where it looks like an option."""
    return ["--", name] if name.startswith("-") else [name]
