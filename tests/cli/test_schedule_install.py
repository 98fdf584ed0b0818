"""What the system's schedulers are told: read by their own parsers, placed and taken away again."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger

from cli.nightly.job import Job
from cli.nightly.schedulers import SCHEDULERS, native
from command_line import TOP, Program, start
from conftest import execution, write_executions
from schema.schedule import Schedule, daily_at, every, store_schedule, stored_schedule
from schema.warehouse import Warehouse

HARD = ("/opt/my tools/skillhouse", "--warehouse", """/w $HOME 50% "a" 'b' \\ c&<d>.duckdb""")
SCHEDULES = [daily_at("02:30"), every("6h"), every("90m"), every("25m"), every("7h"), every("24h")]
BY_SCHEDULE = pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
FILES = ("systemd", "launchd")


def job(schedule: Schedule, zone: str = "UTC") -> Job:
    command = (*HARD, "--quiet", "refresh", "--trigger", "schedule")
    return Job("skillhouse-1234", command, schedule, zone, Path("/w.duckdb"))


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program in a home of its own, with a crontab of its own and no PATH but that."""
    home = tmp_path / "home"
    for usual in (".config", "Library"):
        (home / usual).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return Program(tmp_path, capsys, monkeypatch).lay_empty()


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    """Where a ``crontab`` that does what cron's own does keeps its lines."""
    kept = tmp_path / "spool"
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(
        f"""#!/bin/sh
        export PATH=/usr/bin:/bin
        case "$1" in
        -l) [ -e {kept} ] && exec cat {kept}; echo "no crontab for me" >&2; exit 1 ;;
        -r) exec rm {kept} ;;
        -) exec cat > {kept} ;;
        esac
        """
    )
    program.chmod(0o755)
    return kept


def stored(run: Program) -> Schedule | None:
    """The schedule that is in force."""
    with Warehouse(run.warehouse, "UTC").reading() as con:
        return stored_schedule(con)


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# ---------------------------------------------------------------- their own parsers


@BY_SCHEDULE
@pytest.mark.parametrize("zone", ["UTC", "Australia/Lord_Howe"])
def test_systemd_accepts_the_unit_and_the_timer(
    schedule: Schedule, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``systemd-analyze verify`` has nothing to say."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    program = tmp_path / "my tools" / "skill house"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    placed = SCHEDULERS["systemd"].place(
        Job("skillhouse", (str(program), *HARD[1:]), schedule, zone, tmp_path / "w.duckdb")
    )
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)

    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *placed],
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@BY_SCHEDULE
def test_the_timer_s_calendar_has_the_schedule_s_times(schedule: Schedule) -> None:
    """Hours and minutes crossed give each time once, in the warehouse's zone."""
    text = SCHEDULERS["systemd"].render(job(schedule, "Asia/Kathmandu"))
    found = []
    for hours, minutes, zone in re.findall(r"OnCalendar=\*-\*-\* ([\d,]+):([\d,]+):00 (\S+)", text):
        assert zone == "Asia/Kathmandu"
        found += [time(int(h), int(m)) for h in hours.split(",") for m in minutes.split(",")]

    assert sorted(found) == job(schedule).times
    assert "Persistent=true" in text


def test_systemd_s_quoting_keeps_each_argument() -> None:
    """Specifiers and variables doubled, quotes and backslashes escaped."""
    text = SCHEDULERS["systemd"].render(job(daily_at("02:30")))
    [line] = re.findall("ExecStart=(.*)", text)
    words = [re.sub(r"([%$])\1", r"\1", word) for word in shlex.split(line)]

    assert words == list(job(daily_at("02:30")).command)
    assert not re.search(r"(?<!%)%(?!%)|(?<!\$)\$(?!\$)", line)


