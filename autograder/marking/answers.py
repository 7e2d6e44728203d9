"""What a class has written to the questions of a chapter, as it was graded last, under pseudonyms."""

from __future__ import annotations

import base64
import hmac
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.classroom.course_key import course_key
from autograder.classroom.store import Store
from autograder.classroom.written import answers_by_id, digest_of, pictures_of, text_of
from course.project import Project
from course.syllabus import Chapter


@dataclass(frozen=True)
class Answer:
    """One student's answer to a question.

    Attributes
    ----------
    digest : of text and pictures, as they were written.
    pictures : digest of the pictures pasted into it; empty where there are none.
    """

    student: str
    text: str
    pictures: str
    digest: str


@dataclass
class Answers:
    """The answers of one chapter; read again where a file has changed. May be used by several threads.

    Parameters
    ----------
    grade_ids : nbgrader's, of the cells that are read.
    """

    project: Project
    chapter: Chapter
    grade_ids: frozenset[str]
    _read: dict[str, tuple[tuple[int, int], Mapping[str, Answer]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.store = Store.of(self.project, self.chapter)
        self._key = course_key(self.project).encode()

    def all(self) -> Mapping[str, Mapping[str, Answer]]:
        """Return the answers of all who have been graded: by pseudonym and grade id, in the pseudonyms' order."""
        students = sorted(path.parent.name for path in self.store.folder.glob("*/result.json"))
        found = {self.pseudonym(student): self.of(student) for student in students}
        return dict(sorted(found.items()))

    def of(self, student: str) -> Mapping[str, Answer]:
        """Return a student's answers by grade id; empty where nothing is stored."""
        path = self.store.folder / student / "notebook.ipynb"
        try:
            state = path.stat()
        except OSError:
            return {}
        stamp = (state.st_mtime_ns, state.st_size)
        with self._lock:
            known = self._read.get(student)
        if known is None or known[0] != stamp:
            known = stamp, self._answers(student, (self.store.restored(student) or {}).get("cells"))
            with self._lock:
                self._read[student] = known
        return known[1]

    def pseudonym(self, student: str) -> str:
        """Return what stands for a student in this chapter: always the same, and nobody can work out whose it is."""
        said = f"marking\x1f{self.chapter.name}\x1f{student}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, said, "sha256")
        return base64.b32encode(digest[:5]).decode("ascii").lower()

    def _answers(self, student: str, cells: Any) -> Mapping[str, Answer]:
        return {name: _answer(student, each) for name, each in answers_by_id(cells, self.grade_ids).items()}


def _answer(student: str, cells: Sequence[Mapping[str, Any]]) -> Answer:
    text, pictures = text_of(cells), pictures_of(cells)
    return Answer(student, text, pictures, digest_of(text, pictures))
