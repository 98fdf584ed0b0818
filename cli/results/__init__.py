"""What commands report with ``--json`` that change something, or show the registry or the state.

Typed like ``aggregator.answers``.
"""
