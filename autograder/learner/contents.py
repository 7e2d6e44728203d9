"""What is in a chapter, for who decides what to do next."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from course.syllabus import Chapter


def contents(chapter: Chapter, notebook: Path) -> Table:
    """Return a table of a chapter's exercises, with their points in a released notebook."""
    points: Counter[str] = Counter()
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        metadata = cell["metadata"]
        points[metadata.get("course", {}).get("exercise", "")] += metadata.get("nbgrader", {}).get("points", 0)
    minutes = sum(one.minutes or 0 for one in chapter.exercise)
    title = f"{escape(chapter.title)}: about {minutes} minutes in all"
    table = Table("exercise", "title", "points", "min", "difficulty", "", "section", title=title)
    for one in chapter.exercise:
        about = (str(one.minutes or "–"), one.difficulty or "–", one.part, escape(one.section) or "–")
        table.add_row(one.id, escape(one.title), f"{points[one.id]:g}", *about)
    return table
