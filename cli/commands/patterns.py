"""The ``patterns`` commands."""

from __future__ import annotations

import typer

from cli.ask import spelled_out
from cli.commands.pattern_alternatives import alternatives
from cli.commands.pattern_bottlenecks import bottlenecks
from cli.commands.pattern_heatmap import heatmap
from cli.commands.pattern_pairs import pairs
from cli.commands.pattern_sessions import sessions
from cli.commands.pattern_transitions import transitions
from cli.question_command import QuestionCommand

PANEL = "Patterns"

patterns = typer.Typer(
    help="Patterns within sessions, and where uses fail.",
    no_args_is_help=True,
    add_completion=False,
)
for each in (sessions, transitions, pairs, heatmap, bottlenecks, alternatives):
    patterns.command(each.__name__, cls=QuestionCommand, rich_help_panel=PANEL)(spelled_out(each))
