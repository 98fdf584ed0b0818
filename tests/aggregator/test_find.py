"""The right skill is found by its words, and history moves it within what fits."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.skills.coverage import GOOD, MANY, good_from
from aggregator.skills.find import GATE, Found, Wanted, find
from benchmarks.skill_quality import Score
from collector.collect import collect
from collector.projects.registering import register
from collector.skill_files.index import index
from conftest import NOW, Fleet, invocation, lay_empty, write_executions, write_skills
from schema.skill_words import words_of
from schema.warehouse import Connection, Warehouse
from skill_corpus import COLLECTIONS, NONSENSE, PARAPHRASED, QUESTIONS, write_collections
from skill_trees import write_skill

TODAY = NOW.date()


def ask(
    con: Connection, question: str, *also: str, project: str | None = None, **wanted: Any
) -> Found:
    asked = Question(ALL_TIME, scope(con, [project] if project else []), "all", NOW)
    return find(con, asked, TODAY, [question, *also], Wanted(**{"limit": 3, **wanted}))


def names(found: Found) -> list[str]:
    return [match.candidate.name for match in found.matches]


# ------------------------------------------------------------------ the figures, on our own skills


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The corpus that was written here: collections of skills in three projects."""
    folder = tmp_path_factory.mktemp("small")
    warehouse = Warehouse(folder / "found.duckdb", "UTC")
    lay_empty(warehouse)
    with warehouse.writing() as con:
        for each in write_collections(folder / "projects"):
            register(con, each, now=NOW, default_timezone="UTC", name=each.name)
    index(warehouse, now=NOW)
    return warehouse


def test_a_project_s_own_skill_is_found(small: Warehouse) -> None:
    """In a project's collection nine of ten questions are answered in the top three."""
    score = Score()
    with small.reading() as con:
        for project, question, right in QUESTIONS:
            score.add(ask(con, question, project=project), {right})
    first, top, good = score.shares()
    assert top >= 0.88 and first >= 0.70 and good >= 0.92, score


def test_a_skill_is_found_among_all(small: Warehouse) -> None:
    """Among the skills of all projects three of four questions are."""
    score = Score()
    with small.reading() as con:
        for _, question, right in QUESTIONS:
            score.add(ask(con, question), {right})
    assert score.shares()[1] >= 0.74, score


def test_other_words_are_found_more_rarely_and_two_wordings_help(small: Warehouse) -> None:
    """Paraphrased questions reach their bar, and more of them with another wording."""
    alone, helped = Score(), Score()
    with small.reading() as con:
        for question, also, right in PARAPHRASED:
            alone.add(ask(con, question), {right})
            helped.add(ask(con, question, *also), {right})
    assert alone.shares()[1] >= 0.57, alone
    assert helped.top > alone.top and helped.shares()[1] >= 0.9, helped


@pytest.mark.parametrize("project", [None, *COLLECTIONS])
def test_nonsense_is_told(small: Warehouse, project: str | None) -> None:
    """Of questions that no skill answers at least half are said to fit nothing, everywhere."""
    with small.reading() as con:
        weak = [not ask(con, question, project=project).fits for question in NONSENSE]
    assert sum(weak) >= len(NONSENSE) / 2


def test_of_few_skills_less_is_good() -> None:
    """What is good falls with the number of skills, slowly, and no further rises with many."""
    bars = [good_from(searched) for searched in range(2 * MANY)]
    assert bars == sorted(bars) and bars[0] == 0 and bars[MANY] == bars[-1] == GOOD
    # By hand: ln 26 / ln 861 is 0.482, its root 0.694.
    assert bars[25] == pytest.approx(0.15 * 0.694, abs=1e-4)


def test_a_fit_is_one_among_the_skills_that_are_searched(fleet: Fleet) -> None:
    """The same explained share is weak among many skills and good in a project with few."""
    one, two = fleet.projects("one", "two")
    write_skill(one, "release-notes", "Write the notes of a release.")
    for number in range(30):
        write_skill(two, f"cook-{number}", f"Cook meal {number} for guests.")
    fleet.collect()
    question = "release zebra giraffe lion elephant tiger baboon gnu"
    with fleet.warehouse.reading() as con:
        among_all, alone = ask(con, question), ask(con, question, project="one")
    explained = among_all.matches[0].candidate.relevance
    assert explained == alone.matches[0].candidate.relevance
    assert good_from(1) < explained < good_from(31)
    assert (among_all.fits, alone.fits) == (False, True)


