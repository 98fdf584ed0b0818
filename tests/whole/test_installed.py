"""The package as it is installed: alone, beside others that claim its names, and without extras.

The wheel is built here and installed into environments of its own, without any network: what it
needs is found where this environment has it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from cli.installation import Installation, installation, missing_extra
from command_line import TOP

pytestmark = [pytest.mark.xdist_group("installed"), pytest.mark.slow]

OURS = ("schema", "collector", "aggregator", "cli")


@dataclass(frozen=True)
class Environment:
    """A Python environment into which wheels are installed."""

    folder: Path

    @property
    def packages(self) -> Path:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "lib" / name / "site-packages"

    def pip(self, *words: str) -> None:
        line = [sys.executable, "-m", "pip", "--python", str(self.folder / "bin" / "python")]
        options = ["--disable-pip-version-check", "--quiet"]
        subprocess.run([*line, *options, *words], check=True, capture_output=True)

    def install(self, wheel: Path) -> None:
        self.pip("install", "--no-index", "--no-deps", "--force-reinstall", str(wheel))

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A program of the environment, in an empty folder."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return subprocess.run(
            [str(self.folder / "bin" / words[0]), *words[1:]],
            cwd=home,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", **variables},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, built from this checkout."""
    target = tmp_path_factory.mktemp("dist")
    line = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*line, "--directory", str(target)], cwd=TOP, check=True, capture_output=True)
    [built] = target.glob("*.whl")
    return built