@BY_SCHEDULE
def test_a_plist_parser_reads_the_agent(schedule: Schedule) -> None:
    """Arguments whole, times all there."""
    agent = plistlib.loads(SCHEDULERS["launchd"].render(job(schedule)).encode())
    times = agent["StartCalendarInterval"]
    times = times if isinstance(times, list) else [times]

    assert agent["ProgramArguments"] == list(job(schedule).command)
    assert [time(each["Hour"], each["Minute"]) for each in times] == job(schedule).times


@BY_SCHEDULE
def test_a_cron_parser_reads_the_lines(schedule: Schedule) -> None:
    """Over a day, their times together are the schedule's; a shell reads the arguments whole."""
    lines = SCHEDULERS["cron"].render(job(schedule)).splitlines()
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    found = []
    for line in lines:
        trigger = CronTrigger.from_crontab(" ".join(line.split(" ")[:5]), timezone=UTC)
        at = trigger.get_next_fire_time(None, midnight)
        while at < midnight + timedelta(days=1):
            found.append(at.time())
            at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
        command = line.split(" ", 5)[5]
        assert not re.search(r"(?<!\\)%", command)
        heard = shlex.split(command.replace(r"\%", "%"), comments=True)
        assert heard == list(job(schedule).command)

    assert sorted(found) == job(schedule).times


# ---------------------------------------------------------------- what a job depends on


VARIABLES = {"SKILLHOUSE_TIMEZONE": "Asia/Kathmandu", "SKILLHOUSE_X": """50% $HOME "a" 'b' \\ c"""}


def test_each_scheduler_hands_on_the_variables() -> None:
    """As they are, through the quoting of each."""
    made = replace(job(daily_at("02:30")), environment=VARIABLES)

    [line] = SCHEDULERS["cron"].render(made).splitlines()
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    heard = shlex.split(command.replace(r"\%", "%"), comments=True)
    assert heard[:1] == ["/usr/bin/env"]
    assert dict(word.split("=", 1) for word in heard[1:3]) == VARIABLES
    assert heard[3:] == list(made.command)

    agent = plistlib.loads(SCHEDULERS["launchd"].render(made).encode())
    assert agent["EnvironmentVariables"] == VARIABLES

    unit = SCHEDULERS["systemd"].render(made)
    [zone, odd] = [shlex.split(word)[0] for word in re.findall("Environment=(.*)", unit)]
    assert dict(word.replace("%%", "%").split("=", 1) for word in (zone, odd)) == VARIABLES


