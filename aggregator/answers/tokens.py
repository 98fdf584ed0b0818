"""What runs of agents cost, as answers tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator.answers.fields import Count, TokenCount
    from aggregator.reports import tokens as report


class Tokens(Struct):
    """What runs of agents cost, summed over those whose transcripts state it."""

    runs: Count
    """Runs whose transcripts state it."""
    input_tokens: TokenCount | None
    output_tokens: TokenCount | None
    cache_tokens: TokenCount | None
    total_tokens: Count
    """All tokens: the stated total of each run, otherwise the sum of the others."""


def tokens_of(found: report.Tokens | None) -> Tokens | None:
    """The fields; null where no transcript states any."""
    if found is None:
        return None
    return Tokens(
        runs=found.runs,
        input_tokens=found.input,
        output_tokens=found.output,
        cache_tokens=found.cache,
        total_tokens=found.total,
    )
