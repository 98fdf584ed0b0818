"""DuckDB without the Python package around it: connections, statements and errors.

Importing the package ``duckdb`` takes longer than most answers, and three quarters of that are
for what few commands use: relations (``con.sql``, ``con.table``), expressions, and tables of other
libraries. A module that uses these imports ``duckdb`` itself; all others take it from here. Both
are the same classes.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    import duckdb

_USED = ("connect", "DuckDBPyConnection", "Statement", "Error")


def _engine() -> object:
    """The compiled module; the package where a version of DuckDB has no such module."""
    try:
        compiled = import_module("_duckdb")
    except ImportError:
        return import_module("duckdb")
    return compiled if all(hasattr(compiled, name) for name in _USED) else import_module("duckdb")


if not TYPE_CHECKING:
    duckdb = _engine()

__all__ = ["duckdb"]