# ------------------------------------------------------------------ what an answer is made of


def idf(times: int, texts: int) -> float:
    return math.log(1 + (texts - times + 0.5) / (times + 0.5))


def test_relevance_is_the_share_that_is_explained(fleet: Fleet) -> None:
    """Computed another way from the files themselves, relevance is the same to three digits."""
    app = fleet.project()
    texts = {
        "pdf-tools": ("Fill forms and merge pages of documents.", "Merging pages needs a merge."),
        "slides": ("Make slides for a talk.", "A talk has slides. " * 30),
        "sql-review": ("Review a query.", "Slow queries merge badly.\n```\nslides\n```\n"),
    }
    for name, (description, body) in texts.items():
        write_skill(app, name, description, body)
    fleet.collect()

    def weights(name: str, description: str, body: str) -> dict[str, float]:
        values: Counter[str] = Counter()
        for boost, b, usual, words in (
            (4, 0, 1, sorted(set(words_of(name)))),
            (4, 0.6, 30, words_of(description)),
            (1, 0.75, 420, words_of(body.split("```")[0])),
        ):
            for word, count in Counter(words).items():
                values[word] += boost * count / (1 - b + b * len(words) / usual)  # type: ignore[assignment]
        return {word: value / (value + 3) for word, value in values.items()}

    known = {name: weights(name, *parts) for name, parts in texts.items()}
    for question in ("merge pages", "slides about a query", "review unicorns", "the merging talk"):
        asked = list(dict.fromkeys(words_of(question)))
        worth = {word: idf(sum(word in each for each in known.values()), 3) for word in asked}
        expected = {
            name: sum(worth[w] * each.get(w, 0) for w in asked) / sum(worth.values())
            for name, each in known.items()
        }
        with fleet.warehouse.reading() as con:
            found = ask(con, question)
        for match in found.matches:
            assert match.candidate.relevance == pytest.approx(
                expected[match.candidate.name], abs=0.002
            )
        assert {m.candidate.name for m in found.matches} == {
            name for name, value in expected.items() if value
        }


def furnished(fleet: Fleet) -> list[Path]:
    """Two projects with skills about tests, and one without any."""
    one, two, three = fleet.projects("one", "two", "three")
    for folder in (one, two):
        write_skill(folder, "unit-tests", "Write unit tests for a function.")
    write_skill(one, "flaky-tests", "Find the cause of flaky tests in a pipeline.")
    write_skill(two, "release-notes", "Write the notes of a release.")
    return [one, two, three]


def test_without_history_the_order_is_that_of_relevance(small: Warehouse) -> None:
    """Nothing was used, so nothing but the words decides."""
    with small.reading() as con:
        for project, question, _ in QUESTIONS:
            for where in (project, None):
                found = ask(con, question, project=where, limit=20)
                relevances = [match.candidate.relevance for match in found.matches]
                assert relevances == sorted(relevances, reverse=True)


def used(name: str, good: int, bad: int, days_ago: int = 10) -> list[dict[str, object]]:
    day = TODAY - timedelta(days=days_ago)
    return [
        invocation(
            name,
            f"{day}T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}",
            error_type=None if number < good else "TimeoutError",
            completed=number < good,
        )
        for number in range(good + bad)
    ]


def test_history_moves_what_fits_and_never_lifts_what_does_not(fleet: Fleet) -> None:
    """Of two that fit the better one comes first; a perfect one that fits half as well does not."""
    one, _, _ = furnished(fleet)
    write_skill(one, "tests-of-units", "Write unit tests for a function.")
    failing = used("tests-of-units", 60, 0) + used("unit-tests", 5, 55)
    write_skills(one, {"invocations": failing + used("flaky-tests", 200, 0)})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = ask(con, "write unit tests for this function", limit=10)
    by_name = {match.candidate.name: match for match in found.matches}
    assert names(found)[:2] == ["tests-of-units", "unit-tests"]
    assert by_name["flaky-tests"].similarity < GATE
    assert [m.similarity < GATE for m in found.matches] == sorted(
        m.similarity < GATE for m in found.matches
    )
    usual = (60 + 5 + 200) / (60 + 60 + 200)
    assert by_name["unit-tests"].effectiveness.value == pytest.approx((5 + 20 * usual) / 80)
    assert [penalty.reason for penalty in by_name["unit-tests"].penalties] == ["fails"]
    assert by_name["unit-tests"].outcomes.known == 60


