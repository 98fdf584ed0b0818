"""Skills that the same members use, and which of these groups a member belongs to.

Groups are the communities of Louvain's method (V. D. Blondel and others, J. Stat. Mech. (2008)
P10008) on pairs of skills that surely more members use together than chance brings together. Only
this module knows ``networkx``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.stratified import association
from aggregator.team.engines.engine import Row
from schema.errors import ExtraMissing

LEAST_MEMBERS = 100
"""Members of a team below which there are no clusters: they were too often wrong."""

LEAST_LIFT = 1.2
LEVEL = 0.05
"""How often there may be clusters where each member chooses skills by chance."""

EXTRA = "rollup"
_SEED = 1

Skill = tuple[str, str]
"""Kind and name."""

Clusters = list[tuple[Skill, ...]]


def expect_library() -> None:
    """ExtraMissing where networkx is not installed."""
    try:
        import networkx  # noqa: F401
    except ImportError:
        raise ExtraMissing(EXTRA, "A team of 100 members and more") from None


def clusters_of(pairs: Iterable[Row], members: int) -> Clusters:
    """The groups of at least two skills, those of most skills first.

    ``pairs`` are rows as they are published; ``members`` is the number of members of the team. None
    in a small team, and none where chance alone may have brought the pairs together.
    """
    seen = list(pairs)
    if members < LEAST_MEMBERS or not _surely_together(seen, members):
        return []
    import networkx

    graph = networkx.Graph()
    for kind, skill, other_kind, other_skill, first, second, both in seen:
        lift = both * members / (first * second)
        if lift > LEAST_LIFT:
            graph.add_edge((kind, skill), (other_kind, other_skill), weight=lift - 1)
    found = networkx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    groups = (tuple(sorted(each)) for each in found if len(each) > 1)
    return sorted(groups, key=lambda group: (-len(group), group))


def _surely_together(pairs: Sequence[Row], members: int) -> bool:
    """Whether chance alone does not bring these pairs together: it would find groups as well."""
    skills = {skill for row in pairs for skill in (row[0:2], row[2:4])}
    # Pairs of few members are not among them; by chance some of these would stand out as well.
    tries = len(skills) * (len(skills) - 1) // 2
    p_values = [association([(both, one, other, members)]).more for *_, one, other, both in pairs]
    return min(adjusted(p_values, tries), default=1.0) <= LEVEL


def cluster_of(
    uses: Mapping[Skill, int], clusters: Sequence[Sequence[Skill]], usual: Mapping[Skill, int]
) -> int | None:
    """The cluster of whose skills somebody uses most against what is usual; None without any use.

    ``usual`` is how often all members together use each skill. The same function finds the clusters
    of all members in a rollup, and on a member's own machine the one that is theirs.
    """
    mine, all_of_them = sum(uses.values()), sum(usual.values())
    best, most = None, 0.0
    for number, group in enumerate(clusters):
        expected = sum(usual.get(skill, 0) for skill in group)
        own = sum(uses.get(skill, 0) for skill in group)
        if own and expected:
            times = (own / mine) / (expected / all_of_them)
            if times > most:
                best, most = number, times
    return best


def adoption(
    used: Iterable[Row],
    clusters: Clusters,
    usual: Mapping[Skill, int],
    least_members: int,
    members_by_skill: Mapping[Skill, int],
) -> list[Row]:
    """How many members of each cluster use each skill: cluster, its members, kind, skill, members.

    ``used`` are members' uses by skill. ``members_by_skill`` is how many members use a skill,
    where that may be known: the members of clusters that are not shown are then enough as well,
    or none.
    """
    members: dict[str, dict[Skill, int]] = defaultdict(dict)
    for member, kind, skill, uses in used:
        members[member][kind, skill] = uses
    sizes: Counter[int] = Counter()
    users: Counter[tuple[Skill, int]] = Counter()
    for own in members.values():
        # What is not published counts nowhere: a member's own machine does not know it either.
        cluster = cluster_of({k: n for k, n in own.items() if k in usual}, clusters, usual)
        if cluster is not None:
            sizes[cluster] += 1
            users.update((skill, cluster) for skill in own)
    found: list[Row] = []
    for skill, in_all in sorted(members_by_skill.items()):
        seen = [
            (users[skill, cluster], cluster)
            for cluster, size in sizes.items()
            if size >= least_members and users[skill, cluster] >= least_members
        ]
        seen.sort(reverse=True)
        while seen and 0 < in_all - sum(count for count, _ in seen) < least_members:
            seen.pop()
        found += [(cluster, sizes[cluster], *skill, count) for count, cluster in seen]
    return sorted(found)
