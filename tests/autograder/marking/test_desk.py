"""What graders give: in nbgrader's gradebook, once, and never over the head of somebody else."""

from __future__ import annotations

import dataclasses
import datetime
from zoneinfo import ZoneInfo

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from traitlets.config import Config

from autograder.classroom.recorder import Recorder
from autograder.marking import pages
from autograder.marking.desk import LOOKED_AT, Conflict, Desk, Sheet, Unfit, Unknown
from autograder.marking.ledger import Verdict
from course.errors import EngineError
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from tests.support.marking_class import STUB, TEXT, at_once, hand_in
from tests.support.minichapter import NAME

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

EXERCISE = "p.99.4"
EQUAL = "One scale lets the steps be equal."
ANSWERS = {"ada": EQUAL, "ben": EQUAL.lower(), "cleo": EQUAL.replace("lets", "let"), "dan": STUB, "eve": "No idea."}


@pytest.fixture
def desk(project: Project) -> Desk:
    return Desk(project)


def sheet(desk: Desk, student: str) -> Sheet:
    pile = desk.pile(NAME)
    return pile.sheets(pile.questions[EXERCISE])[pile.answers.pseudonym(student)]


def give(desk: Desk, score: float | None, *students: str, comment: str = "", grader: str = "grace") -> None:
    versions = {one.key: one.version for one in (sheet(desk, student) for student in students)}
    desk.give(desk.pile(NAME), EXERCISE, versions, Verdict(score, comment, (), grader))


def in_book(project: Project, student: str) -> tuple[float | None, bool, str | None]:
    with Gradebook(gradebook_url(project)) as book:
        grade, comment = (find(TEXT, NAME, NAME, student) for find in (book.find_grade, book.find_comment))
        return grade.manual_score, grade.needs_manual_grade, comment.manual_comment


def test_a_grade_is_where_formgrader_puts_it(project: Project, desk: Desk) -> None:
    assert sheet(desk, "ada").state == "waits" and sheet(desk, "dan").state == "empty"
    give(desk, 1.5, "ada", comment="Of what size?")
    assert in_book(project, "ada") == (1.5, False, "Of what size?")
    found = sheet(desk, "ada")
    assert (found.state, found.given.grader, found.given.score) == ("graded", "grace", 1.5)
    assert in_book(project, "ben") == (None, True, None)
    ((_, tally),) = desk.chapters()
    assert (tally.waits, tally.graded, tally.empty) == (3, 1, 1)
    give(desk, None, "ada")
    assert in_book(project, "ada") == (None, True, None) and sheet(desk, "ada").state == "waits"
    give(desk, 0.5, "dan")
    give(desk, None, "dan")
    assert in_book(project, "dan") == (None, False, None), "the machine's 0 stands again"


