"""Files to rows: the registry of projects and the read-only collecting from them.

Nothing in this package writes, creates, locks or touches anything in a project's folder.
"""

PRODUCT = "skillhouse"
"""Tells this package from others of its name; skillhouse.start looks for it."""
