"""What a service does that was told nothing."""

from __future__ import annotations

from schema.schedule import daily_at

DEFAULT = daily_at("02:30")
"""The schedule of a warehouse that was given none."""
