"""``categories``: what you sort skills into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.session import Session, tell

if TYPE_CHECKING:
    from cli.results.skill_files import OwnCategory
    from cli.screen import Block

PANEL = "Categories"

categories = typer.Typer(
    help="Your own categories of skills.",
    no_args_is_help=True,
    add_completion=False,
)

CategoryArgument = Annotated[str, typer.Argument(metavar="NAME", help="The category.")]


@categories.command("list", rich_help_panel=PANEL)
def list_(context: typer.Context) -> None:
    """Your categories and their patterns.

    Other skills have the category that your team agreed on, that their author names, or one derived
    from their words.
    """
    session: Session = context.obj
    _report(session, "categories list", None, None)


@categories.command("set", rich_help_panel=PANEL)
def set_(
    context: typer.Context,
    name: CategoryArgument,
    patterns: Annotated[
        list[str],
        typer.Argument(metavar="PATTERN...", help="Names of skills; * is any characters."),
    ],
) -> None:
    """Put skills whose names fit a pattern into a category.

    The first category that fits counts.
    """
    from collector.skill_files.own_categories import set_category

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.writing() as con:
        set_category(con, name, patterns)
    _report(session, "categories set", name, patterns, done="The category is set.")


@categories.command("remove", rich_help_panel=PANEL)
def remove(context: typer.Context, name: CategoryArgument) -> None:
    """Remove one of your categories."""
    from collector.skill_files.own_categories import remove_category

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.writing() as con:
        remove_category(con, name)
    _report(session, "categories remove", name, None, done="The category is removed.")


def _report(
    session: Session,
    command: str,
    name: str | None,
    patterns: list[str] | None,
    *,
    done: str | None = None,
) -> None:
    from cli.results import skill_files as results
    from collector.skill_files.own_categories import own_categories
    from schema.warehouse import reporting_zone

    with session.warehouse.reading() as con:
        known = own_categories(con)
        zone = reporting_zone(con)
    rows = [results.OwnCategory(category=each, patterns=of) for each, of in known]
    tell(
        session,
        command,
        zone,
        results.Categories(
            filters=results.CategoryFilters(category=name, patterns=patterns),
            data=rows,
            totals=results.CategoryTotals(categories=len(rows)),
        ),
        lambda: _screen(rows),
        done=done,
    )


def _screen(rows: list[OwnCategory]) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not rows:
        return [
            Line("No categories of your own. Skills have their author's, or one by their words.")
        ]
    columns: list[Column[OwnCategory]] = [
        Column("Category", lambda each: each.category, name=True),
        Column("Patterns", lambda each: ", ".join(each.patterns), sentence=True),
    ]
    return [Table(columns, rows)]
