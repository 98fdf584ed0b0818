"""The lowest version that pyproject.toml allows of each dependency, as constraints for pip.

Of the program's own dependencies and of every extra that users install.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

USERS_EXTRAS = ("excel", "frames", "mcp", "semantic", "team")


def main() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for name in USERS_EXTRAS for line in extras[name])]
    for line in lines:
        lowest = re.fullmatch(r"([\w.-]+)[>=]=([\w.]+)(,<[\w.]+)?", line)
        if lowest is None:
            sys.exit(f"pyproject.toml: {line!r} has no lower bound that can be tried")
        print(f"{lowest[1]}=={lowest[2]}")


if __name__ == "__main__":
    main()
