"""Numbers, times and names as text, the same in every front end and in answers."""

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
    skills_and_agents,
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
    "skills_and_agents",
]
