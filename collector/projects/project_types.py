"""Of which type a project seems to be, by the names of the files in it; none is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase

from collector.projects.repositories import is_left_out

_NAMES = (
    ("go", ("go.mod",)),
    ("rust", ("Cargo.toml",)),
    ("java", ("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle")),
    ("scala", ("build.sbt",)),
    ("dotnet", ("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx")),
    ("elixir", ("mix.exs",)),
    ("dart", ("pubspec.yaml",)),
    ("swift", ("Package.swift", "*.xcodeproj")),
    ("php", ("composer.json",)),
    ("haskell", ("stack.yaml", "*.cabal")),
    ("python", ("pyproject.toml", "setup.py", "Pipfile")),
    ("ruby", ("*.gemspec", "config.ru")),
    ("node", ("package.json", "deno.json", "tsconfig.json")),
    # What projects of other types have as well.
    ("ruby", ("Gemfile",)),
    ("python", ("requirements.txt", "setup.cfg", "environment.yml")),
    ("cpp", ("CMakeLists.txt", "meson.build")),
    ("terraform", ("*.tf",)),
)
"""Types and the files that show them. The first that fits counts: tools written in Python or for
node have their files in projects of every type."""


def guess_type(folder: str) -> str | None:
    """The type of the project in a folder, or of all the folders in it; None where that is open."""
    names = _names(folder)
    found = _type_of(names)
    if found is not None:
        return found
    inner = {
        each
        for name in names
        if not is_left_out(name) and os.path.isdir(path := os.path.join(folder, name))
        if not os.path.islink(path)
        if (each := _type_of(_names(path))) is not None
    }
    return inner.pop() if len(inner) == 1 else None


def _type_of(names: list[str]) -> str | None:
    return next((each for each, patterns in _NAMES if any(_found(patterns, names))), None)


def _found(patterns: tuple[str, ...], names: list[str]) -> Iterator[bool]:
    for pattern in patterns:
        if "*" in pattern:
            yield any(fnmatchcase(name, pattern) for name in names)
        else:
            yield pattern in names


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
