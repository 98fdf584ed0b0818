"""What a warehouse knows of its team: what it agreed to, and what it sent last."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from aggregator.team.agreement import Agreement, parse, serialise
from aggregator.team.store import MEMBERS, is_same_place
from schema.connection import transaction
from schema.errors import AgreementUnusable, NotAMember
from schema.frozen import dataclass
from schema.settings import PREFIX
from schema.spelling import command
from schema.statements import run, statement
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection, from_micros

SWITCH = f"{PREFIX}TEAM"
"""The variable that silences everything about teams."""

MAINTAINED = "team_url"
"""The setting that names the store a maintainer looks after."""

WRITTEN = "team_agreement"
"""The setting that has the agreement as its maintainer wrote it last."""

NOBODYS = ""
"""The digest of an object that is to be replaced whatever it holds."""

_ON = frozenset({"", "on", "yes", "true", "1"})
_PENDING_KEPT = 100


@dataclass(frozen=True)
class Sent:
    """What was sent last: the SHA-256 of the file, its e-tag in the store, rows, bytes, when."""

    digest: str
    etag: str
    rows: int
    size_bytes: int
    at: datetime


@dataclass(frozen=True)
class Membership:
    """``agreement`` is the confirmed one, or a narrower one that came later; ``agreement_etag`` its
    version in the store. ``since`` is the Monday from which weeks may be sent, ``withheld`` are
    patterns of names that are not. ``pending``: digests of files that an interrupted publish may
    have sent. ``sent`` is None before the first publish, ``problem`` after a good one.
    """

    url: str
    team: str
    since: date
    withheld: tuple[str, ...]
    agreement: Agreement
    agreement_etag: str
    counters: tuple[str, ...]
    joined_at: datetime
    confirmed_at: datetime
    pending: tuple[str, ...] = ()
    sent: Sent | None = None
    attempted_at: datetime | None = None
    problem: str | None = None

    @property
    def published(self) -> Sent | None:
        """What this warehouse sent last; None: nothing yet."""
        return self.sent if self.sent and self.sent.digest != NOBODYS else None

    @property
    def team_id(self) -> str:
        return self.agreement.team_id


@dataclass(frozen=True)
class Joined:
    """What it takes to leave a team. ``was_sent``: its store may hold something that was sent."""

    team_id: str
    team_name: str
    url: str
    was_sent: bool


@dataclass(frozen=True)
class Known:
    """The team that this warehouse knows at a place; by its ``agreement``, if that is known."""

    agreement: Agreement | None

    @property
    def name(self) -> str:
        return self.agreement.name if self.agreement else "your team"


def switched_off(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the environment silences teams: by anything that is not clearly `on`."""
    env = os.environ if environ is None else environ
    return env.get(SWITCH, "").strip().lower() not in _ON


def check_switch() -> None:
    """NotAMember where the environment has switched teams off."""
    if switched_off():
        raise NotAMember(
            f"{SWITCH} is set: nothing about teams is read or sent.", f"Unset {SWITCH} to go on."
        )


def key_of(member: str) -> str:
    """The key of a member's object."""
    return f"{MEMBERS}{member}.parquet"


def membership(con: Connection) -> Membership | None:
    """The team this warehouse is in; None: in none."""
    rows = run(con, statement("aggregator/team/read_membership.sql"), {}).fetchall()
    try:
        return _membership(rows[0]) if rows else None
    except (TypeError, ValueError):
        # A value is missing that is there wherever the others are.
        raise _unreadable("what is stored beside it is damaged.") from None


def expected(con: Connection) -> Membership:
    """The same. NotAMember where there is none."""
    found = membership(con)
    if found is None:
        raise NotAMember(
            "This warehouse is in no team.", f"To join one:\n{command('team join', 'URL')}"
        )
    return found


def joined(con: Connection) -> Joined:
    """The team to be left, also if what was agreed to is damaged. NotAMember."""
    rows = run(con, statement("aggregator/team/read_joined.sql"), {}).fetchall()
    if not rows:
        expected(con)
    return Joined(*rows[0])


