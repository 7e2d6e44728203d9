"""An audit's rows: kept, so that it can go on where it stopped, and as a page that a person reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from autograder.audit.blind import blind_folder
from autograder.audit.exceptions import load_exceptions
from autograder.audit.rows import AuditRow
from autograder.classroom.closure import closure
from autograder.classroom.fingerprints import environment, files_digest
from autograder.testing.data_source import data_source
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter


def rows_path(project: Project, chapter: str) -> Path:
    """Return where a chapter's rows are kept."""
    return project.build / "audit" / f"{chapter}.json"


def page_path(project: Project, chapter: Chapter) -> Path:
    """Return where a chapter's page is committed."""
    return project.root / "docs" / "audit" / f"{chapter.short}.md"


def fingerprint(project: Project, chapter: Chapter, plan: str) -> str:
    """Return what the rows of a chapter depend on: its answers, checks and mutants with all that they import, the blind
    answers and what they count as, what judges them, which data are here, how they are audited, and how much is tried.

    Which mutants and styles are no mistake is no part of it: that is read when rows are shown.
    """
    name = chapter.name
    ours = [*project.solution_files(name), *project.check_files(name), *project.mutant_files(name)]
    code = closure(project.root, [*ours, *(project.root / "autograder" / "audit").glob("*.py")])
    lists = [*(project.checks / name).glob("*.toml"), *blind_folder(project, name).glob("*.py")]
    data = sorted(f"{one}: {data_source(one)}" for one in chapter.datasets)
    ruled = [one.model_dump_json() for one in load_exceptions(project, name).blind]
    return " ".join([environment(project), files_digest([*code, *lists]), *data, *ruled, plan])


def kept_rows(project: Project, chapter: str, wanted: str) -> dict[str, AuditRow]:
    """Return the rows that were found before and are still true, by exercise."""
    try:
        found = json.loads(rows_path(project, chapter).read_text(encoding="utf-8"))
        rows = [AuditRow.model_validate(row) for row in found["rows"]] if found["fingerprint"] == wanted else []
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return {}
    return {row.exercise: row for row in rows}


def keep_rows(project: Project, chapter: str, wanted: str, rows: Mapping[str, AuditRow]) -> None:
    """Keep what has been found up to now."""
    path = rows_path(project, chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    found = [row.model_dump(mode="json", exclude={"holds"}) for row in rows.values()]
    write_atomically(path, json.dumps({"fingerprint": wanted, "rows": found}, indent=1))


def advice(rows: Iterable[AuditRow]) -> list[str]:
    """Return what an author has to do about what gets through: one line for each."""
    lines = []
    for row in rows:
        lines += [f"{row.exercise}: {short}" for short in row.shortcomings]
        lines += [
            f"{row.exercise}: {one.mutant} passes. Strengthen {' or '.join(one.checks)}, or list it as equivalent."
            for one in row.survivors
        ]
    return lines


COLUMNS = ("exercise", "written", "automatic", "equal", "right", "styles", "blind", "draws", "lazy", "hints", "holds")


def page(chapter: Chapter, rows: Iterable[AuditRow]) -> str:
    """Return a chapter's report in Markdown: its figures, and what to strengthen."""
    rows = list(rows)
    lines = [
        f"# How good the checks of {chapter.short} are",
        "",
        f"{chapter.title}. Written by `course audit {chapter.short} --write`; what the columns mean is in",
        "[check-quality.md](../check-quality.md).",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
        *(f"| {' | '.join(cells(row))} |" for row in rows),
    ]
    weak = [row for row in rows if row.survivors or row.shortcomings]
    if weak:
        lines += ["", "## What gets through", ""]
        for row in weak:
            lines += [f"- **{row.exercise}**" + (f": {'; '.join(row.shortcomings)}" if row.shortcomings else "")]
            lines += [f"    - `{one.mutant}`" for one in row.survivors]
    return "\n".join(lines) + "\n"


def cells(row: AuditRow) -> list[str]:
    """Return a row of the table with `COLUMNS`."""

    def share(part: int, whole: int) -> str:
        return f"{part}/{whole}" if whole else "–"

    return [
        row.exercise,
        share(row.handwritten_killed, row.handwritten),
        share(row.automatic_killed, row.automatic) + f" of {row.automatic_all}",
        str(row.equivalent),
        share(row.alternatives_passed, row.alternatives),
        share(row.restylings_passed, row.restylings),
        share(row.blind_right_passed + row.blind_wrong_caught, row.blind_right + row.blind_wrong),
        "–" if row.false_fail_rate is None else f"{row.false_fail_rate:.2%} of {row.false_fail_runs}",
        f"{row.lazy_score:.0%}",
        "–" if row.hint_accuracy is None else f"{row.hint_accuracy:.0%}",
        "yes" if row.holds else "NO",
    ]
