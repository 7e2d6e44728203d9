"""Which files of checks ``-k`` can be about: the others need not be imported, which takes most of a short run's time."""

from __future__ import annotations

import re
from pathlib import Path

from course.project import Project
from course.syllabus import load_syllabus

_WORD = re.compile(r"[^\s()]+")


def may_match(wanted: str, path: Path, project: Project) -> bool:
    """Return whether a check of the file `path` may match the expression `wanted`; True where that is not known.

    pytest looks for each word in the names of a check, of its exercise and of what it is in: all of them stand in the
    path, in the file's text or in the syllabus. Without a ``not``, what contains none of the words is not chosen.
    """
    words = [word.lower() for word in _WORD.findall(wanted) if word not in ("and", "or")]
    if not words or "not" in words:
        return True
    chapter = path.parent.name
    ids = {one.name: [exercise.id for exercise in one.exercise] for one in load_syllabus(project.syllabus)}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return True  # pytest says what is wrong with it
    known = "\n".join([str(path), text, *ids.get(chapter, ())]).lower()
    return any(word in known for word in words)
