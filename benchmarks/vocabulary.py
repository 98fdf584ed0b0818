"""What the invented records are made of: names, texts, and how often each of them occurs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

SKILL_COUNT = 60
ZIPF = 1.1
QUERIES = 4096

_VERBS = [
    "audit",
    "bisect",
    "build",
    "check",
    "clean",
    "compare",
    "debug",
    "deploy",
    "document",
    "explain",
    "fix",
    "format",
]
_NOUNS = ["api", "branch", "cache", "coverage", "database"]

SKILLS = tuple(f"{verb}-{noun}" for noun in _NOUNS for verb in _VERBS)
"""By popularity: the n-th is used in proportion to ``n ** -1.1``."""

SKILL_WEIGHTS = tuple(accumulate(rank**-ZIPF for rank in range(1, SKILL_COUNT + 1)))
AGENTS = (
    "orchestrator",
    "reviewer",
    "planner",
    "tester",
    "documenter",
    "refactorer",
    "researcher",
    "releaser",
)
ERRORS = ("TimeoutError", "ValueError", "CalledProcessError", "FileNotFoundError", "RateLimited")
PATHS = ("quick", "comprehensive", "guided", None)
FOLLOW_UPS = ("git commit", "run tests", "open pull request", "rerun", "write changelog")


@dataclass(frozen=True)
class Verdict:
    """How a record ended; ``timed`` says that it has a duration."""

    completed: bool
    error: str | None
    timed: bool


VERDICTS = (
    Verdict(True, None, True),
    Verdict(False, None, True),
    Verdict(False, None, False),
    *(Verdict(False, error, True) for error in ERRORS),
)
VERDICT_WEIGHTS = tuple(accumulate((0.82, 0.05, 0.06, 0.03, 0.02, 0.01, 0.005, 0.005)))
"""82 % succeed, 7 % fail, 5 % are abandoned, and 6 % have not ended: those have no duration."""

_WORDS = [
    "the",
    "a",
    "in",
    "of",
    "this",
    "that",
    "these",
    "our",
    "all",
    "every",
    "failing",
    "flaky",
    "slow",
    "old",
    "new",
    "test",
    "tests",
    "module",
    "file",
    "function",
    "class",
    "service",
    "endpoint",
    "table",
    "index",
    "query",
    "migration",
    "pipeline",
    "build",
    "release",
    "branch",
    "commit",
    "review",
    "change",
    "config",
    "token",
    "cache",
    "user",
    "order",
    "invoice",
    "report",
    "login",
    "please",
    "why",
    "does",
    "not",
    "how",
    "can",
    "make",
    "faster",
    "safer",
    "simpler",
    "add",
    "remove",
    "rename",
    "split",
    "merge",
    "explain",
    "find",
    "fix",
    "update",
    "résumé",
    "naïve",
    "“quoted”",
]


def queries(rng: random.Random) -> list[str]:
    """Prompt texts of 2 to 10 words."""
    return [" ".join(rng.choices(_WORDS, k=rng.randint(2, 10))) for _ in range(QUERIES)]
