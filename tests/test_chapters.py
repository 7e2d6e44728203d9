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
from autograder.classroom.assignment import open_bench
from autograder.engine.judging.checks import ChapterChecks, Check, Variant
from autograder.engine.judging.judge import Bench, Seed, judge_exercise, run_check
from autograder.engine.result import ExerciseStatus, Outcome
from autograder.engine.session.kernel import runs_when_graded
from autograder.engine.wire.proxy import LocalSession
from autograder.testing.chapter import load_chapter
from course.authoring.build import build, notebook_path
from course.authoring.lint import problems
from course.authoring.release import release
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus
from tests.support.checkout import ROOT
from tests.support.lazy import LAZY

PROJECT = Project(ROOT)
CHAPTERS = list(load_syllabus(PROJECT.syllabus))
CURRICULUM = ROOT.parent / "shared" / "curriculum.yaml"
SEED = Seed("contract", "test", "1")


@functools.cache
def checks_of(chapter: Chapter) -> ChapterChecks:
    return load_chapter(chapter.name)


@functools.cache
def bench_of(chapter: Chapter) -> Bench:
    return open_bench(PROJECT, chapter)


@functools.cache
def released(chapter: Chapter, folder: Path) -> Path:
    """Release a chapter into a build folder of its own; return the released notebook."""
    project = Project(ROOT, folder)
    return release(project, chapter) / f"{chapter.name}.ipynb"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


def each(kind: str) -> list[Any]:
    """Every check, mutant or alternative of every chapter, as pytest parameters."""
    rows = [(chapter, item) for chapter in CHAPTERS for item in getattr(checks_of(chapter), kind)]
    return [pytest.param(chapter, item, id=f"{item.exercise}-{item.name}") for chapter, item in rows]


def each_exercise(*kinds: str) -> list[Any]:
    rows = [(chapter, exercise) for chapter in CHAPTERS for exercise in chapter.exercise if exercise.kind in kinds]
    return [pytest.param(chapter, exercise, id=exercise.id) for chapter, exercise in rows]


def each_chapter() -> list[Any]:
    return [pytest.param(chapter, id=chapter.name) for chapter in CHAPTERS]


@pytest.mark.parametrize("chapter", each_chapter())
def test_an_author_would_be_told_of_nothing(chapter: Chapter) -> None:
    assert [str(problem) for problem in problems(PROJECT, chapter)] == []


@pytest.mark.parametrize(("chapter", "check"), each("checks"))
def test_the_reference_passes(chapter: Chapter, check: Check) -> None:
    session = LocalSession(checks_of(chapter).namespace())
    result = run_check(check, bench_of(chapter), lambda: session, SEED)
    assert result.outcome is Outcome.PASSED, (result.detail, result.trouble)


@pytest.mark.parametrize(("chapter", "mutant"), each("mutants"))
def test_a_mutant_fails_for_its_own_reason_and_is_recognised(chapter: Chapter, mutant: Variant) -> None:
    check = next(check for check in checks_of(chapter).of(mutant.exercise) if check.name == mutant.fails)
    session = LocalSession(checks_of(chapter).namespace(mutant))
    result = run_check(check, bench_of(chapter), lambda: session, SEED)
    assert result.outcome is Outcome.FAILED, result.trouble
    assert result.hint == mutant.sentence


@pytest.mark.parametrize(("chapter", "alternative"), each("alternatives"))
def test_an_alternative_gets_full_marks(chapter: Chapter, alternative: Variant) -> None:
    exercise = next(exercise for exercise in chapter.exercise if exercise.id == alternative.exercise)
    session = LocalSession(checks_of(chapter).namespace(alternative))
    result = judge_exercise(exercise, 4.0, bench_of(chapter), lambda: session, SEED)
    lost = [(check.check, check.detail, check.trouble) for check in result.checks if check.outcome != Outcome.PASSED]
    assert lost == []
    assert result.score == 4.0


@pytest.mark.parametrize("lazy", LAZY)
@pytest.mark.parametrize(("chapter", "exercise"), each_exercise("code", "closed"))
def test_a_lazy_answer_earns_nothing(chapter: Chapter, exercise: Exercise, lazy: str) -> None:
    checks = checks_of(chapter)
    session = LocalSession({**checks.namespace(), **LAZY[lazy](answers_of(chapter, exercise))})
    bench = replace(bench_of(chapter), hint_seconds=0.0)  # points are what it is about, and hints take most of the time
    result = judge_exercise(exercise, 4.0, bench, lambda: session, SEED)
    assert result.score == 0.0, [check.check for check in result.checks if check.outcome is Outcome.PASSED]


