"""Screens: what leaves, wraps or is cut as a terminal gets narrow; colors; and the pager."""

from __future__ import annotations

import os
import pty
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.colors import Palette, theme_of, tone_of
from cli.screen import Column, Table
from cli.table import shortened, table_lines, wrapped
from cli.terminal import may_style
from command_line import House, cells

PLAIN = Palette(None)
NAMES = st.text(st.sampled_from("ab-検/"), min_size=1, max_size=60)
COLOR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLORFGBG")


@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.integers(4, 40))
def test_names_are_never_cut_to_the_same_text(names: list[str], width: int) -> None:
    """Each fits its column, and those that are not whole differ from all others."""
    shown = shortened(names, width)

    assert shown.keys() == set(names)
    assert all(cells(line) <= width for lines in shown.values() for line in lines)
    assert max(Counter("".join(lines) for lines in shown.values()).values()) == 1
    for name, lines in shown.items():
        assert name.startswith("".join(lines).removesuffix("…"))


@given(st.lists(st.text("ab", min_size=1, max_size=12), max_size=20), st.integers(4, 30))
def test_wrapping_loses_no_word(words: list[str], width: int) -> None:
    text = " ".join(words)

    lines = wrapped(text, width)

    assert "".join("".join(lines).split()) == "".join(words)
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize(
    "sentence",
    [
        "Details of the first: `skillhouse effectiveness a --since 2026-11-04`, and more",
        "No project is registered yet: skillhouse register-project /a/long/path/of/a/project",
    ],
)
@pytest.mark.parametrize("width", [20, 50])
def test_a_command_in_a_sentence_is_never_broken(sentence: str, width: int) -> None:
    """It has a line of its own, and can be copied from it."""
    command = sentence[sentence.index("skillhouse") :].partition("`")[0]

    assert any(command in line for line in wrapped(sentence, width))


def test_the_least_important_columns_leave_first() -> None:
    """The answer's column stays, and names are cut only when nothing else may leave."""
    columns: list[Column[str]] = [
        Column("Name", str, name=True),
        Column("Answer", lambda _: "worse"),
        Column("First to leave", lambda _: "0123456789", drop=2),
        Column("Second", lambda _: "0123456789", drop=1),
    ]
    table = Table(columns, ["a-name-of-thirty-two-characters!"])

    heads = {width: table_lines(table, width, PLAIN)[0].split() for width in (80, 58, 40, 30)}

    assert heads[80] == ["Name", "Answer", "First", "to", "leave", "Second"]
    assert heads[58] == ["Name", "Answer", "Second"]
    assert heads[40] == heads[30] == ["Name", "Answer"]
    assert "a-name-of-thirty-two-characters!" in "".join(table_lines(table, 50, PLAIN))


def test_where_nothing_happened_is_counted() -> None:
    table = Table([Column[str]("Name", str)], ["a"], unchanged=97)

    assert table_lines(table, None, PLAIN) == ["Name", "a", "+ 97 unchanged"]
    assert table_lines(Table(table.columns, [], 2), None, PLAIN) == ["+ 2 unchanged"]


@pytest.mark.parametrize(
    ("wanted", "environment", "is_terminal", "styled"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True, True),
        ("always", {}, False, True),
        ("always", {"NO_COLOR": "1"}, True, False),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_the_environment_decides_about_colors(
    wanted: str,
    environment: dict[str, str],
    is_terminal: bool,
    styled: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in COLOR_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)

    assert may_style(wanted) == styled


@pytest.mark.parametrize(
    ("wanted", "background", "theme"),
    [
        (None, None, "auto"),
        (None, "15;0", "dark"),
        (None, "0;15", "light"),
        (None, "0;default;15", "light"),
        (None, "12;8", "dark"),
        (None, "default", "auto"),
        ("light", "15;0", "light"),
        ("auto", "0;7", "light"),
    ],
)
def test_the_theme_is_set_or_told_by_the_terminal(
    wanted: str | None, background: str | None, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORFGBG", raising=False)
    if background is not None:
        monkeypatch.setenv("COLORFGBG", background)

    assert theme_of(wanted) == theme


def test_a_color_says_what_a_word_means() -> None:
    """The same in cells and at the beginning of sentences; words without a meaning stay plain."""
    palette = Palette("dark")

    assert [tone_of(word) for word in ("worse", "better, slower", "n/a", "silent", "skill")] == [
        "bad",
        "good",
        "quiet",
        "attention",
        None,
    ]
    assert palette.line("- Needs attention: x") == "- \x1b[91mNeeds attention\x1b[0m: x"
    assert palette.line("- got worse: 60%") == "- \x1b[91mgot worse\x1b[0m: 60%"
    assert palette.line("Success 90%") == "Success 90%"
    assert palette.line("- test-runner: got worse") == "- test-runner: got worse"
    assert len({Palette(theme).styled("worse", "bad") for theme in ("dark", "light", "auto")}) == 3


# ---------------------------------------------------------------- in a real terminal


def in_terminal(
    folder: Path, warehouse: Path, *words: str, lines: int, pager: str | None
) -> tuple[str, int]:
    """What a terminal with so many lines shows, and the exit code."""
    env = {
        "PATH": "/usr/bin:/bin",
        "TERM": "xterm",
        "HOME": str(folder),
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "SKILLHOUSE_TIMEZONE": "UTC",
        **({} if pager is None else {"PAGER": pager}),
    }
    process, terminal = pty.fork()
    if not process:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
        os.execve(sys.executable, [sys.executable, "-m", "cli", *words], env)  # noqa: S606
    shown = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not part:
            break
        shown += part
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("house") / "w.duckdb"
    House(tmp_path_factory).copy_to(path)
    return path


@pytest.mark.slow
def test_what_is_longer_than_the_screen_goes_through_the_pager(
    warehouse: Path, tmp_path: Path
) -> None:
    """Once, and only then; without a pager, or if that fails, the answer is printed as it is."""
    mark = 'sh -c "cat; echo PAGED"'
    paged, _ = in_terminal(tmp_path, warehouse, "top-skills", lines=6, pager=mark)
    plain, _ = in_terminal(tmp_path, warehouse, "--no-pager", "top-skills", lines=6, pager=mark)
    short, _ = in_terminal(tmp_path, warehouse, "top-skills", lines=60, pager=mark)
    others = [
        in_terminal(tmp_path, warehouse, "top-skills", lines=6, pager=pager)
        for pager in ("cat", "no-such-pager", "'", "false", 'sh -c "exit 3"')
    ]

    assert paged == f"{plain}PAGED\n"
    assert "PAGED" not in plain + short
    assert {(shown, code) for shown, code in others} == {(plain, 0)}


@pytest.mark.slow
def test_a_pager_that_ends_early_ends_nothing_else(warehouse: Path, tmp_path: Path) -> None:
    """The person has read enough: the exit code is that of the command."""
    shown, code = in_terminal(
        tmp_path, warehouse, "top-skills", lines=6, pager='sh -c "head -n 1; exec <&-"'
    )

    assert code == 0
    assert len(shown.splitlines()) == 1
