"""Writes the skill files of a project: `.claude/skills/NAME/SKILL.md`.

Each project has the skills that it uses. `code-review` is the same text everywhere, a copy;
`release-notes` means another skill in one project; and one project has more skills on disk than
its agent's model is shown, most of which nobody uses. `edit` changes the text of one skill.
"""

import os
from datetime import datetime
from pathlib import Path

from cli.demo.history import History

FOLDER = Path(".claude", "skills")

ABOUT = {
    "api-design": "Design a REST or GraphQL API: resources, versions, errors and pagination.",
    "code-review": "Review a change for faults, naming and tests, and comment line by line.",
    "commit-message": "Write the message of a commit from its diff: what changed, and why.",
    "debug-trace": "Find the cause of a bug from a stack trace, a log or a failing test.",
    "dependency-upgrade": "Upgrade dependencies, read their changelogs and mend what breaks.",
    "docs-writer": "Write or correct documentation: guides, reference pages and examples.",
    "migration-planner": "Plan a database migration in steps that can be undone.",
    "perf-profile": "Profile slow code, find the hot path and measure the improvement.",
    "refactor": "Restructure code without changing what it does, in small tested steps.",
    "release-notes": "Collect merged changes into release notes for users.",
    "ruff-check": "Lint and format Python code with ruff and mend what it reports.",
    "schema-diff": "Compare two database schemas and list the differences.",
    "security-audit": "Audit code for vulnerabilities: injection, secrets and permissions.",
    "test-runner": "Run the tests that a change concerns and explain the failures.",
}
BODY = """
# {title}

Use it when somebody asks for this in their own words. Read what is there first, do the smallest
thing that helps, and say what was done and what was left.
"""
NAMESAKE_IN = "team-handbook"
NAMESAKE = (
    "Announce a new edition of the handbook to all employees by mail.",
    "Write a friendly mail: who moved desk, which holidays changed, whom to ask. No code.",
)
CROWDED = "storefront-web"
TOPICS = (
    *("accessibility", "analytics", "animation", "caching", "checkout", "colour", "consent"),
    *("currency", "email", "forms", "images", "inventory", "layout", "login", "newsletter"),
    *("pricing", "returns", "search", "shipping", "typography", "vouchers", "wishlist"),
)
MANY_WORDS = (
    "Everything about {topic} in the shop. Use it to plan, build, change, test, measure or explain"
    " {topic}, for desktop and phone, in all languages of the shop, for guests and for customers"
    " who are signed in. Knows the components, the design tokens, the events that are tracked, the"
    " texts that legal has approved and the faults that were found before. Say which page it is"
    " about, which market, and whether the change goes behind a flag; the skill then asks what is"
    " missing and proposes the smallest change that works."
)


def write(folder: Path, history: History) -> None:
    """Write the skills that the project uses, and what else its folder has."""
    for name in sorted({use.skill_name for use in history.uses} & set(ABOUT)):
        about, body = ABOUT[name], BODY.format(title=name)
        if (folder.name, name) == (NAMESAKE_IN, "release-notes"):
            about, body = NAMESAKE
        _write(folder, name, about, body)
    for topic in TOPICS if folder.name == CROWDED else ():
        name = f"shop-{topic}"
        _write(folder, name, MANY_WORDS.format(topic=topic), BODY.format(title=name))


EDITED = "test-runner"
SHORTER = "Run all tests and say which failed."


def edit(folder: Path, at: datetime) -> None:
    """Change the text of one skill in a project that has it, as its author did ``at`` that time."""
    file = folder / FOLDER / EDITED / "SKILL.md"
    if file.exists():
        _write(folder, EDITED, SHORTER, "\nRun everything. Report the failures as they are.\n")
        os.utime(file, (at.timestamp(), at.timestamp()))


def _write(folder: Path, name: str, about: str, body: str) -> None:
    file = folder / FOLDER / name / "SKILL.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = f'---\nname: {name}\ndescription: "{about}"\n---\n{body}'
    file.write_text(text, encoding="utf-8", newline="\n")