def _membership(row: tuple[Any, ...]) -> Membership:
    url, team, since, withheld, agreement, etag, counters, joined, confirmed, pending, *rest = row
    digest, sent_etag, rows, size, published, attempted, problem = rest
    sent = None
    if digest is not None:
        sent = Sent(digest, sent_etag, rows, size, from_micros(published))
    return Membership(
        url,
        team,
        since,
        tuple(withheld),
        _confirmed(agreement),
        etag,
        tuple(counters),
        from_micros(joined),
        from_micros(confirmed),
        tuple(pending),
        sent,
        None if attempted is None else from_micros(attempted),
        problem,
    )


def _confirmed(agreement: str) -> Agreement:
    """The agreement that a person confirmed, as the warehouse has it."""
    try:
        return parse(agreement.encode())
    except AgreementUnusable as exc:
        raise _unreadable(exc.message) from None


def _unreadable(reason: str) -> AgreementUnusable:
    return AgreementUnusable(
        f"The confirmed agreement stored here cannot be read: {reason}",
        "Upgrade skillhouse if a newer one wrote it, or restore a backup:\n" + command("restore"),
    )


def store_membership(con: Connection, entry: Membership) -> None:
    """Write the membership in place of the one there was."""
    sent = entry.sent
    values = {
        "team_id": entry.team_id,
        "url": entry.url,
        "team": entry.team,
        "since": entry.since,
        "withheld": list(entry.withheld),
        "agreement": serialise(entry.agreement).decode(),
        "agreement_etag": entry.agreement_etag,
        "counters": list(entry.counters),
        "joined_at": entry.joined_at.isoformat(),
        "confirmed_at": entry.confirmed_at.isoformat(),
        "pending": list(entry.pending[-_PENDING_KEPT:]),
        "sent_digest": sent and sent.digest,
        "sent_etag": sent and sent.etag,
        "sent_rows": sent and sent.rows,
        "sent_bytes": sent and sent.size_bytes,
        "published_at": sent and sent.at.isoformat(),
        "attempted_at": entry.attempted_at and entry.attempted_at.isoformat(),
        "problem": entry.problem,
    }
    with transaction(con):
        con.execute(statement("aggregator/team/forget_membership.sql")).fetchall()
        run(con, statement("aggregator/team/store_membership.sql"), values).fetchall()


def forget_membership(con: Connection) -> None:
    """Be in no team."""
    con.execute(statement("aggregator/team/forget_membership.sql")).fetchall()


def maintained_url(con: Connection) -> str | None:
    """The store that this warehouse's user looks after; None: none was made or named here."""
    return stored_setting(con, MAINTAINED)


def team_url(con: Connection) -> str:
    """The store that is looked after here, or the one that was joined. NotAMember."""
    return maintained_url(con) or expected(con).url


def store_maintained(con: Connection, url: str, agreement: Agreement) -> None:
    """Remember which store this warehouse's user looks after, and what they wrote there."""
    values = {MAINTAINED: url, WRITTEN: serialise(agreement).decode()}
    with transaction(con):
        for key, value in values.items():
            store_setting(con, key, value)


def known_at(con: Connection, url: str) -> Known | None:
    """The team that is looked after here, or was joined, at a place; None: nothing is known."""
    maintained = maintained_url(con)
    is_maintained = maintained is not None and is_same_place(maintained, url)
    is_joined = False
    with suppress(NotAMember):
        is_joined = is_same_place(joined(con).url, url)
    # Either may be damaged, or of a version that did not keep it.
    with suppress(AgreementUnusable):
        if is_maintained and (written := stored_setting(con, WRITTEN)) is not None:
            return Known(parse(written.encode()))
    with suppress(AgreementUnusable):
        if is_joined:
            return Known(expected(con).agreement)
    return Known(None) if is_maintained or is_joined else None
