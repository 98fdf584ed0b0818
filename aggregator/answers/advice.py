"""Recommendations in sentences, and the line that shows what one rests on."""

from __future__ import annotations

from collections import Counter

from aggregator import text
from aggregator.calendar import Span
from aggregator.findings import words
from aggregator.query import Details
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.optimizer import Advice
from aggregator.reports.recommendations.recommendation import Rate, Recommendation

_DOING = {"fix": "Fixing", "split": "Splitting", "retire": "Retiring"}


class Wording:
    """Words for the recommendations of one answer."""

    def __init__(self, evidence: Evidence, details: Details) -> None:
        self._evidence = evidence
        self._details = details
        self._names = {project.project_id: project.name for project in evidence.projects}
        kinds = Counter(name for _, name in {*evidence.findings.verdicts, *evidence.presences})
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
        """Why, with its numbers and intervals."""
        here, there = rate_of(advice.here), "" if advice.there is None else rate_of(advice.there)
        both = f"in the last {self._evidence.days} days"
        if advice.finding is not None:
            sentence = words.sentence(
                advice.finding, self._names, self._evidence.recent, self._evidence.earlier
            )
            if there and advice.finding.matter == "low":
                of = "skills" if advice.kind == "skill" else "agents"
                sentence += f". Other {of}: {there}"
            for each in advice.also:
                sentence += f". Also {words.headline(each, self._names)}"
            return f"{sentence[:1].upper()}{sentence[1:]}."
        listed = ", ".join(place or "none" for place in self.places(advice))
        match advice.reason:
            case "fails on some paths":
                return (
                    f"Depends on the workflow path: {here} with {listed}, {there} with others,"
                    f" {both}."
                )
            case "few outcomes, mostly bad":
                return f"Few outcomes, mostly bad: {here} {both}. Not enough data to be sure."
            case "unused" if advice.listing_characters is not None:
                taken = text.counted(advice.listing_characters, "character")
                return (
                    f"On disk in {listed}, but never used: its description takes {taken} of what"
                    " the model is shown in every session."
                )
            case "unused":
                used = text.count(advice.total_invocations)
                return f"Unused for {advice.unused_days} days, after {used} uses."
            case "used by members alike" | "used by most members" if advice.of_team is not None:
                team = advice.of_team
                who = "members like you" if team.basis == "members like me" else "members"
                return (
                    f"Never used here, but {team.members:,} of {team.of_members:,} {who} in"
                    f" {team.team_name} use it; in the whole team"
                    f" {text.percent(advice.here.rate)} of {text.count(advice.here.known)}"
                    f" succeed ({text.interval(advice.interval)})."
                )
            case _:
                return (
                    f"Never used here, but {text.counted(len(advice.places), 'project')} of the"
                    f" same type use it for the same and do better: {here}, {there} with what is"
                    f" used here ({listed}).{self._copied(advice)}"
                )

    def _copied(self, advice: Recommendation) -> str:
        """Where to copy it from; empty where it has no file."""
        if not advice.copy_from:
            return ""
        first = advice.copy_from[0]
        return f" Copy {first.path} from {self.project(first.project_id)}."

    def effect(self, advice: Recommendation) -> str | None:
        """The failures a month that it would avoid; None where that is not known."""
        effect = advice.effect
        if effect is None or advice.action not in _DOING:
            return None
        noun = "failure" if round(effect.value) == 1 else "failures"
        return (
            f"{_DOING[advice.action]} it would avoid about {effect.value:.0f} {noun} a month"
            f" ({effect.low:.0f}-{effect.high:.0f})."
        )

    def command(self, advice: Recommendation) -> str:
        """The command that shows the details."""
        days = self._evidence
        match advice.reason:
            case "got worse" | "became slower" if not advice.places:
                return self._line("effectiveness", advice, days.recent)
            case "got worse" | "became slower":
                return self._line("compare", advice, days.span)
            case "fails in one project" | "fails in some projects" | "works in like projects":
                return self._line("compare", advice, days.span, everywhere=True)
            case "unused" if advice.listing_characters is not None:
                return self._line("skills", advice, None)
            case "unused":
                return self._line("effectiveness", advice, None)
            case "used by members alike" | "used by most members":
                return self._details.of_team("suggest")
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
