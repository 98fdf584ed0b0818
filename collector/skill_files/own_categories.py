"""The user's own categories: names that fit a pattern. They go before what authors say."""

from __future__ import annotations

from collections.abc import Sequence

from schema.connection import transaction
from schema.errors import UnknownName, UsageError
from schema.statements import statement
from schema.warehouse import Connection

MAX_CATEGORY = 60
MAX_PATTERN = 200


def own_categories(con: Connection) -> list[tuple[str, list[str]]]:
    """Each category with its patterns, in the order in which they are tried."""
    rows = con.execute(statement("collector/skill_files/sql/own_categories.sql")).fetchall()
    return [(category, list(patterns)) for category, patterns in rows]


def set_category(con: Connection, category: str, patterns: Sequence[str]) -> None:
    """Give a category these patterns, instead of those it had. UsageError for empty ones."""
    if not category.strip() or len(category) > MAX_CATEGORY:
        raise UsageError(f"A category has 1 to {MAX_CATEGORY} characters.", "Choose another.")
    if any(not each.strip() or len(each) > MAX_PATTERN for each in patterns):
        raise UsageError(f"A pattern has 1 to {MAX_PATTERN} characters.", "For example: deploy-*")
    with transaction(con):
        con.execute(
            statement("collector/skill_files/sql/forget_category.sql"), {"category": category}
        ).fetchall()
        [(last,)] = con.execute(statement("collector/skill_files/sql/last_position.sql")).fetchall()
        for number, pattern in enumerate(dict.fromkeys(patterns), start=last + 1):
            con.execute(
                statement("collector/skill_files/sql/add_pattern.sql"),
                {"category": category, "pattern": pattern, "position": number},
            ).fetchall()


def remove_category(con: Connection, category: str) -> None:
    """Forget a category of the user's. UnknownName where there is none of that name."""
    known = [name for name, _ in own_categories(con)]
    if category not in known:
        hint = f"Yours are {', '.join(known)}." if known else "You have none."
        raise UnknownName(f"No category of yours is named {category!r}.", hint)
    con.execute(
        statement("collector/skill_files/sql/forget_category.sql"), {"category": category}
    ).fetchall()
