"""How uses ended: the counts, and every rate made of them."""

from __future__ import annotations

from aggregator.statistics.proportions import wilson
from schema.frozen import dataclass


@dataclass(frozen=True)
class Outcomes:
    """How many uses succeeded, failed, were abandoned, and ended without a usable verdict.

    Classes that know more about the same uses extend it.
    """

    successes: int
    failures: int
    abandoned: int
    unknown: int

    @property
    def total_invocations(self) -> int:
        """All uses, with or without a known outcome."""
        return self.known + self.unknown

    @property
    def known(self) -> int:
        """Uses whose outcome is known."""
        return self.successes + self.failures + self.abandoned

    @property
    def success_rate(self) -> float | None:
        """Successes divided by known outcomes, 0..1; None without any."""
        return self.successes / self.known if self.known else None

    @property
    def success_interval(self) -> tuple[float, float] | None:
        """The 95% interval of the success rate (Wilson); None without known outcomes."""
        return wilson(self.successes, self.known)

    def __add__(self, other: Outcomes) -> Outcomes:
        """The outcomes of both together; what a subclass knows beyond them is dropped."""
        return Outcomes(
            self.successes + other.successes,
            self.failures + other.failures,
            self.abandoned + other.abandoned,
            self.unknown + other.unknown,
        )


NO_OUTCOMES = Outcomes(0, 0, 0, 0)
