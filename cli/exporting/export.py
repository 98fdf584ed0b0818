"""One export: an answer or a table, optionally anonymised, as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from aggregator import tables
from aggregator.measures import scope
from cli.answers import catalogue
from cli.answers.catalogue import Value
from cli.answers.shapes import Column, Shape, columns_of, shape_of
from cli.diagnostics import Progress, progress
from cli.exporting import formats, markdown
from cli.exporting.places import refused
from cli.exporting.sheet import Sheet, sheet_of
from cli.output import iso
from cli.publishing import publisher
from cli.query_options import QueryOptions, Window
from cli.session import Session
from cli.watched import watched
from schema import pseudonyms
from schema.engine import duckdb
from schema.errors import UnknownName, UsageError
from schema.names import did_you_mean
from schema.pseudonyms import Pseudonyms
from schema.settings import home
from schema.statements import statement
from schema.warehouse import Connection, reporting_zone

PSEUDONYMS = "pseudonyms"
"""The table of pseudonyms in public files: only for the owner of the warehouse."""

TEXT_FORMATS = ("csv", "json", "markdown")
MEMORY = "1 GiB"
_WITHOUT_LIMIT = 2**31 - 1


@dataclass(frozen=True)
class Request:
    """What to export, and how. ``options`` are those of the answer, by name."""

    what: str
    format: str
    query: QueryOptions
    name: str | None = None
    limit: int | None = None
    options: Mapping[str, str] | None = None
    public: bool = False


@dataclass(frozen=True)
class Exported:
    """What was written. ``cut_cells``: cells too long for Excel; ``notes``: for the user."""

    rows: int
    columns: int
    cut_cells: int
    notes: Sequence[str]


def everything() -> list[str]:
    """Everything that can be exported."""
    return [*catalogue.exported_names(), *tables.names(), PSEUDONYMS]


def check(request: Request) -> None:
    """UsageError for an export that is not possible, UnknownName for an unknown one."""
    what = request.what
    if what not in everything():
        near = get_close_matches(what, everything(), n=3, cutoff=0.5)
        hint = did_you_mean(near, f"Choose one of {_listed()}.")
        raise UnknownName(f"Nothing named {what!r} can be exported.", hint)
    if request.public and what == PSEUDONYMS:
        raise UsageError("The table of pseudonyms cannot be public.", "Leave out --public.")
    if request.public and what not in catalogue.names():
        raise UsageError(
            f"{what} is a table of single records, which cannot be anonymised.",
            f"Leave out --public, or export an answer: {', '.join(catalogue.exported_names())}.",
        )
    if what not in catalogue.names() and request.options:
        raise UsageError(f"{what} is a table and has no options.", "Leave out --set.")
    if request.format == "xlsx":
        from cli.exporting.excel import expect_library

        expect_library()


def export(session: Session, request: Request, path: Path, display_path: Path) -> Exported:
    """Write the file; raises as the answer does, and UsageError for what the format cannot hold.

    Errors name the file ``display_path``, of which ``path`` is a draft.
    """
    known = pseudonyms.ensured(session.warehouse) if request.public else None
    with (
        session.warehouse.reading() as con,
        tempfile.TemporaryDirectory(prefix="skillhouse-") as spill,
    ):
        # An export may be many times larger than the memory.
        con.execute("set memory_limit = $limit", {"limit": MEMORY}).fetchall()
        con.execute("set temp_directory = $folder", {"folder": spill}).fetchall()
        try:
            if request.what in catalogue.names():
                return _answer(con, session, request, known, path)
            return _table(con, session, request, path)
        except (duckdb.IOException, OSError) as exc:
            raise refused(display_path, exc) from exc


def _answer(
    con: Connection, session: Session, request: Request, known: Pseudonyms | None, path: Path
) -> Exported:
    answer = catalogue.known(request.what)
    values = _values(answer, request)
    result = answer.answer(con, session, request.query, values)
    envelope = result.answer.envelope()
    if "limit" in answer.parameters:
        asked = envelope["filters"]
        assert isinstance(asked, dict)
        envelope["filters"] = {**asked, "limit": request.limit}
    shape = shape_of(request.what)
    notes: list[str] = []
    zone = result.query.zone
    if known is not None:
        publish = publisher(con, known, home())
        envelope = publish.publish(envelope, shape, request.limit)
        notes = [
            "Projects and revealing names are replaced by pseudonyms."
            " Look them up: `skillhouse export pseudonyms`"
        ]
    rows = envelope["data"]
    assert isinstance(rows, list)
    columns = columns_of(shape.rows)
    if known is not None:
        columns = [_public(column) for column in columns]
    cut = 0
    if request.format == "json":
        formats.write_envelope(envelope, path)
    elif request.format == "markdown":
        markdown.write_answer(envelope, shape, path)
    else:
        sheet = sheet_of(con, request.what, columns, rows, zone)
        moment = str(envelope["generated_at"])
        about = _about(envelope, shape)
        with progress(not session.output.quiet, f"Writing {request.what}") as bar:
            cut = _write(con, request, sheet, about, moment, path, bar)
    return Exported(len(rows), len(columns), cut, notes)


def _values(answer: catalogue.Known, request: Request) -> dict[str, Value]:
    """The values of the answer's own parameters; all rows, unless a limit is given."""
    values: dict[str, Value] = {}
    for name, text in (request.options or {}).items():
        parameter = answer.parameters.get(name.replace("-", "_"))
        if parameter is None:
            raise UsageError(
                f"{answer.name} has no option {name!r}.",
                f"Options: {', '.join(answer.parameters) or 'none'}.",
            )
        values[parameter.name] = parameter.read(text)
    if request.name is not None:
        values["name"] = request.name
    if "limit" in answer.parameters:
        # Merge small groups over all rows: the rest could be derived from the total otherwise.
        every = request.public or request.limit is None
        values["limit"] = _WITHOUT_LIMIT if every else request.limit
    elif request.limit is not None:
        raise UsageError(f"{answer.name} has no limit.", "Leave out --limit.")
    return values


