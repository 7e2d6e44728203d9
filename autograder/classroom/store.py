"""Keeps results: one folder per submission, so that a grade is computed once and no run is lost.

Stored are the result, under the fingerprint of all it depends on (`fingerprints`), the notebook with its outputs, and,
for each check, what was asked and replied, so that a check which has changed can be judged again without running the
notebook.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4
from pydantic import ValidationError

from autograder.classroom.fingerprints import Fingerprints
from autograder.classroom.memory import Kept, SubmissionMemory, bounded
from autograder.classroom.written import written
from autograder.engine.judging.grade import Graded
from autograder.engine.result import CheckResult, Result, Status
from course.errors import EngineError, SetupError
from course.files import remove, write_atomically
from course.locks import held
from course.project import Project
from course.syllabus import Chapter

_BEFORE = "before.json"  # the result of the hand-in that was judged before
_DRAFTS = ".drafts"  # unfinished files; whoever was killed meanwhile has left some


@dataclass(frozen=True)
class Store:
    """The results of one chapter, in ``build/results/<chapter>/<student>/``.

    Attributes
    ----------
    each_run : keep a result of each thing that a student has handed in, in a folder below, instead of the last;
        transcripts, which take megabytes, of the last only.
    """

    folder: Path
    each_run: bool = False

    @classmethod
    def of(cls, project: Project, chapter: Chapter) -> Store:
        """Return the store of a chapter."""
        return cls(project.build / "results" / chapter.name)

    @classmethod
    def instant(cls, project: Project, chapter: Chapter) -> Store:
        """Return the store of what has been judged of a chapter at once, before it is known which hand-in counts."""
        return cls(project.build / "instant" / "results" / chapter.name, each_run=True)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other runs of ``course grade`` off the chapter, and clear what a killed one has left.

        Raises
        ------
        SetupError : another run is grading the chapter.
        EngineError : the folder can't be written to.
        """
        taken = SetupError(f"{self.folder.name} is being graded already: wait for that run, or end it.")
        with held(self.folder / ".lock", taken):
            remove(self.folder / _DRAFTS)
            try:
                yield
            finally:
                remove(self.folder / _DRAFTS)

    def save(self, fingerprints: Fingerprints, graded: Graded, kept: Mapping[str, Kept] | None = None) -> None:
        """Store a grade; a reader sees the old one or the new one, never a half.

        Parameters
        ----------
        kept : of each check, what a later grading can make use of.

        Raises
        ------
        EngineError : the disk is full, or the folder can't be written to.
        """
        folder, drafts = self._place(graded.result.student, fingerprints.run), self.folder / _DRAFTS
        notebook = json.dumps(graded.notebook, ensure_ascii=False)  # nbformat's own writer takes ten times as long
        checks = {result.check for exercise in graded.result.exercises for result in exercise.checks}
        rows = bounded({name: one for name, one in (kept or {}).items() if name in checks})
        content = {
            "run": fingerprints.run,
            "answers": _answers(graded.notebook),
            "written": written(graded.notebook.cells),
            "notebook": hashlib.sha256(notebook.encode("utf-8", "surrogatepass")).hexdigest(),
            "result": graded.result.model_dump(mode="json"),
            "checks": {name: {"key": one.key, "complete": one.complete} for name, one in rows.items()},
        }
        transcripts = {"run": fingerprints.run, "checks": {name: one.transcript for name, one in rows.items()}}
        try:
            drafts.mkdir(parents=True, exist_ok=True)
            write = functools.partial(write_atomically, drafts=drafts, synced=False)  # what is damaged is graded again
            if (before := self._replaced(folder, content)) is not None:
                write(folder / _BEFORE, json.dumps(before))
            write(folder / "notebook.ipynb", notebook)
            write(folder / "transcripts.json", json.dumps(transcripts))
            # Last: it names the notebook it belongs to, so that one without the other is as good as none.
            write(folder / "result.json", json.dumps(content, indent=1))
            self._save_room(folder)
        except OSError as error:
            raise EngineError(
                f"The result of {graded.result.student} can't be stored: {error}. Free some space, or mend the "
                "permissions, and run again."
            ) from error

    def load(self, student: str) -> Graded | None:
        """Return the stored grade, whatever it is good for, or None."""
        content = self._content(self.folder / student)
        return self._graded(self.folder / student, content) if content else None

    def before(self, student: str) -> Result | None:
        """Return the result of what a student had handed in, and was graded for, before what is stored; else None."""
        try:
            return Result.model_validate((_read_object(self.folder / student / _BEFORE) or {})["result"])
        except (KeyError, ValidationError):
            return None

    def rewritten(self, student: str) -> Mapping[str, bool]:
        """Return of each answer whether it is another than in the hand-in of `before`, by grade id; empty where that is
        not known."""
        before, now = (_read_object(self.folder / student / name) or {} for name in (_BEFORE, "result.json"))
        old, new = (one.get("written") for one in (before, now))
        if not isinstance(old, dict) or not isinstance(new, dict):
            return {}
        return {name: new[name] != old[name] for name in new.keys() & old.keys()}

    def restored(self, student: str) -> dict[str, Any] | None:
        """Return what a student has handed in, in the released shape, as it was graded last; None if there is none."""
        found = _read_object(self.folder / student / "notebook.ipynb")
        return found if found and isinstance(found.get("cells"), list) else None

    def recall(self, student: str, fingerprints: Fingerprints) -> tuple[Graded | None, SubmissionMemory]:
        """Return what is known of a submission under `fingerprints`: its last grade, and the memory of its checks."""
        folder, memory = self._place(student, fingerprints.run), SubmissionMemory(fingerprints)
        content = self._content(folder)
        if not content or content["run"] != fingerprints.run:
            return None, memory
        graded = self._graded(folder, content)
        if graded is None:
            return None, memory
        transcripts = self._transcripts(folder, fingerprints.run)
        for exercise in graded.result.exercises:
            for result in exercise.checks:
                if (one := _kept(result, content["checks"], transcripts)) is not None:
                    memory.kept[result.check] = one
        return graded, memory

    def _replaced(self, folder: Path, new: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what is stored of another hand-in than the new one's, if that was judged: not of the same one, which
        is graded again when its checks have changed."""
        last = None if self.each_run else self._content(folder)
        if last is None or last.get("answers") in (None, new["answers"]):
            return None
        judged = last["result"].get("status") != Status.NOT_JUDGED
        kept: dict[str, Any] = {name: last[name] for name in ("answers", "written", "result") if name in last}
        return kept if judged else None

    def _place(self, student: str, run: str) -> Path:
        return self.folder / student / run if self.each_run else self.folder / student

    def _save_room(self, newest: Path) -> None:
        """Remove the transcripts of what a student handed in before."""
        for other in newest.parent.glob("*/transcripts.json") if self.each_run else ():
            if other.parent != newest:
                other.unlink(missing_ok=True)

    def _content(self, folder: Path) -> dict[str, Any] | None:
        found = _read_object(folder / "result.json")
        wanted = {"run": str, "notebook": str, "result": dict, "checks": dict}
        return found if found and all(isinstance(found.get(k), kind) for k, kind in wanted.items()) else None

    def _graded(self, folder: Path, content: dict[str, Any]) -> Graded | None:
        try:
            text = (folder / "notebook.ipynb").read_bytes()
            if hashlib.sha256(text).hexdigest() != content["notebook"]:
                return None
            # Ours, and unchanged as the digest shows: not validated again, which would take most of the time.
            notebook = v4.reads(text.decode("utf-8", "surrogatepass"))
            return Graded(Result.model_validate(content["result"]), notebook)
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None  # absent or damaged: graded again

    def _transcripts(self, folder: Path, run: str) -> dict[str, Any]:
        found = _read_object(folder / "transcripts.json") or {}
        checks = found.get("checks")
        return checks if found.get("run") == run and isinstance(checks, dict) else {}


def _answers(notebook: NotebookNode) -> str:
    """Return a digest of what is a student's own in a notebook that is in the released shape.

    What is locked is ours, and prose may be mended when a chapter is released again: neither makes another hand-in.
    """
    mine = (
        cell for cell in notebook.cells if cell.cell_type == "code" or cell.metadata.get("nbgrader", {}).get("solution")
    )
    sources = (str(cell.source) for cell in mine if not cell.metadata.get("nbgrader", {}).get("locked"))
    return hashlib.sha256("\x1f".join(sources).encode("utf-8", "surrogatepass")).hexdigest()


def _read_object(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _kept(result: CheckResult, rows: dict[str, Any], transcripts: dict[str, Any]) -> Kept | None:
    row, transcript = rows.get(result.check), transcripts.get(result.check, "")
    if not isinstance(row, dict) or not isinstance(row.get("key"), str):
        return None
    return Kept(row["key"], result, row.get("complete") is True, transcript if isinstance(transcript, str) else "")
