"""``python -m cli`` runs the program, for example from a checkout."""

from cli.main import main

main()
