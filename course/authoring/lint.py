"""Everything that is wrong with a chapter, at once: what the build refuses, and what only grading would show.

Checks and mutants are read by `ast`, not imported, so that a broken one is a message and not a crash.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.authoring.build import Draft, assemble
from course.authoring.frame import check_frame
from course.authoring.inline import Definition, example_text
from course.authoring.questions import check_questions
from course.authoring.script import Findings, parse, read_script
from course.authoring.width import check_width
from course.errors import AuthorError, Problem, near
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus


@dataclass(frozen=True)
class Quota:
    """The least a code exercise must have; a closed exercise, or a probe beside a free text, needs the checks only.

    Attributes
    ----------
    checks, mutants, alternatives : how many of each, per exercise.
    example_seconds : how long the docstring examples of a chapter may take together.
    """

    checks: int = 1
    mutants: int = 6
    alternatives: int = 3
    example_seconds: float = 120.0


@dataclass(frozen=True)
class _Mark:
    """One use of ``@check``, ``@mutant``, ``@naive`` or ``@alternative``."""

    word: str
    exercise: str
    path: Path
    line: int
    name: str  # of the function or class it decorates
    documented: bool
    replaces: str | None
    fails: tuple[str, ...]
    full_size: bool
    bounded: bool


def problems(project: Project, chapter: Chapter, quota: Quota | None = None) -> list[Problem]:
    """Return every mistake in `chapter`, in the order of the files; empty when all is well.

    Parameters
    ----------
    quota : how many checks, mutants and alternatives are asked for; the course's own numbers by default.

    Raises
    ------
    AuthorError : the syllabus itself can't be read.
    """
    quota = quota or Quota()
    findings = Findings(chapter.name)
    draft = assemble(project, chapter)
    findings.problems += draft.problems
    _Judging(project, chapter, draft, quota, findings).check()
    _check_syllabus(project, chapter, findings)
    source = project.source / f"{chapter.name}.py"
    cells = read_script(source, Findings(chapter.name))
    check_frame(cells, any(one.source.startswith("needs(") for one in draft.notebook.cells), source, findings)
    shown = [(name, one) for name, all_of_it in draft.definitions.items() for one in all_of_it.values()]
    check_width(shown, findings)
    check_questions(chapter, cells, draft.definitions, project.check_files(chapter.name), findings)
    _check_examples(project, chapter, draft, quota.example_seconds, findings)
    return [*findings.problems, *_themeless(project, chapter), *stray(project)]


def _check_syllabus(project: Project, chapter: Chapter, findings: Findings) -> None:
    """What the syllabus has to say of each exercise, so that its heading and the tables can."""
    lines = project.syllabus.read_text(encoding="utf-8").split("\n")
    for one in chapter.exercise:
        known = {"section": one.section, "minutes": one.minutes, "difficulty": one.difficulty}
        if lacking := [key for key, value in known.items() if not value]:
            line = next((n for n, text in enumerate(lines, 1) if f'"{one.id}"' in text), 0)
            findings.add(project.syllabus, line, f"{one.id} has no {' and no '.join(lacking)}: add it here.", one.id)


def stray(project: Project) -> list[Problem]:
    """Return a problem for each file or folder beside the chapters' that is in no chapter of the syllabus."""
    names = [chapter.name for chapter in load_syllabus(project.syllabus)]
    ours = {"__init__.py", "__pycache__"}
    places = {project.source: {f"{name}.py" for name in names}}
    places |= {folder: set(names) for folder in (project.solutions, project.checks, project.mutants)}
    return [
        Problem(
            path, 0, f"belongs to no chapter of the syllabus: add the chapter or remove it.{near(path.name, known)}"
        )
        for folder, known in places.items()
        for path in sorted(folder.iterdir() if folder.is_dir() else ())
        if path.name not in known | ours
    ]


def _themeless(project: Project, chapter: Chapter) -> list[Problem]:
    """Return a problem for each file of checks or mutants that is not called as a file of the chapter's solutions."""
    themes = {path.stem for path in project.solution_files(chapter.name)}
    named = [(path, path.stem.removeprefix("test_")) for path in project.check_files(chapter.name)]
    named += [(path, path.stem) for path in project.mutant_files(chapter.name) if path.stem != "by_heart"]
    return [
        Problem(
            path, 0, f"there is no {theme}.py in solutions/{chapter.name}: a theme has one name.{near(theme, themes)}"
        )
        for path, theme in named
        if theme not in themes
    ]


