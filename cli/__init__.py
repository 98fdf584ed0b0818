"""The front ends. They ask, lay out and print; no number is computed here."""
