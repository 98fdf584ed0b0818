"""Sending a member's counters to the team's store, and taking them back.

The warehouse is never held while the store is asked. Before a file is sent its digest is noted, so
that a process that is killed in between leaves the next one able to tell its own file from another
installation's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from aggregator.team import agreement as agreements
from aggregator.team import unchanged
from aggregator.team.agreement import Agreement
from aggregator.team.counted import COUNTERS, Counted, Weeks, weeks_of
from aggregator.team.membership import (
    Joined,
    Known,
    Membership,
    Sent,
    check_switch,
    expected,
    forget_membership,
    joined,
    key_of,
    membership,
    store_membership,
)
from aggregator.team.store import MEMBERS, Store, open_store
from schema import pseudonyms
from schema.errors import (
    AgreementUnusable,
    AgreementWider,
    ObjectChanged,
    ObjectMissing,
    SkillhouseError,
    StoreDenied,
    StoreUnreachable,
    TeamError,
    WarehouseDamaged,
)
from schema.spelling import command
from schema.warehouse import Connection, Warehouse, reporting_zone

if TYPE_CHECKING:
    from aggregator.team.counters import Outgoing

_AGAIN = 3
"""How often a publish begins again because another process of this warehouse was faster."""

Opener = Callable[[str], Store]
State = Literal["sent", "unchanged", "nothing to send", "deleted"]


@dataclass(frozen=True)
class Current:
    """The agreement that is in force, and its e-tag in the store."""

    agreement: Agreement
    etag: str


@dataclass(frozen=True)
class Published:
    """What a publish did: ``deleted`` where nothing may be sent any more of what was."""

    state: State
    counted: Counted
    entry: Membership
    zone: str


@dataclass(frozen=True)
class Preview:
    """What a publish would send. ``refused``: why it would send nothing.

    Not ``from_store``: the store does not answer, so the last agreement known was taken.
    """

    outgoing: Outgoing
    entry: Membership
    refused: TeamError | None
    from_store: bool
    wider: tuple[str, ...]


def current_agreement(store: Store, entry: Membership | None = None) -> Current:
    """The agreement as it is now; costs one HEAD where it is the one that is known.

    ObjectMissing where there is none, StoreUnreachable where the whole folder is empty, and
    AgreementUnusable.
    """
    if entry is not None and store.etag(agreements.KEY) == entry.agreement_etag:
        return Current(entry.agreement, entry.agreement_etag)
    try:
        found = store.get(agreements.KEY, at_most=agreements.MAX_BYTES)
    except ObjectMissing:
        if store.is_bare():
            raise StoreUnreachable(
                f"The folder {store.url} is empty: what belongs there may not be mounted.",
                "Mount it, and try again.",
            ) from None
        raise ObjectMissing(
            f"There is no team at {store.url}: it has no {agreements.KEY}.",
            "Check the URL, or ask the team's maintainer.",
        ) from None
    return Current(agreements.parse(found.data), found.etag)


def check(entry: Membership, now: Agreement, member: str) -> None:
    """Whether this member may publish under an agreement without being asked again.

    AgreementWider, or AgreementUnusable where it is another team's or has no place for the member.
    """
    check_team(now, entry.team_id, entry.url)
    if not now.counts(member):
        raise AgreementUnusable(
            f"The agreement of {now.name} does not list this member. Nothing was sent.",
            f"Tell its maintainer your member name: {member}",
        )
    wider = now.wider_than(entry.agreement)
    if further := [each for each in COUNTERS if each not in entry.counters]:
        wider.append(f"this version of skillhouse counts further things: {', '.join(further)}")
    if wider:
        raise AgreementWider(
            f"The agreement of {now.name} allows more than you confirmed: {'; '.join(wider)}."
            " Nothing was sent.",
            f"To see it and confirm it:\n{command('team join')}",
        )
    if entry.team not in now.teams:
        raise AgreementUnusable(
            f"The agreement of {now.name} has no team {entry.team} any more. Nothing was sent.",
            "Choose one that it has.",
        )


def check_team(now: Agreement, team_id: str, url: str, hint: str = "") -> None:
    """AgreementUnusable where another team's agreement lies in the store."""
    if now.team_id != team_id:
        raise AgreementUnusable(
            f"Another team's agreement lies at {url}: that of {now.name}. Nothing was changed.",
            hint or "Check that the right folder is mounted there, or ask the team's maintainer.",
        )


