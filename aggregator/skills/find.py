"""The right skill for a task: what the words say, then how well it works and where it is.

``score = (0.6 * similarity + 0.3 * effectiveness + 0.1 * context) * penalties``. Similarity is
relative to the best candidate, and who has less than half of it comes after all who have more: no
history lifts what does not fit above what does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, NamedTuple

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, measure, scope
from aggregator.outcomes import Outcomes
from aggregator.skills import similar
from aggregator.skills.coverage import Coverage, as_typed, coverage
from aggregator.skills.files import (
    USER,
    Categories,
    CategoryBasis,
    FileKind,
    Text,
    Version,
    categories,
    texts,
    versions,
)
from aggregator.skills.meaning import WORDS, cosines, together
from aggregator.skills.penalties import Penalty, penalties
from aggregator.skills.usage import Effectiveness, Uses, effectiveness, rates, recent, total, uses
from schema.statements import run, statement
from schema.warehouse import Connection

Fit = Literal["good", "weak"]

WEAK = 0.15
"""A relevance below this is a weak fit: most questions that can be answered have a better one."""

GATE = 0.5
"""Who has less than this share of the best relevance comes after all who have more."""

SIMILARITY, EFFECTIVENESS, CONTEXT = 0.6, 0.3, 0.1
CONSIDERED = 50
"""Candidates below the gate that are ranked; the others are further down than anybody looks."""


class Candidate(NamedTuple):
    """A skill that may be the right one. ``digest`` is None for a name without a file.

    ``digests`` are all its texts: versions of one skill are one answer. ``folder_names`` are those
    of its files, ``words`` those that a name without a file explains.
    """

    kind: FileKind
    name: str
    relevance: float
    words: tuple[str, ...]
    digest: str | None = None
    digests: tuple[str, ...] = ()
    folder_names: tuple[str, ...] = ()
    category: str | None = None
    category_basis: CategoryBasis | None = None

    @property
    def used_as(self) -> str:
        return "agent" if self.kind == "agent" else "skill"

    @property
    def names(self) -> list[tuple[str, str]]:
        """Kind and name as its files say, see ``Version.all_names``."""
        return [(self.used_as, name) for name in sorted({self.name, *self.folder_names})]


@dataclass(frozen=True)
class Match:
    """A skill with all that its rank rests on. ``similarity`` is its share of the best relevance.

    ``matched_words`` are as they were typed. ``outcomes`` are of all time, of the projects that
    have this text, or of all where no project has a file of the name.
    """

    candidate: Candidate
    similarity: float
    effectiveness: Effectiveness
    context: float
    penalties: tuple[Penalty, ...]
    outcomes: Outcomes
    last_used: datetime | None
    matched_words: tuple[str, ...] = ()
    places: tuple[Version, ...] = ()
    text: Text | None = None

    @property
    def score(self) -> float:
        value = (
            SIMILARITY * self.similarity
            + EFFECTIVENESS * self.effectiveness.value
            + CONTEXT * self.context
        )
        for penalty in self.penalties:
            value *= penalty.factor
        return value

    @property
    def fit(self) -> Fit:
        return "good" if self.candidate.relevance >= WEAK else "weak"


@dataclass(frozen=True)
class Found:
    """The best matches in order, of so many skills in so many projects that were searched.

    ``trouble`` says why the sentence model took no part, although there are vectors.
    """

    matches: list[Match]
    skills_searched: int
    projects: int
    trouble: str | None = None

    @property
    def fits(self) -> bool:
        """Whether any match is a good fit."""
        return any(match.fit == "good" for match in self.matches)


@dataclass(frozen=True)
class Wanted:
    """What is looked for, apart from the words.

    ``elsewhere``: what works in other projects and is not on disk in the projects asked about.
    ``gone``: also files that are no longer there.
    """

    limit: int
    kind: FileKind | None = None
    category: str | None = None
    elsewhere: bool = False
    gone: bool = False


def find(
    con: Connection, question: Question, today: date, wordings: Sequence[str], wanted: Wanted
) -> Found:
    """The skills that fit the question in these wordings, the best first.

    The question's projects are where it is to be used; without any, all active ones count.
    """
    covered = coverage(con, wordings)
    near, trouble = cosines(con, wordings)
    here = None if question.scope.is_default else question.scope.ids
    everywhere = replace(question, scope=scope(con), span=ALL_TIME, kind="all")
    searched = None if wanted.elsewhere else here
    files = _files(con, searched, wanted.gone)
    projects = len(everywhere.scope.ids if searched is None else searched)
    if wanted.elsewhere:
        there = _files(con, here or [], gone=False)
        taken = {(each.kind, each.name) for each in there}
        held = {each.digest for each in there}
        files = [
            each
            for each in files
            if (each.kind, each.name) not in taken and each.digest not in held
        ]
    named: list[Candidate] = []
    if not wanted.elsewhere and wanted.category is None:
        asked = everywhere if here is None else replace(question, span=ALL_TIME, kind="all")
        without = _without_file(con, asked, covered, files)
        share = WORDS if near else 1.0
        named = [
            each._replace(relevance=share * each.relevance)
            for each in without
            if wanted.kind in (None, each.kind)
        ]
    own = categories(con)
    if wanted.kind is not None or wanted.category is not None:
        files = [
            each
            for each in files
            if wanted.kind in (None, each.kind)
            and wanted.category in (None, own.of(each.name, each.category, each.category_basis)[0])
        ]
    names = {(each.kind, each.name) for each in files} | {(each.kind, each.name) for each in named}
    kept, best = _best(files, named, covered, near, own)
    kept = _one_for_versions(con, kept)
    matches = _matches(con, everywhere, today, kept, best, here)
    if wanted.elsewhere:
        matches = [each for each in matches if _works(each)]
    matches.sort(key=_order)
    matches = matches[: wanted.limit]
    return Found(
        _completed(con, matches, covered, wordings, wanted.gone), len(names), projects, trouble
    )


def _order(match: Match) -> tuple[object, ...]:
    """Those above the gate first; then by score, relevance, uses and name."""
    return (
        match.similarity < GATE,
        -round(match.score, 9),
        -match.candidate.relevance,
        -match.outcomes.total_invocations,
        match.candidate.name,
        match.candidate.kind,
        match.candidate.digest or "",
    )


def _works(match: Match) -> bool:
    """Whether it was used with success more often than not, and fails nowhere that matters."""
    rate = match.outcomes.success_rate
    return rate is not None and rate >= 0.5 and not match.penalties


class _File(NamedTuple):
    """A text that files of one kind and name have."""

    digest: str
    kind: FileKind
    name: str
    category: str | None
    category_basis: str | None
    folder_names: list[str]


def _files(con: Connection, projects: Sequence[str] | None, gone: bool) -> list[_File]:
    """What is on disk in these projects (None: in any active one) and for the user."""
    text = statement("aggregator/skills/sql/candidates.sql")
    chosen = None if projects is None else list(projects)
    rows = run(con, text, {"projects": chosen, "gone": gone}).fetchall()
    return list(map(_File._make, rows))


def _best(
    files: Iterable[_File],
    named: Sequence[Candidate],
    covered: Coverage,
    near: Mapping[str, float],
    own: Categories,
) -> tuple[list[Candidate], float]:
    """Who explains any of the question, as far down as anybody looks, and the best relevance."""
    relevances = together(covered.relevances(), near)
    fits = [(relevances[each.digest], each) for each in files if each.digest in relevances]
    known = (*(value for value, _ in fits), *(each.relevance for each in named))
    best = max(known, default=0.0)
    fits.sort(key=lambda each: (-each[0], each[1].name, each[1].kind, each[1].digest))
    above = bisect_right(fits, -GATE * best, key=lambda each: -each[0])
    found = [_candidate(file, value, own) for value, file in fits[: above + CONSIDERED]]
    return sorted([*found, *named], key=lambda each: (-each.relevance, each.name, each.kind)), best


def _candidate(file: _File, relevance: float, own: Categories) -> Candidate:
    digest, kind, name, category, basis, folder_names = file
    of, said_by = own.of(name, category, basis)
    return Candidate(kind, name, relevance, (), digest, (digest,), tuple(folder_names), of, said_by)


def _without_file(
    con: Connection,
    question: Question,
    covered: Coverage,
    files: Iterable[_File],
) -> list[Candidate]:
    """Names that were used and have no file: they are known by their name alone."""
    used = measure(con, question, by="name")
    if not used:
        return []
    on_disk = {
        ("agent" if each.kind == "agent" else "skill", name)
        for each in files
        for name in (each.name, *each.folder_names)
    }
    last_parts = {each.skill_name.rpartition(":")[2] for each in used if ":" in each.skill_name}
    if last_parts:
        prefixed = versions(con, names=sorted(last_parts))
        on_disk |= {(each.used_as, name) for each in prefixed for name in each.all_names}
    names = []
    for each in used:
        if (each.kind, each.skill_name) in on_disk:
            continue
        relevance, words = covered.of_name(each.skill_name)
        if relevance:
            kind: FileKind = "agent" if each.kind == "agent" else "skill"
            names.append(Candidate(kind, each.skill_name, relevance, tuple(words)))
    return names


def _one_for_versions(con: Connection, ranked: Sequence[Candidate]) -> list[Candidate]:
    """One answer for the versions of one skill, its most relevant text first; namesakes stay."""
    by_name: dict[tuple[str, str], list[Candidate]] = {}
    for each in ranked:
        by_name.setdefault((each.kind, each.name), []).append(each)
    several = [each.digest for group in by_name.values() if len(group) > 1 for each in group]
    known = similar.vectors(con, [digest for digest in several if digest])
    kept: list[Candidate] = []
    for group in by_name.values():
        of_name: list[Candidate] = []
        for each in group:
            for number, first in enumerate(of_name):
                if known.cosine(first.digest or "", each.digest or "") >= similar.VERSION:
                    of_name[number] = first._replace(digests=(*first.digests, *each.digests))
                    break
            else:
                of_name.append(each)
        kept += of_name
    return kept


@dataclass
class _History:
    """What is known of the uses of names: of all time, and of the last complete days."""

    ever: dict[tuple[str, str], list[Uses]] = field(default_factory=dict)
    recent: dict[tuple[str, str], list[Uses]] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)


def _matches(
    con: Connection,
    question: Question,
    today: date,
    kept: Sequence[Candidate],
    best: float,
    here: Sequence[str] | None,
) -> list[Match]:
    at = _Places(versions(con, names=sorted({name for each in kept for _, name in each.names})))
    named = sorted({name for each in kept for _, name in at.names(each)})
    history = _history(con, question, today, named) if named else _History()
    matches = []
    for each in kept:
        own = at.own_uses(each, history.ever)
        matches.append(
            Match(
                each,
                each.relevance / best,
                effectiveness(
                    total(at.own_uses(each, history.recent)), history.usual.get(each.used_as, 0.5)
                ),
                0.0 if here is None else at.context(each, history.recent, here),
                (),
                total(own),
                max((use.last_used for use in own), default=None),
            )
        )
    found = penalties(
        con,
        question,
        {(each.candidate.used_as, each.candidate.name): each.outcomes for each in matches},
        here,
    )
    return [
        replace(each, penalties=found.get((each.candidate.used_as, each.candidate.name), ()))
        for each in matches
    ]


def _history(con: Connection, question: Question, today: date, names: Sequence[str]) -> _History:
    history = _History()
    for each in uses(con, question, names):
        history.ever.setdefault((each.kind, each.name), []).append(each)
    if history.ever:
        lately = recent(question, today)
        history.usual = rates(con, lately)
        for each in uses(con, lately, names):
            history.recent.setdefault((each.kind, each.name), []).append(each)
    return history


class _Places:
    """Where files are, by text and by name."""

    def __init__(self, files: Iterable[Version]) -> None:
        self._of_text: dict[str, list[Version]] = {}
        self._held: dict[tuple[str, str], dict[str, set[str]]] = {}
        for file in files:
            if not file.is_there:
                continue
            self._of_text.setdefault(file.digest, []).append(file)
            for name in file.names:
                held = self._held.setdefault((file.used_as, name), {})
                held.setdefault(file.project_id, set()).add(file.digest)
            for name in file.plugin_names:
                held = self._held.setdefault((file.used_as, name), {})
                held.setdefault(USER, set()).add(file.digest)

    def names(self, candidate: Candidate) -> list[tuple[str, str]]:
        """Kind and name under which uses of a candidate may be recorded."""
        names = {name for _, name in candidate.names}
        for digest in candidate.digests:
            names.update(*(file.all_names for file in self._of_text.get(digest, ())))
        return [(candidate.used_as, name) for name in sorted(names)]

    def own_uses(
        self, candidate: Candidate, known: Mapping[tuple[str, str], Sequence[Uses]]
    ) -> list[Uses]:
        """The uses that count for a candidate: see ``aggregator.skills.usage``."""
        mine = set(candidate.digests)
        found = []
        for key in self.names(candidate):
            held = self._held.get(key, {})
            for each in known.get(key, ()):
                texts_there = held.get(each.project_id) or held.get(USER)
                if not mine or not texts_there or mine & texts_there:
                    found.append(each)
        return found

    def context(
        self,
        candidate: Candidate,
        known: Mapping[tuple[str, str], Sequence[Uses]],
        here: Sequence[str],
    ) -> float:
        """Half for being on disk in these projects or for the user, half for use there."""
        on_disk = any(
            file.is_users or file.project_id in here
            for digest in candidate.digests
            for file in self._of_text.get(digest, ())
        )
        used = any(
            each.project_id in here and each.total_invocations
            for key in self.names(candidate)
            for each in known.get(key, ())
        )
        return 0.5 * on_disk + 0.5 * used


def _completed(
    con: Connection,
    matches: Sequence[Match],
    covered: Coverage,
    wordings: Sequence[str],
    gone: bool,
) -> list[Match]:
    """The matches with what is only shown: their texts, places and words."""
    digests = [digest for each in matches for digest in each.candidate.digests]
    known = texts(con, digests)
    by_digest: dict[str, list[Version]] = {}
    for place in versions(con, digests=digests) if digests else ():
        if place.is_there or gone:
            by_digest.setdefault(place.digest, []).append(place)
    return [
        replace(
            each,
            text=known.get(each.candidate.digest or ""),
            matched_words=tuple(
                as_typed(
                    wordings, each.candidate.words or covered.matched(each.candidate.digest or "")
                )
            ),
            places=tuple(
                place for digest in each.candidate.digests for place in by_digest.get(digest, ())
            ),
        )
        for each in matches
    ]
