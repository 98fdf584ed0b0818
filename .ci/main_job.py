"""Run the main job of an installed skillhouse as a new user would: main_job.py PROGRAM

Every step runs in an empty HOME outside the checkout and is held against what went in. Ends with 1
at the first step that fails, and says which. Needs nothing but Python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import IO, Any

BEGINS = {"csv": b"rank,", "parquet": b"PAR1", "json": b"{", "markdown": b"# ", "xlsx": b"PK"}
"""The formats of `export`, and how a file in each begins."""

SKILLS = {"code-review": 700, "commit-message": 250, "test-runner": 50}
"""So many uses that the document is large enough to be read in bulk."""
RUNS = 3
COUNTS = "select skill_name, count(*) as total_invocations from skill_usage group by all"
PROGRAM = """
import skillhouse
frame = skillhouse.open().top_skills().pl()
print(frame.select("skill_name", "total_invocations").write_json())
"""
PATIENCE_S = 120


class Failed(Exception):
    """A step did not do what it should."""


class Job:
    """An installed program, in a home of its own."""

    def __init__(self, program: Path, home: Path) -> None:
        self.program = program
        self.home = home

    def __call__(self, *words: str, stdin: str = "") -> str:
        """What the program prints. Failed when it ends with anything but 0."""
        done = subprocess.run(
            [str(self.program), *words],
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode != 0:
            line = " ".join(words)
            told = f"exit code {done.returncode}\n{done.stderr.strip()}"
            raise Failed(f"{self.program.name} {line}: {told}")
        return done.stdout


def main() -> None:
    program = Path(os.path.abspath(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            run_all(Job(program, home), home)
        except (Failed, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as failure:
            sys.exit(f"Failed: {str(failure) or type(failure).__name__}")
    print("The main job works.")


def run_all(skillhouse: Job, home: Path) -> None:
    """Every step in turn."""
    skillhouse("demo")
    project = home / "code" / "shop"
    write_project(project)
    skillhouse("register-project", str(project))
    skillhouse("refresh")
    expect(skillhouse("refresh", "--json"), inserted=0)
    if "code-review" not in skillhouse("top-skills"):
        raise Failed("top-skills does not show what was collected")
    rows = json.loads(skillhouse("top-skills", "--json"))["data"]
    check_uses("top-skills --json", rows)
    skillhouse("trends", "code-review")
    skillhouse("report", "--html", "report.html")
    if b"overTime" not in (home / "report.html").read_bytes():
        raise Failed("report: the page has no charts")
    check_uses("mcp", ask_over_mcp(skillhouse))
    counts = skillhouse("sql", "--json", COUNTS)
    check_uses("sql", json.loads(counts)["data"])
    check_uses("import skillhouse", json.loads(ask_in_python(skillhouse)))
    for file_format, begin in BEGINS.items():
        target = home / f"top.{file_format}"
        skillhouse("export", "top-skills", "--format", file_format, "--output", str(target))
        if not target.read_bytes().startswith(begin):
            raise Failed(f"export --format {file_format}: the file is not in that format")


def write_project(project: Path) -> None:
    """The metrics of a repository, as the tools that write them leave them."""
    records: list[dict[str, Any]] = [
        {
            "skill_name": name,
            "invoked_at": f"2026-{1 + number % 9:02}-{1 + number % 28:02}T10:00:{number % 60:02}",
            "workflow_path": None,
            "completed": number % 5 > 0,
            "duration_seconds": 2.5,
            "follow_up_actions": [],
            "error_type": None,
        }
        for name, uses in SKILLS.items()
        for number in range(uses)
    ]
    document = project / ".session-buddy" / "skill_metrics.json"
    document.parent.mkdir(parents=True)
    whole = {"invocations": records, "skills": {}, "last_updated": "2026-11-01T10:00:00"}
    document.write_text(json.dumps(whole, indent=2))
    runs = project / ".kaizen" / "metrics" / "reviewer" / "executions.jsonl"
    runs.parent.mkdir(parents=True)
    times = [f"2026-10-0{1 + number}T08:00:00Z" for number in range(RUNS)]
    lines = [{"agent": "reviewer", "success": True, "timestamp": at} for at in times]
    runs.write_text("".join(json.dumps(line, sort_keys=True) + "\n" for line in lines))


def expect(answer: str, *, inserted: int) -> None:
    """Failed unless a refresh stored so many records."""
    total = json.loads(answer)["totals"]["inserted"]
    if total != inserted:
        raise Failed(f"refresh stored {total} records where {inserted} were new")


def check_uses(step: str, rows: list[dict[str, Any]]) -> None:
    """Failed unless the ranking counts what was written."""
    found = Counter({str(row["skill_name"]): row["total_invocations"] for row in rows})
    if found != Counter({**SKILLS, "reviewer": RUNS}):
        raise Failed(f"{step}: counted {dict(found)}")


def ask_in_python(skillhouse: Job) -> str:
    """The ranking as a data frame, from the Python that the program is installed in."""
    python = Job(skillhouse.program.with_name("python"), skillhouse.home)
    return python("-c", PROGRAM)


def ask_over_mcp(skillhouse: Job) -> list[dict[str, Any]]:
    """The ranking as an agent gets it: three messages of the protocol, a line each, over stdin."""
    client = {"name": "main-job", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    call = {"name": "get_top_skills", "arguments": {}}
    program = [str(skillhouse.program), "mcp"]
    with subprocess.Popen(
        program,
        cwd=skillhouse.home,
        env={"HOME": str(skillhouse.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        send(server.stdin, id=1, method="initialize", params=hello)
        answer(server.stdout.readline())
        send(server.stdin, method="notifications/initialized")
        send(server.stdin, id=2, method="tools/call", params=call)
        found = answer(server.stdout.readline())
        server.stdin.close()
        if server.wait(PATIENCE_S) != 0:
            raise Failed(f"mcp: exit code {server.returncode}")
    rows: list[dict[str, Any]] = found["structuredContent"]["answers"][0]["data"]
    return rows


def send(stream: IO[str], **message: object) -> None:
    """One message of the protocol."""
    stream.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    stream.flush()


def answer(line: str) -> Any:
    """The result in an answer. Failed when it holds none, or says that the call went wrong."""
    message = json.loads(line or "{}")
    if "result" not in message or message["result"].get("isError"):
        raise Failed(f"mcp: no answer but {line.strip()[:300] or 'the end'}")
    return message["result"]


if __name__ == "__main__":
    main()
