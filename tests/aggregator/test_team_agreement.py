"""The agreement of a team: what it lets leave a machine, and which of them is used at all."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.team.agreement import NOT_WIDENING, WIDENING, Agreement, parse, serialise
from aggregator.team.names import fold, is_plain, withheld
from conftest import THOROUGH
from schema.errors import AgreementUnusable, UsageError

AGREEMENT = Agreement(
    team_id="0123456789abcdef",
    name="Tools",
    skills=("code-review", "test-*"),
    project_types=("cli", "web"),
    teams=("platform", "mobile"),
    categories={"quality": ("*review*", "test-*")},
)


def document(**changes: Any) -> dict[str, Any]:
    found = {**json.loads(serialise(AGREEMENT)), **changes}
    return {name: value for name, value in found.items() if value is not ...}


def test_what_is_written_is_read_again() -> None:
    """Nothing of an agreement is lost in its file."""
    of_few = replace(AGREEMENT, members=("0123456789ab",), weeks=8, least_members=3)

    assert parse(serialise(AGREEMENT)) == AGREEMENT
    assert parse(serialise(of_few)) == of_few


DISGUISES = {
    "case": "Code-Review",
    "space before": " code-review",
    "space behind": "code-review ",
    "space inside": "code -review",
    "no-break space": "code\u00a0review",
    "wide letters": "\uff43\uff4f\uff44\uff45-review",
    "another hyphen": "code\u2010review",
    "Cyrillic letters": "c\u043ede-review",
    "zero width": "code\u200b-review",
    "soft hyphen": "code\u00ad-review",
    "direction": "\u202ecode-review",
    "newline": "code-review\n",
    "another name": "code-review-secret",
    "empty": "",
}


@pytest.mark.parametrize("name", DISGUISES.values(), ids=DISGUISES)
def test_only_a_name_as_it_is_listed_leaves(name: str) -> None:
    """In another case, form or spacing it is another name."""
    assert AGREEMENT.lists("code-review")
    assert not AGREEMENT.lists(name)


NOT_PLAIN = {
    "composed of two": "test-e\u0301",
    "control": "test-\x1b[2J",
    "newline": "test-a\nb",
    "tab": "test-a\tb",
    "two spaces": "test-a  b",
    "space behind": "test-a ",
    "invisible": "test-\u2063a",
    "filler": "test-\u3164",
    "selector": "test-a\ufe0f",
    "tag": "test-a\U000e0101",
    "private": "test-\ue000",
    "half a pair": "test-\ud800",
    "too long": "test-" + "a" * 195,
}


@pytest.mark.parametrize("name", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_a_star_lets_nothing_through_that_cannot_be_read(name: str) -> None:
    """What a pattern fits in part may hide nothing in the rest."""
    assert AGREEMENT.lists("test-é ok")
    assert not AGREEMENT.lists(name)


@pytest.mark.parametrize("name", DISGUISES.values(), ids=DISGUISES)
def test_a_withheld_name_is_known_in_disguise(name: str) -> None:
    """Whatever is unclear about it, it stays."""
    known = {"another name", "empty", "no-break space"}
    disguise = next(key for key, value in DISGUISES.items() if value == name)

    assert withheld(name, ["code-review"]) is (disguise not in known)


LOOK_ALIKES = {
    "Cyrillic throughout": "\u0455\u0435\u0441\u0433\u0435\u0442-\u0445",
    "one Cyrillic letter": "s\u0435cret-x",
    "Greek": "secr\u03b5\u03c4-\u03c7",
    "small capital": "sec\u0280et-x",
    "script": "secret-\u0261o",
    "stroke": "secret-\u0142og",
    "overlay": "se\u0335cret-x",
    "circle around": "s\u20ddecret-x",
    "mathematical": "\U0001d4fcecret-x",
    "subscript": "\u209becret-x",
    "minus": "secret\u2212x",
    "zero": "secret-f0o",
    "one": "secret-1og",
}


@pytest.mark.parametrize("name", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_what_looks_like_a_withheld_name_is_withheld(name: str) -> None:
    """Also in letters of other alphabets, and where only the rest of it is in disguise."""
    pattern = "secret-?og" if name.endswith("og") else "secret-*"
    exact = {
        "secret-f0o": "secret-foo",
        "secret-1og": "secret-log",
        "secret-\u0142og": "secret-log",
    }

    assert withheld(name, [exact.get(name, pattern)])
    assert not withheld(name.replace("c", "b").replace("\u0441", "b"), ["secret-*"])


def test_ranges_of_a_pattern_stay_ranges() -> None:
    """What makes look-alikes equal must not make a pattern match less than it says."""
    for digit in "0123456789":
        assert withheld(f"test-{digit}", ["test-[0-9]"])
        assert withheld(f"Test-{digit}", ["test-[0-9]"])
    for letter in "\u0440\u0441\u0442":
        assert withheld(f"test-{letter}", ["test-[\u0440-\u0442]"])
    assert not withheld("test-x", ["test-[0-9]"])


@settings(max_examples=50 * THOROUGH)
@given(st.text(max_size=30), st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")), st.booleans())
def test_no_spelling_of_a_withheld_name_is_published(name: str, form: Any, upper: bool) -> None:
    """Other cases and forms of a name are withheld with it."""
    spelled = unicodedata.normalize(form, name)
    spelled = spelled.upper() if upper else spelled.casefold()

    assert fold(spelled) == fold(name)


@settings(max_examples=50 * THOROUGH)
@given(st.text(min_size=1, max_size=30))
def test_of_equal_looks_at_most_one_is_plain(name: str) -> None:
    """A plain text is its own normal form, printable and without blanks around."""
    if is_plain(name):
        assert unicodedata.normalize("NFKC", name) == name
        assert name.isprintable() and name == name.strip()


def test_types_outside_the_agreement_are_one() -> None:
    """Free text of a project never leaves."""
    told = [AGREEMENT.type_of(each) for each in ("cli", "CLI", "cli ", "secret client", None, "")]

    assert told == ["cli", *["(other)"] * 5]


LISTED = replace(AGREEMENT, members=("0123456789ab", "0123456789ac"))
WIDER: dict[str, list[tuple[Agreement, dict[str, Any], str]]] = {
    "skills": [
        (AGREEMENT, {"skills": ("code-review", "test-*", "*")}, "further skills and agents: *"),
        (AGREEMENT, {"skills": ("Code-review", "test-*")}, "Code-review"),
    ],
    "project_types": [
        (AGREEMENT, {"project_types": ("cli", "web", "api")}, "further types of projects: api")
    ],
    "least_members": [(AGREEMENT, {"least_members": 4}, "4 members instead of 5")],
    "weeks": [(AGREEMENT, {"weeks": 105}, "105 weeks back instead of 104")],
    "baseline_weeks": [(AGREEMENT, {"baseline_weeks": 12}, "12 weeks instead of 13")],
    "members": [
        (AGREEMENT, {"members": ("0123456789ab",)}, "only the members that it lists (1)"),
        (AGREEMENT, {"members": ()}, "only the members that it lists (0)"),
        (LISTED, {"members": ("0123456789ab",)}, "no longer lists 1 of its members"),
        (LISTED, {"members": ("0123456789ab", "f" * 12)}, "no longer lists 1 of its members"),
    ],
}
"""Of each field that widens: an agreement, a change of it, and a part of what is said."""

NO_WIDER: dict[str, list[tuple[Agreement, dict[str, Any]]]] = {
    "team_id": [(AGREEMENT, {"team_id": "f" * 16})],
    "name": [(AGREEMENT, {"name": "Others"})],
    "skills": [(AGREEMENT, {"skills": ("test-*", "code-review")}), (AGREEMENT, {"skills": ()})],
    "project_types": [(AGREEMENT, {"project_types": ("web",)}), (AGREEMENT, {"project_types": ()})],
    "teams": [(AGREEMENT, {"teams": ("x",)}), (AGREEMENT, {"teams": ("platform", "mobile", "x")})],
    "least_members": [(AGREEMENT, {"least_members": 6})],
    "categories": [(AGREEMENT, {"categories": {}}), (AGREEMENT, {"categories": {"a": ("*",)}})],
    "weeks": [(AGREEMENT, {"weeks": 10})],
    "baseline_weeks": [(AGREEMENT, {"baseline_weeks": 14})],
    "members": [
        (LISTED, {"members": None}),
        (replace(AGREEMENT, members=()), {"members": ("f" * 12,)}),
        (LISTED, {"members": (*reversed(LISTED.members or ()), "f" * 12)}),
    ],
}
"""Of each field: changes by which nothing more leaves or is seen."""


def test_every_field_widens_or_does_not() -> None:
    """A new field of the agreement has to be named as the one or the other, and tried here."""
    names = {each.name for each in fields(Agreement)}

    assert set(WIDENING) | set(NOT_WIDENING) == names == set(NO_WIDER)
    assert set(WIDENING) == set(WIDER) and not set(WIDENING) & set(NOT_WIDENING)


@pytest.mark.parametrize("field", WIDER)
def test_a_wider_agreement_is_noticed(field: str) -> None:
    """Each way in which more could leave, or more be seen of each member, is one sentence."""
    for before, change, expected in WIDER[field]:
        [said] = replace(before, **change).wider_than(before)
        assert expected in said


@pytest.mark.parametrize("field", NO_WIDER)
def test_a_narrower_one_needs_nobody(field: str) -> None:
    """Less leaves without being asked."""
    for before, change in NO_WIDER[field]:
        assert replace(before, **change).wider_than(before) == []


BAD: dict[str, Any] = {
    "empty": b"",
    "cut off": serialise(AGREEMENT)[:-20],
    "no text": b"\xff\xfe\x00",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "large": b" " * (1 << 20) + b"{}",
    "a long number": b'{"format": ' + b"9" * 5000 + b"}",
    "without format": document(format=...),
    "format as text": document(format="1"),
    "format zero": document(format=0),
    "newer": document(format=2),
    "without skills": document(skills=...),
    "without types": document(project_types=...),
    "without teams": document(teams=...),
    "no team": document(teams=[]),
    "skills as text": document(skills="*"),
    "a number among skills": document(skills=[1]),
    "an invisible pattern": document(skills=["code-review", "a\u200b"]),
    "a control character": document(name="Tools\x1b[31m"),
    "a long name": document(name="a" * 200),
    "too many": document(skills=[f"s{number}" for number in range(1001)]),
    "the rest as a type": document(project_types=["(other)"]),
    "two members": document(least_members=2),
    "half a member": document(least_members=3.5),
    "yes members": document(least_members=True),
    "no number": document(weeks=float("nan")),
    "no weeks": document(weeks=0),
    "an id of 15": document(team_id="0123456789abcde"),
    "an id as path": document(team_id="../../../../abcd"),
    "categories as list": document(categories=[]),
    "a category of text": document(categories={"quality": "*"}),
    "members of another length": document(members=["0123"]),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_agreement_is_refused_and_not_quoted(bad: Any) -> None:
    """The message says what is wrong with it and what to do, and holds no text of the file."""
    data = bad if isinstance(bad, bytes) else json.dumps(bad).encode()

    with pytest.raises(AgreementUnusable) as caught:
        parse(data)

    said = caught.value.message + caught.value.hint
    assert said.isprintable() and said.startswith("agreement.json ") and caught.value.hint
    assert not {"Tools", "code-review", "0123456789", "../"} & set(said.split())


def test_a_newer_agreement_is_refused_politely() -> None:
    """It is not damaged: the program is older."""
    with pytest.raises(AgreementUnusable, match="format 2; this program knows up to 1") as caught:
        parse(json.dumps(document(format=2)).encode())

    assert "Upgrade skillhouse" in caught.value.hint


def test_none_can_be_written_that_could_not_be_read() -> None:
    """A wrong value is refused where it is given."""
    with pytest.raises(UsageError):
        serialise(replace(AGREEMENT, least_members=2))


@settings(max_examples=50 * THOROUGH)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ),
    st.sampled_from(sorted(document())),
)
def test_any_value_anywhere_is_refused_or_read(value: Any, place: str) -> None:
    """No document ends in an error that nobody named."""
    data = json.dumps(document(**{place: value})).encode()

    try:
        found = parse(data)
    except AgreementUnusable:
        return
    assert parse(serialise(found)) == found
