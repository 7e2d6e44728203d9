"""A stored result is good for as long as the code that made it: all that judging has loaded, and no command."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.classroom.closure import closure, imported_names, names_of
from autograder.classroom.fingerprints import engine_digest
from course.project import Project
from tests.autograder.classroom.test_regrade import judge_again
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.minichapter import NAME, THEME

# --- imports, read from text ------------------------------------------------------------------------------------------


def test_no_import_of_ours_is_overlooked() -> None:
    """What the quick reading finds holds all that Python's own parser finds, in each of our files."""
    files = [path for name in ("autograder", "course", "solutions") for path in (ROOT / name).rglob("*.py")]
    assert len(files) > 150
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert set(names_of(ast.walk(ast.parse(text)))) <= set(imported_names(text)), path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a.b, c as d", {"a.b", "c"}),
        ("from a import (  # the (first)\n    b,\n    c as d,\n)\nx = 1", {"a", "a.b", "a.c"}),
        ("from a import b, \\\n    c\n", {"a", "a.b", "a.c"}),
        ("def f():\n    import a\n    from . import b\n", {"a", ".", ".b"}),
        ("from ..a.b import c", {"..a.b", "..a.b.c"}),
        ('"""Take it\nfrom the shelf (it is\nimport ant)."""', set()),
        ("importlib = 1\nfromage = 2", set()),
    ],
)
def test_imports_are_found_wherever_they_stand(text: str, found: set[str]) -> None:
    assert set(imported_names(text)) == found


