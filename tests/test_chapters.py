"""The contract every chapter keeps: the reference passes, wrong answers fail for their reason, lazy ones earn 0."""

from __future__ import annotations

import ast
import functools
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from autograder.audit.exceptions import load_exceptions
from autograder.audit.lazy import LAZY
from autograder.audit.restyle import RENAMED, restyled
from autograder.calibration.calibrate import FALSE_FAIL
from autograder.engine.judging.checks import Check, Variant
from autograder.engine.judging.judge import Seed, judge_exercise, run_check
from autograder.engine.result import CheckResult, ExerciseStatus, Outcome
from autograder.engine.session.kernel import runs_when_graded
from autograder.engine.wire.proxy import LocalSession
from course.authoring.build import build, notebook_path
from course.authoring.lint import problems
from course.authoring.release import release
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus
from tests.support.chapters import (
    LONG,
    PROJECT,
    checks_of,
    each,
    examiner_of,
    is_due,
    is_its_turn,
    itself,
    row,
    skip_unless_due,
    spread,
)
from tests.support.checkout import ROOT
from tests.support.judged_once import SEED, LikeTheReference, Transcripts, answer_of, judged_once, reference_with

KEYS = [Seed(f"key {number}", "test", "1") for number in range(20)]
CURRICULUM = ROOT.parent / "shared" / "curriculum.yaml"


def wrong(chapter: Chapter) -> Iterator[Any]:
    """The wrong answers, and whether each is to be recognised: in the full run all, else none that takes long."""
    for one in checks_of(chapter).mutants:
        yield row(chapter, one, "never" if one.exercise in LONG else "in turn", id=f"{one.exercise}-{one.name}")
        yield row(chapter, one, "always", id=f"{one.exercise}-{one.name}-recognised", marks=[pytest.mark.full])


def right(chapter: Chapter) -> Iterator[Any]:
    """The right answers, and whether each is judged by all checks: in the full run, else not where that takes long."""
    for one in checks_of(chapter).alternatives:
        yield row(chapter, one, "never" if one.exercise in LONG else "in turn", id=f"{one.exercise}-{one.name}")
        yield row(chapter, one, "always", id=f"{one.exercise}-{one.name}-all", marks=[pytest.mark.full])


def asked(chapter: Chapter) -> Iterator[Any]:
    """The exercises with checks, those with a text as well among them."""
    for exercise in chapter.exercise:
        if checks_of(chapter).of(exercise.id):
            yield row(chapter, exercise, id=exercise.id)


def rivals(chapter: Chapter) -> Iterator[Any]:
    for found in examiner_of(chapter).thresholds.values():
        for rival in found.rivals:
            yield pytest.param(chapter, found, rival, id=f"{found.check}-{found.data}-{rival.name}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    rows = {
        "chapter, check": each("checks"),
        "chapter, mutant, recognised": wrong,
        "chapter, alternative, whole": right,
        "chapter, exercise": asked,
        "chapter, calibration, rival": rivals,
        "chapter": itself,
    }
    spread(metafunc, rows)


@functools.cache
def released(chapter: Chapter, folder: Path) -> Path:
    """Release a chapter into a build folder of its own; return the released notebook."""
    project = Project(ROOT, folder)
    return release(project, chapter) / f"{chapter.name}.ipynb"


@pytest.fixture(scope="session")
def transcripts() -> Transcripts:
    return Transcripts()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


def test_an_author_would_be_told_of_nothing(chapter: Chapter) -> None:
    assert [str(problem) for problem in problems(PROJECT, chapter)] == []


def test_every_exercise_has_minutes(chapter: Chapter) -> None:
    """That its points suit them, an author would be told."""
    assert [exercise.id for exercise in chapter.exercise if exercise.minutes is None] == []


def test_the_reference_passes(chapter: Chapter, check: Check) -> None:
    if not examiner_of(chapter).has_data_for(check):
        pytest.skip(f"{check.data} is a stand-in here, and the target is meant for the real one")
    result = reference_with(chapter, check).result
    assert result.outcome is Outcome.PASSED, (result.detail, result.trouble)