def test_with_any_history_what_fits_is_found_and_comes_first(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Made up of chance: a project's own skill is in the top three, and who fits half as well as
    the best is never before who fits better.
    """
    dice = random.Random(11)
    with warehouse.writing() as con:
        for project in write_collections(tmp_path / "projects"):
            register(con, project, now=NOW, default_timezone="UTC", name=project.name)
            history = []
            for name in COLLECTIONS[project.name]:
                times = dice.choice((0, 0, 5, 40))
                good = round(times * dice.random())
                history += used(name, good, times - good, dice.randrange(1, 80))
            write_skills(project, {"invocations": history})
    collect(warehouse, now=NOW)
    refresh(warehouse, now=NOW)
    score, moved = Score(), 0
    with warehouse.reading() as con:
        for project_name, question, right in QUESTIONS[::2]:
            found = ask(con, question, project=project_name, limit=20)
            score.add(found, {right})
            fits = [match.similarity >= GATE for match in found.matches]
            assert fits[0] and fits == sorted(fits, reverse=True)
            relevances = [match.candidate.relevance for match in found.matches]
            moved += relevances != sorted(relevances, reverse=True)
    assert score.shares()[1] >= 0.87, score
    assert moved > 2


def test_one_skill_in_many_projects_is_one_answer(fleet: Fleet) -> None:
    """A copy adds a place; a version of one name too; another skill of that name is its own."""
    one, two, three = furnished(fleet)
    text = "Write unit tests for one function, with fixtures, edge cases and clear names."
    write_skill(one, "unit-tests", text, "Use it for each function that is new.")
    write_skill(two, "unit-tests", text, "Use it for each function that is new.")
    write_skill(three, "unit-tests", text, "Use it for every function that is new.")
    fleet.collect()
    with fleet.warehouse.reading() as con:
        versions = ask(con, "unit tests", limit=10)
    assert names(versions).count("unit-tests") == 1
    assert {place.project_name for place in versions.matches[0].places} == {"one", "two", "three"}

    write_skill(three, "unit-tests", "Rent flats by the unit; tests of bath rooms and kitchens.")
    fleet.collect()
    with fleet.warehouse.reading() as con:
        namesakes = ask(con, "unit tests", limit=10)
    assert names(namesakes).count("unit-tests") == 2


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0)])
def test_the_order_of_indexing_changes_no_answer(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Projects one by one in any order, each warehouse with a key of its own: the same answers."""
    projects = write_collections(tmp_path / "projects")
    for project in projects:
        write_skill(project, "shared", "Review what somebody else wrote.")
        write_skill(project, "alike", "Review tests and queries.", f"Body of {project.name}.")
        write_skill(project, f"named-{project.name}", "Review tests and queries.")

    def answers(order: tuple[int, ...], path: Path) -> list[object]:
        warehouse = Warehouse(path, "UTC")
        lay_empty(warehouse)
        for number in order:
            with warehouse.writing() as con:
                name = projects[number].name
                register(con, projects[number], now=NOW, default_timezone="UTC", name=name)
            index(warehouse, [name], now=NOW)
        with warehouse.reading() as con:
            asked = [question for _, question, _ in QUESTIONS[::4]]
            found = [ask(con, each, limit=9) for each in (*asked, "review tests and queries")]
        return [
            (
                match.candidate.name,
                round(match.candidate.relevance, 6),
                match.matched_words,
                match.category,
                sorted((place.project_name, place.path) for place in match.places),
            )
            for each in found
            for match in each.matches
        ]

    assert answers(order, tmp_path / "other") == answers((0, 1, 2), tmp_path / "one")


def test_filters(fleet: Fleet) -> None:
    """A project, a kind, a category: only what is asked for is searched."""
    one, _two, _three = furnished(fleet)
    write_skill(one, "tester", "Runs all tests.", path=".claude/agents/tester.md")
    write_skill(one, "tests-told", "More tests.", category="quality work")
    fleet.collect()
    with fleet.warehouse.reading() as con:
        assert set(names(ask(con, "tests", project="two", limit=9))) == {"unit-tests"}
        assert names(ask(con, "tests", kind="agent", limit=9)) == ["tester"]
        assert names(ask(con, "tests", category="quality work", limit=9)) == ["tests-told"]
        assert names(ask(con, "tests", project="three", limit=9)) == []


def test_elsewhere(fleet: Fleet) -> None:
    """What works in other projects and is missing here; what fails there is not proposed."""
    one, _two, _three = furnished(fleet)
    write_skills(one, {"invocations": used("flaky-tests", 30, 2) + used("unit-tests", 3, 29)})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = ask(con, "tests", project="three", elsewhere=True, limit=9)
        assert names(found) == ["flaky-tests"]
        assert [place.project_name for place in found.matches[0].places] == ["one"]
        assert names(ask(con, "tests", project="one", elsewhere=True, limit=9)) == []


def test_a_name_without_a_file_is_matched_by_its_name(fleet: Fleet) -> None:
    """It was used, nothing else is known of it, and it is said to have no file."""
    one, _, _ = furnished(fleet)
    write_skills(one, {"invocations": used("mutation-tests", 10, 0)})
    write_executions(one, "mutation-agent", [])
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        found = ask(con, "mutation of tests", limit=9)
    match = next(m for m in found.matches if m.candidate.name == "mutation-tests")
    assert match.candidate.digest is None and match.places == ()
    assert match.candidate.relevance == pytest.approx(4 / 7)


def test_gone_files_are_left_out_unless_asked_for(fleet: Fleet) -> None:
    """A deleted skill is no answer; with `gone` it is."""
    _, two, _ = furnished(fleet)
    fleet.collect()
    (two / ".claude/skills/release-notes/SKILL.md").unlink()
    fleet.collect()
    with fleet.warehouse.reading() as con:
        assert "release-notes" not in names(ask(con, "notes of a release"))
        assert names(ask(con, "notes of a release", gone=True))[0] == "release-notes"


def test_context_counts_where_it_is_used(fleet: Fleet) -> None:
    """Half for the file, half for use there in the last days; none without a project."""
    one, two, _ = furnished(fleet)
    write_skills(one, {"invocations": used("unit-tests", 5, 0)})
    write_skills(two, {"invocations": used("unit-tests", 5, 0, days_ago=100)})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    with fleet.warehouse.reading() as con:
        contexts = [
            ask(con, "unit tests", project=project).matches[0].context
            for project in ("one", "two", None)
        ]
    assert contexts == [1.0, 0.5, 0.0]


def test_what_nobody_explains_stays_unexplained(fleet: Fleet) -> None:
    """A word that no text has lowers every relevance, more than one that many have."""
    furnished(fleet)
    fleet.collect()
    with fleet.warehouse.reading() as con:
        plain = ask(con, "unit tests").matches[0].candidate.relevance
        more = ask(con, "unit tests zebra").matches[0].candidate.relevance
        weak = ask(con, "unit zebra giraffe lion elephant tiger baboon gnu hippo")
    assert more < plain * 0.75
    assert not weak.fits


def test_chinese_is_found(fleet: Fleet) -> None:
    """Words without spaces are compared by pairs of characters."""
    app = fleet.project()
    write_skill(app, "db", "数据库迁移和备份。")
    write_skill(app, "ui", "设计用户界面。")
    fleet.collect()
    with fleet.warehouse.reading() as con:
        assert names(ask(con, "请迁移我的数据库"))[0] == "db"
        assert names(ask(con, "界面设计"))[0] == "ui"


def test_an_empty_warehouse_has_no_answer(fleet: Fleet) -> None:
    """Without a project, a file or a word there is nothing to say, and no error."""
    lay_empty(fleet.warehouse)
    with fleet.warehouse.reading() as con:
        assert ask(con, "anything").matches == []
    furnished(fleet)
    fleet.collect()
    with fleet.warehouse.reading() as con:
        assert ask(con, "the of and").matches == []