def test_a_closure_follows_packages_relative_names_and_circles(tmp_path: Path) -> None:
    texts = {
        "top/__init__.py": "",
        "top/one.py": "def later():\n    from .deep import leaf\n",
        "top/deep/__init__.py": "from top.deep.base import X\n",
        "top/deep/base.py": "import numpy\nfrom top import one\n",
        "top/deep/leaf.py": "from .. import two\n",
        "top/two.py": "",
        "top/command.py": "from top import one\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = closure(tmp_path, [], ["top.one"])
    assert {path.relative_to(tmp_path).as_posix() for path in found} == texts.keys() - {"top/command.py"}
    (tmp_path / "top/two.py").write_text("from top import command\n", encoding="utf-8")
    assert tmp_path / "top/command.py" in closure(tmp_path, [], ["top.one"]), "a changed file is read again"


# --- every chapter ----------------------------------------------------------------------------------------------------

LOADED = """
import json, sys
from autograder.classroom import fingerprints
from autograder.testing.chapter import load_chapter
from autograder.classroom.closure import closure
from course.project import Project
from course.syllabus import load_syllabus
import autograder.classroom.hand_in, autograder.engine.session.kernel

project = Project.find().activate()
ours = (project.root / "autograder", project.root / "course", project.root / "solutions")
chapters = [chapter.name for chapter in load_syllabus(project.syllabus)]
for name in chapters:
    load_chapter(name).answers
files = {getattr(module, "__file__", None) or "" for module in sys.modules.values()}
loaded = {project.root / file for file in files if any((project.root / file).is_relative_to(home) for home in ours)}
known = fingerprints.engine_files(project)
for name in chapters:
    known |= closure(project.root, project.check_files(name))
    known |= closure(project.root, [*project.mutant_files(name), *project.solution_files(name)])
print(json.dumps([len(loaded), sorted(str(path.relative_to(project.root)) for path in loaded - known)]))
"""


def test_all_that_the_chapters_checks_load_is_covered() -> None:
    number, left_out = json.loads(_python(LOADED, ROOT))
    assert number > 130
    assert left_out == []


def _python(script: str, root: Path, *arguments: str) -> str:
    kept = {key: value for key, value in os.environ.items() if key not in ("COURSE_ROOT", "COURSE_BUILD", "COURSE_KEY")}
    environment = {**kept, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


# --- a chapter that is judged -----------------------------------------------------------------------------------------

CHECK = '''

@check("p.99.3")
def test_counts(student, rng):
    """Halving undoes doubling."""
    agrees(lambda value: float(student.halve(float(value))), lambda value: value / 2, [(n,) for n in range(9)])
'''

# Judges every hand-in, then appends a remark to one file after the other and tells whose keys are others then.
TOUCH = """
import json, sys
from autograder.classroom import fingerprints
from autograder.classroom.assignment import open_assignment
from autograder.classroom.hand_in import hand_ins, judge_hand_in
from course.project import Project
from course.syllabus import load_syllabus

project = Project.find().activate()
chapter = load_syllabus(project.syllabus).find("ch99")
for one in hand_ins(project, chapter):
    judge_hand_in(project, chapter.name, one, True)
loaded = {getattr(module, "__file__", None) or "" for module in sys.modules.values()}
loaded = sorted(path for file in loaded if file and (path := project.root / file).is_relative_to(project.root))
assignment = open_assignment(project, chapter.name)

def now():
    fingerprints.environment.cache_clear()
    return fingerprints.ChapterFingerprints.of(project, assignment)

before, found = now(), {}
for path in [*loaded, *(project.root / name for name in sys.argv[1:])]:
    text = path.read_bytes()
    path.write_bytes(text + b"\\n\\nTOUCHED = 1\\n")
    after = now()
    path.write_bytes(text)
    level = "run" if after.run != before.run else "checks" if after.checks != before.checks else "hints"
    found[str(path.relative_to(project.root))] = level if after != before else ""
assert now() == before
print(json.dumps(found))
"""
COMMANDS = [
    "course/cli.py",
    "autograder/classroom/commands.py",
    "course/exchange/commands.py",
    "course/authoring/build.py",
    "course/authoring/lint.py",
    "course/authoring/release.py",
    "autograder/classroom/collect/downloads.py",
    "course/exchange/client.py",
    "autograder/classroom/grading.py",
    "autograder/classroom/pages.py",
    "autograder/classroom/recorder.py",
    "autograder/classroom/filing.py",
    "autograder/classroom/progress.py",
    "autograder/classroom/nbgrader_plugins.py",
    "autograder/calibration/calibrate.py",
    "autograder/learner/submission.py",
    "autograder/redteam/runner.py",
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("keys"))
    path = made.project.checks / NAME / f"test_{THEME}.py"
    text = path.read_text(encoding="utf-8").replace(
        "from autograder.testing import check\n",
        "from autograder.testing import check\nfrom autograder.testing.closed import agrees\n",
    )
    path.write_text(text + CHECK, encoding="utf-8")
    made.run("course", "release", NAME)
    made.hand_in("ada", made.notebook("source"))
    made.hand_in("ben", made.answered(p_99_1_double="def double(values):\n    return np.asarray(values) ** 2"))
    return made


def test_each_module_that_judging_has_loaded_is_in_the_key_and_no_command_is(checkout: Checkout) -> None:
    found: dict[str, str] = json.loads(_python(TOUCH, checkout.root, *COMMANDS))
    assert {name: found.pop(name) for name in COMMANDS} == dict.fromkeys(COMMANDS, "")
    assert [name for name, level in found.items() if not level] == []
    assert {
        "autograder/engine/judging/judge.py",
        "autograder/engine/session/kernel.py",
        "course/datasets/api.py",
    } <= found.keys()
    # What checks are written with and compare with: no notebook has to be run for a change of it.
    assert {name: level for name, level in found.items() if level != "run"} == {
        "autograder/testing/closed.py": "checks",
        f"autograder/checks/{NAME}/test_{THEME}.py": "checks",
        f"solutions/{NAME}/{THEME}.py": "checks",
        "autograder/checks/__init__.py": "checks",
        "solutions/__init__.py": "checks",
        "autograder/mutants/__init__.py": "hints",
        f"autograder/mutants/{NAME}/{THEME}.py": "hints",
    }


def test_the_key_is_the_same_whatever_else_a_process_has_imported(checkout: Checkout) -> None:
    script = "from autograder.classroom.fingerprints import environment as digest\nfrom course.project import Project\n"
    script += "print(digest(Project.find()))"
    more = "import autograder.classroom.grading, autograder.learner.submission, course.cli\n"
    assert _python(script, checkout.root) == _python(more + script, checkout.root)


def test_what_checks_are_written_with_was_broken_and_is_mended(checkout: Checkout) -> None:
    first = judge_again(checkout)
    path = checkout.root / "autograder" / "testing" / "closed.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("assert _same(found, right, rtol)", "assert not _same(found, right, rtol)"), "utf-8")
    broken = judge_again(checkout)
    assert {student: scores[3] for student, scores in broken["scores"].items()} == {"ada": 0.5, "ben": 0.5}
    path.write_text(text, encoding="utf-8")
    mended = judge_again(checkout)
    assert mended["scores"] == first["scores"]
    assert broken["run"] == [], "by the recorded replies"
    counted = [session for student, name, session in broken["called"] if name == "test_counts"]
    assert counted == ["ReplaySession", "ReplaySession"]


def test_a_process_that_has_loaded_old_code_knows_it(checkout: Checkout) -> None:
    """Also of what only checks import: it stays in the process when the checks are imported anew."""
    before = engine_digest(checkout.project)
    for name, other in (
        ("autograder/testing/closed.py", True),
        ("course/cli.py", False),
        (f"solutions/{NAME}/{THEME}.py", False),
    ):
        path = checkout.root / name
        text = path.read_bytes()
        path.write_bytes(text + b"\n# another\n")
        assert (engine_digest(checkout.project) != before) is other, name
        path.write_bytes(text)
    assert engine_digest(Project(checkout.root)) == before
