"""Names that look alike stay apart, are told, and are shown so that they can be told apart."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import text
from collector.checks.look_alikes import look_alikes, seen
from command_line import Program
from conftest import invocation, write_skills

UNSEEN = ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u202e", "\u034f", "\u3164", "\ufe0f"]
BLANKS = [" ", "\t", "\u00a0", "\u3000", "\u2009", "\n"]
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


plain_names = st.text(st.sampled_from("abcXYZ019-_./:é日"), min_size=1, max_size=8)


@st.composite
def disguised(draw: st.DrawFn, name: str) -> str:
    """A name that looks like ``name``."""
    parts = []
    for character in name:
        parts.append(draw(st.sampled_from(["", "", *UNSEEN])))
        parts.append(draw(st.sampled_from([character, WIDE.get(character, character)])))
    shown = "".join(parts)
    if draw(st.booleans()):
        shown = unicodedata.normalize("NFD", shown)
    around = st.text(st.sampled_from(BLANKS + UNSEEN), max_size=2)
    return draw(around) + shown + draw(around)


@given(st.data(), plain_names, plain_names)
def test_a_disguise_is_seen_through(data: st.DataObject, name: str, other: str) -> None:
    """Whatever cannot be seen is added and however wide it is written; another name is another."""
    twin = data.draw(disguised(name))

    assert seen(twin) == seen(name)
    assert look_alikes([("skill", name), ("skill", twin)]) == (
        [sorted([name, twin])] if twin != name else []
    )
    assert look_alikes([("skill", name), ("agent", twin)]) == []
    if name.casefold() != other.casefold():
        assert look_alikes([("skill", name), ("skill", other)]) == []


@given(st.data(), plain_names)
def test_spelled_out_two_names_are_never_the_same(data: st.DataObject, name: str) -> None:
    """With printable signs only, and each as it is usually written."""
    twin = data.draw(disguised(name))
    exact = text.exact(twin)

    assert exact.isprintable()
    assert (exact == text.exact(name)) == (twin == name)
    assert unicodedata.normalize("NFKC", exact) == exact


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("lint", "lint"),
        ("lint ", r"lint\x20"),
        (" lint", r"\x20lint"),
        ("code  review", r"code \x20review"),
        ("code review", "code review"),
        ("li\u200bnt", r"li\u200bnt"),
        ("lint\u200d", r"lint\u200d"),
        ("lint\u00a0", r"lint\xa0"),
        ("\u3164lint", r"\u3164lint"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_what_cannot_be_seen_is_shown(name: str, shown: str) -> None:
    """In tables; what other scripts need stays as it is."""
    assert text.plain_name(name) == shown


def test_look_alikes_stay_apart_and_are_told(run: Program) -> None:
    """Each has its own uses, and doctor names them all with what tells them apart."""
    twins = ["lint", "lint ", "li\u200bnt", "\uff4c\uff49\uff4e\uff54"]
    write_skills(run.root / "app", {"invocations": [invocation(name) for name in twins]})
    run("register-project", str(run.root / "app"))
    run("refresh")

    rows = run("top-skills", "--json").json["data"]
    shown = run("top-skills").out
    doctor = run("doctor").out

    assert sorted(row["skill_name"] for row in rows) == sorted(twins)
    assert {row["total_invocations"] for row in rows} == {1}
    assert r"lint\x20" in shown and r"li\u200bnt" in shown
    assert r"similar names: 'lint', 'lint ', 'li\u200bnt', '\uff4c" in doctor
