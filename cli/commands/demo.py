"""``demo``: the main commands on sample data, in a folder of its own."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.demo.fleet import STORIES
from cli.options import path_of
from cli.output import Output
from cli.session import Session
from schema.errors import SystemRefused
from schema.settings import absolute

NEXT = (
    "skillhouse discover --register     # find and register them, and see the results",
    "skillhouse add --scan ~/code       # or all below a folder, then: skillhouse refresh",
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

    Your own data is not touched. The sample data is kept in the cache folder, and `--demo` uses
    it: `skillhouse --demo health`.
    """
    from cli.demo.sample import keep as keep_it
    from cli.demo.sample import new_kept_folder, warehouse_of

    session: Session = context.obj
    if keep is not None:
        folder = absolute(keep)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SystemRefused.of(exc, folder, "Use another folder.") from exc
        _run(session, context, folder)
        _say_next(session, f"skillhouse --warehouse {shlex.quote(str(warehouse_of(folder)))}")
        return
    try:
        folder = new_kept_folder(session.now)
    except SystemRefused:
        with tempfile.TemporaryDirectory(prefix="skillhouse-demo-") as temporary:
            _run(session, context, Path(temporary))
        _say_next(session, None)
        return
    try:
        _run(session, context, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    keep_it(folder, session.now)
    _say_next(session, "skillhouse --demo")


def _say_next(session: Session, asking: str | None) -> None:
    """What to type next; ``asking`` is how to ask the sample data."""
    from cli.screen import Heading, Line, Verbatim, show

    look = replace(session.output.look, pager="")
    if asking is not None:
        more = ("health", f"compare {STORIES.failing}", "report --open")
        lines = [Verbatim(f"  {asking} {each}") for each in more]
        show([Line(""), Heading("Go on with the sample data:"), *lines], look)
    show([Line(""), Heading("With your own repositories:")], look)
    show([Verbatim(f"  {line}") for line in NEXT], look)


def _run(session: Session, context: typer.Context, folder: Path) -> None:
    from cli.commands.effectiveness import effectiveness
    from cli.commands.refresh import collected
    from cli.commands.skills import skills
    from cli.commands.summary import summary
    from cli.commands.top_skills import top_skills
    from cli.demo import skill_files
    from cli.demo.sample import make, warehouse_of
    from cli.screen import Block, Heading, Line, show

    look = replace(session.output.look, pager="")  # it prints one screen after the other
    output = Output(quiet=True, look=look)
    settings = replace(session.settings, warehouse_path=warehouse_of(folder))
    context.obj = Session(settings, output, session.now)

    def tell(*blocks: Block) -> None:
        show(blocks, look)

    def title(words: str) -> None:
        tell(Line(""))
        tell(Heading(words))

    fleet, done = make(folder, session.now, settings.timezone)
    tell(
        Line(
            f"Sample data: {len(fleet)} projects with one year of history, and a month of"
            f" transcripts, in {folder}"
        )
    )
    title("$ skillhouse refresh")
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
    title(f"$ skillhouse skills {skill_files.EDITED}")
    skills(context, name=skill_files.EDITED)
    title("$ skillhouse skills --relation namesake")
    skills(context, relation="namesake")
