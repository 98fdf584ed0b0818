"""Which category a used skill or agent has, by its name."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.skills.files import categories, texts, versions
from schema.warehouse import Connection


def category_of_names(con: Connection) -> Callable[[str, str], str | None]:
    """A function of kind and name; None: not known.

    The user's own patterns go first, then those of the team's agreement, then what the newest file
    of that name says, or what its words say.
    """
    own, known = categories(con), texts(con)
    of_files: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for version in sorted(versions(con), key=lambda each: (each.is_there, each.last_seen_at)):
        text = known.get(version.digest)
        if text is not None and text.category is not None:
            for name in version.all_names:
                of_files[version.used_as, name] = (text.category, text.category_basis)

    def category_of(kind: str, name: str) -> str | None:
        return own.of(name, *of_files.get((kind, name), (None, None)))[0]

    return category_of
