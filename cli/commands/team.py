"""The ``team`` commands."""

from __future__ import annotations

import typer

from cli.commands.team_answers import baselines, changes, clusters, suggest, top_skills
from cli.commands.team_rollup import rollup
from cli.question_command import QuestionCommand

ASK = "Ask"
MAINTAIN = "Maintain"

team = typer.Typer(
    help="All members' skills, and how yours compare.",
    no_args_is_help=True,
    add_completion=False,
)
for each in (top_skills, baselines, changes, suggest, clusters):
    name = each.__name__.replace("_", "-")
    team.command(name, cls=QuestionCommand, rich_help_panel=ASK)(each)
team.command("rollup", rich_help_panel=MAINTAIN)(rollup)
