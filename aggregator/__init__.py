"""Rows to rollups, and rollups to answers. It knows the warehouse, never a project's files."""

PRODUCT = "skillhouse"
"""Tells this package from others of its name; skillhouse.start looks for it."""