def made(folder: Path) -> Environment:
    """An empty environment in which the libraries of this one can be imported."""
    new = Environment(folder)
    line = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(line, check=True)
    (new.packages / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return new


@pytest.fixture
def empty(tmp_path: Path) -> Environment:
    """An environment in which skillhouse is not installed."""
    return made(tmp_path / "venv")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    """Skillhouse alone; a test that changes anything in it puts it back."""
    new = made(tmp_path_factory.mktemp("installed") / "venv")
    new.install(wheel)
    return new


@contextmanager
def put_aside(path: Path) -> Iterator[Path]:
    """A file or folder under another name as long as the block lasts, which may replace it."""
    aside = path.with_name(path.name.title())
    path.rename(aside)
    try:
        yield aside
    finally:
        path.unlink(missing_ok=True)
        aside.rename(path)


def stranger(folder: Path, name: str) -> Path:
    """A wheel of another project, whose only module is the package ``name``."""
    path = folder / f"{name}-7.0-py3-none-any.whl"
    info = f"{name}-7.0.dist-info"
    files = {
        f"{name}/__init__.py": "class Theirs:\n    pass\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 7.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for place, content in files.items():
            archive.writestr(place, content)
        archive.writestr(f"{info}/RECORD", "".join(f"{each},,\n" for each in files))
    return path


def apart(wheel: Path) -> str:
    """The line that installs on its own what is installed here, where all extras are there."""
    return f"  uv tool install '{wheel}[docs,excel,frames,mcp,rollup,team]'"


def test_alone_it_starts_and_says_nothing(installed: Environment) -> None:
    """The console script, as the package's metadata names it."""
    done = installed.run("skillhouse", "--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"skillhouse {version('skillhouse')}\n"


@pytest.mark.slow
def test_its_manual_is_where_man_looks(installed: Environment) -> None:
    """Next to the environment's programs, where pipx takes manuals from."""
    page = installed.folder / "share" / "man" / "man1" / "skillhouse.1"

    assert page.read_text(encoding="utf-8") == (TOP / "docs" / "skillhouse.1").read_text("utf-8")


def test_installed_over_another_package_it_warns(
    empty: Environment, wheel: Path, tmp_path: Path
) -> None:
    """It works and the other does not; told in one sentence with a command, unless --quiet."""
    theirs = stranger(tmp_path, "schema")
    empty.install(theirs)
    empty.install(wheel)

    told = empty.run("skillhouse", "--version")
    quiet = empty.run("skillhouse", "--version", "--quiet")
    other = empty.run("python", "-c", "from schema import Theirs")
    empty.pip("uninstall", "--yes", "skillhouse")
    empty.install(theirs)
    mended = empty.run("python", "-c", "from schema import Theirs")

    sentence, command = told.stderr.splitlines()
    assert told.returncode == quiet.returncode == 0
    assert "the package schema 7.0" in sentence
    assert command == apart(wheel)
    assert quiet.stderr == ""
    assert (other.returncode, mended.returncode) == (1, 0)


@pytest.mark.slow
def test_with_another_package_installed_over_it_it_refuses(
    empty: Environment, wheel: Path, tmp_path: Path
) -> None:
    """The other works; skillhouse names the file and the command, and runs nothing."""
    empty.install(wheel)
    empty.install(stranger(tmp_path, "schema"))

    told = empty.run("skillhouse", "projects")
    other = empty.run("python", "-c", "from schema import Theirs")
    empty.pip("uninstall", "--yes", "schema")
    gone = empty.run("skillhouse", "projects")

    assert other.returncode == 0
    assert f"{empty.packages / 'schema' / '__init__.py'} belongs to another package" in told.stderr
    assert "the package `schema` is missing" in gone.stderr
    for done in (told, gone):
        sentence, command = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (1, "")
        assert sentence.startswith("Error: ")
        assert command == apart(wheel)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("content", ["", "raise SystemExit('theirs ran')"], ids=["empty", "code"])
def test_a_package_that_is_not_ours_is_never_run(
    installed: Environment, name: str, content: str
) -> None:
    """Any of the four, whatever it holds."""
    init = installed.packages / name / "__init__.py"
    with put_aside(init):
        init.write_text(content)
        done = installed.run("skillhouse", "--version")

    assert (done.returncode, done.stdout) == (1, "")
    assert f"{init} belongs to another package" in done.stderr
    assert "theirs ran" not in done.stderr


@pytest.mark.parametrize("name", OURS)
def test_a_module_that_is_found_earlier_is_noticed(
    installed: Environment, tmp_path: Path, name: str
) -> None:
    """Named, with the command that leaves PYTHONPATH out."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('theirs ran')")

    done = installed.run("skillhouse", "--version", PYTHONPATH=str(tmp_path))

    sentence, command = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert str(tmp_path / f"{name}.py") in sentence
    assert command == "  env -u PYTHONPATH skillhouse"


@pytest.mark.parametrize("name", OURS)
def test_a_module_beside_ours_is_noticed(installed: Environment, name: str) -> None:
    """A single file of that name, which Python does not find any more."""
    theirs = installed.packages / f"{name}.py"
    theirs.touch()
    done = installed.run("skillhouse", "--version")
    theirs.unlink()

    assert done.returncode == 0
    assert f"the module {theirs}" in done.stderr


def test_a_folder_that_differs_in_case_is_named(installed: Environment) -> None:
    """As on a disk that ignores case, where our files went into the folder of another package."""
    with put_aside(installed.packages / "aggregator"):
        done = installed.run("skillhouse", "--version")

    assert (done.returncode, done.stdout) == (1, "")
    assert "the package `aggregator` is missing" in done.stderr
    assert "another package has `Aggregator`" in done.stderr


@pytest.mark.parametrize(
    ("receipt", "command"),
    [
        (None, "{python} -m pip install '{wheel}[mcp]'"),
        ("uv-receipt.toml", "uv tool install '{wheel}[docs,excel,frames,mcp,rollup,team]'"),
        ("pipx_metadata.json", "pipx install --force '{wheel}[docs,excel,frames,mcp,rollup,team]'"),
    ],
    ids=["pip", "uv tool", "pipx"],
)
def test_a_missing_extra_is_told_with_the_command_for_this_installation(
    installed: Environment, wheel: Path, tmp_path: Path, receipt: str | None, command: str
) -> None:
    """One sentence, the command alone on its line, and exit code 1."""
    (tmp_path / "mcp.py").write_text("raise ImportError")
    if receipt is not None:
        (installed.folder / receipt).touch()

    done = installed.run("skillhouse", "mcp", PYTHONPATH=str(tmp_path))

    if receipt is not None:
        (installed.folder / receipt).unlink()
    python = installed.folder / "bin" / "python"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Error: The MCP server needs the extra `mcp`, which is not installed. Install it with:",
        command.format(python=python, wheel=wheel),
    ]


@pytest.mark.parametrize(
    ("here", "command"),
    [
        (
            Installation("pip", Path("/v"), "/c d/x", editable=True, extras=("excel",)),
            "/v/bin/python -m pip install --editable '/c d/x[mcp]'",
        ),
        (
            Installation("uv", Path("/v"), "/c", extras=("excel",)),
            "uv pip install --python /v/bin/python '/c[mcp]'",
        ),
        (
            Installation("uv tool", Path("/v"), "/c", editable=True, extras=("excel", "frames")),
            "uv tool install --editable '/c[excel,frames,mcp]'",
        ),
        (
            Installation("pipx", Path("/v"), "git+https://host/x@main"),
            "pipx install --force 'skillhouse[mcp] @ git+https://host/x@main'",
        ),
        (Installation("pip", Path("/v"), None), None),
    ],
    ids=["editable", "uv", "editable tool", "git", "unknown"],
)
def test_each_manager_s_command_names_the_place(here: Installation, command: str | None) -> None:
    """What makes the environment anew is told the extras it has; where no place is known, none."""
    assert here.command("mcp") == command


@pytest.mark.parametrize(
    ("record", "place"),
    [
        ({"url": "file:///a%20b", "dir_info": {}}, "/a b"),
        (
            {
                "url": "https://host/x",
                "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "0"},
                "subdirectory": "s",
            },
            "git+https://host/x@v1#subdirectory=s",
        ),
        ({"url": "https://host/x.whl", "archive_info": {}}, "https://host/x.whl"),
        ([], None),
    ],
    ids=["folder", "git", "address", "nothing"],
)
def test_the_place_is_what_the_installer_recorded(
    installed: Environment, record: object, place: str | None
) -> None:
    """Of a folder, a repository and an address; nothing where nothing usable is recorded."""
    [recorded] = installed.packages.glob("skillhouse-*.dist-info/direct_url.json")
    ask = "from cli.installation import installation; print(installation().place)"

    with put_aside(recorded):
        recorded.write_text(json.dumps(record))
        done = installed.run("python", "-c", ask)

    assert done.stdout == f"{place}\n"


def test_this_checkout_is_installed_editable() -> None:
    """Its commands name the folder, and say so where it is gone."""
    here = installation()

    assert (here.place, here.editable) == (str(TOP), True)
    assert not here.is_gone()
    assert Installation("pip", Path("/v"), str(TOP / "gone")).is_gone()
    assert missing_extra("mcp", "It").hint.endswith(f"-m pip install --editable '{TOP}[mcp]'")


def test_nothing_installs_by_the_bare_name() -> None:
    """No page, message or line of code: on an index, that name may be anybody's."""
    bare = re.compile(
        r"\b(pip3?|pipx|uv|uvx)\b[^`\n]*\b(install|run|add|inject|uvx)\b[^`\n]*?"
        r"""(?<![\w./-])skillhouse(?=\[|['"`\s]|$)(?!(\[[^\]]*\])? @ )"""
    )
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TOP, stdout=subprocess.PIPE, check=True
    ).stdout
    found = [
        f"{name}:{number}: {line}"
        for name in map(os.fsdecode, filter(None, tracked.split(b"\0")))
        if name.endswith((".py", ".md", ".toml", ".html", ".js", ".json", ".sql"))
        and name != str(Path(__file__).relative_to(TOP))
        for number, line in enumerate((TOP / name).read_text("utf-8").splitlines(), start=1)
        if bare.search(line)
    ]

    assert bare.search("pip install 'skillhouse[excel]'")
    assert bare.search("uv tool install skillhouse")
    assert not bare.search("pip install 'skillhouse[mcp] @ git+https://host/x'")
    assert found == []
