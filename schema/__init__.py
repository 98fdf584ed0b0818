"""What is stored: the warehouse file, its tables, its settings and the errors everyone raises.

This package imports none of the others, so that a reader of the file format has one place to look.
"""

PRODUCT = "skillhouse"
"""Tells this package from others of its name; skillhouse.start looks for it."""
