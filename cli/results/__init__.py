"""What commands that do something report with ``--json``, typed like ``aggregator.answers``."""
