"""The command line options that all benchmarks share."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clock import CLOCKS, VARIABLE
from benchmarks.fleet import SEED, SIZES, Fleet, default_data, fleet_of

ROUNDS = 3


@dataclass(frozen=True)
class Options:
    """``size`` and ``seed`` name the fleet; each variant runs ``rounds`` times."""

    size: str
    seed: int
    rounds: int
    data: Path
    clock: str

    @property
    def fleet(self) -> Fleet:
        return fleet_of(self.size, self.seed)


def parser(description: str) -> argparse.ArgumentParser:
    """A parser of the shared options; the description's first line is shown in the help."""
    options = argparse.ArgumentParser(description=description.strip().split("\n")[0])
    options.add_argument("--size", choices=sorted(SIZES), default="small")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument(
        "--rounds", type=int, default=ROUNDS, help="runs of each variant (3 or more are advised)"
    )
    options.add_argument(
        "--data", type=Path, default=default_data(), help="folder for generated fleets"
    )
    options.add_argument(
        "--clock",
        choices=sorted(CLOCKS),
        default="wall",
        help="processor: seconds of all processors used, which other programs disturb less",
    )
    return options


def from_namespace(parsed: argparse.Namespace) -> Options:
    """The options of a parsed command line; steps, which are processes, inherit the clock."""
    os.environ[VARIABLE] = parsed.clock
    rounds = max(1, parsed.rounds)
    return Options(parsed.size, parsed.seed, rounds, parsed.data.absolute(), parsed.clock)


def parse(description: str) -> Options:
    """The options on the command line of this process."""
    return from_namespace(parser(description).parse_args())
