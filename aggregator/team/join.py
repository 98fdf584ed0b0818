"""Founding a team, and joining one: what a person is shown, and what is kept if they say yes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregator.calendar import bucket, today
from aggregator.dates import parse_range
from aggregator.team import agreement as agreements
from aggregator.team.agreement import Agreement
from aggregator.team.counted import COUNTERS
from aggregator.team.counters import Outgoing, outgoing
from aggregator.team.membership import (
    NOBODYS,
    Known,
    Membership,
    Sent,
    check_switch,
    expected,
    key_of,
    membership,
    store_membership,
)
from aggregator.team.names import is_plain
from aggregator.team.publish import (
    Current,
    Opener,
    check_team,
    current_agreement,
    member_name,
    new_member_name,
)
from aggregator.team.store import COMMUNITY, EXPERIMENTS, MEMBERS, Store, canonical, open_store
from schema.errors import (
    AgreementNewer,
    AgreementUnusable,
    ObjectMissing,
    StoreUnreachable,
    TeamError,
    UsageError,
)
from schema.spelling import command, parameter
from schema.warehouse import Connection, Warehouse, reporting_zone

DEFAULT_TEAM = "everyone"
"""The label of a team whose agreement names no parts."""


_OF_A_TEAM = re.compile(
    "members/[0-9a-f]{12}[.]parquet|experiments/[^/]+[.]json"
    "|community/(current[.]json|[^/]+/[a-z_]+[.]parquet)"
)
"""The keys of a team's objects."""


@dataclass(frozen=True)
class Proposal:
    """What a person is asked to confirm.

    ``entry`` is stored if they do; ``before`` is what they had confirmed earlier, ``wider`` what is
    new since then.
    """

    entry: Membership
    outgoing: Outgoing
    before: Membership | None
    wider: tuple[str, ...]


@dataclass(frozen=True)
class Founded:
    """The agreement in the store. ``before`` is None for a new team, and for one that was put back.

    ``wider``: what members have to confirm again.
    """

    agreement: Agreement
    before: Agreement | None
    wider: tuple[str, ...]
    restored: bool = False


def found_team(
    store: Store,
    *,
    known: Known | None = None,
    anew: bool = False,
    restore: bool = False,
    name: str | None = None,
    skills: Sequence[str] = (),
    project_types: Sequence[str] = (),
    teams: Sequence[str] = (),
    least_members: int | None = None,
    categories: Mapping[str, Sequence[str]] | None = None,
) -> Founded:
    """Write the agreement of a new team, or change that of one: what is given replaces what it had.

    A team is not founded by mistake where there was one: where ``known`` says that this warehouse
    knows another, or objects of one are left. ``restore`` puts its agreement back as it was written
    last; ``anew`` accepts that it is gone, and what its members sent is deleted.

    Raises UsageError for values that no agreement may have, ObjectChanged where somebody else
    changes it at the same time, and AgreementUnusable, ObjectMissing or StoreUnreachable where the
    team that was there is not.
    """
    check_switch()
    present = _present(store)
    if isinstance(present, ObjectMissing | AgreementUnusable):
        _expect_only_a_teams(store)
    before = None if restore else _before(store, present, known, anew)
    if restore:
        base = _kept(store, present, known)
    elif before is None:
        if not skills:
            raise UsageError(
                "A new team has to say which skills and agents it is about.",
                "Name them, or patterns of their names, such as 'test-*'.",
                parameter="skill",
            )
        base = _new()
    else:
        base = before.agreement
    changed = replace(
        base,
        name=base.name if name is None else name,
        skills=tuple(skills) or base.skills,
        project_types=tuple(project_types) or base.project_types,
        teams=tuple(teams) or base.teams,
        least_members=base.least_members if least_members is None else least_members,
        categories=base.categories
        if not categories
        else {each: tuple(patterns) for each, patterns in categories.items()},
    )
    data = agreements.serialise(changed)
    store.prepare()
    if before is None:
        if not restore:
            _clear(store)
        store.put(agreements.KEY, data, expected_etag=store.etag(agreements.KEY))
    elif changed != before.agreement:
        store.put(agreements.KEY, data, expected_etag=before.etag)
    changed = agreements.parse(data)
    if before is None:
        return Founded(changed, None, (), restore)
    return Founded(changed, before.agreement, tuple(changed.wider_than(before.agreement)))


