"""The community as a member reads it: rates of all members together, from whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from aggregator.experiments.analysis import Report
from aggregator.experiments.experiment import Experiment
from aggregator.statistics.ratios import PairedSums
from aggregator.team.agreement import Agreement
from aggregator.team.arms import Arm, report_of
from aggregator.team.clusters import Clusters, Skill, cluster_of
from aggregator.team.community import Header, copied, folder_of
from aggregator.team.engines.engine import Row
from aggregator.team.membership import SWITCH, membership, switched_off
from aggregator.team.showing import REST, Key, Rated
from schema.errors import AgreementUnusable
from schema.spelling import command
from schema.statements import run, statement
from schema.warehouse import Connection

OLD = timedelta(days=14)
"""A rollup is weekly: of one that is older than two weeks there is a warning."""


class Percentiles(NamedTuple):
    """Percentiles of durations in milliseconds."""

    p50_ms: float
    p95_ms: float


class Changed(NamedTuple):
    """A skill's recent weeks and those before."""

    key: Key
    sums: PairedSums


def milliseconds(eighths: float) -> float:
    """A duration from its logarithm: eighths of octaves above a microsecond."""
    return exp(eighths / 8 * log(2)) / 1000


@dataclass(frozen=True)
class Community:
    """The copy of the run that was fetched last, read as it is asked for."""

    con: Connection
    folder: Path
    header: Header
    agreement: Agreement

    def _rows(self, table: str, query: str = "read_table", **values: object) -> list[Row]:
        text = statement(f"aggregator/team/{query}.sql")
        path = str(self.folder / self.header.run / f"{table}.parquet")
        return run(self.con, text, {"path": path, **values}).fetchall()

    def of_cut(self, cut: str, part: str | None = None) -> list[Rated]:
        """The cells of a cut, or of one of its parts. Most cells are those of weeks, so each answer
        reads those that it is about."""
        return [Rated(*row) for row in self._of_cuts("cells", [cut], part)]

    def _of_cuts(self, table: str, cuts: list[str], part: str | None = None) -> list[Row]:
        return self._rows(table, "read_rows_of_cuts", cuts=cuts, part=part)

    @cached_property
    def whole(self) -> Mapping[Key, Rated]:
        return {each.key: each for each in self.of_cut("all")}

    @cached_property
    def whole_and_types(self) -> tuple[Mapping[Key, Rated], Mapping[Key, Mapping[str, Rated]]]:
        """The cells of all projects, and those of each skill by type of project."""
        whole: dict[Key, Rated] = {}
        types: dict[Key, dict[str, Rated]] = {}
        for cell in (Rated(*row) for row in self._of_cuts("cells", ["all", "type"])):
            if cell.cut == "all":
                whole[cell.key] = cell
            else:
                types.setdefault(cell.key, {})[cell.part] = cell
        return whole, types

    def parts(self, cut: str) -> list[str]:
        """The parts of a cut that are shown."""
        return sorted({each.part for each in self.of_cut(cut)} - {REST})

    def durations(self, cut: str, part: str = "") -> dict[Key, Percentiles]:
        return {
            (kind, skill, measured): Percentiles(milliseconds(p50), milliseconds(p95))
            for _, _, kind, skill, measured, _, p50, p95 in self._of_cuts("durations", [cut], part)
        }

    def changes(self) -> list[Changed]:
        return [
            Changed(
                (kind, skill, measured), PairedSums(units, now, n1, before, n0, tuple(products))
            )
            for kind, skill, measured, units, now, n1, before, n0, *products in self._rows(
                "changes"
            )
        ]

    @cached_property
    def clusters(self) -> Clusters:
        found: dict[int, list[Skill]] = {}
        for number, kind, skill in self._rows("clusters"):
            found.setdefault(number, []).append((kind, skill))
        return [tuple(sorted(found[number])) for number in sorted(found)]

    @cached_property
    def adoption(self) -> list[tuple[int, int, str, str, int]]:
        """Cluster, its members, kind, skill, and how many of them use it."""
        return [(a, b, c, d, e) for a, b, c, d, e in self._rows("adoption")]

    def arms(self, experiment: str) -> list[Arm]:
        """The arms of an experiment; none where too few members took part."""
        found = (Arm(*row) for row in self._rows("arms"))
        return [each for each in found if each.experiment == experiment]

    @cached_property
    def usual(self) -> dict[Skill, int]:
        """How often all members together use each skill."""
        found: dict[Skill, int] = {}
        for cell in self.whole.values():
            found[cell.key[:2]] = found.get(cell.key[:2], 0) + cell.uses
        return found

    def my_cluster(self, uses: Mapping[Skill, int]) -> int | None:
        """The number of the cluster that these uses are most like; found here, told to nobody."""
        known = {skill: count for skill, count in uses.items() if skill in self.usual}
        return cluster_of(known, self.clusters, self.usual)

    def weeks_of(self) -> dict[Key, tuple[date, date]]:
        """First and last shown week of each skill, by their Mondays."""
        found = self._rows("cells", "read_shown_weeks", rest=REST)
        return {
            (kind, skill, measured): (first, last) for kind, skill, measured, first, last in found
        }


def community_of(con: Connection) -> Community | str:
    """What was fetched last; or the sentence that says what to do first."""
    if switched_off():
        return f"{SWITCH} is set: nothing about teams is read or sent."
    try:
        joined = membership(con)
    except AgreementUnusable as exc:
        # What is not about the team, such as a report, is answered all the same.
        return exc.message
    if joined is None:
        return f"This warehouse is in no team: {command('team join', 'URL')}"
    [(path,)] = con.execute(statement("schema/warehouse_path.sql")).fetchall()
    folder = folder_of(Path(path))
    header = copied(folder)
    if header is None or header.team_id != joined.team_id:
        return f"No team rollup is known here yet: {command('refresh')}"
    return Community(con, folder, header, joined.agreement)


def report_of_members(con: Connection, experiment: Experiment, day: date) -> Report:
    """What the rollup that was fetched last says of a team's experiment."""
    found = community_of(con)
    arms = [] if isinstance(found, str) else found.arms(experiment.name)
    return report_of(experiment, arms, day)
