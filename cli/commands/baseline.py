"""``baseline``: saved statistics, and what changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import DURATIONS
from cli.ask import AboutOptions, ask, spelled_out
from cli.confirm import confirm
from cli.list_command import ListCommand
from cli.options import YesOption, complete_baseline, option
from cli.query_options import QueryOptions
from cli.session import Session, tell

if TYPE_CHECKING:
    from aggregator.answers.baselines import Shown
    from aggregator.baselines.snapshots import Baseline, Kept
    from aggregator.presence import Name
    from aggregator.query import Query
    from aggregator.reports.baseline import Compared, Comparison
    from cli.screen import Block

PANEL = "Baselines"
LISTED = 5

NewestArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="The baseline (default: the newest).",
        autocompletion=complete_baseline,
    ),
]


def save(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Its name (default: today's date).")
    ] = None,
) -> None:
    """Save the last 90 days as a baseline.

    To compare with later. A baseline never changes, whatever is collected afterwards.
    """
    from aggregator.answers.baselines import SaveAnswer, SaveFilters, baseline_of
    from aggregator.answers.shared import NoTotals
    from aggregator.baselines import snapshots
    from aggregator.calendar import ALL_TIME
    from aggregator.measures import Question, scope
    from cli.screen import Verbatim
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.writing() as con:
        question = Question(ALL_TIME, scope(con), "all", session.now)
        saved = snapshots.save(con, question, name)
        zone = reporting_zone(con)
    sentences = (
        f"Saved baseline {saved.name}: {text.skills_and_agents(saved.names)},"
        f" {text.counted(saved.total_invocations, 'use')} in"
        f" {text.counted(len(saved.projects), 'project')}, {saved.span.label()}.",
        "Compare later: skillhouse baseline compare",
    )
    tell(
        session,
        "baseline save",
        zone,
        SaveAnswer(
            filters=SaveFilters(baseline=name),
            data=[baseline_of(saved, zone)],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(sentence) for sentence in sentences],
        done=f"The baseline {saved.name} was saved.",
    )


def listing(context: typer.Context) -> None:
    """List the baselines, newest first."""
    ask(
        context,
        "baseline-list",
        QueryOptions(),
        lambda result: _list(result.data, result.query),
    )


def show(context: typer.Context, name: NewestArgument = None) -> None:
    """Show a baseline."""
    ask(
        context,
        "baseline-show",
        QueryOptions(all_projects=True),
        lambda result: _shown(result.data, result.query),
        name=name,
    )


def compare(
    context: typer.Context,
    *,
    name: NewestArgument = None,
    durations: Annotated[bool, option(DURATIONS)],
    options: AboutOptions,
) -> None:
    """What got worse or better, is new or gone since then.

    Compares the last 30 days before today, or fewer if the baseline is younger.
    """
    ask(
        context,
        "baseline-compare",
        options,
        lambda result: _compared(result.data, result.query, durations=durations),
        name=name,
        durations=durations,
        is_long=True,
    )


def delete(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The baseline.", autocompletion=complete_baseline),
    ],
    yes: YesOption = False,
) -> None:
    """Delete a baseline."""
    from aggregator.answers.baselines import DeleteAnswer, ShowFilters, baseline_of
    from aggregator.answers.shared import NoTotals
    from aggregator.baselines import snapshots
    from cli.screen import Line
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        chosen = snapshots.find(con, name)
    if not yes:
        _confirm(chosen)
    with session.warehouse.writing() as con:
        snapshots.delete(con, snapshots.find(con, chosen.name))
        zone = reporting_zone(con)
    tell(
        session,
        "baseline delete",
        zone,
        DeleteAnswer(
            filters=ShowFilters(baseline=name),
            data=[baseline_of(chosen, zone)],
            totals=NoTotals(),
        ),
        lambda: [Line(f"Deleted baseline {chosen.name}.")],
        done=f"The baseline {chosen.name} was deleted.",
    )


def _confirm(chosen: Baseline) -> None:
    confirm(
        f"Delete the baseline {text.plain(chosen.name)} permanently?",
        what=f"This deletes the baseline {chosen.name!r} permanently.",
    )


baseline = typer.Typer(
    help="Save statistics, and see what changed since.", no_args_is_help=True, add_completion=False
)
for called, function in (
    ("save", save),
    ("list", listing),
    ("show", show),
    ("compare", compare),
    ("delete", delete),
):
    baseline.command(called, cls=ListCommand, rich_help_panel=PANEL)(spelled_out(function))


# ---------------------------------------------------------------- screens


def _list(found: list[Baseline], query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found:
        return [Line("No baselines yet. Save one: skillhouse baseline save")]
    columns: list[Column[Baseline]] = [
        Column("Baseline", lambda each: each.name, name=True),
        Column("Saved", lambda each: text.moment(each.created_at, query.zone), drop=1),
        Column("From", lambda each: str(each.span.since), drop=3),
        Column("To", lambda each: str(each.span.until), drop=2),
        Column.count("Skills and agents", lambda each: each.names, drop=6),
        Column.count("Uses", lambda each: each.total_invocations),
        Column.count("Projects", lambda each: len(each.projects), drop=4),
        Column("Zone", lambda each: each.timezone, drop=5),
    ]
    newest = found[0]
    headline = (
        f"{text.counted(len(found), 'baseline')}; newest: {newest.name},"
        f" saved {text.age(newest.created_at, query.question.now)}"
    )
    return [Heading(headline), Table(columns, found)]


def _shown(found: Shown, query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    of = found.baseline
    columns: list[Column[tuple[Name, Kept]]] = [
        Column("Name", lambda each: each[0][1], name=True),
        Column("Kind", lambda each: each[0][0], drop=3),
        Column.count("Uses", lambda each: each[1].counts.total_invocations),
        Column.rate("Success", lambda each: each[1].counts.success_rate),
        Column.interval(lambda each: each[1].counts.success_interval, drop=1),
        Column.duration("Median", lambda each: each[1].p50_duration_ms, drop=2),
        Column.duration("Mean", lambda each: each[1].counts.avg_duration_ms, drop=4),
        Column.count("Days", lambda each: each[1].days_used, drop=5),
    ]
    rows = sorted(
        found.names.items(), key=lambda item: (-item[1].counts.total_invocations, item[0])
    )
    headline = (
        f"Baseline {of.name}: {text.skills_and_agents(of.names)},"
        f" {text.counted(of.total_invocations, 'use')} in"
        f" {text.counted(len(of.projects), 'project')}"
    )
    saved = text.moment(of.created_at, query.zone)
    footer = f"{of.span.label()} ({of.span.days} days) | zone {of.timezone} | saved {saved}"
    return [Heading(headline), Table(columns, rows), Line(footer, quiet=True)]


def _compared(found: Comparison, query: Query, *, durations: bool) -> list[Block]:
    from aggregator.answers.baselines import compared_with, details_of, notes
    from cli.screen import Heading, Line, Verbatim

    blocks: list[Block] = [Heading(_headline(found)), Line(compared_with(found))]
    blocks += [Line(f"Note: {note}") for note in notes(found, query)]
    for title, finding in (
        ("Worse", "regression"),
        ("Gone", "gone"),
        ("Better", "improvement"),
        ("New", "new"),
    ):
        rows = [row for row in found.rows if row.finding == finding]
        if rows:
            blocks.append(_table(title, rows, durations=durations))
        if finding in ("regression", "gone", "improvement"):
            blocks += [Verbatim(f"  {details_of(row, found, query)}") for row in rows[:LISTED]]
    if stable := sum(row.finding == "stable" for row in found.rows):
        blocks += [Line(""), Line(f"+ {stable:,} unchanged", quiet=True)]
    little = [row.skill_name for row in found.rows if row.finding == "insufficient data"]
    if little and found.now is not None:
        more = f" and {len(little) - LISTED} more" if len(little) > LISTED else ""
        blocks += [Line(""), Line(f"Not enough data: {', '.join(little[:LISTED])}{more}")]
    when = text.moment(found.baseline.created_at, query.zone)
    footer = f"baseline {found.baseline.name}, saved {when} | zone {query.zone}"
    return [*blocks, Line(footer, quiet=True)]


def _headline(found: Comparison) -> str:
    """The result in one sentence."""
    name = found.baseline.name
    if found.now is None:
        return f"Nothing to compare with the baseline {name} yet"

    def those(finding: str, one: str, many: str) -> str:
        names = [row.skill_name for row in found.rows if row.finding == finding]
        if not names:
            return ""
        listed = ", ".join(names[:LISTED]) + (", ..." if len(names) > LISTED else "")
        return f"{len(names)} {one if len(names) == 1 else many} ({listed})"

    changes = [
        those("regression", "got worse", "got worse"),
        those("gone", "is gone", "are gone"),
        those("improvement", "got better", "got better"),
        those("new", "is new", "are new"),
    ]
    stable = sum(row.finding == "stable" for row in found.rows)
    little = sum(row.finding == "insufficient data" for row in found.rows)
    changed = ", ".join(each for each in changes if each) or "no clear change"
    rest = f"{stable} unchanged"
    if little:
        rest += f", {little} without enough data"
    return f"Since baseline {name}: {changed}; {rest}"


def _table(title: str, rows: list[Compared], *, durations: bool) -> Block:
    from cli.screen import Column, Table

    columns: list[Column[Compared]] = [
        Column(title, lambda row: row.skill_name, name=True),
        Column("Kind", lambda row: row.kind, drop=4),
        Column.rate("Then", lambda row: row.before.counts.success_rate, drop=1),
        Column.count("of", lambda row: row.before.counts.known, drop=3),
        Column.rate("Now", lambda row: row.now.success_rate),
        Column.count("of", lambda row: row.now.known, drop=3),
        Column("Change", lambda row: text.points(row.change.change), right=True),
        Column("95% interval", _interval_of_change, right=True, drop=2),
    ]
    if durations:
        columns += [
            Column.duration("Median then", lambda row: row.before.p50_duration_ms, drop=5),
            Column.duration("Median now", lambda row: row.p50_duration_ms, drop=5),
        ]
    return Table(columns, rows)


def _interval_of_change(row: Compared) -> str:
    change = row.change
    if change.low is None or change.high is None:
        return text.NOT_AVAILABLE
    return f"{change.low * 100:+.0f} to {change.high * 100:+.0f}"
