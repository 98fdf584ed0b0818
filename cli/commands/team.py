"""The ``team`` commands."""

from __future__ import annotations

import typer

from cli.ask import spelled_out
from cli.commands.team_answers import baselines, changes, clusters, suggest, top_skills
from cli.commands.team_rollup import rollup
from cli.commands.team_setup import init, join
from cli.commands.team_sharing import forget, preview, publish
from cli.commands.team_status import status
from cli.question_command import QuestionCommand

SHARE = "Share"
ASK = "Ask"
MAINTAIN = "Maintain"

team = typer.Typer(
    help="What a team shares, and how your skills compare.",
    no_args_is_help=True,
    add_completion=False,
)
for each in (join, preview, publish, forget, status):
    team.command(each.__name__, rich_help_panel=SHARE)(each)
for question in (top_skills, baselines, changes, suggest, clusters):
    name = question.__name__.replace("_", "-")
    team.command(name, cls=QuestionCommand, rich_help_panel=ASK)(spelled_out(question))
team.command("init", rich_help_panel=MAINTAIN)(init)
team.command("rollup", rich_help_panel=MAINTAIN)(rollup)
