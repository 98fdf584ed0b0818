"""Numbers, times and names as every front end shows them: as the sentences of answers do."""

from aggregator.text import (
    NOT_AVAILABLE,
    age,
    count,
    counted,
    day,
    decimal,
    duration,
    exact,
    interval,
    moment,
    percent,
    plain,
    plain_name,
    points,
    size,
)

__all__ = [
    "NOT_AVAILABLE",
    "age",
    "count",
    "counted",
    "day",
    "decimal",
    "duration",
    "exact",
    "interval",
    "moment",
    "percent",
    "plain",
    "plain_name",
    "points",
    "size",
]