def _table(con: Connection, session: Session, request: Request, path: Path) -> Exported:
    zone = reporting_zone(con)
    if request.what == PSEUDONYMS:
        rows = _pseudonyms(con)
        names = [Column((name,), "text") for name in ("sort", "value", "pseudonym")]
        sheet = sheet_of(con, PSEUDONYMS, names, rows, zone)
    else:
        query = request.query
        choice = tables.Choice(
            scope(
                con,
                query.projects,
                include_inactive=query.all_projects,
                types=query.types,
                tags=query.tags,
            )
            if query.projects or query.types or query.tags or not query.all_projects
            else None,
            None if query.window == Window() else query.window.span(session.now, zone),
            query.kind,
            request.name,
            request.limit,
        )
        sheet = Sheet(request.what, tables.stored_table(con, request.what, choice), zone)
    moment = iso(session.now, zone) or ""
    about = {"table": request.what, "exported_at": moment, "timezone": zone}
    with progress(not session.output.quiet, f"Exporting {request.what}") as bar:
        cut = _write(con, request, sheet, about, moment, path, bar)
    return Exported(sheet.count(), len(sheet.columns), cut, [])


def _write(
    con: Connection,
    request: Request,
    sheet: Sheet,
    about: Mapping[str, object],
    moment: str,
    path: Path,
    bar: Progress,
) -> int:
    """Write rows; returns how many cells had to be cut."""
    match request.format:
        case "csv":
            watched(con, bar, lambda: formats.write_csv(con, sheet, path))
        case "parquet":
            watched(con, bar, lambda: formats.write_parquet(sheet, path))
        case "json":
            watched(con, bar, lambda: formats.write_json_rows(con, sheet, path))
        case "markdown":
            markdown.write_rows(con, sheet, path)
        case _:
            from cli.exporting.excel import write_excel

            made_on = datetime.fromisoformat(moment)
            return write_excel(con, sheet, about, made_on, path, bar)
    return 0


def _public(column: Column) -> Column:
    return replace(column, kind="day") if column.kind == "instant" else column


def _about(envelope: Mapping[str, object], shape: Shape) -> dict[str, object]:
    """The second sheet: how the rows were queried."""
    about: dict[str, object] = {
        name: envelope[name] for name in ("command", "generated_at", "timezone")
    }
    for part, fields in (("filters", shape.filters), ("totals", shape.totals)):
        values = envelope[part]
        assert isinstance(values, Mapping)
        for field in fields:
            value = values.get(field.name)
            about[f"{part}.{field.name}"] = str(value) if field.is_nested and value else value
    return about


def _pseudonyms(con: Connection) -> list[dict[str, object]]:
    known = pseudonyms.stored(con)
    if known is None:
        raise UsageError(
            "There are no pseudonyms yet: nothing was exported with --public.",
            "For example: skillhouse export top-skills --public",
        )
    publish = publisher(con, known, home())
    projects = [
        {"sort": "project", "value": name, "pseudonym": f"project-{publish.project(key)}"}
        for key, name in sorted(publish.projects.items(), key=lambda each: each[1])
    ]
    named = con.execute(statement("cli/exporting/used_names.sql")).fetchall()
    types = con.execute(statement("cli/sql/project_types.sql")).fetchall()
    return [
        *projects,
        *(
            {"sort": "name", "value": name, "pseudonym": publish.skill(name)}
            for name in publish.withheld(str(row[0]) for row in named)
        ),
        *(
            {"sort": "type", "value": name, "pseudonym": publish.type_of(name)}
            for (name,) in types
            if publish.type_of(name) != name
        ),
    ]


def _listed() -> str:
    return ", ".join(everything())
