"""Front matter is read without a YAML library: valid one as YAML does, any other line by line."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.skill_files import front_matter

VALID = (
    "name: plain",
    "name: plain # a comment",
    "name: 'it''s single'",
    'name: "a \\"double\\" \\u00e9 \\\\ one"',
    "name: a text\n  that goes on\n  in lines",
    "name: 'a quoted text\n  that goes on'",
    "name: >\n  folded\n  text\n\n  second",
    "name: >-\n  folded: with a colon\n  # no comment here",
    "name: |\n  literal\n    indented\n  text",
    "name: |2-\n  literal",
    "name: a\nname: b",
    "'name': quoted key",
    "# comment\nname: after a comment",
    "other:\n  name: not this\nname: this",
    "name: [one, 'two, three', \"four\"]",
    "name:\n- one\n- two",
    'name: "a line \\\n  joined\\\n  to the \\\\ next"',
    "name:\n  - 'one'\n  - two # comment",
    "name:\n  'a quoted text\n  on the next line'",
    "name: # why\n  a plain text\n  on the next line",
    "name:",
    "name: ~",
    "name: null",
    "name: 12",
    "name: http://example.invalid/a#b",
    "name: 日本語 の スキル",
    "name: text  # after spaces",
)

BROKEN = {
    "argument-hint: [a] [b]\nname: x": "x",
    "name: use when: the user asks": "use when: the user asks",
    "name: @mention": "@mention",
    "name: `code` first": "`code` first",
    'name: "quoted" and more': '"quoted" and more',
    "name: 'open": "'open",
    "\tbroken\nname: x": "x",
    "just words\nname: x": "x",
    "name: {unclosed": "{unclosed",
    "name: [a] and [b]": "[a] and [b]",
}


def loaded(block: str) -> Any:
    """What PyYAML says, every value as text."""
    return yaml.load(block, yaml.BaseLoader)  # noqa: S506 # it makes texts, lists and mappings only


def text_of(block: str) -> str | None:
    found = front_matter.read(f"---\n{block}\n---\nbody").text("name")
    return None if found is None else " ".join(found.split())


def by_yaml(block: str) -> str | None:
    found = loaded(block)["name"]
    if isinstance(found, list):
        found = " ".join(found)
    return None if found in ("", "~", "null") else " ".join(found.split())


@pytest.mark.parametrize("block", VALID)
def test_valid_front_matter_is_read_as_yaml(block: str) -> None:
    """What PyYAML says of a value, but for white space, is what we say."""
    assert text_of(block) == by_yaml(block)


@pytest.mark.parametrize(("block", "meant"), BROKEN.items())
def test_what_is_no_yaml_is_read_as_meant(block: str, meant: str) -> None:
    """PyYAML refuses it, and a person would read it so."""
    with pytest.raises(yaml.YAMLError):
        loaded(block)
    assert text_of(block) == meant


@given(text=st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=120))
@settings(max_examples=200)
def test_any_text_survives_as_yaml_writes_it(text: str) -> None:
    """Dumped by PyYAML in any of its styles, a text is read back, but for white space."""
    for style in (None, '"', "'", "|", ">"):
        block = yaml.dump({"name": text}, default_style=style, allow_unicode=True)
        block = block.removeprefix('"name"').removeprefix("'name'")
        block = block if block.startswith("name") else f"name{block}"
        try:
            expected = " ".join(str(loaded(block)["name"]).split())
        except yaml.YAMLError:
            continue
        found = text_of(block) or ""
        assert found == ("" if expected in ("~", "null", "Null", "NULL") else expected)


@given(text=st.text(max_size=300))
@settings(max_examples=200)
def test_nothing_makes_the_reader_fail(text: str) -> None:
    """Whatever stands in a file, it is read, and nothing of the body is lost without a fence."""
    for whole in (text, f"---\n{text}\n---\n{text}", f"---\r\nname: a\r\n---\r\n{text}"):
        found = front_matter.read(whole)
        found.text("name"), found.list("tags"), found.flag("user-invocable")
    assert front_matter.read(f"---\r\nname: a\r\n---\r\n{text}").text("name") == "a"


def test_flags_and_nested_keys() -> None:
    """Words for yes and no are flags, and keys below a key are found."""
    found = front_matter.read(
        "---\nyes: true\nno: Off\nmaybe: perhaps\nmetadata:\n  category: data # c\n  x: 1\n---\n"
    )
    assert [found.flag(key) for key in ("yes", "no", "maybe", "missing")] == [
        True,
        False,
        None,
        None,
    ]
    assert found.nested_text("metadata", "category") == "data"


@pytest.mark.parametrize("text", ["", "---", "---\nname: x", "no fence\n---\nname: x\n---\n"])
def test_without_two_fences_all_is_body(text: str) -> None:
    """Nothing is a key, and the text is whole."""
    found = front_matter.read(text)
    assert (found.values, found.body) == ({}, text)
