"""Options that several commands share, and their shell completion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from aggregator.parameters import (
    ALL_PROJECTS,
    ALL_TIME,
    CATEGORY,
    DAYS,
    IDLE_MINUTES,
    KIND,
    LIMIT,
    NAME,
    PERIOD,
    ROW_DAYS,
    SINCE,
    SOURCE,
    TAGS,
    TRIGGER,
    TYPES,
    UNTIL,
    WINDOW,
    Grain,
    Kind,
    UseTrigger,
)
from schema.parameter import MAX_COUNT, Parameter
from schema.statements import statement


def row_limit(rows: int | None) -> int | None:
    """The limit of rows, at most ``MAX_COUNT``, which 0 stands for."""
    return None if rows is None else min(rows or MAX_COUNT, MAX_COUNT)


_SHORT = {LIMIT.name: ("-n",), SINCE.name: ("-s",), UNTIL.name: ("-u",)}
"""The short options of parameters, by name."""


def path_of(text: str) -> Path:
    """A path. BadParameter for an empty one, which an unset shell variable gives."""
    if not text:
        raise typer.BadParameter("The path is empty.")
    return Path(text)


# The help shows the parser's name as the type of the value.
path_of.__name__ = "path"


def option(
    of: Parameter[Any],
    spelled: str = "",
    *,
    metavar: str | None = None,
    sentence: str = "",
    bounded: bool = True,
    complete: Callable[[str], list[str]] | None = None,
) -> Any:
    """The option of a parameter; ``spelled`` and ``sentence`` where they are not the parameter's.

    Not ``bounded``: whoever reads the value checks its bounds and has the default for None, and the
    help does not show them. A question's command need not repeat the default: see ``spelled_out``.
    """
    is_number = of.least is not None
    is_limit = of.name == LIMIT.name
    sentence = sentence or of.sentence
    made = typer.Option(
        spelled or f"--{of.name.replace('_', '-')}",
        *_SHORT.get(of.name, ()),
        min=0 if is_limit else of.least if bounded else None,
        max=of.most if bounded else None,
        callback=row_limit if is_limit else None,
        metavar="N" if is_number else metavar,
        help=f"{sentence.rstrip('.')}; 0: all." if is_limit else sentence,
        autocompletion=complete,
    )
    return _preset(made, of.default if bounded and of.default != () else None)


def _preset(info: Any, default: object) -> Any:
    """The option or argument, with the default it has where a signature gives none."""
    info.preset = default
    return info


def complete_export(incomplete: str) -> list[str]:
    """Everything that can be exported and starts with that text."""
    from cli.exporting.export import everything

    return [name for name in everything() if name.startswith(incomplete)]


def complete_answer(incomplete: str) -> list[str]:
    """Commands with --json that start with that text."""
    from cli.answers.types import answer_names

    return [name for name in answer_names() if name.startswith(incomplete)]


def complete_project(incomplete: str) -> list[str]:
    """Names of registered projects that start with that text."""
    return _complete(statement("cli/sql/project_names.sql"), incomplete)


def complete_type(incomplete: str) -> list[str]:
    """Types of registered projects that start with that text."""
    return _complete(
        statement("cli/sql/project_types.sql"),
        incomplete,
    )


def complete_tag(incomplete: str) -> list[str]:
    """Tags of registered projects that start with that text, as they are written."""
    return _complete(
        statement("cli/sql/tags.sql"),
        incomplete,
    )


def complete_group(incomplete: str) -> list[str]:
    """Ways to group projects that start with that text: the keys of tags among them."""
    keys = _complete(
        statement("cli/sql/tag_keys.sql"),
        incomplete,
    )
    return [*(each for each in ("project", "type", "tag") if each.startswith(incomplete)), *keys]


def complete_skill(incomplete: str) -> list[str]:
    """Skills and agents that start with that text, most used first."""
    return _complete(
        statement("cli/sql/names_by_use.sql"),
        incomplete,
    )


def complete_baseline(incomplete: str) -> list[str]:
    """Baselines that start with that text, newest first."""
    return _complete(statement("cli/sql/baselines.sql"), incomplete)


def complete_experiment(incomplete: str) -> list[str]:
    """Experiments that start with that text, newest first."""
    return _complete(statement("cli/sql/experiments.sql"), incomplete)


def _complete(names: str, incomplete: str) -> list[str]:
    """The shell waits for this: answer fast or with nothing, and never with an error."""
    try:
        from cli.configuration import Configuration
        from schema.settings import load_settings
        from schema.warehouse import Warehouse

        settings = load_settings(configured=Configuration().text)
        warehouse = Warehouse(settings.warehouse_path, settings.timezone, read_wait_s=0.2)
        if not warehouse.exists():
            return []
        with warehouse.reading() as con:
            found = [str(name) for (name,) in con.execute(names).fetchall()]
    except Exception:
        return []
    return [name for name in found if name.startswith(incomplete) and name.isprintable()][:50]


WindowOption = Annotated[Grain, option(WINDOW)]
PeriodOption = Annotated[str | None, option(PERIOD, metavar="PERIOD")]
SinceOption = Annotated[str | None, option(SINCE, metavar="DAY")]
UntilOption = Annotated[str | None, option(UNTIL, metavar="DAY")]
DaysOption = Annotated[int | None, option(DAYS, bounded=False)]
RowDaysOption = Annotated[
    int | None, option(ROW_DAYS, sentence=ROW_DAYS.sentence_with_default, bounded=False)
]
AllTimeOption = Annotated[bool, option(ALL_TIME)]
ProjectsOption = Annotated[
    list[str] | None,
    _preset(
        typer.Option(
            "--project",
            "-p",
            metavar="PROJECT",
            help="Only this project: its id, path, or a part of its name. May be repeated.",
            autocompletion=complete_project,
        ),
        None,
    ),
]
TypeToSetOption = Annotated[
    str | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Its type: python, node, web, ... (default: guessed from its files).",
        autocompletion=complete_type,
    ),
]
TagsToAddOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="A tag: KEY:VALUE, such as team:core, or one word. May be repeated.",
        autocompletion=complete_tag,
    ),
]
TypesOption = Annotated[
    list[str] | None,
    option(
        TYPES,
        "--type",
        metavar="TYPE",
        sentence=f"{TYPES.sentence} May be repeated.",
        complete=complete_type,
    ),
]
TagsOption = Annotated[
    list[str] | None,
    option(
        TAGS,
        "--tag",
        metavar="TAG",
        sentence=f"{TAGS.sentence} May be repeated.",
        complete=complete_tag,
    ),
]
KindOption = Annotated[Kind, option(KIND)]
AllProjectsOption = Annotated[bool, option(ALL_PROJECTS)]
BegunByOption = Annotated[UseTrigger | None, option(TRIGGER)]
SourceOption = Annotated[str | None, option(SOURCE, metavar="SOURCE")]
OptionalNameArgument = Annotated[
    str | None,
    _preset(
        typer.Argument(metavar="[NAME]", help=NAME.sentence, autocompletion=complete_skill),
        NAME.default,
    ),
]
NameOrAllArgument = Annotated[
    str | None,
    _preset(
        typer.Argument(
            metavar="[NAME]",
            help="A skill or agent (default: all).",
            autocompletion=complete_skill,
        ),
        None,
    ),
]
AllRowsOption = Annotated[
    bool, _preset(typer.Option("--all", help="Also list rows without a finding."), False)
]
CategoryOption = Annotated[str | None, option(CATEGORY, metavar="CATEGORY")]
IdleMinutesOption = Annotated[int, option(IDLE_MINUTES)]
RowsLimitOption = Annotated[int, option(LIMIT)]
ProjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROJECT", help="Project id, name or path.", autocompletion=complete_project
    ),
]
NameArgument = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A skill or agent.", autocompletion=complete_skill),
]
PublicOption = Annotated[
    bool,
    typer.Option("--public", help="Anonymised: hides projects, paths, sessions and exact times."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
