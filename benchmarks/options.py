"""The command line options that all benchmarks share."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleet import SEED, SIZES, Fleet, default_data, fleet_of

ROUNDS = {"small": 3, "medium": 2, "large": 2}


@dataclass(frozen=True)
class Options:
    """``size`` and ``seed`` name the fleet; each variant runs ``rounds`` times."""

    size: str
    seed: int
    rounds: int
    data: Path

    @property
    def fleet(self) -> Fleet:
        return fleet_of(self.size, self.seed)


def parser(description: str) -> argparse.ArgumentParser:
    """A parser of the shared options; the description's first line is shown in the help."""
    options = argparse.ArgumentParser(description=description.strip().split("\n")[0])
    options.add_argument("--size", choices=sorted(SIZES), default="small")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument(
        "--rounds", type=int, help="runs of each variant; unless said 3 at small and else 2"
    )
    options.add_argument(
        "--data", type=Path, default=default_data(), help="folder for generated fleets"
    )
    return options


def from_namespace(parsed: argparse.Namespace) -> Options:
    """The options of a parsed command line."""
    rounds = ROUNDS[parsed.size] if parsed.rounds is None else max(1, parsed.rounds)
    return Options(parsed.size, parsed.seed, rounds, parsed.data.absolute())


def parse(description: str) -> Options:
    """The options on the command line of this process."""
    return from_namespace(parser(description).parse_args())
