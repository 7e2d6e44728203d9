"""An audit's rows, kept so that it can go on where it stopped: each for as long as what it depends on is the same."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from autograder.audit.blind import blind_folder
from autograder.audit.exceptions import Free, Ruling, load_exceptions
from autograder.audit.rows import AuditRow
from autograder.calibration.asked import answer_names
from autograder.classroom.closure import closure
from autograder.classroom.fingerprints import check_sources, environment, files_digest
from autograder.testing.chapter import load_chapter
from autograder.testing.data_source import data_source
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter, Exercise


def rows_path(project: Project, chapter: str) -> Path:
    """Return where a chapter's rows are kept."""
    return project.build / "audit" / f"{chapter}.json"


def fingerprints(project: Project, chapter: Chapter, plan: str) -> dict[str, str]:
    """Return what each exercise's row depends on: its checks with all that they use, the files of its answers and
    mutants, its blind answers and what they count as, what it leaves open, what judges it, which data are here, how it
    is audited and how much.

    Which other mutants and styles are no mistake is no part of it: that is read when rows are shown.
    """
    name, audit = chapter.name, project.root / "autograder" / "audit"
    code = files_digest(closure(project.root, audit.glob("*.py")))
    data = sorted(f"{one}: {data_source(one)}" for one in chapter.datasets)
    common = [environment(project), code, *data, plan]
    checks, sources = load_chapter(name), _sources(project, name)
    thresholds, exceptions = _thresholds(project, name), load_exceptions(project, name)
    found = {}
    for exercise in chapter.exercise:
        names = [check.name for check in checks.of(exercise.id)]
        bars = [f"{one}: {thresholds.get(one)}" for one in names]
        files = [*_answers(project, chapter, exercise), *_mutants(project, name, exercise.id)]
        files += blind_folder(project, name).glob(f"{exercise.id}-*.py")
        rules: list[Free | Ruling] = [*exceptions.free, *exceptions.blind]
        looked_at = [one for one in rules if one.exercise == exercise.id]
        ruled = [one.model_dump_json() for one in looked_at]
        parts = [*common, *(sources[one] for one in names), *bars, files_digest(files), *ruled]
        found[exercise.id] = " ".join(parts)
    return found


def _sources(project: Project, chapter: str) -> dict[str, str]:
    return {name: digest for path in project.check_files(chapter) for name, digest in check_sources(project, path)}


def _thresholds(project: Project, chapter: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    path = project.checks / chapter / "thresholds.toml"
    if path.exists():
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("calibration", []):
            found.setdefault(row["check"], []).append(f"{row['data']} {row['threshold']!r}")
    return found


def _answers(project: Project, chapter: Chapter, exercise: Exercise) -> frozenset[Path]:
    """The files in which an answer of an exercise is defined, with all that they import."""
    names = answer_names(project, chapter, exercise)
    mine = [one for one in project.solution_files(chapter.name) if names & _defined(one)]
    return closure(project.root, mine)


def _defined(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
        found |= {getattr(node, "name", ""), *(one.id for one in targets if isinstance(one, ast.Name))}
    return found


def _mutants(project: Project, chapter: str, exercise: str) -> frozenset[Path]:
    """The files in which a mutant or an alternative of an exercise stands, with all that they import."""
    mine = [one for one in project.mutant_files(chapter) if f'"{exercise}"' in one.read_text(encoding="utf-8")]
    return closure(project.root, mine)


def kept_rows(project: Project, chapter: str, wanted: Mapping[str, str]) -> dict[str, AuditRow]:
    """Return the rows that were found before and are still true, by exercise; `wanted` are the fingerprints of now."""
    return {
        exercise: row for exercise, (row, before) in _read(project, chapter).items() if before == wanted.get(exercise)
    }


def keep_row(project: Project, chapter: str, wanted: str, row: AuditRow) -> None:
    """Keep what has been found of one exercise."""
    found = {**_read(project, chapter), row.exercise: (row, wanted)}
    rows = [
        {"fingerprint": fingerprint, "row": one.model_dump(mode="json", exclude={"holds", "false_fail_bound"})}
        for one, fingerprint in found.values()
    ]
    path = rows_path(project, chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(rows, indent=1))


def _read(project: Project, chapter: str) -> dict[str, tuple[AuditRow, str]]:
    try:
        found = json.loads(rows_path(project, chapter).read_text(encoding="utf-8"))
        rows = [(AuditRow.model_validate(one["row"]), str(one["fingerprint"])) for one in found]
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return {}
    return {row.exercise: (row, fingerprint) for row, fingerprint in rows}
