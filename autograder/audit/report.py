"""An audit's rows as what a person reads: what to do, a table, a page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.audit.rows import AuditRow
from course.project import Project
from course.syllabus import Chapter


def page_path(project: Project, chapter: Chapter) -> Path:
    """Return where a chapter's page is committed."""
    return project.root / "docs" / "audit" / f"{chapter.short}.md"


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


COLUMNS = (
    "exercise",
    "written",
    "automatic",
    "equal",
    "free",
    "right",
    "styles",
    "blind",
    "draws",
    "lazy",
    "hints",
    "holds",
)


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
        str(row.free),
        share(row.alternatives_passed, row.alternatives),
        share(row.restylings_passed, row.restylings),
        share(row.blind_right_passed + row.blind_wrong_caught, row.blind_right + row.blind_wrong),
        _draws(row),
        f"{row.lazy_score:.0%}",
        "–" if row.hint_accuracy is None else f"{row.hint_accuracy:.0%}",
        "yes" if row.holds else "NO",
    ]


def _draws(row: AuditRow) -> str:
    if row.false_fail_rate is None:
        return "–"
    failed = round(row.false_fail_rate * row.false_fail_runs)
    return f"{failed} of {row.false_fail_runs:,}: < {row.false_fail_bound:.2%}"
