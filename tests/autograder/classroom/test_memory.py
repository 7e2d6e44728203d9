"""What is stored of a submission: a regrade runs what has changed, and mostly without a process of the submission."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.classroom import memory
from autograder.classroom.fingerprints import Fingerprints, check_sources
from autograder.classroom.memory import Kept, ReplaySession, SubmissionMemory, bounded, pack, unpack
from autograder.classroom.store import Store
from autograder.engine.judging.checks import Answers, ChapterChecks, Check, Variant
from autograder.engine.judging.grade import Graded
from autograder.engine.judging.judge import Examiner, Seed, run_check
from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.engine.wire.proxy import Call, LocalSession
from course.errors import SetupError
from course.project import Project
from tests.support.minichapter import CHECKS, NAME

SEED = Seed("key", "ada", "attempt")
KEYS = Fingerprints("run", {"check": "text"}, "hints")


def examiner(memory: SubmissionMemory | None = None) -> Examiner:
    """What no check here trips over lacks answers of ours."""
    return Examiner(ChapterChecks(NAME, (), lambda: Answers(vars(json))), {}, memory=memory)


def check_of(function: Callable[..., Any]) -> Check:
    return Check("p.99.1", "check", "A promise.", function)


def doubles(student: Any, rng: np.random.Generator) -> None:
    values = rng.integers(0, 9, 4)
    assert (student.double(values) == 2 * values).all()


def doubles_exactly(student: Any, rng: np.random.Generator) -> None:
    """Asks the same, and expects more."""
    values = rng.integers(0, 9, 4)
    assert student.double(values).dtype == np.float32


def doubles_twice(student: Any, rng: np.random.Generator) -> None:
    doubles(student, rng)
    student.double(np.zeros(3))


def takes_anything(student: Any, rng: np.random.Generator) -> None:
    """A check as bad as can be: no error stops it."""
    try:
        student.double(rng.random(3))
    except BaseException:
        return


@pytest.fixture
def remembered() -> SubmissionMemory:
    """The memory after `doubles` was run on a right answer."""
    made = SubmissionMemory(KEYS)
    session = LocalSession({"double": lambda values: values * 2})
    assert run_check(check_of(doubles), examiner(made), lambda: session, SEED).outcome is Outcome.PASSED
    return made


def changed(remembered: SubmissionMemory) -> SubmissionMemory:
    """The same after the check's text has changed."""
    return SubmissionMemory(Fingerprints("run", {"check": "other text"}, "hints"), dict(remembered.kept))


def test_an_unchanged_check_is_recalled(remembered: SubmissionMemory) -> None:
    found = remembered.recall(check_of(doubles))
    assert found is not None
    assert found.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "fingerprints",
    [
        Fingerprints("other run", {"check": "text"}, "hints"),
        Fingerprints("run", {"check": "other"}, "hints"),
        Fingerprints("run", {}, ""),
    ],
)
def test_a_changed_check_is_not_recalled(remembered: SubmissionMemory, fingerprints: Fingerprints) -> None:
    assert SubmissionMemory(fingerprints, remembered.kept).recall(check_of(doubles)) is None


def test_mutants_count_for_failed_checks_only() -> None:
    passed = CheckResult(check="check", outcome=Outcome.PASSED, sentence="")
    failed = CheckResult(check="check", outcome=Outcome.FAILED, sentence="")
    other = Fingerprints("run", {"check": "text"}, "other mutants")
    assert other.of(passed) == KEYS.of(passed)
    assert other.of(failed) != KEYS.of(failed)
    assert KEYS.of(passed) != KEYS.of(failed)


def test_a_changed_check_is_judged_by_the_recorded_replies(remembered: SubmissionMemory) -> None:
    later = changed(remembered)
    assert later.replay(check_of(doubles_exactly), examiner(), SEED)
    assert later.kept["check"].result.outcome is Outcome.FAILED
    assert later.recall(check_of(doubles_exactly)) is not None