def test_no_check_asks_a_network_what_honest_layers_refuse(chapter: Chapter, exercise: Exercise) -> None:
    """A single row in training mode."""
    checks = [check for check in checks_of(chapter).of(exercise.id) if not check.full_size]
    asked = {check.name: reference_with(chapter, check).single_rows for check in checks}
    assert {name: rows for name, rows in asked.items() if rows} == {}


def test_a_mutant_fails_for_its_own_reason_and_is_recognised(
    chapter: Chapter, mutant: Variant, recognised: str, transcripts: Transcripts, pytestconfig: pytest.Config
) -> None:
    if recognised == "never":
        skip_unless_due(pytestconfig, mutant.exercise)
    is_tried = is_due(pytestconfig, mutant.exercise, recognised)
    check = next(check for check in checks_of(chapter).of(mutant.exercise) if check.name == mutant.fails)
    session = LocalSession(checks_of(chapter).namespace(mutant))
    transcripts.answer = answer_of(checks_of(chapter).namespace(mutant), checks_of(chapter).reference)
    seconds = 600.0 if is_tried else 0.0  # also where the machine is busy
    examiner = replace(examiner_of(chapter), memory=transcripts, hint_seconds=seconds)
    with judged_once(chapter, transcripts):
        result = run_check(check, examiner, lambda: session, SEED)
    assert result.outcome is Outcome.FAILED, result.trouble
    assert result.hint == mutant.sentence or not is_tried


def test_an_alternative_gets_full_marks(
    chapter: Chapter, alternative: Variant, whole: str, pytestconfig: pytest.Config
) -> None:
    if whole == "never":
        skip_unless_due(pytestconfig, alternative.exercise)
    exercise = next(exercise for exercise in chapter.exercise if exercise.id == alternative.exercise)
    session = LocalSession(checks_of(chapter).namespace(alternative))
    examiner = replace(examiner_of(chapter), memory=LikeTheReference(chapter, alternative.answers))
    if not is_due(pytestconfig, alternative.exercise, whole):
        examiner = replace(examiner, checks=replace(examiner.checks, checks=share_of(chapter, alternative)))
    result = judge_exercise(exercise, 4.0, examiner, lambda: session, SEED)
    lost = [(check.check, check.detail, check.trouble) for check in result.checks if check.outcome != Outcome.PASSED]
    assert lost == []
    assert result.score == 4.0


def test_names_of_parameters_are_the_students_own(
    chapter: Chapter, exercise: Exercise, pytestconfig: pytest.Config
) -> None:
    """Unless they have defaults: a check passes the others by position, and so do its probes."""
    skip_unless_due(pytestconfig, exercise.id)
    if exercise.id in LONG or RENAMED in load_exceptions(PROJECT, chapter.name).styles(exercise.id):
        pytest.skip("the audit's, or ruled out by the statement")
    answers = restyled(RENAMED, answers_of(chapter, exercise))
    session = LocalSession({**checks_of(chapter).namespace(), **answers})
    examiner = replace(examiner_of(chapter), memory=LikeTheReference(chapter, answers))
    result = judge_exercise(exercise, 4.0, examiner, lambda: session, SEED)
    assert [one for one in result.checks if one.outcome is not Outcome.PASSED] == []


@pytest.mark.full
def test_a_right_answer_keeps_its_points_whatever_the_key(chapter: Chapter, check: Check) -> None:
    """Under twenty keys: the reference, and each alternative that the check asks something of."""
    if check.bound or check.full_size:
        pytest.skip("how often its figure falls short is what calibration measures")
    mine, asked = checks_of(chapter), reference_with(chapter, check).names
    others = [one for one in mine.alternatives if one.exercise == check.exercise and one.answers.keys() & asked]
    right = {"the reference": mine.namespace(), **{one.name: mine.namespace(one) for one in others}}
    failed = [
        (name, seed, result.detail, result.trouble)
        for name, namespace in right.items()
        for seed in KEYS
        if (result := _judged(chapter, check, namespace, seed)).outcome is not Outcome.PASSED
    ]
    assert failed == []