def test_a_job_names_all_that_it_depends_on(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default's path is one of this shell's; a secret is not for a file."""
    monkeypatch.delenv("SKILLHOUSE_WAREHOUSE")
    monkeypatch.setenv("XDG_DATA_HOME", str(run.root / "data"))
    monkeypatch.setenv("SKILLHOUSE_TIMEZONE", "Europe/Paris")
    monkeypatch.setenv("SKILLHOUSE_DEBUG", "1")
    monkeypatch.setenv("SKILLHOUSE_MCP_TOKEN", "secret")

    for scheduler in ("systemd", "launchd", "cron"):
        said = run("schedule", "install", f"--{scheduler}").out

        assert str(run.root / "data" / "skillhouse" / "warehouse.duckdb") in said
        assert "Europe/Paris" in said and "SKILLHOUSE_DEBUG" in said
        assert "secret" not in said


def test_the_line_runs_on_the_same_warehouse_without_the_shell_s_environment(
    tmp_path: Path,
) -> None:
    """As cron runs it: with a home and a path that may be others, and nothing else."""
    project = tmp_path / "app"
    write_executions(project, "a", [execution()])
    here = {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "data")}
    start("register-project", str(project), env=here)
    line = start("schedule", "install", "--cron", env=here).out
    command = line.split(" ", 5)[5]
    bare = {"HOME": str(tmp_path / "other"), "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        ["/bin/sh", "-c", command], env=bare, cwd=TOP, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert [str(path) for path in tmp_path.rglob("*.duckdb")] == [
        str(tmp_path / "data" / "skillhouse" / "warehouse.duckdb")
    ]
    top = start("--json", "top-skills", env=here)
    assert top.json["totals"]["total_invocations"] == 1


def test_a_pass_over_nothing_in_a_new_file_is_told(run: Program) -> None:
    """Once: the file is there afterwards, and a second pass over nothing is what it is."""
    run.warehouse.unlink()

    first = run("--quiet", "refresh")
    second = run("--quiet", "refresh")

    assert (first.code, second.code, second.err) == (1, 0, "")
    assert first.err.startswith(f"Problem: {run.warehouse} is a new warehouse without any project")


# ---------------------------------------------------------------- placing and taking away


@pytest.mark.parametrize("scheduler", FILES)
def test_what_is_installed_is_shown_and_leaves_nothing(run: Program, scheduler: str) -> None:
    """Printed only, nothing is written; with --write it is found, and removed with its folders."""
    warehouse = Warehouse(run.warehouse, "UTC")
    before = files_below(run.root)

    printed = run("schedule", "install", f"--{scheduler}", "--at", "03:15")
    untouched = files_below(run.root)
    run("schedule", "install", f"--{scheduler}", "--write", "--at", "03:15")
    again = run("schedule", "install", f"--{scheduler}", "--write", "--json")
    shown = run("schedule", "show", "--json").json["data"][0]
    with warehouse.reading() as con:
        in_force = stored_schedule(con)
    removed = run("schedule", "uninstall", "--json")
    twice = run("schedule", "uninstall")

    places = again.json["data"][0]["places"]
    assert printed.code == again.code == removed.code == twice.code == 0
    assert str(run.warehouse) in printed.out
    assert untouched == before == files_below(run.root)
    assert in_force == daily_at("03:15")
    assert shown["schedule"] == "daily at 03:15"
    assert shown["next_run_at"] == "2026-11-21T03:15:00+00:00"
    assert [(each["scheduler"], each["places"]) for each in shown["installed"]] == [
        (scheduler, places)
    ]
    assert removed.json["data"][0]["places"] == places != []
    assert twice.out == "Nothing was installed.\n"
    assert run("schedule", "show", "--json").json["data"][0]["schedule"] is None


def test_crontab_lines_of_others_stay(run: Program, crontab: Path) -> None:
    """Ours are added, replaced and removed; a crontab that was not there is not there again."""
    theirs = "# mine\n5 4 * * * backup # skillhouse-00000000 schedule install\n"
    crontab.write_text(theirs)

    run("schedule", "install", "--cron", "--write", "--every", "90m")
    many = crontab.read_text()
    run("schedule", "install", "--cron", "--write", "--at", "02:30")
    one = crontab.read_text()
    shown = run("schedule", "show", "--json").json["data"][0]["installed"]
    run("schedule", "uninstall")
    left = crontab.read_text()
    crontab.unlink()
    run("schedule", "install", "--cron", "--write")
    alone = crontab.read_text()
    run("schedule", "uninstall", "--cron")

    assert many.startswith(theirs)
    assert (len(many.splitlines()), len(one.splitlines())) == (4, 3)
    assert one.startswith(f"{theirs}30 2 * * * ")
    assert shown == [{"scheduler": "cron", "places": ["crontab"], "active": True}]
    assert left == theirs
    assert alone == one.removeprefix(theirs)
    assert not crontab.exists()


def test_without_crontab_the_line_is_only_shown(run: Program) -> None:
    """--write says so, and changes nothing."""
    shown = run("schedule", "install", "--cron")
    refused = run("schedule", "install", "--cron", "--write")

    assert (shown.code, refused.code) == (0, 1)
    assert "no `crontab`" in refused.err
    assert stored(run) is None


@pytest.mark.parametrize("scheduler", FILES)
def test_a_file_of_somebody_else_stays(run: Program, scheduler: str) -> None:
    """Neither overwritten nor removed; the refusal names it."""
    line = ["schedule", "install", f"--{scheduler}", "--write"]
    place = Path(run(*line, "--json").json["data"][0]["places"][-1])
    run("schedule", "uninstall")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("something else")

    refused = run(*line)
    run("schedule", "uninstall")

    assert (refused.out, refused.code) == ("", 2)
    assert str(place) in refused.err
    assert place.read_text() == "something else"


def test_an_enabled_timer_is_active_and_goes_with_the_rest(run: Program) -> None:
    """The link that ``systemctl --user enable`` makes."""
    placed = run("schedule", "install", "--systemd", "--write", "--json").json["data"][0]["places"]
    timer = Path(placed[-1])
    wanted = timer.parent / "timers.target.wants" / timer.name
    before = run("schedule", "show", "--json").json["data"][0]["installed"][0]["active"]
    wanted.parent.mkdir()
    wanted.symlink_to(timer)

    after = run("schedule", "show", "--json").json["data"][0]["installed"][0]["active"]
    run("schedule", "uninstall")

    assert (before, after) == (False, True)
    assert files_below(run.root / "home") == [".config", "Library"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--at", "02:30", "--every", "6h"], "cannot be combined"),
        (["--at", "25:00"], "not a time"),
        (["--every", "36h"], "not a whole number of days"),
        (["--every", "2d"], "at times of day"),
        (["--systemd", "--cron"], "More than one scheduler"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant_is_wrong_usage(run: Program, options: list[str], told: str) -> None:
    """Exit code 2 and a sentence; nothing is written."""
    done = run("schedule", "install", "--write", *options)

    assert (done.out, done.code) == ("", 2)
    assert told in done.err
    assert stored(run) is None


def test_each_platform_has_its_scheduler() -> None:
    """Whether Linux has systemd is found out on the spot."""
    assert native("darwin") == "launchd"
    assert native(sys.platform) in SCHEDULERS


def test_a_clock_that_is_not_the_warehouse_s_is_noted(
    run: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cron keeps the machine's; systemd is told the zone. Another name for one clock is no news."""
    monkeypatch.setenv("TZ", "Etc/UTC")
    same = run("schedule", "install", "--cron")
    run("aggregate", "--timezone", "Asia/Kathmandu")
    other = run("schedule", "install", "--cron")
    told = run("schedule", "install", "--systemd")

    assert (same.err, told.err) == ("", "")
    assert other.err.startswith("Note: cron uses this machine's time zone")
    assert "Asia/Kathmandu" in other.err


def test_a_schedule_of_days_can_be_shown(run: Program) -> None:
    """The service can keep it, though the system's schedulers cannot."""
    with Warehouse(run.warehouse, "UTC").writing() as con:
        store_schedule(con, every("2d"))

    shown = run("schedule", "show")

    assert shown.code == 0
    assert "Installed  nothing" in shown.out


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("columns", ["20", "200"])
def test_what_is_to_be_copied_is_printed_as_it_is(
    run: Program, monkeypatch: pytest.MonkeyPatch, scheduler: str, columns: str
) -> None:
    """The listing is the file that --write places, tabs included, whatever the width."""
    monkeypatch.setenv("COLUMNS", columns)
    run.warehouse = run.root / "a warehouse whose name is long enough to be wrapped.duckdb"
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(run.lay_empty().warehouse))

    content = run("schedule", "install", f"--{scheduler}", "--json").json["data"][0]["content"]
    printed = run("schedule", "install", f"--{scheduler}")

    assert printed.out == content
    assert str(run.warehouse) in printed.out


def test_a_listing_without_a_warehouse_is_of_use_once_there_is_one(run: Program) -> None:
    """It is printed, and exit code 1 says what is missing; nothing is placed or made."""
    run.warehouse.unlink()

    shown = run("schedule", "install", "--cron")
    refused = run("schedule", "install", "--systemd", "--write")

    assert shown.out.startswith("30 2 * * * ")
    assert (refused.out, shown.code, refused.code) == ("", 1, 1)
    assert shown.err == refused.err
    assert shown.err.startswith(f"Error: There is no warehouse at {run.warehouse}.\n")
    assert not run.warehouse.exists()
