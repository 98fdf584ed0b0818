"""The words of skillhouse and their meaning: the glossary of the report and of docs/concepts.md."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A word and its meaning, in plain text; ``more`` is a page of docs/ that goes further.

    Only the words ``on_report`` are explained there: those that it shows.
    """

    word: str
    meaning: str
    more: str = ""
    on_report: bool = False


GLOSSARY = {
    "What is measured": (
        Word(
            "Skill, agent",
            "What is measured. A skill is instructions that an agent follows for one kind of task;"
            " an agent is a program that works on its own, also one that another agent starts.",
        ),
        Word(
            "Use",
            "One use of a skill or one run of an agent, as recorded in the project's files.",
            on_report=True,
        ),
        Word(
            "Project",
            "A registered repository. It may have a type and tags, by which it is compared.",
            "commands.md#register-project",
        ),
        Word(
            "Session",
            "One conversation with an agent, as its tool numbers them. Some tools record none.",
        ),
        Word(
            "Transcript",
            "The file in which an agent's tool keeps a session. Of it only names, ids, times,"
            " outcomes and counts are stored.",
            "privacy.md",
        ),
        Word(
            "Workflow path",
            "The variant of a skill that was taken, such as quick or comprehensive, where a tool"
            " records it.",
        ),
        Word(
            "Workflow",
            "A run of a workflow engine, with an outcome of its own.",
            "workflows.md",
        ),
    ),
    "Outcomes and numbers": (
        Word(
            "Outcomes",
            "Uses of which it is known how they ended: success, failed or abandoned.",
        ),
        Word(
            "Success rate",
            "Successes divided by outcomes (success, failed, abandoned). Unknown outcomes are"
            " excluded; n/a without outcomes.",
            on_report=True,
        ),
        Word(
            "95% interval",
            "The Wilson interval of the success rate, drawn as a bar from 0 to 100%. Few outcomes"
            " make it wide; rates whose intervals overlap a lot may be the same.",
            "statistics.md",
            on_report=True,
        ),
        Word(
            "Failed, abandoned",
            "Not completed, with an error; not completed, without one.",
            on_report=True,
        ),
        Word("Unknown", "The file does not record a usable outcome.", on_report=True),
        Word(
            "Median",
            "Half of the measured durations are shorter. Medians cannot be added up, so the report"
            " shows them only for all projects and all time; commands compute them for any span.",
            on_report=True,
        ),
        Word(
            "Score",
            "0 to 100: 90 and above is excellent, 70 good, 50 needs work, below is critical. No"
            " score below 10 outcomes.",
            "commands.md#health",
            on_report=True,
        ),
    ),
    "Time": (
        Word(
            "Refresh",
            "Collect what is new and update all statistics, once.",
            "commands.md#refresh",
        ),
        Word(
            "Statistics",
            "Numbers per day, week, month and for all time that are stored, so that answers are"
            " quick. They are always those of the records.",
        ),
        Word(
            "Current period",
            "Today, this week and this month are incomplete and never compared with full ones. All"
            " time includes them.",
            on_report=True,
        ),
        Word(
            "Reporting zone",
            "The time zone in which days, weeks (from Monday) and months begin. Every answer names"
            " it.",
        ),
        Word(
            "Project zone",
            "The time zone of local times in a project's files.",
        ),
    ),
    "Findings": (
        Word(
            "Trend",
            "Worse or better only if the last 30 days differ from the 90 days before by 5 points or"
            " more and by more than chance (adjusted for multiple tests).",
            "statistics.md#now-and-before-the-one-comparison",
            on_report=True,
        ),
        Word(
            "No clear change",
            "There are enough outcomes, and the difference is small or may be chance.",
        ),
        Word(
            "Not enough data",
            "Fewer than 10 outcomes, or too few days, to conclude anything.",
            on_report=True,
        ),
        Word(
            "Needs attention",
            "A finding that chance does not explain: it got worse, fails in some projects, or has a"
            " low success rate.",
        ),
        Word(
            "Worth a look",
            "A possible finding that is not certain. How many to expect by chance is shown.",
        ),
        Word(
            "Unusual day",
            "Uses, success rate or duration outside the usual range of that weekday. A shift lasts,"
            " a spike or a drop does not.",
            "statistics.md",
            on_report=True,
        ),
        Word(
            "Unused",
            "Not used for 60 days or more (health --unused-days), and for longer than is usual"
            " for it, although its projects were active.",
        ),
        Word(
            "Silent",
            "A project of which nothing was recorded for longer than is usual for it.",
        ),
        Word(
            "Baseline",
            "The numbers of a span that were saved under a name, to compare with later.",
            "commands.md#baseline-save",
        ),
        Word("Unchanged", "Records that a refresh read and that were stored already."),
        Word(
            "Pseudonym",
            "What a project is called in files for others: always the same in one warehouse.",
            "export.md",
        ),
    ),
}


def glossary_of_report() -> list[tuple[str, str]]:
    """Words and meanings for the report."""
    words = (each for group in GLOSSARY.values() for each in group)
    return [(each.word, each.meaning) for each in words if each.on_report]


def glossary() -> str:
    """All words in Markdown, by group, for a page in docs/."""
    parts = []
    for group, words in GLOSSARY.items():
        lines = [f"### {group}", ""]
        for each in words:
            more = f" [More]({each.more})." if each.more else ""
            lines.append(f"- **{each.word}**: {each.meaning}{more}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