def _judged(chapter: Chapter, check: Check, namespace: dict[str, Any], seed: Seed) -> CheckResult:
    return run_check(check, examiner_of(chapter), lambda: LocalSession(namespace), seed)


def share_of(chapter: Chapter, alternative: Variant) -> tuple[Check, ...]:
    """Some of the checks that ask for what `alternative` replaces; those that replace the same have the others."""
    mine, names = checks_of(chapter), alternative.answers.keys()
    asking = [check for check in mine.of(alternative.exercise) if reference_with(chapter, check).names & names]
    rivals = [one for one in mine.alternatives if one.exercise == alternative.exercise and one.answers.keys() == names]
    number = rivals.index(alternative)
    if not asking:  # what is replaced is only asked by other answers
        return mine.of(alternative.exercise)
    return tuple(asking[number :: len(rivals)]) or (asking[number % len(asking)],)


@pytest.mark.parametrize("lazy", LAZY)
def test_a_lazy_answer_earns_nothing(
    chapter: Chapter, exercise: Exercise, lazy: str, transcripts: Transcripts, pytestconfig: pytest.Config
) -> None:
    todays = list(LAZY)[zlib.crc32(exercise.id.encode()) % len(LAZY)]
    if lazy != todays:
        skip_unless_due(pytestconfig, exercise.id)
    checks = checks_of(chapter)
    session = LocalSession({**checks.namespace(), **LAZY[lazy](answers_of(chapter, exercise), checks.reference)})
    examiner = replace(examiner_of(chapter), hint_seconds=0.0)  # points are what it is about, and hints take long
    with judged_once(chapter, transcripts):
        result = judge_exercise(exercise, 4.0, examiner, lambda: session, SEED)
    assert result.score == 0.0, [check.check for check in result.checks if check.outcome is Outcome.PASSED]