def member_name(warehouse: Warehouse, team_id: str) -> str:
    """The name under which this warehouse publishes to the team it is in.

    TeamError where its secret is gone: with a new one it would be somebody else.
    """
    with warehouse.reading() as con:
        return _name_in(con, team_id)


def _name_in(con: Connection, team_id: str) -> str:
    try:
        found = pseudonyms.stored(con)
    except WarehouseDamaged as exc:
        raise TeamError(exc.message, exc.hint) from None
    if found is None:
        raise TeamError(
            "The secret that this warehouse's member name is made with is gone.",
            f"Restore a backup:\n{command('restore')}",
        )
    return found.member(team_id)


def new_member_name(warehouse: Warehouse, team_id: str) -> str:
    """The name under which this warehouse is going to publish to a team; makes its secret."""
    return pseudonyms.ensured(warehouse).member(team_id)


def preview(warehouse: Warehouse, *, now: datetime, opener: Opener = open_store) -> Preview:
    """What ``publish`` would send now. Sends nothing."""
    check_switch()
    with warehouse.reading() as con:
        entry = expected(con)
    member = member_name(warehouse, entry.team_id)
    from_store = True
    try:
        agreement = current_agreement(opener(entry.url), entry).agreement
    except StoreUnreachable:
        agreement, from_store = entry.agreement, False
    refused: TeamError | None = None
    try:
        check(entry, agreement, member)
    except TeamError as exc:
        refused = exc
        if agreement.team_id != entry.team_id:
            agreement = entry.agreement
    from aggregator.team.counters import outgoing

    with warehouse.reading() as con:
        found = outgoing(con, entry, agreement, member, now)
    wider = tuple(agreement.wider_than(entry.agreement))
    return Preview(found, entry, refused, from_store, wider)


def publish(warehouse: Warehouse, *, now: datetime, opener: Opener = open_store) -> Published:
    """Send the counters if they changed, and note how that went.

    NotAMember, AgreementWider, AgreementUnusable, and what the store and the warehouse raise.
    """
    check_switch()
    try:
        for _ in range(_AGAIN):
            done = _publish_once(warehouse, now, opener)
            if done is not None:
                return done
    except TeamError as exc:
        _note_problem(warehouse, exc, now)
        raise
    raise StoreUnreachable(
        "Other processes of this warehouse are publishing at the same time.", "Try again later."
    )


