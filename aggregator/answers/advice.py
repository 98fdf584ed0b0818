"""Recommendations in sentences, and the line that shows what one rests on."""

from __future__ import annotations

from collections import Counter

from aggregator import text
from aggregator.calendar import Span
from aggregator.query import Details
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.optimizer import Advice
from aggregator.reports.recommendations.recommendation import Rate, Recommendation


class Wording:
    """Words for the recommendations of one answer."""

    def __init__(self, evidence: Evidence, details: Details) -> None:
        self._evidence = evidence
        self._details = details
        self._names = {project.project_id: project.name for project in evidence.projects}
        kinds = Counter(name for _, name in {*evidence.outcomes, *evidence.presences})
        self._ambiguous = {name for name, count in kinds.items() if count > 1}

    def project(self, project_id: str | None) -> str | None:
        return None if project_id is None else self._names.get(project_id, project_id)

    def places(self, advice: Recommendation) -> list[str | None]:
        """Projects by name, workflow paths as they are; None is a use without a path."""
        if advice.reason == "fails on some paths":
            return [place or None for place in advice.places]
        return [self.project(place) for place in advice.places]

    def what(self, advice: Recommendation) -> str:
        """The thing to do: ``Fix deploy in atlas-cli``."""
        where = "" if advice.project_id is None else f" in {self.project(advice.project_id)}"
        return f"{advice.action.capitalize()} {advice.skill_name}{where}"

    def statement(self, advice: Recommendation) -> str:
        """Why, with n and the interval."""
        here, there = rate_of(advice.here), "" if advice.there is None else rate_of(advice.there)
        recent, earlier = self._evidence.recent.days, self._evidence.earlier.days
        both = f"in the last {self._evidence.days} complete days"
        listed = ", ".join(place or "no path given" for place in self.places(advice))
        match advice.reason:
            case "got worse":
                return (
                    f"It got worse: {here} in the last {recent} complete days,"
                    f" {there} in the {earlier} before."
                )
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
                used = text.count(advice.total_invocations)
                return (
                    f"Not used for {advice.unused_days} days, longer than its habit explains:"
                    f" {used} uses before that."
                )
            case "works in like projects":
                return (
                    f"It works in {text.counted(len(advice.places), 'project')} of the same type"
                    f" and was never used here: {here} {both}, in {listed}."
                )

    def effect(self, advice: Recommendation) -> str | None:
        """What a month would have of it."""
        effect = advice.effect
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
        return f"About {effect.value:.1f} {effect.unit} a month {span}{compared[advice.reason]}."

    def command(self, advice: Recommendation) -> str:
        """The line that shows what it rests on, as a shell takes it."""
        days = self._evidence
        match advice.reason:
            case "got worse" | "may be getting worse":
                return self._line("effectiveness", advice, days.recent)
            case "fails in one project" | "fails in some projects" | "works in like projects":
                return self._line("compare", advice, days.span, everywhere=True)
            case "unused":
                return self._line("effectiveness", advice, None)
            case _:
                return self._line("effectiveness", advice, days.span)

    def command_of_advice(self, advice: Advice) -> str:
        """The line that shows the agent that an optimizer wrote about."""
        return self._details.of_name(
            "effectiveness", advice.agent, kind="agent", project=advice.project_id
        )

    def _line(
        self, command: str, advice: Recommendation, span: Span | None, *, everywhere: bool = False
    ) -> str:
        """The projects asked for, unless it is about how others do."""
        kind = advice.kind if advice.skill_name in self._ambiguous else None
        return self._details.of_name(
            command, advice.skill_name, over=span, kind=kind, everywhere=everywhere
        )


def rate_of(rate: Rate) -> str:
    """``35.7% of 56 (24-49%)``."""
    return f"{text.percent(rate.rate)} of {text.count(rate.known)} ({text.interval(rate.interval)})"
