"""What stands for a project outside this machine: the same in all files of one warehouse only.

They are keyed by a secret that never leaves the warehouse. Without it nobody can tell from a file
whose they are, not even by trying out paths and names.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from schema.connection import transaction
from schema.errors import WarehouseDamaged
from schema.spelling import command
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection, Warehouse

SETTING = "pseudonyms"
_DIGITS = 8
_MEMBER_DIGITS = 12
"""Eight would be the same for two of 10,000 members in one of a hundred teams."""


_SECRET_DIGITS = 64
_HEXADECIMAL = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Pseudonyms:
    """The key of pseudonyms. ``secret`` is 64 hexadecimal digits."""

    secret: str = field(repr=False)

    def of(self, what: str, value: str) -> str:
        """Eight hexadecimal digits for a value among those of its sort, such as ``project``."""
        return self._keyed(what, value)[:_DIGITS]

    def member(self, team_id: str) -> str:
        """Twelve hexadecimal digits for this warehouse as a member of a team; others elsewhere."""
        return self._keyed("team", team_id)[:_MEMBER_DIGITS]

    def _keyed(self, what: str, value: str) -> str:
        keyed = hmac.digest(bytes.fromhex(self.secret), f"{what}\0{value}".encode(), "sha256")
        return keyed.hex()


def stored(con: Connection) -> Pseudonyms | None:
    """The warehouse's pseudonyms; None as long as nothing was published from it.

    WarehouseDamaged where their key is none.
    """
    secret = stored_setting(con, SETTING)
    if secret is None:
        return None
    if len(secret) != _SECRET_DIGITS or not set(secret) <= _HEXADECIMAL:
        raise WarehouseDamaged(
            "The secret that names for others are made with is damaged.",
            f"Restore a backup:\n{command('restore')}",
        )
    return Pseudonyms(secret)


def ensured(warehouse: Warehouse) -> Pseudonyms:
    """The warehouse's pseudonyms, with a key created on first use. WarehouseMissing."""
    with warehouse.reading() as con:
        found = stored(con)
    if found is not None:
        return found
    with warehouse.writing() as con, transaction(con):
        # Another process may have been first.
        found = stored(con)
        if found is None:
            found = _made()
            store_setting(con, SETTING, found.secret)
    return found


def _made() -> Pseudonyms:
    return Pseudonyms(secrets.token_hex(_SECRET_DIGITS // 2))