def test_what_has_passed_and_is_known_still_rules_a_misconception_out(remembered: SubmissionMemory) -> None:
    """As where the submission is judged from its first check to its last."""
    tried = []

    def doubled(values: Any) -> Any:
        tried.append(values)
        return values * 2

    first, second = check_of(doubles), Check("p.99.1", "exactly", "Another promise.", doubles_exactly)
    session = LocalSession({"double": lambda values: values * 2})
    run_check(second, examiner(remembered), lambda: session, SEED)
    mutant = Variant("p.99.1", "doubled", "You double.", {"double": doubled}, "exactly", ("check",))
    checks = ChapterChecks(NAME, (first, second), lambda: Answers({"double": np.multiply}, (mutant,)))
    keys = Fingerprints("run", {"check": "text", "exactly": "other text"}, "hints")
    for asked in ((first, second), (second,)):
        tried.clear()
        later, judge = SubmissionMemory(keys, dict(remembered.kept)), Examiner(checks, {}).of_submission()
        assert all(later.knows(check, judge, SEED) for check in asked)
        assert later.kept["exactly"].result.outcome is Outcome.FAILED
        assert bool(tried) is (asked == (second,))


@pytest.mark.parametrize("function", [doubles_twice, takes_anything])
def test_a_request_that_was_not_recorded_ends_the_replay(
    remembered: SubmissionMemory, function: Callable[..., Any]
) -> None:
    later = changed(remembered)
    assert not later.replay(check_of(function), examiner(), SEED)
    assert later.kept == remembered.kept, "what the replay said is forgotten"
    assert later.recall(check_of(function)) is None


def test_another_seed_asks_for_something_else(remembered: SubmissionMemory) -> None:
    assert not changed(remembered).replay(check_of(doubles), examiner(), Seed("key", "ben", "attempt"))


def test_a_trouble_of_the_session_is_not_replayed() -> None:
    made = SubmissionMemory(KEYS)

    class Late(LocalSession):
        def request(self, frame: bytes) -> bytes:
            from autograder.engine.wire.proxy import CallTimeout

            raise CallTimeout("too late")

    result = run_check(check_of(doubles), examiner(made), lambda: Late({}), SEED)
    assert result.outcome is Outcome.FAILED
    assert not made.kept["check"].complete
    assert not made.replay(check_of(doubles), examiner(), SEED)
    assert made.recall(check_of(doubles)) is None, "the submission is run anyway: let it meet its trouble again"
    made.whole = True
    assert made.recall(check_of(doubles)) == result


def test_a_transcript_survives_packing() -> None:
    transcript = (Call("get", b"\0\1", b""), Call("call", b"request" * 1000, bytes(range(256))))
    assert unpack(pack(transcript)) == transcript
    assert unpack(pack(())) == ()


@pytest.mark.parametrize("text", ["", "no base85 \n", pack((Call("call", b"x" * 99, b"y" * 99),))[:-9], "00000"])
def test_a_damaged_transcript_is_as_good_as_none(text: str) -> None:
    assert unpack(text) is None


def test_a_large_transcript_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).bytes(5000)
    monkeypatch.setattr(memory, "KEPT_BYTES", 4000)
    assert pack((Call("call", noise, b""),)) == ""
    monkeypatch.setattr(memory, "RAW_BYTES", 4000)
    assert pack((Call("call", bytes(5000), b""),)) == ""


def test_a_submission_keeps_a_bounded_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "TOTAL_BYTES", 25)
    result = CheckResult(check="check", outcome=Outcome.PASSED, sentence="")
    kept = bounded({name: Kept("key", result, True, "x" * 10) for name in "abc"})
    assert [len(one.transcript) for one in kept.values()] == [10, 10, 0]


def test_a_replay_gives_no_reply_after_a_miss() -> None:
    session = ReplaySession([Call("get", b"a", b"1"), Call("get", b"b", b"2")])
    for frame in (b"x", b"a", b"b"):
        with pytest.raises(memory.ReplayMiss):
            session.request(frame)


# --- keys of checks --------------------------------------------------------------------------------------------------


