"""Like is compared with like: uses that one source recorded, with others of that source.

Sources do not mean the same by success: a transcript says that a turn came to rest, a metrics file
that the work succeeded. So where a project has several, or where projects have different ones, what
a source that began or ended changes is not a change of a skill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from aggregator.archive import rows_since
from aggregator.calendar import Span
from aggregator.findings.sample import NO_CELL, Cell, Half
from aggregator.measures import Question, ask
from aggregator.presence import Name
from schema.statements import has_rows
from schema.warehouse import Connection

BySource = Mapping[str, Cell]


def are_several(con: Connection, over: Question) -> bool:
    """Whether several sources recorded skills, or agents, in the days of the question.

    Archived days do not keep their source; then nothing is said of sources.
    """
    if not has_rows(con, "transcript_pieces"):
        return False
    archived = rows_since(con)
    if archived is not None and archived > over.span.start:
        return False
    [(most,)] = ask(con, "findings/sources", over)
    return bool(most and most > 1)


def within_sources(cells: BySource) -> Cell:
    """A project's cell from those of its sources: only sources that are on both sides count.

    Of several, rates and durations are averages with the same weights on both sides (Mantel and
    Haenszel 1959), over as many uses as there are.
    """
    if len(cells) == 1:
        return next(iter(cells.values()))
    outcomes = [each for each in cells.values() if each.now.known and each.before.known]
    timed = [each for each in cells.values() if each.now.weight and each.before.weight]
    weights = [
        each.now.known * each.before.known / (each.now.known + each.before.known)
        for each in outcomes
    ]
    time_weights = [
        each.now.weight * each.before.weight / (each.now.weight + each.before.weight)
        for each in timed
    ]
    return Cell(
        _mean([each.now for each in outcomes], weights, [each.now for each in timed], time_weights),
        _mean(
            [each.before for each in outcomes],
            weights,
            [each.before for each in timed],
            time_weights,
        ),
    )


def _mean(
    halves: list[Half], weights: list[float], timed: list[Half], time_weights: list[float]
) -> Half:
    known = sum(half.known for half in halves)
    whole = sum(weights)
    successes = failures = 0
    if whole:
        rate = sum(
            weight * half.successes / half.known
            for half, weight in zip(halves, weights, strict=True)
        )
        failed = sum(
            weight * half.failures / half.known
            for half, weight in zip(halves, weights, strict=True)
        )
        successes = round(known * rate / whole)
        failures = min(known - successes, round(known * failed / whole))
    time_whole = sum(time_weights)
    return Half(
        successes=successes,
        failures=failures,
        abandoned=known - successes - failures,
        unknown=sum(half.unknown for half in halves),
        duration_count=sum(half.duration_count for half in timed),
        residual=sum(half.residual for half in halves),
        expected=sum(half.expected for half in halves),
        weight=sum(half.weight for half in timed),
        log_mean=sum(
            weight * half.log_mean for half, weight in zip(timed, time_weights, strict=True)
        )
        / time_whole
        if time_whole
        else 0.0,
        log_squares=sum(half.log_squares for half in timed),
        log_freedom=sum(half.log_freedom for half in timed),
    )


def between_projects(by_project: Mapping[str, BySource]) -> dict[str, Cell]:
    """A skill's cells for a comparison of projects, as if all had the same mix of sources.

    The successes of each project are those that it would have at the rate of all sources together,
    were it as much better or worse than other projects as it is within its own sources.
    """
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for cells in by_project.values():
        for source, cell in cells.items():
            for half in cell:
                totals[source][0] += half.successes
                totals[source][1] += half.known
    known = sum(total for _, total in totals.values())
    overall = sum(good for good, _ in totals.values()) / known if known else 0.0
    rates = {source: good / total if total else 0.0 for source, (good, total) in totals.items()}
    return {
        project: Cell(
            *(
                _adjusted(((source, cell[side]) for source, cell in cells.items()), rates, overall)
                for side in (0, 1)
            )
        )
        for project, cells in by_project.items()
    }


def _adjusted(
    halves: Iterable[tuple[str, Half]], rates: Mapping[str, float], overall: float
) -> Half:
    found = list(halves)
    known = sum(half.known for _, half in found)
    successes = sum(half.successes for _, half in found)
    expected = sum(half.known * rates[source] for source, half in found)
    # What failed is scaled where most succeed, so that no rate exceeds 1.
    if overall >= 0.5 and expected < known:
        lost = (known - successes) * (1 - overall) * known / (known - expected)
        successes = known - min(known, round(lost))
    elif overall < 0.5 and expected > 0:
        successes = min(known, round(successes * overall * known / expected))
    return Half(
        successes=successes,
        failures=known - successes,
        unknown=sum(half.unknown for _, half in found),
        residual=sum(half.residual for _, half in found),
        expected=sum(half.expected for _, half in found),
    )


def cells_by_source(
    con: Connection, over: Question, recent: Span
) -> dict[Name, dict[str, dict[str, Cell]]]:
    """The cells of every skill and agent by project and source."""
    found: dict[Name, dict[str, dict[str, Cell]]] = {}
    rows = ask(con, "findings/cells", over.by_sources(), since_recent=recent.since)
    for kind, name, project, source, is_now, *numbers in rows:
        cells = found.setdefault((kind, name), {}).setdefault(project, {})
        half, known = Half(*numbers), cells.get(source or "", NO_CELL)
        cells[source or ""] = Cell(half, known.before) if is_now else Cell(known.now, half)
    return found
