"""The text of mutants and alternatives says what the marked functions themselves say."""

from __future__ import annotations

from pathlib import Path

from autograder.testing.chapter import load_chapter
from course.authoring.variants import variants
from tests.support.chapters import PROJECT

CHAPTER = "ch05_trees"  # naive rules, constants, and answers that go together
FILE = '''
from autograder.testing import alternative, mutant, naive
from solutions.ch99_mini.numbers import halve

CHECKS = ("test_one", "test_two")
WORD = "double"


@naive("p.99.1", replaces=WORD, fails=CHECKS)
def by_a_name(values):
    """What is
    named elsewhere."""
    return values


@mutant("p.99.3", replaces="CORNERS", fails="test_corners", constant=True)
def six():
    """Counts the faces."""
    return 6


@alternative("p.99.1", replaces="double", also={"halve": halve})
def double(values):
    return values + values
'''


def test_it_is_what_is_loaded() -> None:
    checks = load_chapter(CHAPTER)
    loaded = {
        (one.exercise, one.name, next(iter(one.answers)), one.sentence, one.must_fail)
        for one in (*checks.mutants, *checks.alternatives)
    }
    read = [one for path in PROJECT.mutant_files(CHAPTER) for one in variants(path)]
    assert len(read) > 50
    assert {(one.exercise, one.name, one.replaces, one.sentence, one.fails) for one in read} == loaded


def test_words_may_stand_elsewhere_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "numbers.py"
    path.write_text(FILE, encoding="utf-8")
    named, six, double = variants(path)
    assert (named.replaces, named.sentence) == ("double", "What is named elsewhere.")
    assert named.fails == ("test_one", "test_two")
    assert named.alone and named.as_answer.endswith("\n\n\ndouble = by_a_name")
    assert six.constant and six.alone and not double.wrong and not double.alone
    namespace: dict[str, object] = {}
    exec(six.as_answer, namespace)  # noqa: S102  # our own
    assert namespace["CORNERS"] == 6
    assert double.as_answer == "def double(values):\n    return values + values"
