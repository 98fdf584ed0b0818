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
        _run(session, folder)
        _say_next(session, f"skillhouse --warehouse {shlex.quote(str(warehouse_of(folder)))}")
        return
    try:
        folder = new_kept_folder(session.now)
    except SystemRefused:
        with tempfile.TemporaryDirectory(prefix="skillhouse-demo-") as temporary:
            _run(session, Path(temporary))
        _say_next(session, None)
        return
    try:
        _run(session, folder)
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


def _run(session: Session, folder: Path) -> None:
    from cli.catalogue import Catalogue
    from cli.commands.refresh import collected
    from cli.demo import skill_files
    from cli.demo.sample import make, warehouse_of
    from cli.screen import Block, Heading, Line, show

    look = replace(session.output.look, pager="")  # it prints one screen after the other
    output = Output(quiet=True, look=look)
    settings = replace(session.settings, warehouse_path=warehouse_of(folder))

    def tell(*blocks: Block) -> None:
        show(blocks, look)

    def title(line: str) -> None:
        tell(Line(""))
        tell(Heading(f"$ skillhouse {line}"))

    fleet, done = make(folder, session.now, settings.timezone)
    tell(
        Line(
            f"Sample data: {len(fleet)} projects with one year of history, and a month of"
            f" transcripts, in {folder}"
        )
    )
    title("refresh")
    tell(*collected(done))
    ran = Session(settings, output, session.now)
    for line in (
        "summary",
        "top-skills --limit 10",
        "top-skills --kind agent --sort tokens --limit 5",
        f"effectiveness {STORIES.degrading}",
        f"effectiveness {STORIES.failing}",
        f"skills {skill_files.EDITED}",
        "skills --relation namesake",
    ):
        title(line)
        command, *rest = line.split()
        Catalogue()[command].main(rest, command, standalone_mode=False, obj=ran)
