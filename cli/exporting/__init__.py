"""Exports of answers and tables as files for other programs."""