class _Judging:
    """What the checks' and the mutants' files say, held against the chapter."""

    def __init__(self, project: Project, chapter: Chapter, draft: Draft, quota: Quota, findings: Findings) -> None:
        self.chapter, self.draft, self.quota, self.findings = chapter, draft, quota, findings
        self.checks, self.mutants = project.check_files(chapter.name), project.mutant_files(chapter.name)
        # Where a mark too few is reported.
        self.checks_home, self.mutants_home = project.checks / chapter.name, project.mutants / chapter.name

    def check(self) -> None:
        code = [one for one in self.chapter.exercise if one.kind == "code"]
        judged = [one for one in self.chapter.exercise if one.kind != "text" or one.id in self.draft.judged]
        checks = self._read(self.checks, self.checks_home, ("check",), needed=bool(judged))
        mutants = self._read(self.mutants, self.mutants_home, ("mutant", "naive", "alternative"), needed=bool(code))
        if checks is not None:
            usual = [mark for mark in checks if not mark.full_size]
            self._count(usual, self.checks_home, ("check",), judged, self.quota.checks)
            self._check_full_size([mark for mark in checks if mark.full_size])
            self._check_bars(checks)
        if mutants is not None:
            self._count(mutants, self.mutants_home, ("mutant", "naive"), code, self.quota.mutants)
            self._count(mutants, self.mutants_home, ("alternative",), code, self.quota.alternatives)
            for mark in mutants:
                self._check_mutant(mark, {one.name for one in checks or ()})

    def _read(self, paths: list[Path], home: Path, words: tuple[str, ...], needed: bool) -> list[_Mark] | None:
        """The marks of a chapter's files, each checked by itself; None when there is none, or one can't be read."""
        if not paths:
            if needed:
                self.findings.add(home, 0, f"it holds no file with the {words[0]}s of {self.chapter.name}.")
            return None
        marks: list[_Mark] = []
        for path in paths:
            tree = parse(path.read_text(encoding="utf-8"), path, 1, self.findings)
            if tree is None:
                return None
            for mark in self._marks(tree, path, words):
                self._check_mark(mark, path)
                marks.append(mark)
        for name, count in Counter(mark.name for mark in marks).items():
            if count > 1:
                last = [mark for mark in marks if mark.name == name][-1]
                message = f"{name} is defined {count} times, so the earlier ones are lost: rename."
                self.findings.add(last.path, last.line, message)
        return marks

    def _marks(self, tree: ast.Module, path: Path, words: tuple[str, ...]) -> Iterator[_Mark]:
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            marked = False
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and _word(decorator.func) in words:
                    marked = True
                    if mark := self._mark(decorator, node, path):
                        yield mark
            if not marked and words == ("check",) and node.name.startswith("test"):
                self.findings.add(path, node.lineno, f"{node.name} has no @check(...), so it judges nothing: add it.")

    def _mark(
        self, call: ast.Call, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, path: Path
    ) -> _Mark | None:
        word = _word(call.func)
        given = call.args[0] if call.args else None
        if not isinstance(given, ast.Constant) or not isinstance(given.value, str):
            self.findings.add(
                path, call.lineno, f'@{word} needs the exercise\'s id in quotes first: @{word}("p.03.2").'
            )
            return None
        options = {keyword.arg: keyword.value for keyword in call.keywords}
        replaces = _words(options.get("replaces"))
        documented = bool((ast.get_docstring(node) or "").strip())
        return _Mark(
            word,
            given.value,
            path,
            call.lineno,
            node.name,
            documented,
            replaces[0] if replaces else None,
            _words(options.get("fails")),
            getattr(options.get("full"), "value", False) is True,
            bool({"at_least", "at_most"} & options.keys()),
        )

    def _check_mark(self, mark: _Mark, path: Path) -> None:
        known = {one.id: one for one in self.chapter.exercise}
        if mark.exercise not in known:
            message = f"@{mark.word}: exercise {mark.exercise!r} is not one of {self.chapter.name}'s."
            self.findings.add(path, mark.line, message + near(mark.exercise, known), mark.exercise)
        elif mark.word == "check" and known[mark.exercise].kind == "text" and mark.exercise not in self.draft.judged:
            message = f"{mark.exercise} is free text, graded by hand: there is no answer for a check to call."
            self.findings.add(path, mark.line, message, mark.exercise)
        if not mark.documented and mark.word != "alternative":
            message = f"{mark.name} has no docstring: it is the sentence the student reads."
            self.findings.add(path, mark.line, message, mark.exercise)

    def _check_full_size(self, marks: list[_Mark]) -> None:
        """What is checked on all the data has points, and the other way round."""
        for mark in marks:
            if mark.exercise not in self.draft.full_size:
                message = f"{mark.name} is at full size: give {mark.exercise} full_size_points=N in its first marker."
                self.findings.add(mark.path, mark.line, message, mark.exercise)
        for exercise in set(self.draft.full_size) - {mark.exercise for mark in marks}:
            message = f"{exercise} has full_size_points and no @check(..., full=True)."
            self.findings.add(self.checks_home, 0, message, exercise)

    def _check_mutant(self, mark: _Mark, checks: set[str]) -> None:
        answers = self.draft.definitions.get(mark.exercise, {})
        if mark.replaces is not None and answers and mark.replaces not in answers:
            message = f"{mark.name} replaces {mark.replaces}, which is no answer of {mark.exercise}."
            self.findings.add(mark.path, mark.line, message + near(mark.replaces, answers), mark.exercise)
        for name in mark.fails:
            if checks and name not in checks:
                message = f"{mark.name} is to fail {name}, which is no check.{near(name, checks)}"
                self.findings.add(mark.path, mark.line, message, mark.exercise)

    def _check_bars(self, checks: list[_Mark]) -> None:
        for mark in checks:
            if mark.bounded and mark.name not in self.draft.bars.get(mark.exercise, ()):
                message = (
                    f"the statement of {mark.exercise} does not name the bar of {mark.name}: write {{bar:{mark.name}}} "
                    f"there, and {{naive:{mark.name}}} beside it."
                )
                self.findings.add(mark.path, mark.line, message, mark.exercise)

    def _count(
        self, marks: list[_Mark], home: Path, words: tuple[str, ...], exercises: list[Exercise], least: int
    ) -> None:
        counts = Counter(mark.exercise for mark in marks if mark.word in words)
        for exercise in exercises:
            if counts[exercise.id] < least:
                message = f"exercise {exercise.id} has {counts[exercise.id]} of {least} @{words[0]}s: write more."
                self.findings.add(home, 0, message, exercise.id)


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _words(node: ast.expr | None) -> tuple[str, ...]:
    """The strings of a literal: one, or a list or tuple of them."""
    items = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return tuple(one.value for one in items if isinstance(one, ast.Constant) and isinstance(one.value, str))


