"""Name the dependency with which the main job fails: blame.py ENVIRONMENT

Compares what is installed in an environment with constraints.txt, which is known to work, and tries
the job again with one package at a time taken from there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
KNOWN_TO_WORK = HERE.parent / "constraints.txt"


def main() -> None:
    environment = Path(sys.argv[1])
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    listed = subprocess.run([*pip, "list", "--format=json"], stdout=subprocess.PIPE, check=True)
    installed = {normal(each["name"]): each["version"] for each in json.loads(listed.stdout)}
    pinned = dict(line.split("==") for line in KNOWN_TO_WORK.read_text().split() if "==" in line)
    other = {
        name: version
        for name, version in pinned.items()
        if installed.get(normal(name), version) != version
    }
    print("Installed in other versions than constraints.txt has:", file=sys.stderr)
    for name, version in other.items():
        print(f"  {name} {installed[normal(name)]} (pinned: {version})", file=sys.stderr)
    for name, version in other.items():
        swap(pip, name, version)
        works = subprocess.run(
            [python, str(HERE / "main_job.py"), str(environment / "bin" / "skillhouse")],
            capture_output=True,
            check=False,
        )
        swap(pip, name, installed[normal(name)])
        if works.returncode == 0:
            broken = f"{name} {installed[normal(name)]}"
            sys.exit(f"{broken} breaks skillhouse: with {name} {version} the main job works.")
    sys.exit("None of them alone makes the difference.")


def swap(pip: list[str], name: str, version: str) -> None:
    """Install one package in another version, and nothing else."""
    line = [*pip, "install", "--quiet", "--no-deps", f"{name}=={version}"]
    subprocess.run(line, check=False)


def normal(name: str) -> str:
    """A package's name as all spellings of it are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
