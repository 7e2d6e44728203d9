"""What a stored result depends on, as fingerprints: a result is good for as long as its own is the same.

Of a submission: what was handed in, the release, the chapter's limits, the course's key, which data sets are here, the
engine and its settings on this machine, and the versions of the libraries. Of one check beside that: its own source and
what its module offers to it, its thresholds, and the chapter's solutions, because a check may compare with them and the
blame rule does. The mutants only word the hint of a failed check: they are part of the fingerprints of failed ones.

Code counts with all that it imports (`closure`), so that there is no list to be kept: a fingerprint covers each file of
ours that judging has loaded, and no command's.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.classroom.closure import closure, imported_names
from autograder.engine.judging.grade import Assignment
from autograder.engine.result import CheckResult, Outcome
from autograder.engine.settings import load_settings
from course.datasets import status
from course.project import Project

_LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "torch")
# A worker is started by the first, forked from the second, and judges by the third; the last names the warm kernels.
_JUDGING = (
    "autograder.classroom.executors",
    "autograder.classroom.worker_imports",
    "autograder.classroom.hand_in",
    "course.kernel_provisioner",
)


@dataclass(frozen=True)
class Fingerprints:
    """The fingerprints of one submission's results.

    Attributes
    ----------
    run : of what happens when its notebook is run and asked.
    checks : by check name, what is to be added for the result of that check.
    hints : what is to be added where a check has failed.
    """

    run: str
    checks: Mapping[str, str]
    hints: str

    def of(self, result: CheckResult) -> str:
        """Return the fingerprint that `result` is stored under."""
        hints = "" if result.outcome is Outcome.PASSED else self.hints
        return _digest([self.run, self.checks.get(result.check, ""), hints])


@dataclass(frozen=True)
class ChapterFingerprints:
    """What the fingerprints of all submissions of a chapter have in common; see `Fingerprints`."""

    run: str
    checks: Mapping[str, str]
    hints: str

    @classmethod
    def of(cls, project: Project, assignment: Assignment) -> ChapterFingerprints:
        """Return the keys of a chapter as its files are now."""
        chapter = assignment.chapter
        data = sorted({*chapter.datasets, *(check.data for check in assignment.examiner.checks.checks)} - {""})
        here = {row.name: row.where not in ("missing", "damaged") for row in status()} if data else {}
        run = [
            environment(project),
            files_digest((project.build / "release" / chapter.name).glob("*.ipynb")),
            files_digest(closure(project.root, (), _imported_by(assignment.release)) - engine_files(project)),
            chapter.model_dump_json(),
            assignment.key,
            str(assignment.check_seconds),
            (assignment.settings or load_settings()).model_dump_json(),
            *(f"{name}: {here.get(name)}" for name in data),
            *sorted(assignment.only),
        ]
        mutants = closure(project.root, project.mutant_files(chapter.name)) - engine_files(project)
        return cls(_digest(run), dict(_check_digests(project, assignment)), files_digest(mutants))

    def submission(self, student: str, attempt: str) -> Fingerprints:
        """Return the keys of one submission; `attempt` is the digest of what was handed in."""
        return Fingerprints(_digest([self.run, student, attempt]), self.checks, self.hints)


@functools.cache
def environment(project: Project) -> str:
    """Return a digest of what judges: Python, the libraries, the engine, the data sets' loaders.

    Computed once per process, since what has been imported stays.
    """
    versions = [f"{name} {_version(name)}" for name in _LIBRARIES]
    engine = files_digest([*engine_files(project), *_data_of_ours(project)])
    return _digest([platform.python_version(), platform.machine(), *versions, engine])


def engine_files(project: Project) -> frozenset[Path]:
    """Return the files of ours that judging any chapter loads: what a worker imports, and all of the engine, parts of
    which are started by name."""
    return closure(project.root, (project.root / "autograder" / "engine").rglob("*.py"), _JUDGING)


def engine_digest(project: Project) -> str:
    """Return a digest of the sources, as they are now, that a process which judges can't load anew: those of the
    engine, and those that checks are written with."""
    content = (project.checks, project.mutants, project.solutions)
    loaded = closure(project.root, [*engine_files(project), *project.checks.glob("*/test_*.py")])
    ours = [path for path in loaded if not any(path.is_relative_to(folder) for folder in content)]
    return files_digest([*ours, *_data_of_ours(project)])


def _data_of_ours(project: Project) -> Iterator[Path]:
    """Files of ours that judging reads beside code: where data sets come from, how a warm kernel is started."""
    yield from (project.root / "course" / "datasets").glob("*.toml")
    yield from (project.root / "autograder" / "engine" / "warm" / "kernels").glob("*/kernel.json")


def _imported_by(release: NotebookNode) -> Iterator[str]:
    """Yield what the code of a released notebook imports."""
    for cell in release.cells:
        if cell.cell_type == "code":
            yield from imported_names(cell.source)


def sources_digest(project: Project, chapter: str) -> str:
    """Return a digest of all files a chapter's assignment is opened from, as they are now."""
    folders = [project.checks, project.mutants, project.solutions]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    released = (project.build / "release" / chapter).glob("*.ipynb")
    return files_digest([*files, *project.checks.glob("*/*.toml"), *released, project.syllabus])


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _check_digests(project: Project, assignment: Assignment) -> Iterator[tuple[str, str]]:
    chapter, examiner = assignment.chapter.name, assignment.examiner
    answers = project.solution_files(chapter)
    solutions = files_digest(closure(project.root, answers) - engine_files(project))
    rows: dict[str, str] = {}
    for (name, source), row in sorted(examiner.thresholds.items()):
        rows[name] = rows.get(name, "") + f"{source}{row.threshold!r}"
    for path in project.check_files(chapter):
        for name, digest in check_sources(project, path):
            yield name, _digest([digest, rows.get(name, ""), solutions])


def check_sources(project: Project, path: Path) -> Iterator[tuple[str, str]]:
    """Yield each check of a module, with a digest of the module as if there were no other check in it."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = files_digest(closure(project.root, [path]) - engine_files(project) - {path})
    checks = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and _is_check(node)}
    rest = [node for node in tree.body if node not in checks.values()]
    lines = text.split("\n")
    shared = [_source(lines, node) for node in rest]
    always = {name for node in rest for name in _names(node) & checks.keys()}
    for name in checks:
        needed = sorted(_reached({name} | always, checks))
        yield name, _digest([imported, *shared, *(_source(lines, checks[one]) for one in needed)])


def _is_check(node: ast.FunctionDef) -> bool:
    made = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(getattr(one, "id", getattr(one, "attr", "")) == "check" for one in made)


def _source(lines: list[str], node: ast.stmt) -> str:
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _reached(names: set[str], checks: Mapping[str, ast.FunctionDef]) -> set[str]:
    """The checks that are called by those named, and by these in turn."""
    while more := {one for name in names for one in _names(checks[name]) & checks.keys()} - names:
        names = names | more
    return names


def files_digest(paths: Iterable[Path]) -> str:
    """Return a digest of some files, by name and content."""
    parts = []
    for path in sorted(paths):
        found = path.stat()
        parts.append(f"{path.name}\x1f{_of_file(path, found.st_mtime_ns, found.st_ctime_ns, found.st_size)}")
    return _digest(parts)


@functools.lru_cache(maxsize=4096)
def _of_file(path: Path, *version: int) -> str:
    """Return a file's digest; `version` tells whether it is still the file that was read before."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