# Runs by itself, with the names of the solutions' modules as the notebook's. `course` is imported before the
# project's folder is on the path: that folder may hold a folder called course without code.
_RUN_EXAMPLES = """
import contextlib, importlib, io, json, sys
from course.examples import run
root, modules, texts = json.load(sys.stdin)
sys.path.insert(0, root)
names = {}
for module in modules:
    names.update(vars(importlib.import_module(module)))
failures = {}
for name, text in texts.items():
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            run(text, names)
    except AssertionError as error:
        failures[name] = str(error)
print(json.dumps(failures))
"""


def _check_examples(project: Project, chapter: Chapter, draft: Draft, seconds: float, findings: Findings) -> None:
    """Run the docstring examples against the reference, in a process of their own."""
    owners = {
        name: (exercise, definition)
        for exercise, definitions in draft.definitions.items()
        for name, definition in definitions.items()
        if definition.shown and definition.examples
    }
    if not owners:
        return
    try:
        failures = _run_examples(project, chapter, [one for _, one in owners.values()], seconds)
    except AuthorError as error:
        findings.problems += error.problems
        return
    for name, message in failures.items():
        exercise, definition = owners[name]
        text = f"{name}: the docstring's examples don't hold for the reference.\n{message}"
        findings.add(definition.path, definition.line, text, exercise)


def _run_examples(project: Project, chapter: Chapter, definitions: list[Definition], seconds: float) -> dict[str, str]:
    """Return the message of each answer whose examples fail, by name."""
    path = project.solutions / chapter.name
    modules = [f"solutions.{chapter.name}.{theme.stem}" for theme in project.solution_files(chapter.name)]
    texts = {one.name: example_text([one]) for one in definitions}
    task = json.dumps([str(project.root), modules, texts])
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _RUN_EXAMPLES],
            input=task,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"the docstring examples of this chapter took more than {seconds:g} s together: make them smaller."
        raise AuthorError([Problem(path, 0, message, chapter.name)]) from error
    if done.returncode:
        reason = (done.stderr.strip() or f"exit status {done.returncode}").split("\n")[-1]
        message = f"can't be imported or run: {reason}."
        raise AuthorError([Problem(path, 0, message, chapter.name)])
    failures: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return failures