def _publish_once(warehouse: Warehouse, now: datetime, opener: Opener) -> Published | None:
    """One attempt; None where another process of this warehouse was faster."""
    file = unchanged.file_state(warehouse.path)
    with warehouse.reading() as con:
        entry = expected(con)
        zone = reporting_zone(con)
        member = _name_in(con, entry.team_id)
    store = opener(entry.url)
    current = current_agreement(store, entry)
    check(entry, current.agreement, member)
    agreed = replace(
        entry,
        agreement=current.agreement,
        agreement_etag=current.etag,
        attempted_at=now,
        problem=None,
    )
    weeks = weeks_of(entry, current.agreement, now, zone)
    settled = _settled(warehouse, file, entry, current, member, weeks)
    if settled is not None:
        noted = unchanged.noted(warehouse.path, settled)
        if noted is not None and entry.sent is not None and noted.digest == entry.sent.digest:
            return Published("unchanged", noted, agreed, zone)
    # Imported here: what is unchanged is not counted.
    from aggregator.team.counters import outgoing

    with warehouse.reading() as con:
        found = outgoing(con, entry, current.agreement, member, now)
    if not found.row_count:
        state, left = _take_back(warehouse, store, entry, agreed, member)
        return Published(state, found, left, zone)
    is_same = entry.sent is not None and found.digest == entry.sent.digest and not entry.pending
    if is_same and not _is_replaced(store, entry, member):
        if agreed.agreement_etag != entry.agreement_etag or entry.problem is not None:
            _update(warehouse, entry, agreed)
        elif settled is not None and unchanged.file_state(warehouse.path) == file:
            unchanged.note(warehouse.path, settled, found)
        return Published("unchanged", found, agreed, zone)
    pending = replace(entry, pending=_with(entry.pending, found.digest))
    if not _update(warehouse, entry, pending):
        return None
    etag = _put(warehouse, store, pending, found)
    if etag is None:
        return None
    sent = Sent(found.digest, etag, found.row_count, len(found.data), now)
    published = replace(agreed, sent=sent, pending=())
    _record(warehouse, store, published)
    return Published("sent", found, published, zone)


def _settled(
    warehouse: Warehouse,
    file: tuple[int, ...] | None,
    entry: Membership,
    current: Current,
    member: str,
    weeks: Weeks,
) -> unchanged.State | None:
    """What the counters depend on now; None where something is still to be done, or in doubt.

    ``file`` is the state of the warehouse's file before ``entry`` was read from it.
    """
    program = unchanged.program_state()
    is_done = not entry.pending and entry.problem is None and entry.agreement_etag == current.etag
    if file is None or program is None or not is_done:
        return None
    if unchanged.file_state(warehouse.path) != file:
        return None
    return unchanged.State(file, program, member, current.etag, weeks)


def _is_replaced(store: Store, entry: Membership, member: str) -> bool:
    """Whether another object lies in the store than the one that was sent last, as when a backup
    was restored here that is older than it. One that was deleted there stays deleted."""
    present = None
    # A bucket refuses to say whether there is an object to a member who may not list any.
    with suppress(StoreDenied):
        present = store.etag(key_of(member))
    return present is not None and (entry.sent is None or present != entry.sent.etag)


def _with(pending: tuple[str, ...], digest: str) -> tuple[str, ...]:
    return (*(each for each in pending if each != digest), digest)


def _put(warehouse: Warehouse, store: Store, entry: Membership, found: Outgoing) -> str | None:
    """Replace the object that this warehouse wrote last; returns the new e-tag.

    None where another process of this warehouse has replaced it meanwhile. ObjectChanged where
    another installation has, or where it was deleted.
    """
    key = key_of(found.member)
    known = entry.sent.etag if entry.sent else None
    try:
        return store.put(key, found.data, expected_etag=known)
    except ObjectChanged:
        with warehouse.reading() as con:
            latest = membership(con)
        if latest is None or (latest.sent.etag if latest.sent else None) != known:
            return None
        try:
            present = store.get(key)
        except ObjectMissing:
            raise ObjectChanged(
                f"{store.url}/{key} was deleted from the store. Nothing was sent.",
                "Ask the team's maintainer why. To send it again:",
            ) from None
        digest = sha256(present.data).hexdigest()
        if digest == found.digest:
            return present.etag
        # A publish of ours was killed after it had sent the file, before it could note that.
        if digest in latest.pending:
            return store.put(key, found.data, expected_etag=present.etag)
        raise ObjectChanged(
            f"Another installation publishes as {found.member} as well: {store.url}/{key} is not"
            " what this warehouse sent. Nothing was sent.",
            "If this one should continue, for example after restoring a backup, replace it.",
        ) from None


