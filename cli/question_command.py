"""A command that asks a question: settings for all commands replace its defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.list_command import ListCommand
from cli.session import Session

if TYPE_CHECKING:
    from typer._click import Context

_SPAN = ("window", "period", "since", "until", "days", "all_time")


class QuestionCommand(ListCommand):
    """Options that the line does not name have the values of the settings, where there are any."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the line, then fill in what it leaves open. UsageError for a wrong setting."""
        rest = super(ListCommand, self).parse_args(ctx, self._with_limit(args))
        session = ctx.find_root().obj
        if isinstance(session, Session) and session.configuration is not None:
            given = {name for name in ctx.params if _is_given(ctx, name)}
            options = {each.name for each in self.params if each.param_type_name == "option"}
            for name, value in session.configuration.defaults().items():
                if name == "period" and given.intersection(_SPAN):
                    continue
                if name == "period" and value == "all":
                    name, value = "all_time", True
                if name in options and name not in given:
                    ctx.params[name] = value
        self.turn_around(ctx)
        return rest

    def _with_limit(self, args: list[str]) -> list[str]:
        """The line with ``--all`` as what it is short for, where the command has no such option."""
        spelled = {each for param in self.params for each in param.opts}
        if "--limit" not in spelled or "--all" in spelled:
            return args
        end = args.index("--") if "--" in args else len(args)
        return [
            "--limit=0" if each == "--all" and place < end else each
            for place, each in enumerate(args)
        ]


def _is_given(ctx: Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
