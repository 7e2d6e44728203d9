"""Docstrings and comments that reach the notebook are as wide as a screen shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.authoring.lint import problems
from course.authoring.width import WIDTH
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter


def wide(project: Project, old: str, new: str) -> list[tuple[int, str]]:
    """Change the solutions, and return line and message of each problem then."""
    path = project.solutions / minichapter.NAME / f"{minichapter.THEME}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    found = problems(project, load_syllabus(project.syllabus).find("ch99"))
    assert all(len(text.split("\n")[one.line - 1]) > WIDTH for one in found)
    return [(one.line, one.message) for one in found]


LONG = "word " * 17 + "word"  # 89 columns


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    >>> halve", f"    {LONG}\n\n    >>> halve"),
        ('    """Return half of `values`, shape (n,).', f'    """Return half of {LONG}.'),
        ("    >>> halve(np.array([2, 4])).tolist()", f'    >>> _ = "{LONG}"\n    >>> halve(np.array([2, 4])).tolist()'),
        ('        """Return `values` less the mean."""', f'        """Return `values` less {LONG}."""'),
        ("# The number of corners of a cube.", f"# The number of {LONG}."),
    ],
    ids=["paragraph", "summary", "example", "method", "comment above a constant"],
)
def test_a_wide_line_is_named_where_it_stands(tmp_path: Path, old: str, new: str) -> None:
    ((_, message),) = wide(minichapter.make_project(tmp_path), old, new)
    assert f"columns wide where students read it, and {WIDTH} are the most" in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    # a comment inside the answer", f"    # {LONG}"),
        ("    # how the private part works", f"    # {LONG}"),
        ('    """The number both functions share."""', f'    """{LONG}"""'),
        ("take steps of equal worth", f"{LONG} take steps of equal worth"),
        ("    >>> halve", f"    {'x' * (WIDTH - 4)}\n\n    >>> halve"),
    ],
    ids=["in an answer", "private method", "hidden helper", "model answer", "just as wide"],
)
def test_what_no_student_reads_there_may_be_wider(tmp_path: Path, old: str, new: str) -> None:
    assert wide(minichapter.make_project(tmp_path), old, new) == []
