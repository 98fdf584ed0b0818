"""What every benchmark can be told on its command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleet import SEED, SIZES, Fleet, default_data, fleet_of

ROUNDS = 3


@dataclass(frozen=True)
class Options:
    """Size and seed say which fleet is measured, ``rounds`` how often each variant runs."""

    size: str
    seed: int
    rounds: int
    data: Path

    @property
    def fleet(self) -> Fleet:
        return fleet_of(self.size, self.seed)


def parser(description: str) -> argparse.ArgumentParser:
    """A parser of the options that all share."""
    options = argparse.ArgumentParser(description=description.strip().split("\n")[0])
    options.add_argument("--size", choices=sorted(SIZES), default="small")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument(
        "--rounds", type=int, default=ROUNDS, help="runs of each variant, 3 or more"
    )
    options.add_argument(
        "--data", type=Path, default=default_data(), help="where generated files are kept"
    )
    return options


def from_namespace(given: argparse.Namespace) -> Options:
    """The options that were given."""
    return Options(given.size, given.seed, max(1, given.rounds), given.data.absolute())


def parse(description: str) -> Options:
    """The options on this program's command line."""
    return from_namespace(parser(description).parse_args())
