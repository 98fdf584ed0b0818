"""Every command in any environment: no fault of ours, no traceback, no row lost or doubled."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command_line import House
from conftest import THOROUGH, execution, write_executions
from schema.warehouse import Warehouse
from shells import environment, shell

EXAMPLES = 6 * THOROUGH
"""Three processes each, which takes three seconds on a busy machine."""

NEW_ROWS = 3
COMMANDS = (
    "refresh",
    "refresh",
    "collect",
    "collect fresh --full",
    "aggregate --full",
    "register-project fresh --name fresh",
    "projects",
    "top-skills",
    "effectiveness deploy",
    "compare deploy",
    "summary",
    "trends",
    "health",
    "recommend",
    "anomalies",
    "workflows",
    "patterns sessions",
    "patterns pairs",
    "baseline save",
    "baseline list",
    "status",
    "runs",
    "doctor",
    "verify",
    "migrate-check fresh",
    "backup",
    "backup kept.duckdb",
    "compact",
    "retention",
    "export skill_usage",
    "export skill_usage --output rows.csv --force",
    "export top-skills --public",
    "schedule show",
    "schedule install --cron",
    "schedule install --systemd",
    "schedule uninstall",
    "demo --keep fleet",
    "--help",
    "trends --help",
)
FREE = {
    "HOME": (None, "", "/nowhere/at/all", "relative", "{root}", "{root}/file", "/proc"),
    "TMPDIR": (None, "", "/nowhere", "{root}"),
    "XDG_DATA_HOME": (None, "", "relative", "/proc"),
    "SKILLHOUSE_TIMEZONE": ("", "Europe/Berlin", "Nowhere/Zone"),
    "TZ": (None, "UTC", "Asia/Kathmandu", ":/etc/localtime", "EST5EDT", "posix/UTC", "none"),
    "LC_ALL": (None, "C", "POSIX", "C.UTF-8", "xx_YY.ISO-8859-1"),
    "PYTHONUTF8": (None, "0", "1"),
    "PYTHONCOERCECLOCALE": (None, "0"),
    "PYTHONIOENCODING": (None, "ascii", "latin-1", "utf-16"),
    "PYTHONWARNINGS": (None, "always", "error"),
    "TERM": (None, "", "dumb", "xterm-256color"),
    "COLUMNS": (None, "", "0", "1", "37", "\u00b2", "-1", "99999999999999999999"),
    "LINES": (None, "0", "x"),
    "TERMINAL_WIDTH": (None, "0", "wide"),
    "NO_COLOR": (None, "", "1"),
    "FORCE_COLOR": (None, "1"),
}
"""Variables and what they may be set to; None is unset."""

FOLDERS = (
    "cd '{root}'",
    "cd /",
    "cd /proc",
    "mkdir '{root}/gone'; cd '{root}/gone'; rmdir ../gone",
)
LIMITS = ("", "ulimit -f 0", "ulimit -f 8", "ulimit -f 1500", "ulimit -n 6", "ulimit -n 20")
STREAMS = ("", "> /dev/full", ">&-", "<&-", "| true", "> '{root}/out'", ">&- <&-")


@dataclass(frozen=True)
class Case:
    """One line and all that surrounds it; ``{root}`` is a folder of its own."""

    command: str
    flags: tuple[str, ...]
    variables: dict[str, str | None]
    folder: str
    limit: str
    streams: str


def one_of_mostly_none(values: tuple[str | None, ...]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(values))


CASES = st.builds(
    Case,
    st.sampled_from(COMMANDS),
    st.lists(st.sampled_from(("--quiet", "--json", "--no-color")), max_size=2).map(tuple),
    st.fixed_dictionaries({name: one_of_mostly_none(values) for name, values in FREE.items()}),
    st.sampled_from(FOLDERS),
    st.sampled_from(LIMITS),
    st.sampled_from(STREAMS),
)


def rows(warehouse: Path) -> list[tuple[object, ...]]:
    """What makes a row itself, of every row."""
    with Warehouse(warehouse).reading() as con:
        return con.execute(
            "select project_id, kind, skill_name, epoch_us(invoked_at), session_id, occurrence"
            " from skill_usage order by all"
        ).fetchall()


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(CASES)
def test_no_environment_is_a_fault_of_ours(house: House, case: Case) -> None:
    """The exit code says done, not done or wrong usage; a plain pass then has every row, once."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(os.path.realpath(name))
        (root / "file").touch()
        warehouse = root / "data" / "w.duckdb"
        house.copy_to(warehouse)
        runs = [execution(f"2026-11-{day:02}T10:00:00Z") for day in range(1, NEW_ROWS + 1)]
        write_executions(root / "fresh", "helper", runs)
        plain = environment(warehouse)
        before = rows(warehouse)
        assert shell("$S register-project fresh", plain, root).code == 0
        env = {
            **plain,
            **{
                name: value.format(root=root)
                for name, value in case.variables.items()
                if value is not None
            },
        }

        line = " ".join(["$S", *case.flags, case.command, case.streams.format(root=root)])
        preparation = f"{case.folder.format(root=root)}; {case.limit}"
        done = shell(line, env, root, before=preparation)
        again = shell("$S refresh fresh", plain, root)
        after = rows(warehouse)

    assert done.code in (0, 1, 2), (line, done)
    for sign in ("Traceback", "fault is ours", "Exception ignored", "Warning"):
        assert sign not in done.err, (line, done.err)
    assert again.code == 0, again.err
    assert len(after) == len(set(after)) == len(before) + NEW_ROWS
    assert set(before) <= set(after)
