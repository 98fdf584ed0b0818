"""The right skill for a task: what the words say, then how well it works and where it is.

``score = (0.6 * similarity + 0.3 * effectiveness + 0.1 * context) * penalties``. Similarity is
relative to the best candidate, and who has less than half of it comes after all who have more: no
history lifts what does not fit above what does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, measure, scope
from aggregator.outcomes import Outcomes
from aggregator.parameters import FileKind
from aggregator.skills import similar
from aggregator.skills.coverage import Coverage, Searched, as_typed, coverage, good_from
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
from aggregator.skills.meaning import WORDS, wordings_of
from aggregator.skills.penalties import Name, Penalty, penalties
from aggregator.skills.usage import Effectiveness, Uses, effectiveness, rates, recent, total, uses
from schema.statements import run, statement
from schema.warehouse import Connection

Fit = Literal["good", "weak"]

GATE = 0.5
"""Who has less than this share of the best relevance comes after all who have more."""

SIMILARITY, EFFECTIVENESS, CONTEXT = 0.6, 0.3, 0.1
CONSIDERED = 50
"""Texts below the gate that are ranked; the others are further down than anybody looks."""


class Candidate(NamedTuple):
    """A skill that may be the right one. ``digest`` is None for a name without a file.

    ``at`` is the first of its places, by project and path: among texts that explain alike it says
    which comes first, because digests differ between warehouses. ``digests`` are all its texts:
    versions of one skill are one answer. ``folder_names`` are those of its files, ``words`` those
    of the question that it explains.
    """

    kind: FileKind
    name: str
    relevance: float
    words: tuple[str, ...]
    at: tuple[str, str] = ("", "")
    digest: str | None = None
    digests: tuple[str, ...] = ()
    folder_names: tuple[str, ...] = ()

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

    ``fit``: whether it explains enough of the question, see ``good_from``. ``matched_words`` are as
    they were typed. ``outcomes`` are of all time, of the projects that have this text, or of all
    where no project has a file of the name.
    """

    candidate: Candidate
    similarity: float
    fit: Fit
    effectiveness: Effectiveness
    context: float
    penalties: tuple[Penalty, ...]
    outcomes: Outcomes
    last_used: datetime | None
    matched_words: tuple[str, ...] = ()
    places: tuple[Version, ...] = ()
    text: Text | None = None
    category: str | None = None
    category_basis: CategoryBasis | None = None

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
    near, trouble = wordings_of(con, wordings)
    here = None if question.scope.is_default else question.scope.ids
    everywhere = replace(question, scope=scope(con), span=ALL_TIME, kind="all")
    searched = None if wanted.elsewhere else here
    projects = len(everywhere.scope.ids if searched is None else searched)
    chosen = _chosen(con, searched, here, wanted)
    only = None if chosen is None else sorted({each.digest for each in chosen})
    covered = coverage(
        con,
        wordings,
        near,
        Searched(searched, wanted.kind, wanted.gone, only, GATE, CONSIDERED),
    )
    candidates, files = _candidates(con, covered, searched, wanted, chosen)
    count = covered.searched if chosen is None else len({f[1:] for f in chosen})
    if not wanted.elsewhere and wanted.category is None:
        asked = everywhere if here is None else replace(question, span=ALL_TIME, kind="all")
        share = WORDS if near else 1.0
        named = [
            each._replace(relevance=share * each.relevance)
            for each in _without_file(con, asked, covered, searched, wanted.gone)
            if wanted.kind in (None, each.kind)
        ]
        candidates += named
        count += len(named)
    candidates.sort(key=lambda each: (-each.relevance, each.name, each.kind, each.at))
    kept = _one_for_versions(con, candidates)
    matches = _matches(con, everywhere, today, kept, files, here, good_from(count))
    if wanted.elsewhere:
        matches = [each for each in matches if _works(each)]
    matches.sort(key=_order)
    matches = _completed(con, matches[: wanted.limit], files, wordings, wanted.gone)
    return Found(matches, count, projects, trouble)


