"""Prints every stored result of a class in full, but for how long it took: what has to be the same each time.

Run as ``python -m benchmarks.results CHAPTER`` in a checkout, after ``course grade``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from autograder.classroom.hand_in import hand_ins
from autograder.classroom.store import Store
from course.project import Project
from course.syllabus import load_syllabus


def main() -> None:
    """Print the results by student as JSON; null where none is stored."""
    project = Project.find().activate()
    chapter = load_syllabus(project.syllabus).find(sys.argv[1])
    store = Store.of(project, chapter)
    graded = {one.student: store.load(one.student) for one in hand_ins(project, chapter)}
    found = {student: one and _timeless(one.result.model_dump(mode="json")) for student, one in graded.items()}
    print(json.dumps(found))


def _timeless(value: Any) -> Any:
    """Return `value` without its ``seconds``, at any depth."""
    if isinstance(value, dict):
        return {key: _timeless(each) for key, each in value.items() if key != "seconds"}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
