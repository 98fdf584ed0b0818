"""A rate over periods, drawn on the terminal by a library that is asked for only here."""

from __future__ import annotations

from collections.abc import Sequence

from cli.sparkline import can_show

_TICK = 10
"""The library labels every tenth column."""

_GUTTER = 24
"""What stands left and right of the plot: the labels of both axes and the line between."""

_HIGHEST = 0.985
"""Where 100 % is drawn: half a dot below the edge, on which the library draws nothing."""

DOTS = "⠀⠿"
"""The characters it draws with, from the first to the last."""


def plot_of_rate(
    rates: Sequence[float | None], labels: Sequence[str], unit: str, width: int
) -> list[str]:
    """The lines of a plot of rates (0..1, None leaves a gap) in at most ``width`` columns.

    ``labels`` of at most nine characters are under their periods, each a ``unit``. Empty where
    stdout cannot show the dots that the plot is made of, where it would not fit, and where there
    is nothing to draw.
    """
    given = [(place, rate) for place, rate in enumerate(rates) if rate is not None]
    ticks_at_most = (width - _GUTTER) // _TICK
    if len(given) < 2 or ticks_at_most < 1 or not can_show(DOTS):
        return []
    from plotille import Figure  # 15 ms that only a plot pays

    step = -(-len(rates) // ticks_at_most)
    ticks = -(-len(rates) // step)
    figure = Figure()
    # Colors would say nothing here, and are therefore no question of terminals and pipes.
    figure.with_colors, figure.origin, figure.linesep = False, False, "\n"
    figure.width, figure.height = ticks * _TICK, 10
    figure.set_x_limits(0, ticks * step)
    figure.set_y_limits(0, 1)
    figure.x_label, figure.y_label = unit, "success"
    figure.y_ticks_fkt = lambda low, _: f"{low:.0%}"
    figure.x_ticks_fkt = lambda at, _: labels[round(at)] if round(at) < len(labels) else ""
    for run in _without_gaps(given):
        figure.plot(
            [place for place, _ in run], [min(rate, _HIGHEST) for _, rate in run], marker="o"
        )
    lines = figure.show().replace("⠀", " ").split("\n")
    return [line.rstrip() for line in lines if line.strip()]


def _without_gaps(given: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Runs of neighbours: no line is drawn over periods of which nothing is known."""
    runs: list[list[tuple[int, float]]] = []
    for place, rate in given:
        if runs and runs[-1][-1][0] == place - 1:
            runs[-1].append((place, rate))
        else:
            runs.append([(place, rate)])
    return runs