class HalfOfIt(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader has no types
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return score / 2


def test_what_is_taken_off_for_lateness_follows(project: Project, desk: Desk) -> None:
    def penalty() -> float | None:
        with Gradebook(gradebook_url(project)) as book:
            found: float | None = book.find_submission(NAME, "ada").late_submission_penalty
            return found

    with Gradebook(gradebook_url(project)) as book:
        book.find_assignment(NAME).duedate = datetime.datetime(2026, 3, 1)
        book.find_submission(NAME, "ada").timestamp = datetime.datetime(2026, 3, 2)
        before = book.find_submission(NAME, "ada").score
        book.db.commit()
    config = Config()
    config.AssignLatePenalties.plugin_class = HalfOfIt
    pile = desk.pile(NAME)
    pile.ledger = dataclasses.replace(pile.ledger, config=config)
    give(desk, 2, "ada")
    assert penalty() == (before + 2) / 2
    give(desk, None, "ada")
    assert penalty() == before / 2


def test_what_is_graded_again_unchanged_stays_and_what_was_rewritten_waits(project: Project, desk: Desk) -> None:
    give(desk, 2, "ada", "ben")
    hand_in(project, "ada", EQUAL)
    hand_in(project, "ben", "Something else.")
    assert (sheet(desk, "ada").state, sheet(desk, "ben").state) == ("graded", "changed")
    assert (in_book(project, "ada"), in_book(project, "ben")) == ((2, False, None), (2, True, None)), "until it is read"
    assert [tally for _, tally in desk.chapters()] == [tally for _, tally in desk.tallies(desk.pile(NAME))]
    ((_, tally),) = desk.chapters()
    assert (tally.waits, tally.graded, tally.empty, tally.rewritten) == (3, 1, 1, 1)
    setting = pages.Setting("/", "grace", False, "", ZoneInfo("UTC"))
    assert "3 <span" in pages.course_page(setting, desk.chapters())
    assert "(1 rewritten since)" in pages.course_page(setting, desk.chapters())
    opened = desk.open(desk.pile(NAME), EXERCISE, sheet(desk, "ben").key, "grace")
    assert "rewritten since it was graded" in pages.answer_page(setting, desk.pile(NAME).chapter, opened)
    hand_in(project, "ben", "Something else.")
    assert sheet(desk, "ben").state == "changed", "graded by the machine once more, and still read by nobody"
    give(desk, 1, "ben")
    hand_in(project, "ben", "Something else.")
    assert sheet(desk, "ben").state == "graded" and in_book(project, "ben") == (1, False, None)


def test_a_picture_makes_another_answer(project: Project, desk: Desk) -> None:
    picture = {"attachments": {"plot.png": {"image/png": "aGFsbG8="}}}
    hand_in(project, "ada", EQUAL, **picture)
    pile, key = desk.pile(NAME), sheet(desk, "ada").key
    assert not desk.open(pile, EXERCISE, key, "grace").equal
    hand_in(project, "ben", EQUAL, **picture)
    (equal,) = desk.open(pile, EXERCISE, key, "grace").equal
    assert equal.answer.student == "ben"


def test_all_or_none_where_somebody_was_quicker(project: Project, desk: Desk) -> None:
    seen = {one.key: one.version for one in (sheet(desk, "ada"), sheet(desk, "ben"))}
    give(desk, 2, "ben", comment="Good.", grader="gil")
    with pytest.raises(Conflict) as caught:
        desk.give(desk.pile(NAME), EXERCISE, seen, Verdict(0, "No.", (), "grace"))
    (stale,) = caught.value.sheets
    assert (stale.answer.student, stale.given.score, stale.given.comment) == ("ben", 2, "Good.")
    assert (in_book(project, "ada")[0], in_book(project, "ben")) == (None, (2, False, "Good."))


def test_formgrader_and_a_new_hand_in_are_noticed_as_well(project: Project, desk: Desk) -> None:
    before = sheet(desk, "ada")
    with Gradebook(gradebook_url(project)) as book:
        grade = book.find_grade(TEXT, NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.db.commit()
    verdict = Verdict(2, "", (), "grace")
    with pytest.raises(Conflict):
        desk.give(desk.pile(NAME), EXERCISE, {before.key: before.version}, verdict)
    before = sheet(desk, "eve")
    hand_in(project, "eve", "Now I know.")
    with pytest.raises(Conflict):
        desk.give(desk.pile(NAME), EXERCISE, {before.key: before.version}, verdict)
    assert (in_book(project, "ada")[0], in_book(project, "eve")[0]) == (1.0, None)
    assert sheet(desk, "ada").state == "graded", "by whom is not known, and does not matter"


def test_the_ledger_itself_looks_again_before_it_writes(
    project: Project, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the desk's look and the transaction, another process has given a grade."""
    seen, other = sheet(desk, "ada"), Desk(project)
    ledger = type(desk.pile(NAME).ledger)
    real = ledger.give

    def late(self: object, *rest: object) -> None:
        monkeypatch.setattr(ledger, "give", real)
        give(other, 1, "ada", grader="gil")
        real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "give", late)
    with pytest.raises(Conflict) as caught:
        desk.give(desk.pile(NAME), EXERCISE, {seen.key: seen.version}, Verdict(2, "", (), "grace"))
    assert caught.value.sheets[0].given.grader == "gil" and in_book(project, "ada")[0] == 1


def test_two_graders_at_once_lose_no_grade(project: Project) -> None:
    at_once(project, 6)


def test_points_have_bounds(project: Project, desk: Desk) -> None:
    for score in (-0.5, 2.5, float("nan"), float("inf")):
        with pytest.raises(Unfit, match=r"p.99.4 is worth 0 to 2 points, not"):
            give(desk, score, "ada")
    assert in_book(project, "ada")[0] is None


def test_what_can_not_be_given_is_named(project: Project, desk: Desk) -> None:
    pile, one = desk.pile(NAME), sheet(desk, "ada")
    with pytest.raises(Unfit, match="No answer was chosen"):
        desk.give(pile, EXERCISE, {}, Verdict(1, "", (), "grace"))
    with pytest.raises(Unfit, match="shorten it"):
        give(desk, 1, "ada", comment="x" * 10_001)
    with pytest.raises(Unfit, match="has no line 'another'"):
        desk.give(pile, EXERCISE, {one.key: one.version}, Verdict(1, "", ("another",), "grace"))
    with pytest.raises(Unknown, match="Nobody of this class"):
        desk.give(pile, EXERCISE, {"aaaaaaaa": "x"}, Verdict(1, "", (), "grace"))
    with pytest.raises(Unknown, match=r"no question 'p.99.5'.*Did you mean 'p.99.4'"):
        desk.open(pile, "p.99.5", one.key, "grace")
    with pytest.raises(Unknown, match="no chapter"):
        desk.pile("ch77")


def test_a_held_gradebook_is_told_and_nothing_is_lost(project: Project, desk: Desk) -> None:
    pile = desk.pile(NAME)
    pile.ledger = dataclasses.replace(pile.ledger, patience=0.0)
    one = sheet(desk, "ada")
    holder = Recorder(gradebook_url(project), NAME)
    targets = {one.key: one.version}

    def held(_: object) -> None:
        with pytest.raises(EngineError, match="locked by another program"):
            desk.give(pile, EXERCISE, targets, Verdict(1, "", (), "grace"))

    with holder:
        holder.transact(held)
    desk.give(pile, EXERCISE, targets, Verdict(1, "", (), "grace"))
    assert in_book(project, "ada")[0] == 1


def test_what_waits_comes_next_and_what_another_has_open_last(project: Project) -> None:
    clock = [0.0]
    desk = Desk(project, clock=lambda: clock[0])
    pile = desk.pile(NAME)
    waiting = [key for key, one in pile.sheets(pile.questions[EXERCISE]).items() if one.waits]
    assert len(waiting) == 4 and waiting == sorted(waiting)
    assert desk.next(pile, EXERCISE, "grace") == waiting[0]
    assert desk.open(pile, EXERCISE, waiting[0], "gil").others == ()
    assert desk.next(pile, EXERCISE, "grace") == waiting[1]
    assert desk.open(pile, EXERCISE, waiting[0], "grace").others == ("gil",)
    assert desk.next(pile, EXERCISE, "gil", after=waiting[3]) == waiting[1]
    clock[0] = LOOKED_AT
    assert desk.next(pile, EXERCISE, "grace") == waiting[0]


def test_pseudonyms_are_stable_and_the_courses_own(project: Project) -> None:
    first, again, other = (Desk(project).pile(NAME).answers.pseudonym(name) for name in ("ada", "ada", "ben"))
    assert first == again != other
    (project.build / "course.key").unlink()
    assert Desk(project).pile(NAME).answers.pseudonym("ada") != first