def answers_of(chapter: Chapter, exercise: Exercise) -> dict[str, object]:
    """The reference's public answers to one exercise, by name, as the script imports them."""
    source = (PROJECT.source / f"{chapter.name}.py").read_text(encoding="utf-8")
    names: list[str] = []
    for block in source.split("# %%")[1:]:
        if f'exercise="{exercise.id}"' in block.split("\n")[0]:
            for node in ast.walk(ast.parse("\n".join(block.split("\n")[1:]))):
                names += [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
    return {name: checks_of(chapter).reference[name] for name in names if not name.startswith("_")}


def test_the_unedited_release_earns_nothing(chapter: Chapter, folder: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in nbformat.read(released(chapter, folder), as_version=4).cells:
        if runs_when_graded(cell):
            exec(compile(cell.source, cell.id, "exec"), namespace)  # noqa: S102  # our own release
    for exercise in chapter.exercise:
        if examiner_of(chapter).checks.of(exercise.id):
            session = LocalSession(namespace)
            result = judge_exercise(exercise, 4.0, examiner_of(chapter), lambda s=session: s, SEED)
            assert (result.score, result.status) == (0.0, ExerciseStatus.NOT_BEGUN), exercise.id


def test_two_builds_are_byte_identical(chapter: Chapter, tmp_path: Path) -> None:
    for name in ("one", "two"):
        build(Project(ROOT, tmp_path / name), chapter)
    one, two = (notebook_path(Project(ROOT, tmp_path / name), chapter).read_bytes() for name in ("one", "two"))
    assert one == two


def test_every_figure_is_calibrated_on_both_kinds_of_data(chapter: Chapter) -> None:
    thresholds = examiner_of(chapter).thresholds
    wanted = {
        (check.name, kind)
        for check in checks_of(chapter).checks
        if check.bound
        for kind in (("real", "stand-in") if check.data else ("any",))
    }
    assert set(thresholds) == wanted
    assert all(row.false_fail <= FALSE_FAIL for row in thresholds.values())


def test_the_threshold_separates_right_from_wrong(chapter: Chapter, calibration: Any, rival: Any) -> None:
    """By the committed runs: no alternative ever fell short, no mutant ever got through."""
    check = next(check for check in checks_of(chapter).checks if check.name == calibration.check)
    bound = calibration.threshold
    passes = rival.worst >= bound if check.bound == "at_least" else rival.worst <= bound
    assert passes == (rival.kind == "alternative")


def test_one_figure_has_one_bar(chapter: Chapter) -> None:
    """Two checks of an exercise that measure the same would pass and fail apart by luck: the second judges a
    difference. The same are figures whose means are nearer than half of what they vary by."""
    exercise = {check.name: check.exercise for check in checks_of(chapter).checks}
    figures = [(exercise[name], data, one) for (name, data), one in examiner_of(chapter).thresholds.items()]
    for (left, on, one), (right, other_on, other) in combinations(figures, 2):
        near = abs(one.mean - other.mean) < max(one.sd, other.sd) / 2
        assert not ((left, on) == (right, other_on) and near and one.threshold != other.threshold), (
            one.check,
            other.check,
        )


def test_each_bar_is_held_against_all_naive_rules_that_are_there_for_it(chapter: Chapter) -> None:
    """By the committed runs, on real data and on the stand-in, and there is one; that it fails is the test above."""
    rules = [mutant for mutant in checks_of(chapter).mutants if mutant.naive]
    for (check, data), found in examiner_of(chapter).thresholds.items():
        wanted = {rule.name for rule in rules if check in rule.must_fail}
        assert wanted, f"{check} has no naive rule"
        assert {one.name for one in found.rivals if one.kind == "naive"} == wanted, (check, data)


def test_all_of_the_curriculums_exercises_are_there(chapter: Chapter) -> None:
    """In their order within an edition's chapter; those of another edition stand where their subject is."""
    wanted = committed_ids()
    given = [exercise.id for exercise in chapter.exercise]
    for prefix in {one.rsplit(".", 1)[0] for one in given}:
        ids, mine = ([one for one in some if one.rsplit(".", 1)[0] == prefix] for some in (wanted, given))
        assert mine == [one for one in ids if one in mine]


def committed_ids() -> list[str]:
    """The curriculum's ids, by the list beside this file: ``p.03: 1 2 3 4``."""
    lines = (ROOT / "tests" / "curriculum.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(": ") for line in lines if not line.startswith("#"))
    return [f"{prefix}.{number}" for prefix, numbers in rows for number in numbers.split()]


def test_every_exercise_of_the_curriculum_is_in_the_syllabus_once() -> None:
    written = [exercise.id for one in load_syllabus(PROJECT.syllabus) for exercise in one.exercise]
    assert sorted(written) == sorted(committed_ids())


@pytest.mark.skipif(not CURRICULUM.exists(), reason="the curriculum is not beside this checkout")
def test_the_committed_list_is_the_curriculums() -> None:
    assert committed_ids() == [item["id"] for item in yaml.safe_load(CURRICULUM.read_text("utf-8"))["exercises"]]


def test_each_exercise_has_its_turn_within_three_days_or_six() -> None:
    ids = {exercise.id for one in load_syllabus(PROJECT.syllabus) for exercise in one.exercise}
    for names, n_days in ((sorted(ids - set(LONG)), 3), (sorted(LONG), 6)):
        days = [date(2026, 2, 26) + timedelta(days=day) for day in range(n_days)]
        turns = [[one for one in names if is_its_turn(one, day)] for day in days]
        assert sorted(one for turn in turns for one in turn) == names
        assert max(map(len, turns)) - min(map(len, turns)) <= 1  # no day has more to do than another


def test_no_stray_file_is_beside_the_checks() -> None:
    names = [chapter.name for chapter in load_syllabus(PROJECT.syllabus)]
    known = ("test_*.py", "inputs*.py", "headline*.py", "thresholds.toml", "__init__.py", "__pycache__")
    answers = ("*.py", "equivalent.toml", "blind", "__pycache__")
    for folder, patterns in ((PROJECT.checks, known), (PROJECT.mutants, answers)):
        assert {path.name for path in folder.iterdir()} - {"__init__.py", "__pycache__"} <= set(names)
        for path in folder.glob("*/*"):
            assert any(path.match(pattern) for pattern in patterns) or path.parent.name == "__pycache__", path