def _present(store: Store) -> Current | TeamError:
    """The agreement in the store, or what is wrong with it. AgreementNewer, and what else the store
    raises."""
    try:
        return current_agreement(store)
    except AgreementNewer:
        raise
    except (ObjectMissing, AgreementUnusable) as exc:
        return exc
    except StoreUnreachable as exc:
        if not store.is_folder:
            raise
        return exc


def _before(
    store: Store, present: Current | TeamError, known: Known | None, anew: bool
) -> Current | None:
    """The agreement to be changed; None where a team may be founded."""
    if isinstance(present, Current):
        if known and known.agreement and not anew:
            check_team(present.agreement, known.agreement.team_id, store.url, _take_over(store))
        return present
    if anew:
        return None
    if known is not None:
        message = f"{present.message} The agreement of {known.name} was there."
        raise type(present)(message, _ways_back(store, known))
    if isinstance(present, AgreementUnusable):
        raise AgreementUnusable(present.message, _ways_back(store, known))
    if isinstance(present, ObjectMissing) and _is_used(store):
        raise ObjectMissing(
            f"{store.url} has objects of a team, but no {agreements.KEY}.",
            _ways_back(store, known),
        )
    return None


def _take_over(store: Store) -> str:
    return (
        "Check that the right folder is mounted there. To look after that team from here:\n"
        + command("team init", store.url, anew=True)
    )


def _ways_back(store: Store, known: Known | None) -> str:
    ways = ["Check the path, and that it is mounted."]
    if known and known.agreement:
        ways += [
            "To write the agreement again as it was last known here, for the same team:",
            command("team init", store.url, restore=True),
        ]
    else:
        ways += [f"To keep the team, restore its {agreements.KEY} from a backup."]
    return "\n".join(
        [
            *ways,
            "To found another team there, and delete what members sent to the old one:",
            command("team init", store.url, anew=True, skill="PATTERN"),
        ]
    )


def _is_used(store: Store) -> bool:
    """Whether anything of a team is in the store."""
    return any(True for folder in (MEMBERS, EXPERIMENTS, COMMUNITY) for _ in store.list(folder))


def _expect_only_a_teams(store: Store) -> None:
    """UsageError where the folders of a team hold what is none's: it would be deleted with it."""
    for folder in (MEMBERS, EXPERIMENTS, COMMUNITY):
        for entry in store.list(folder):
            is_a_teams = _OF_A_TEAM.fullmatch(entry.key) is not None
            if is_a_teams and folder == EXPERIMENTS:
                is_a_teams = b'"team_id"' in store.get(entry.key).data
            if not is_a_teams:
                raise UsageError(
                    f"{store.url}/{entry.key} is not of a team. Nothing was changed there.",
                    "Choose a folder that is used for nothing else, or move it away.",
                )


def _clear(store: Store) -> None:
    """Delete what was sent to a team that was there: its members agreed to that team alone."""
    for folder in (MEMBERS, EXPERIMENTS, COMMUNITY):
        for entry in list(store.list(folder)):
            store.delete(entry.key)


def _kept(store: Store, present: Current | TeamError, known: Known | None) -> Agreement:
    """The agreement as it was last known here. UsageError where there is none, or is no need."""
    if isinstance(present, Current):
        raise UsageError(
            f"There is an agreement at {store.url} already.",
            f"To change it, leave out {parameter('restore')}.",
        )
    if known is None or known.agreement is None:
        raise UsageError(
            f"This warehouse does not know the agreement of a team at {store.url}.",
            f"Restore {agreements.KEY} from a backup.",
        )
    return known.agreement