def _order(match: Match) -> tuple[object, ...]:
    """Those above the gate first; then by score, relevance, uses and name."""
    return (
        match.similarity < GATE,
        -round(match.score, 9),
        -match.candidate.relevance,
        -match.outcomes.total_invocations,
        match.candidate.name,
        match.candidate.kind,
        match.candidate.at,
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


def _chosen(
    con: Connection,
    searched: Sequence[str] | None,
    here: Sequence[str] | None,
    wanted: Wanted,
) -> set[_File] | None:
    """Those of the searched files that are of the category, or missing here; None: all of them."""
    if wanted.category is None and not wanted.elsewhere:
        return None
    text = statement("aggregator/skills/sql/candidates.sql")

    def files(
        projects: Sequence[str] | None, gone: bool, kind: str | None
    ) -> list[tuple[Any, ...]]:
        ids = None if projects is None else list(projects)
        return run(con, text, {"projects": ids, "gone": gone, "kind": kind}).fetchall()

    rows = files(searched, wanted.gone, wanted.kind)
    if wanted.category is not None:
        own = categories(con)
        rows = [row for row in rows if own.of(*row[2:])[0] == wanted.category]
    found = {_File(*row[:3]) for row in rows}
    if wanted.elsewhere:
        there = [_File(*row[:3]) for row in files(here or [], False, None)]
        taken = {(each.kind, each.name) for each in there}
        held = {each.digest for each in there}
        found = {
            each
            for each in found
            if (each.kind, each.name) not in taken and each.digest not in held
        }
    return found


def _candidates(
    con: Connection,
    covered: Coverage,
    searched: Sequence[str] | None,
    wanted: Wanted,
    chosen: set[_File] | None,
) -> tuple[list[Candidate], list[Version]]:
    """Who explains any of the question, and every version of their files and of their names."""
    if not covered.texts:
        return [], []
    found: dict[_File, list[Version]] = {}
    digests = [each.digest for each in covered.texts]
    files = versions(con, digests=digests, with_names=True)
    explained = {each.digest: each for each in covered.texts}
    for each in files:
        key = _File(each.digest, each.kind, each.name)
        if (
            each.digest in explained
            and (each.is_there or wanted.gone)
            and (searched is None or each.is_users or each.project_id in searched)
            and wanted.kind in (None, each.kind)
            and (chosen is None or key in chosen)
        ):
            found.setdefault(key, []).append(each)
    candidates = []
    for (digest, kind, name), of_text in found.items():
        text = explained[digest]
        words = tuple(covered.matched(text))
        at = min((each.project_name, each.path) for each in of_text)
        folders = tuple(sorted({each.folder_name for each in of_text}))
        candidates.append(
            Candidate(kind, name, text.relevance, words, at, digest, (digest,), folders)
        )
    return candidates, files


def _without_file(
    con: Connection,
    question: Question,
    covered: Coverage,
    searched: Sequence[str] | None,
    gone: bool,
) -> list[Candidate]:
    """Names that were used and have no file: they are known by their name alone."""
    named = []
    for each in measure(con, question, by="name"):
        relevance, words = covered.of_name(each.skill_name)
        if relevance:
            kind: FileKind = "agent" if each.kind == "agent" else "skill"
            named.append(Candidate(kind, each.skill_name, relevance, tuple(words)))
    if not named:
        return []
    # A use is recorded as `name` where the file is, and as `folder:name` or `plugin:name`.
    parts = {part for each in named for part in (each.name, each.name.rpartition(":")[2])}
    on_disk: set[tuple[str, str]] = set()
    for file in versions(con, names=sorted(parts)):
        is_searched = searched is None or file.is_users or file.project_id in searched
        if is_searched and (file.is_there or gone):
            on_disk.update((file.used_as, name) for name in (file.name, file.folder_name))
        on_disk.update((file.used_as, name) for name in file.all_names if ":" in name)
    return [each for each in named if (each.used_as, each.name) not in on_disk]


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

    ever: dict[Name, list[Uses]] = field(default_factory=dict)
    recent: dict[Name, list[Uses]] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)


def _matches(
    con: Connection,
    question: Question,
    today: date,
    kept: Sequence[Candidate],
    files: Iterable[Version],
    here: Sequence[str] | None,
    good: float,
) -> list[Match]:
    at = _Places(files)
    names = [at.names(each) for each in kept]
    named = sorted({name for each in names for _, name in each})
    history = _history(con, question, today, named) if named else _History()
    best = max((each.relevance for each in kept), default=0.0)
    matches = []
    for each, keys in zip(kept, names, strict=True):
        own = at.own_uses(each, keys, history.ever)
        lately = total(at.own_uses(each, keys, history.recent))
        matches.append(
            Match(
                each,
                each.relevance / best,
                "good" if each.relevance >= good else "weak",
                effectiveness(lately, history.usual.get(each.used_as, 0.5)),
                0.0 if here is None else at.context(each, keys, history.recent, here),
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
        replace(each, penalties=reasons)
        if (reasons := found.get((each.candidate.used_as, each.candidate.name)))
        else each
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

    def names(self, candidate: Candidate) -> list[Name]:
        """Kind and name under which uses of a candidate may be recorded."""
        names = {name for _, name in candidate.names}
        for digest in candidate.digests:
            names.update(*(file.all_names for file in self._of_text.get(digest, ())))
        return [(candidate.used_as, name) for name in sorted(names)]

    def own_uses(
        self,
        candidate: Candidate,
        names: Iterable[Name],
        known: Mapping[Name, Sequence[Uses]],
    ) -> list[Uses]:
        """The uses that count for a candidate: see ``aggregator.skills.usage``."""
        if not known:
            return []
        mine = set(candidate.digests)
        found = []
        for key in names:
            held = self._held.get(key, {})
            for each in known.get(key, ()):
                texts_there = held.get(each.project_id) or held.get(USER)
                if not mine or not texts_there or mine & texts_there:
                    found.append(each)
        return found

    def context(
        self,
        candidate: Candidate,
        names: Iterable[Name],
        known: Mapping[Name, Sequence[Uses]],
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
            for key in names
            for each in known.get(key, ())
        )
        return 0.5 * on_disk + 0.5 * used


def _completed(
    con: Connection,
    matches: Sequence[Match],
    files: Iterable[Version],
    wordings: Sequence[str],
    gone: bool,
) -> list[Match]:
    """The matches with what is only shown: their texts, places, categories and words."""
    digests = {digest for each in matches for digest in each.candidate.digests}
    known = texts(con, sorted(digests)) if digests else {}
    own = categories(con) if digests else Categories(())
    by_digest: dict[str, list[Version]] = {}
    for file in files:
        if file.digest in digests and (file.is_there or gone):
            by_digest.setdefault(file.digest, []).append(file)
    completed = []
    for each in matches:
        candidate = each.candidate
        text = known.get(candidate.digest or "")
        category, basis = None, None
        if text is not None:
            category, basis = own.of(candidate.name, text.category, text.category_basis)
        completed.append(
            replace(
                each,
                text=text,
                category=category,
                category_basis=basis,
                matched_words=tuple(as_typed(wordings, candidate.words)),
                places=tuple(
                    place for digest in candidate.digests for place in by_digest.get(digest, ())
                ),
            )
        )
    return completed
