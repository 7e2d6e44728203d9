"""The contract every chapter keeps: the reference passes, wrong answers fail for their reason, lazy ones earn 0."""

from __future__ import annotations

import ast
import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from autograder.calibration.calibrate import FALSE_FAIL
from autograder.engine.judging.checks import Check, Variant
from autograder.engine.judging.judge import judge_exercise, run_check
from autograder.engine.result import ExerciseStatus, Outcome
from autograder.engine.session.kernel import runs_when_graded
from autograder.engine.wire.proxy import LocalSession
from course.authoring.build import build, notebook_path
from course.authoring.lint import WITHOUT_BARS, problems
from course.authoring.release import release
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus
from tests.support.chapters import PROJECT, checks_of, each, examiner_of, itself, row, spread
from tests.support.checkout import ROOT
from tests.support.judged_once import SEED, LikeTheReference, Transcripts, answer_of, judged_once, reference_with
from tests.support.lazy import LAZY

CURRICULUM = ROOT.parent / "shared" / "curriculum.yaml"
# Their answers train for seconds, in each check anew. So the alternatives for one name share its checks among them, and
# each passes all of them in the full run only (make test-full).
LONG = (
    "p.02.1", "p.02.2", "p.02.5", "p.02.7", "p.03.1", "p.05.7", "p.06.8", "p.06.9", "p.07.9", "p.13.9", "p.13.10",
    "p.13.12", "tf2.05.9",
)  # fmt: skip


def alternatives(chapter: Chapter) -> Iterator[Any]:
    """The right answers of a chapter, and whether they share the checks."""
    for one in checks_of(chapter).alternatives:
        name = f"{one.exercise}-{one.name}"
        if one.exercise in LONG:
            yield row(chapter, one, True, id=f"{name}-its share")
        yield row(chapter, one, False, id=name, marks=[pytest.mark.full] * (one.exercise in LONG))


def asked(chapter: Chapter) -> Iterator[Any]:
    """The exercises with checks of their own."""
    for exercise in chapter.exercise:
        if exercise.kind in ("code", "closed"):
            yield row(chapter, exercise, id=exercise.id)


def rivals(chapter: Chapter) -> Iterator[Any]:
    for found in examiner_of(chapter).thresholds.values():
        for rival in found.rivals:
            yield pytest.param(chapter, found, rival, id=f"{found.check}-{found.data}-{rival.name}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    rows = {
        "chapter, check": each("checks"),
        "chapter, mutant": each("mutants"),
        "chapter, alternative, shared": alternatives,
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


def test_the_reference_passes(chapter: Chapter, check: Check) -> None:
    result = reference_with(chapter, check).result
    assert result.outcome is Outcome.PASSED, (result.detail, result.trouble)


def test_a_mutant_fails_for_its_own_reason_and_is_recognised(
    chapter: Chapter, mutant: Variant, transcripts: Transcripts
) -> None:
    check = next(check for check in checks_of(chapter).of(mutant.exercise) if check.name == mutant.fails)
    session = LocalSession(checks_of(chapter).namespace(mutant))
    transcripts.answer = answer_of(checks_of(chapter).namespace(mutant), checks_of(chapter).reference)
    examiner = replace(examiner_of(chapter), memory=transcripts, hint_seconds=600.0)  # also where the machine is busy
    with judged_once(chapter, transcripts):
        result = run_check(check, examiner, lambda: session, SEED)
    assert result.outcome is Outcome.FAILED, result.trouble
    assert result.hint == mutant.sentence


def test_an_alternative_gets_full_marks(chapter: Chapter, alternative: Variant, shared: bool) -> None:
    exercise = next(exercise for exercise in chapter.exercise if exercise.id == alternative.exercise)
    session = LocalSession(checks_of(chapter).namespace(alternative))
    examiner = replace(examiner_of(chapter), memory=LikeTheReference(chapter, alternative.answers))
    if shared:
        examiner = replace(examiner, checks=replace(examiner.checks, checks=share_of(chapter, alternative)))
    result = judge_exercise(exercise, 4.0, examiner, lambda: session, SEED)
    lost = [(check.check, check.detail, check.trouble) for check in result.checks if check.outcome != Outcome.PASSED]
    assert lost == []
    assert result.score == 4.0


def share_of(chapter: Chapter, alternative: Variant) -> tuple[Check, ...]:
    """Some of the checks that ask for what `alternative` replaces; those that replace the same have the others."""
    mine, names = checks_of(chapter), alternative.answers.keys()
    asking = [check for check in mine.of(alternative.exercise) if reference_with(chapter, check).names & names]
    rivals = [one for one in mine.alternatives if one.exercise == alternative.exercise and one.answers.keys() == names]
    number = rivals.index(alternative)
    return tuple(asking[number :: len(rivals)]) or (asking[number % len(asking)],)


@pytest.mark.parametrize("lazy", LAZY)
def test_a_lazy_answer_earns_nothing(chapter: Chapter, exercise: Exercise, lazy: str, transcripts: Transcripts) -> None:
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


def test_the_script_runs_top_to_bottom(chapter: Chapter, tmp_path: Path) -> None:
    """Demos and all, on stand-in data, so that it takes seconds; the headline run is the one on real data."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "COURSE_DATA_OFFLINE": "1"}
    environment.pop("COURSE_DATA_MIRROR", None)
    environment["COURSE_DATA_CACHE"] = str(tmp_path)
    command = [sys.executable, "-W", "ignore", str(PROJECT.source / f"{chapter.name}.py")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


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


def test_each_bar_is_held_against_all_naive_rules_that_are_there_for_it(chapter: Chapter) -> None:
    """By the committed runs, on real data and on the stand-in, and there is one; that it fails is the test above."""
    if chapter.name in WITHOUT_BARS:
        pytest.skip("its naive rules are to be written: course/authoring/lint.py says what that excuses")
    rules = [mutant for mutant in checks_of(chapter).mutants if mutant.naive]
    for (check, data), found in examiner_of(chapter).thresholds.items():
        wanted = {rule.name for rule in rules if check in rule.must_fail}
        assert wanted, f"{check} has no naive rule"
        assert {one.name for one in found.rivals if one.kind == "naive"} == wanted, (check, data)


@pytest.mark.skipif(not CURRICULUM.exists(), reason="the curriculum is not beside this checkout")
def test_all_of_the_curriculums_exercises_are_there(chapter: Chapter) -> None:
    wanted = yaml.safe_load(CURRICULUM.read_text(encoding="utf-8"))["exercises"]
    prefixes = {exercise.id.rsplit(".", 1)[0] for exercise in chapter.exercise}
    ids = [item["id"] for item in wanted if item["id"].rsplit(".", 1)[0] in prefixes]
    assert [exercise.id for exercise in chapter.exercise] == ids


def test_no_stray_file_is_beside_the_checks() -> None:
    names = [chapter.name for chapter in load_syllabus(PROJECT.syllabus)]
    known = ("test_*.py", "inputs*.py", "headline*.py", "thresholds.toml", "__init__.py", "__pycache__")
    for folder, patterns in ((PROJECT.checks, known), (PROJECT.mutants, ("*.py", "__pycache__"))):
        assert {path.name for path in folder.iterdir()} - {"__init__.py", "__pycache__"} <= set(names)
        for path in folder.glob("*/*"):
            assert any(path.match(pattern) for pattern in patterns) or path.parent.name == "__pycache__", path