ALL = {"test_doubles", "test_halves", "test_centres", "test_corners"}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("1e-9", "1e-8", {"test_centres"}),
        ('@check("p.99.1")\n', '@check("p.99.1", weight=2.0)\n', {"test_halves"}),
        ("Every value comes back halved.", "Halved.", {"test_halves"}),
        ("import numpy as np\n", "import numpy as np\n\nSIZE = 7\n", ALL),
        ("\n\n\n", "\n\n\n\n# a remark between the checks\n\n", set()),
    ],
)  # fmt: skip
def test_a_check_depends_on_itself_and_on_what_it_shares(old: str, new: str, changed: set[str], tmp_path: Path) -> None:
    project, path = Project(tmp_path), tmp_path / "test_mini.py"
    digests = []
    for text in (CHECKS, CHECKS.replace(old, new)):
        path.write_text(text, encoding="utf-8")
        digests.append(dict(check_sources(project, path)))
    assert {name for name in digests[0] if digests[0][name] != digests[1][name]} == changed


def test_a_check_depends_on_the_modules_of_ours_it_imports(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.checks.mkdir(parents=True)
    path = project.checks / "test_mini.py"
    path.write_text("from autograder.checks.inputs_mini import SIZE\n" + CHECKS, encoding="utf-8")
    digests = []
    for inputs, helper in (("1", "1"), ("2", "1"), ("2", "2")):
        text = f"from autograder.checks import common\nSIZE = {inputs}\n"
        (project.checks / "inputs_mini.py").write_text(text, encoding="utf-8")
        (project.checks / "common.py").write_text(f"VALUE = {helper}\n", encoding="utf-8")
        digests.append(dict(check_sources(project, path))["test_doubles"])
    assert len(set(digests)) == 3


# --- the store --------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, remembered: SubmissionMemory) -> Store:
    """A store with one result of one check in it."""
    made = Store(tmp_path / NAME)
    check = remembered.kept["check"].result
    exercise = ExerciseResult(
        exercise="p.99.1",
        grade_id="p-99-1-checks",
        title="",
        status=ExerciseStatus.FULL,
        score=1.0,
        max_score=1.0,
        checks=(check,),
    )
    result = Result(chapter=NAME, student="ada", status=Status.GRADED, exercises=(exercise,))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 'ü'\ny = 1")])
    made.save(KEYS, Graded(result, notebook), remembered.kept)
    return made


def test_what_is_stored_comes_back(store: Store, remembered: SubmissionMemory) -> None:
    graded, memory = store.recall("ada", KEYS)
    assert graded is not None
    assert graded == store.load("ada")
    assert graded.notebook.cells[0].source == "x = 'ü'\ny = 1"
    assert memory == remembered
    assert store.recall("ben", KEYS)[0] is None
    assert store.recall("ada", Fingerprints("other", KEYS.checks, KEYS.hints))[0] is None


@pytest.mark.parametrize("name", ["result.json", "notebook.ipynb"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe", b'{"run": 1}', None])
def test_a_damaged_store_is_as_good_as_none(name: str, content: bytes | None, store: Store) -> None:
    path = store.folder / "ada" / name
    path.write_bytes(path.read_bytes()[:-20] if content is None else content)
    assert store.recall("ada", KEYS)[0] is None
    assert store.load("ada") is None


@pytest.mark.parametrize(
    "content", [b"", b'{"run": "run", "checks": 5}', b'{"run": "run", "checks": {"check": 5}}', None]
)
def test_without_its_transcripts_a_result_is_still_known(content: bytes | None, store: Store) -> None:
    path = store.folder / "ada" / "transcripts.json"
    path.write_bytes(path.read_bytes()[:-20] if content is None else content)
    graded, memory = store.recall("ada", KEYS)
    assert graded is not None
    assert memory.recall(check_of(doubles)) is not None
    assert not changed(memory).replay(check_of(doubles), examiner(), SEED)


def test_two_runs_do_not_grade_the_same_chapter(store: Store) -> None:
    with store.claimed():
        (store.folder / ".drafts").mkdir()
        with pytest.raises(SetupError, match="is being graded already: wait for that run"), store.claimed():
            pass
    assert not (store.folder / ".drafts").exists()
    with store.claimed():
        pass
