"""The catalogue of skills on disk: where each is, its state and relations, and the listing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.parameters import LISTING_BUDGET, FileKind, FileState, RelationKind
from aggregator.skills import similar
from aggregator.skills.files import (
    USER,
    Categories,
    CategoryBasis,
    Text,
    Version,
    categories,
    texts,
    versions,
)
from aggregator.skills.usage import RECENT_DAYS, Uses, total, uses
from aggregator.skills.versions import VersionChange, histories, version_changes
from schema.errors import UnknownName
from schema.frozen import dataclass
from schema.names import did_you_mean
from schema.spelling import command
from schema.statements import run, statement
from schema.warehouse import Connection

CHANGED_DAYS = 30
"""So long after its text changed a file is said to have changed."""

ENTRY = 1_536
"""Characters of a name and a description that an agent's model is shown at most."""

LEADING, SHARED = 16, 3
"""Texts are compared that share so many of the words that weigh most in each."""


@dataclass(frozen=True)
class Relation:
    """How a file is related to another one; ``similarity`` is 0..1."""

    kind: RelationKind
    name: str
    project_id: str
    project_name: str
    similarity: float


@dataclass(frozen=True)
class Entry:
    """A skill file with its state. ``outcomes`` are of all time, of its project.

    ``states`` are all that hold; ``changes`` are those of its text, the newest first.
    """

    version: Version
    text: Text
    category: str | None
    category_basis: CategoryBasis | None
    states: tuple[FileState, ...]
    outcomes: Outcomes
    last_used: datetime | None
    first_seen_at: datetime
    relations: tuple[Relation, ...] = ()
    changes: tuple[VersionChange, ...] = ()

    @property
    def state(self) -> FileState:
        return self.states[0]

    @property
    def characters(self) -> int:
        """What it takes of the listing that the model is shown."""
        return min(ENTRY, len(self.version.name) + self.text.description_length)


@dataclass(frozen=True)
class Listing:
    """What a project's model is shown: its characters, the budget, and who loses its description
    because it does not fit, the least used first."""

    project_id: str
    project_name: str
    characters: int
    budget: int
    over: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """Entries in order of name and project, and the listings of projects that have any."""

    entries: list[Entry]
    listings: list[Listing]
    found: int
    texts: int


@dataclass(frozen=True)
class Wanted:
    """Which entries are wanted; None: all."""

    limit: int
    name: str | None = None
    kind: FileKind | None = None
    category: str | None = None
    state: FileState | None = None
    relation: RelationKind | None = None
    budget: int = LISTING_BUDGET


def catalogue(con: Connection, question: Question, wanted: Wanted) -> Catalogue:
    """The skills on disk in the projects asked about, and of the user. UnknownName for a name."""
    asked = replace(question, span=ALL_TIME, kind="all")
    here = {*question.scope.ids, USER}
    found = [each for each in versions(con) if each.project_id in here]
    entries = _entries(con, asked, found)
    listings = _listings(entries, asked, wanted.budget)
    if wanted.name is not None:
        chosen = [each for each in entries if wanted.name in each.version.all_names]
        if not chosen:
            raise _unknown(wanted.name, entries)
    else:
        chosen = entries
    related = _relations(con, entries)
    chosen = [
        replace(each, relations=tuple(related.get(_file(each.version), ()))) for each in chosen
    ]
    chosen = [
        each
        for each in chosen
        if wanted.kind in (None, each.version.kind)
        and wanted.category in (None, each.category)
        and (wanted.state is None or wanted.state in each.states)
        and (wanted.relation is None or wanted.relation in {r.kind for r in each.relations})
    ]
    count = len({each.text.digest for each in chosen})
    return Catalogue(chosen[: wanted.limit], listings, len(chosen), count)


def _unknown(name: str, entries: Iterable[Entry]) -> UnknownName:
    from difflib import get_close_matches

    known = sorted({each.version.name for each in entries})
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = did_you_mean(near, f"`{command('skills')}` lists all.")
    return UnknownName(f"No skill file is named {name!r}.", hint)


def _file(version: Version) -> tuple[str, str]:
    return version.project_id, version.path


def _entries(con: Connection, question: Question, found: Sequence[Version]) -> list[Entry]:
    known = texts(con)
    own = categories(con)
    by_name: dict[tuple[str, str], list[Uses]] = {}
    for use in uses(con, question):
        by_name.setdefault((use.kind, use.name), []).append(use)
    changed: dict[tuple[str, str], list[VersionChange]] = {}
    for each in version_changes(con, question):
        changed.setdefault((each.kind, each.name), []).append(each)
    entries = []
    for of_file in histories(found).values():
        newest = of_file[-1].version
        if newest.digest not in known:
            continue
        entries.append(
            _entry(
                newest,
                known[newest.digest],
                own,
                min(each.version.first_seen_at for each in of_file),
                by_name,
                changed.get((newest.used_as, newest.name), ()),
                question,
            )
        )
    return sorted(entries, key=lambda e: (e.version.name, e.version.project_name, e.version.path))


