"""``python -m skillhouse`` runs the program."""

from skillhouse.start import run

run()