def _new() -> Agreement:
    return Agreement(agreements.new_team_id(), "Team", (), (), (DEFAULT_TEAM,))


def propose(
    warehouse: Warehouse,
    *,
    now: datetime,
    url: str | None = None,
    team: str | None = None,
    since: str | None = None,
    withhold: Sequence[str] | None = None,
    replacing: bool = False,
    opener: Opener = open_store,
) -> Proposal:
    """What joining means: the agreement, and exactly the rows that would be sent.

    Changes nothing in the store. What is not given stays as it was confirmed before. ``replacing``:
    the next publish replaces the object under this member's name, whoever wrote it. UsageError.
    """
    check_switch()
    with warehouse.reading() as con:
        before = membership(con)
        zone = reporting_zone(con)
        if url is None:
            url = expected(con).url
    url = canonical(url)
    store = opener(url)
    current = current_agreement(store)
    agreement = current.agreement
    if before is not None and before.team_id != agreement.team_id:
        raise UsageError(
            f"This warehouse is a member of {before.agreement.name} already.",
            f"To leave it and take back what was sent: {command('team forget')}",
        )
    name = new_member_name if before is None else member_name
    member = name(warehouse, agreement.team_id)
    if not agreement.counts(member):
        raise AgreementUnusable(
            f"The agreement of {agreement.name} does not list this member.",
            f"Tell its maintainer your member name: {member}",
        )
    entry = Membership(
        url=url,
        team=_label(agreement, team or (before.team if before else None)),
        since=_since(since, before, now, zone),
        withheld=_withheld(withhold, before),
        agreement=agreement,
        agreement_etag=current.etag,
        counters=COUNTERS,
        joined_at=before.joined_at if before else now,
        confirmed_at=now,
    )
    if before is not None:
        entry = replace(entry, sent=before.sent, pending=before.pending)
    if replacing:
        entry = replace(entry, sent=_taken_over(store, member, now), pending=())
    with warehouse.reading() as con:
        rows = outgoing(con, entry, agreement, member, now)
    wider = () if before is None else tuple(agreement.wider_than(before.agreement))
    return Proposal(entry, rows, before, wider)


def confirm(con: Connection, proposal: Proposal) -> None:
    """Store what a person has said yes to. From now on it may be sent."""
    store_membership(con, proposal.entry)


def _taken_over(store: Store, member: str, now: datetime) -> Sent | None:
    """The object that is to be replaced, whatever is in it; None: there is none."""
    etag = store.etag(key_of(member))
    return None if etag is None else Sent(NOBODYS, etag, 0, 0, now)


def _label(agreement: Agreement, team: str | None) -> str:
    if team is None and len(agreement.teams) == 1:
        return agreement.teams[0]
    if team is None or team not in agreement.teams:
        asked = "Say which team you are in." if team is None else f"There is no team {team!r}."
        raise UsageError(asked, f"It is one of: {', '.join(agreement.teams)}", parameter="as")
    return team


def _since(text: str | None, before: Membership | None, now: datetime, zone: str) -> date:
    """The Monday of the first week that may be sent; without a choice the week of joining."""
    this_week = bucket("weekly", today(now, zone)).start
    if text is None:
        return before.since if before else this_week
    day = parse_range(text, None, now, zone).since
    assert day is not None
    monday = bucket("weekly", day).start
    if monday > this_week:
        raise UsageError(f"{text} is in the future.", "For example: 2026-W40", parameter="since")
    return monday


def _withheld(patterns: Sequence[str] | None, before: Membership | None) -> tuple[str, ...]:
    if patterns is None:
        return before.withheld if before else ()
    for each in patterns:
        if not is_plain(each):
            raise UsageError(
                "A pattern of names has 1 to 199 characters, all of which can be seen.",
                "For example: 'secret-*'",
                parameter="withhold",
            )
    return tuple(dict.fromkeys(patterns))