def _take_back(
    warehouse: Warehouse, store: Store, entry: Membership, agreed: Membership, member: str
) -> tuple[State, Membership]:
    """Nothing may be sent: an object that says otherwise is deleted."""
    if entry.sent is None and not entry.pending:
        if agreed.agreement_etag != entry.agreement_etag or entry.problem is not None:
            _update(warehouse, entry, agreed)
        return "nothing to send", agreed
    store.delete(key_of(member))
    left = replace(agreed, sent=None, pending=())
    _update(warehouse, entry, left)
    return "deleted", left


def _update(warehouse: Warehouse, before: Membership, after: Membership) -> bool:
    """Write ``after``, unless the membership is no longer as it was read."""
    with warehouse.writing() as con:
        if membership(con) != before:
            return False
        store_membership(con, after)
    return True


def _record(warehouse: Warehouse, store: Store, published: Membership) -> None:
    """Note what was sent; what a `team forget` overtook is deleted again."""
    with warehouse.writing() as con:
        latest = membership(con)
        is_member = latest is not None and latest.team_id == published.team_id
        if latest is not None and is_member:
            if latest.confirmed_at != published.confirmed_at:
                # A person has confirmed something else meanwhile, which the next publish follows.
                published = replace(
                    latest, sent=published.sent, pending=(), attempted_at=published.attempted_at
                )
            store_membership(con, published)
    if not is_member:
        store.delete(key_of(member_name(warehouse, published.team_id)))


def _note_problem(warehouse: Warehouse, error: SkillhouseError, now: datetime) -> None:
    with warehouse.writing() as con:
        entry = membership(con)
        if entry is not None:
            store_membership(con, replace(entry, attempted_at=now, problem=error.message))


def forget(warehouse: Warehouse, *, opener: Opener = open_store) -> tuple[Joined, str]:
    """Delete what was sent and leave the team; returns which team, and the member's name.

    Nothing is forgotten here where the store does not answer or is not the team's any more, so that
    it can be tried again.
    """
    check_switch()
    with warehouse.reading() as con:
        left = joined(con)
    member = member_name(warehouse, left.team_id)
    store = opener(left.url)
    _expect_it_there(store, left, key_of(member))
    store.delete(key_of(member))
    with warehouse.writing() as con:
        forget_membership(con)
    # Once more: a publish may have been under way that had read the membership before.
    store.delete(key_of(member))
    return left, member


def _expect_it_there(store: Store, left: Joined, key: str) -> None:
    """Raise what is wrong with the store of a team where it has not what was sent to that team: an
    object that is missing in an emptied or another store is not one that was taken back."""
    try:
        check_team(current_agreement(store).agreement, left.team_id, store.url)
    except (ObjectMissing, AgreementUnusable):
        if left.was_sent and store.etag(key) is None:
            raise


@dataclass(frozen=True)
class LeftBehind:
    """A team that was left without asking its store.

    ``key`` is the object that stays there; None: nothing was ever sent. ``member`` is None, and the
    key a folder, where the secret of the name is gone.
    """

    joined: Joined
    member: str | None
    key: str | None


def forget_here(warehouse: Warehouse) -> LeftBehind:
    """Leave the team on this machine alone: its store is not asked, and keeps what was sent."""
    check_switch()
    with warehouse.reading() as con:
        left = joined(con)
    member = None
    with suppress(TeamError):
        member = member_name(warehouse, left.team_id)
    with warehouse.writing() as con:
        forget_membership(con)
    key = key_of(member) if member else MEMBERS.rstrip("/")
    return LeftBehind(left, member, key if left.was_sent else None)


def forget_member(store: Store, member: str, known: Known | None = None) -> bool:
    """Delete a member's object, as the store's maintainer; whether there was one.

    ``known``: the team that is looked after. Raises what is wrong where the store is not its.
    """
    check_switch()
    agreement = current_agreement(store).agreement
    if known and known.agreement:
        check_team(agreement, known.agreement.team_id, store.url)
    was_there = store.etag(key_of(member)) is not None
    store.delete(key_of(member))
    return was_there
