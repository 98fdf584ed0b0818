"""Rows to rollups, and rollups to answers. It knows the warehouse, never a project's files."""
