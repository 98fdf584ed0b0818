"""The front ends. They ask, lay out and print; no number is computed here."""

PRODUCT = "skillhouse"
"""Tells this package from others of its name; skillhouse.start looks for it."""