def answers_of(chapter: Chapter, exercise: Exercise) -> dict[str, object]:
    """The reference's public answers to one exercise, by name, as the script imports them."""
    source = (PROJECT.source / f"{chapter.name}.py").read_text(encoding="utf-8")
    names: list[str] = []
    for block in source.split("# %%")[1:]:
        if f'exercise="{exercise.id}"' in block.split("\n")[0]:
            for node in ast.walk(ast.parse("\n".join(block.split("\n")[1:]))):
                names += [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
    return {name: getattr(checks_of(chapter).reference, name) for name in names if not name.startswith("_")}


@pytest.mark.parametrize("chapter", each_chapter())
def test_the_unedited_release_earns_nothing(chapter: Chapter, folder: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in nbformat.read(released(chapter, folder), as_version=4).cells:
        if runs_when_graded(cell):
            exec(compile(cell.source, cell.id, "exec"), namespace)  # noqa: S102  # our own release
    for exercise in chapter.exercise:
        if bench_of(chapter).checks.of(exercise.id):
            session = LocalSession(namespace)
            result = judge_exercise(exercise, 4.0, bench_of(chapter), lambda s=session: s, SEED)
            assert (result.score, result.status) == (0.0, ExerciseStatus.NOT_BEGUN), exercise.id


@pytest.mark.parametrize("chapter", each_chapter())
def test_two_builds_are_byte_identical(chapter: Chapter, tmp_path: Path) -> None:
    for name in ("one", "two"):
        build(Project(ROOT, tmp_path / name), chapter)
    one, two = (notebook_path(Project(ROOT, tmp_path / name), chapter).read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("chapter", each_chapter())
def test_the_script_runs_top_to_bottom(chapter: Chapter, tmp_path: Path) -> None:
    """Demos and all, on stand-in data, so that it takes seconds; the headline run is the one on real data."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "COURSE_DATA_OFFLINE": "1"}
    environment.pop("COURSE_DATA_MIRROR", None)
    environment["COURSE_DATA_CACHE"] = str(tmp_path)
    command = [sys.executable, "-W", "ignore", str(PROJECT.source / f"{chapter.name}.py")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("chapter", each_chapter())
def test_every_figure_is_calibrated_on_both_kinds_of_data(chapter: Chapter) -> None:
    thresholds = bench_of(chapter).thresholds
    wanted = {
        (check.name, kind)
        for check in checks_of(chapter).checks
        if check.bound
        for kind in (("real", "stand-in") if check.data else ("any",))
    }
    assert set(thresholds) == wanted
    assert all(row.false_fail <= FALSE_FAIL for row in thresholds.values())


def rivals() -> Iterator[Any]:
    for chapter in CHAPTERS:
        for row in bench_of(chapter).thresholds.values():
            for rival in row.rivals:
                yield pytest.param(chapter, row, rival, id=f"{row.check}-{row.data}-{rival.name}")


@pytest.mark.parametrize(("chapter", "row", "rival"), list(rivals()))
def test_the_threshold_separates_right_from_wrong(chapter: Chapter, row: Any, rival: Any) -> None:
    """By the committed runs: no alternative ever fell short, no mutant ever got through."""
    check = next(check for check in checks_of(chapter).checks if check.name == row.check)
    passes = rival.worst >= row.threshold if check.bound == "at_least" else rival.worst <= row.threshold
    assert passes == (rival.kind == "alternative")


@pytest.mark.skipif(not CURRICULUM.exists(), reason="the curriculum is not beside this checkout")
@pytest.mark.parametrize("chapter", each_chapter())
def test_all_of_the_curriculums_exercises_are_there(chapter: Chapter) -> None:
    wanted = yaml.safe_load(CURRICULUM.read_text(encoding="utf-8"))["exercises"]
    prefixes = {exercise.id.rsplit(".", 1)[0] for exercise in chapter.exercise}
    ids = [item["id"] for item in wanted if item["id"].rsplit(".", 1)[0] in prefixes]
    assert [exercise.id for exercise in chapter.exercise] == ids


def test_no_stray_file_is_beside_the_checks() -> None:
    names = [chapter.name for chapter in CHAPTERS]
    for folder, prefixes in ((PROJECT.checks, ("test_", "inputs_", "headline_", "")), (PROJECT.mutants, ("",))):
        for path in folder.iterdir():
            known = any(path.name.startswith(prefix + name) for prefix in prefixes for name in names)
            assert known or path.name in ("__init__.py", "__pycache__"), path
