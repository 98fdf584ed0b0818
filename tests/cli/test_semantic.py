"""A sentence model beside the words: what it adds, and what happens without it.

As in every test, whatever reaches for the network fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import Program
from skill_trees import write_skill
from tiny_model import write_model

MEANINGS = {
    "car": (1.0, 0.0, 0.0),
    "automobile": (0.96, 0.28, 0.0),
    "wash": (0.0, 1.0, 0.0),
    "clean": (0.0, 0.8, 0.6),
    "bread": (0.0, 0.0, 1.0),
}
QUESTION = "wash my car"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    program = Program(tmp_path, capsys, monkeypatch)
    app = tmp_path / "app"
    write_skill(app, "automobile", "clean automobile")
    write_skill(app, "bread", "bake bread my way")
    assert program("register-project", str(app)).code == 0
    write_model(tmp_path / "tiny", MEANINGS)
    return program


def relevances(run: Program, *words: str) -> dict[str, float]:
    rows = run("find", *words, "--json").json["data"]
    return {row["skill_name"]: row["relevance"] for row in rows}


def test_other_words_of_one_meaning_are_found(run: Program, tmp_path: Path) -> None:
    """Nothing of the question stands in the text; its cosine counts a third."""
    assert run("index-skills", "--no-model").code == 0
    assert relevances(run, QUESTION) == {}
    made = run("index-skills", "--model", str(tmp_path / "tiny"), "--json")
    assert made.json["totals"]["vectors"] == 2
    # By hand: the mean of the words' vectors. "automobile: clean automobile" has four words.
    asked = [1 / 3, 1 / 3, 0.0]
    text = [0.96 * 2, 0.28 * 2 + 0.8, 0.6]
    length = sum(each**2 for each in asked) ** 0.5 * sum(each**2 for each in text) ** 0.5
    cosine = sum(a * b for a, b in zip(asked, text, strict=True)) / length
    assert relevances(run, QUESTION)["automobile"] == pytest.approx(cosine / 3, abs=1e-6)


def test_words_count_twice_as_much(run: Program, tmp_path: Path) -> None:
    """The relevance is two thirds of what the words explain and one third of the cosine."""
    run("index-skills", "--no-model")
    words = relevances(run, "bread")["bread"]
    run("index-skills", "--model", str(tmp_path / "tiny"))
    assert relevances(run, "bread")["bread"] == pytest.approx((2 * words + 1) / 3, abs=1e-6)


def test_a_refresh_makes_what_is_missing(run: Program, tmp_path: Path) -> None:
    """New texts get vectors with the next refresh; those of others stay as they were."""
    run("index-skills", "--model", str(tmp_path / "tiny"))
    write_skill(tmp_path / "app", "washing", "wash car")
    assert run("refresh").code == 0
    assert relevances(run, "car automobile")["washing"] > 1 / 3
    again = run("index-skills", "--json").json
    assert (again["totals"]["vectors"], again["totals"]["texts"]) == (3, 3)


def test_without_the_model_words_are_compared(run: Program, tmp_path: Path) -> None:
    """Files that changed: an answer by words with a warning, and a refresh that works."""
    run("index-skills", "--model", str(tmp_path / "tiny"))
    with_model = relevances(run, "bread")
    (tmp_path / "tiny/model.onnx").write_bytes(b"something else")
    # As in another process: nothing is kept of a model that was loaded before.
    from schema.sentence_model import load

    load.cache_clear()
    answer = run("find", "bread", "--json").json
    assert any("Only words are compared" in each for each in answer["warnings"])
    assert answer["data"][0]["relevance"] != with_model["bread"]
    write_skill(tmp_path / "app", "washing", "wash car")
    refreshed = run("refresh", "--json")
    assert "has changed" in str(refreshed.json) + refreshed.err
    assert "washing" in relevances(run, "wash")


@pytest.mark.parametrize("broken", ["empty", "no tokenizer", "not a model", "no folder"])
def test_a_folder_without_a_model_is_refused(run: Program, tmp_path: Path, broken: str) -> None:
    """It says what is missing, and the model before stays chosen."""
    run("index-skills", "--model", str(tmp_path / "tiny"))
    place = tmp_path / "broken"
    if broken != "no folder":
        place.mkdir()
    if broken in ("no tokenizer", "not a model"):
        (place / "model.onnx").write_bytes(b"no")
    if broken == "not a model":
        (place / "tokenizer.json").write_text("{}")
    refused = run("index-skills", "--model", str(place))
    assert refused.code == 2
    assert "model" in refused.err and "Traceback" not in refused.err
    assert run("index-skills", "--json").json["totals"]["vectors"] == 2


@pytest.mark.slow
def test_without_vectors_nothing_of_it_is_imported(run: Program, tmp_path: Path) -> None:
    """A process that asks a warehouse without vectors imports neither runtime nor tokenizer."""
    run("index-skills", "--no-model")
    script = (
        "import sys; from cli.main import main\n"
        "try: main(['--warehouse', sys.argv[1], 'find', 'bread'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(run.warehouse)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=True,
    )
    assert done.stdout.strip().endswith("[]")
