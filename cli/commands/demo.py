"""``demo``: the main commands on sample data, in a folder of its own."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.options import path_of
from cli.output import Output
from cli.session import Session
from schema.errors import SystemRefused
from schema.settings import absolute

NEXT = (
    "skillhouse discover --register     # find and register them, and see the results",
    "skillhouse register-project PATH   # or one by one, then: skillhouse refresh",
    "skillhouse schedule install        # refresh every night",
    "skillhouse top-skills --days 30    # see the results",
)


def demo(
    context: typer.Context,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="FOLDER",
            help="Create the sample data here and keep it.",
            parser=path_of,
        ),
    ] = None,
) -> None:
    """Try everything on sample data (6 projects).

    Your own data is not touched.
    """
    session: Session = context.obj
    if keep is not None:
        folder = absolute(keep)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SystemRefused.of(exc, folder, "Use another folder.") from exc
        _run(session, context, folder)
        return
    with tempfile.TemporaryDirectory(prefix="skillhouse-demo-") as temporary:
        _run(session, context, Path(temporary))


def _run(session: Session, context: typer.Context, folder: Path) -> None:
    from aggregator.refresh import refresh
    from cli.commands.effectiveness import effectiveness
    from cli.commands.refresh import collected
    from cli.commands.summary import summary
    from cli.commands.top_skills import top_skills
    from cli.demo.fleet import STORIES, write_fleet
    from cli.screen import Block, Heading, Line, Verbatim, show
    from collector.collect import collect
    from collector.registry import register
    from collector.transcripts import opt_in

    look = replace(session.output.look, pager="")  # it prints one screen after the other
    output = Output(quiet=True, look=look)
    settings = replace(session.settings, warehouse_path=folder / "data" / "warehouse.duckdb")
    context.obj = inner = Session(settings, output, session.now)

    def tell(*blocks: Block) -> None:
        show(blocks, look)

    def title(words: str) -> None:
        tell(Line(""))
        tell(Heading(words))

    home = folder / "home"
    fleet = write_fleet(folder / "projects", session.now, home=home)
    tell(
        Line(
            f"Sample data: {len(fleet)} projects with one year of history, and a month of"
            f" transcripts, in {folder}"
        )
    )
    with inner.warehouse.writing() as con:
        for project in fleet:
            register(
                con,
                project.path,
                now=session.now,
                default_timezone=settings.timezone,
                name=project.name,
                project_type=project.project_type,
                timezone=project.timezone,
            )
        # The demo's own home, whatever the environment says.
        opt_in.enable(con, opt_in.default_places({}, home), session.now)
    title("$ skillhouse refresh")
    done = collect(inner.warehouse, now=session.now)
    refresh(inner.warehouse, now=session.now)
    tell(*collected(done))
    title("$ skillhouse summary")
    summary(context)
    title("$ skillhouse top-skills --limit 10")
    top_skills(context, limit=10)
    title("$ skillhouse top-skills --kind agent --sort tokens --limit 5")
    top_skills(context, kind="agent", sort="tokens", limit=5)
    for name in (STORIES.degrading, STORIES.failing):
        title(f"$ skillhouse effectiveness {name}")
        effectiveness(context, name)
    title("With your own repositories:")
    tell(*(Verbatim(f"  {line}") for line in NEXT))