def _entry(
    version: Version,
    text: Text,
    own: Categories,
    first_seen_at: datetime,
    by_name: Mapping[tuple[str, str], Sequence[Uses]],
    changed: Sequence[VersionChange],
    question: Question,
) -> Entry:
    mine = [
        use
        for name in sorted(version.all_names)
        for use in by_name.get((version.used_as, name), ())
        if version.was_used(use.project_id, name)
    ]
    last_used = max((use.last_used for use in mine), default=None)
    changes = tuple(each for each in changed if version.project_id in each.projects)
    category, basis = own.of(version.name, text.category, text.category_basis)
    return Entry(
        version,
        text,
        category,
        basis,
        tuple(_states(version, last_used, changes, question.now)),
        total(mine),
        last_used,
        first_seen_at,
        (),
        changes,
    )


def _states(
    version: Version,
    last_used: datetime | None,
    changes: Sequence[VersionChange],
    now: datetime,
) -> Iterable[FileState]:
    """The states that hold, the one that says most first."""
    if not version.is_there:
        yield "gone"
    if not version.is_visible:
        yield "hidden"
    if any(each.at >= now - timedelta(days=CHANGED_DAYS) for each in changes):
        yield "changed"
    if last_used is None:
        yield "never"
    else:
        yield "used" if last_used >= now - timedelta(days=RECENT_DAYS) else "unused"


def _listings(entries: Sequence[Entry], question: Question, budget: int) -> list[Listing]:
    """What the model is shown in each project, the user's own skills included."""
    shown = [
        each
        for each in entries
        if each.version.is_there and each.version.is_visible and each.version.kind != "agent"
    ]
    of_user = [each for each in shown if each.version.is_users]
    found = []
    for project in question.scope.projects:
        here = [each for each in shown if each.version.project_id == project.project_id]
        if not here:
            continue
        listed = _once([*here, *of_user])
        characters = sum(each.characters for each in listed)
        left, over = characters, []
        for each in sorted(
            listed,
            key=lambda e: (e.outcomes.total_invocations, -e.characters, e.version.name),
        ):
            if left <= budget:
                break
            left -= each.characters - len(each.version.name)
            over.append(each.version.name)
        found.append(Listing(project.project_id, project.name, characters, budget, tuple(over)))
    return found


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """One entry for each name: tools that read the same skill show it once."""
    first: dict[str, Entry] = {}
    for each in entries:
        first.setdefault(each.version.name, each)
    return list(first.values())


def _relations(con: Connection, entries: Sequence[Entry]) -> dict[tuple[str, str], list[Relation]]:
    """How the files that are there are related, by file."""
    there = [each for each in entries if each.version.is_there]
    by_digest: dict[str, list[Entry]] = {}
    by_name: dict[tuple[str, str], set[str]] = {}
    for each in there:
        by_digest.setdefault(each.version.digest, []).append(each)
        by_name.setdefault((each.version.kind, each.version.name), set()).add(each.version.digest)
    found: dict[tuple[str, str], list[Relation]] = {}

    def relate(
        kind: RelationKind, ones: Sequence[Entry], others: Sequence[Entry], similarity: float
    ) -> None:
        """Each file and the nearest of the others, and the other way round: not all pairs."""
        for mine, theirs in ((ones, others), (others, ones)):
            at = {each.version.project_id: each for each in reversed(theirs)}
            for each in mine:
                to = at.get(each.version.project_id) or at.get(USER)
                if to is None and each.version.is_users:
                    to = theirs[0]
                if to is None and kind != "overlap":
                    to = theirs[0]
                if to is None or to is each or (kind == "overlap" and not _both_shown(each, to)):
                    continue
                found.setdefault(_file(each.version), []).append(
                    Relation(
                        kind,
                        to.version.name,
                        to.version.project_id,
                        to.version.project_name,
                        min(1.0, similarity),
                    )
                )

    for group in by_digest.values():
        for one, other in pairwise(group):
            relate("copy", [one], [other], 1.0)
    of_name = [sorted(digests) for digests in by_name.values() if len(digests) > 1]
    known = similar.vectors(con, [digest for digests in of_name for digest in digests])
    for digests in of_name:
        for number, first in enumerate(digests):
            for second in digests[number + 1 :]:
                cosine = known.cosine(first, second)
                kind = _of_one_name(cosine)
                if kind is not None:
                    relate(kind, by_digest[first], by_digest[second], cosine)
    for first, second, cosine in _alike(con, list(by_digest)):
        if _named(by_digest[first]) & _named(by_digest[second]):
            continue
        kind = "renamed" if cosine >= similar.RENAMED else "overlap"
        relate(kind, by_digest[first], by_digest[second], cosine)
    return found


def _of_one_name(cosine: float) -> RelationKind | None:
    if cosine >= similar.VERSION:
        return "version"
    return "namesake" if cosine < similar.NAMESAKE else None


def _named(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    return {(each.version.kind, each.version.name) for each in entries}


def _both_shown(one: Entry, other: Entry) -> bool:
    """Whether a model is shown both."""
    return one.version.is_visible and other.version.is_visible


def _alike(con: Connection, digests: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pairs of texts that are alike, with their cosine."""
    if len(digests) < 2:
        return []
    text = statement("aggregator/skills/sql/alike.sql")
    values = {
        "digests": list(digests),
        "least": similar.OVERLAP,
        "leading": LEADING,
        "shared": SHARED,
    }
    return [(one, other, cosine) for one, other, cosine in run(con, text, values).fetchall()]
