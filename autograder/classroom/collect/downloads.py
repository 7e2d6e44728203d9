"""Brings hand-ins from a folder, as a learning platform gives it, to ``build/submitted/<student>/<chapter>/``."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from autograder.classroom.collect.student_names import Owner, Roster, read_name
from autograder.classroom.collect.zips import Unpackable, unzip
from course.errors import CourseError, OperatorError, SetupError
from course.files import replaced
from course.hand_in_files import RESERVED, SYSTEMS, LeftOut, files_of, printable, safe_name
from course.notebooks import FoundNotebook, newest_first
from course.project import Project
from course.student_ids import student_id
from course.syllabus import Chapter

_ARCHIVES = (".7z", ".gz", ".rar", ".tar", ".tgz", ".xz")


_METADATA = "submission_metadata.yml"  # Gradescope's list of whose each hand-in is


_GRADESCOPE = "submission_"


_LARGEST = 500 * 10**6  # bytes of what lies beside a notebook


@dataclass
class Collected:
    """What became of a folder of hand-ins.

    Attributes
    ----------
    students : whose hand-in is in its place now.
    left_out : what was not taken, or was taken under another name, and why.
    trouble : whether something was not taken that may be somebody's hand-in.
    """

    students: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    trouble: bool = False

    def leave(self, name: str, reason: str, *, trouble: bool = True) -> None:
        """Note that something is not taken."""
        self.left_out.append(LeftOut(printable(name), reason))
        self.trouble = self.trouble or trouble


@dataclass(frozen=True)
class _Item:
    """A file, or a folder, that is a student's.

    Attributes
    ----------
    shown : its name in the folder that is collected.
    """

    path: Path
    owner: Owner
    shown: str


def collect_folder(project: Project, chapter: Chapter, source: Path) -> list[str]:
    """Do as `collect_downloads` does, and return the students.

    Raises
    ------
    OperatorError : something was not taken that may be a hand-in; the message names all of it, and the rest has been
        collected.
    """
    found = collect_downloads(project, chapter, source)
    if found.trouble:
        raise OperatorError("Not collected: " + "; ".join(map(str, found.left_out)))
    return found.students


def collect_downloads(
    project: Project,
    chapter: Chapter,
    source: Path,
    *,
    pattern: re.Pattern[str] | None = None,
    roster: Roster | None = None,
) -> Collected:
    """Take each student's notebook, and what lies beside it, from a folder or a zip archive of hand-ins.

    Nothing that is in the way of one hand-in stops another. Of several notebooks of one student the newest of the
    chapter counts, whatever it is called.

    Parameters
    ----------
    pattern : how the names there are made, from `student_names.read_pattern`; the known platforms' by default.
    roster : the class list; names that are not in it are not taken.

    Raises
    ------
    SetupError : `source` is neither a folder nor a zip archive.
    """
    collected = Collected()
    with tempfile.TemporaryDirectory(prefix="course-collect-") as name:
        room = Path(name)
        if source.is_file() and source.suffix.lower() == ".zip":
            source = _unzipped(source, source.name, room, collected) or room
        elif not source.is_dir():
            raise SetupError(f"{source} is not a folder: name the one that holds the hand-ins.")
        chapters = {chapter.name, *project.chapters}
        items = [
            item for item in _items(source, pattern, room, collected) if _names_somebody(item, chapters, collected)
        ]
        by_student = _by_student(items, source, roster, collected)
        for student, items in sorted(by_student.items()):
            try:
                _collect_one(project, chapter, student, items, collected)
            except (OSError, CourseError) as error:
                collected.leave(student, f"can't be collected: {getattr(error, 'strerror', None) or error}")
    for student in roster.students if roster else ():
        if student not in by_student:
            collected.leave(student, "nothing handed in", trouble=False)
    return collected


def _items(source: Path, pattern: re.Pattern[str] | None, room: Path, collected: Collected) -> Iterator[_Item]:
    """What of `source` is a student's; archives are unpacked below `room`."""
    for entry in sorted(os.scandir(source), key=lambda one: one.name):
        name, path = entry.name, Path(entry.path)
        if name == _METADATA or any(fnmatchcase(name, system) for system in SYSTEMS):
            continue
        if entry.is_symlink():
            collected.leave(name, "a link, which may lead anywhere: ask for the notebook itself")
            continue
        is_folder, suffix = entry.is_dir(), path.suffix.lower()
        owner = read_name(name, is_folder, pattern)
        if is_folder or entry.is_file():
            if suffix in _ARCHIVES and not is_folder:
                collected.leave(name, "an archive of a kind that is not unpacked here: unpack it, and collect again")
            elif owner is None:
                collected.leave(name, "its name is not of the form that --pattern says")
            elif suffix == ".zip" and not is_folder:
                if (unpacked := _unzipped(path, name, room, collected)) is not None:
                    yield _Item(unpacked, Owner(owner.name, owner.number, "", owner.stamp, owner.platform), name)
            elif is_folder or suffix == ".ipynb" or (owner.platform and owner.file != name):
                yield _Item(path, owner, name)
                for archive in _archives(path) if is_folder else ():
                    shown = f"{name}/{archive.name}"
                    if (unpacked := _unzipped(archive, shown, room, collected)) is not None:
                        yield _Item(unpacked, owner, shown)
            else:
                collected.leave(name, "no notebook", trouble=False)
        else:
            collected.leave(name, "no ordinary file")


def _archives(folder: Path) -> list[Path]:
    """The zip archives in a folder that holds no notebook outside of them."""
    paths = [taken.path for taken in files_of(folder, SYSTEMS).taken]
    if any(path.suffix.lower() == ".ipynb" for path in paths):
        return []
    return [path for path in paths if path.suffix.lower() == ".zip"]


def _names_somebody(item: _Item, chapters: set[str], collected: Collected) -> bool:
    if item.owner.platform or item.owner.name.casefold() not in chapters:
        return True
    collected.leave(item.shown, "whose it is, its name has to tell: call it STUDENT.ipynb, or STUDENT/")
    return False


def _unzipped(archive: Path, shown: str, room: Path, collected: Collected) -> Path | None:
    target = Path(tempfile.mkdtemp(dir=room)) / "unpacked"
    try:
        collected.left_out += unzip(archive, target)
    except Unpackable as error:
        collected.leave(shown, f"can't be unpacked: {error}")
        return None
    except OSError as error:
        collected.leave(shown, f"can't be unpacked: {error.strerror}")
        return None
    return target


def _by_student(
    items: Iterable[_Item], source: Path, roster: Roster | None, collected: Collected
) -> dict[str, list[_Item]]:
    """Whose each thing is. Where two people's names would be one id, neither is taken for the other."""
    submitters = _submitters(source, collected)
    found: dict[str, dict[tuple[str, str], list[_Item]]] = {}
    for item in items:
        for owner in submitters.get(item.owner.name, [item.owner]):
            student = roster.find(owner) if roster else student_id(owner.name)
            if student:
                person = ("", "") if roster else (owner.name, owner.number)
                found.setdefault(student, {}).setdefault(person, []).append(item)
            elif roster:
                collected.leave(item.shown, f"{printable(owner.name)} is not in the class list, or is in it twice")
            else:
                collected.leave(item.shown, "this can't be a student's id: rename it, or name its student in --roster")
    chosen: dict[str, list[_Item]] = {}
    for student, people in found.items():
        exact = [person for person in people if person[0] == student]
        if len(people) > 1 and len(exact) != 1:
            names = ", ".join(sorted({printable(item.shown) for group in people.values() for item in group}))
            collected.leave(names, f"all would be {student}: tell them apart in --roster")
            continue
        (mine,) = exact if len(people) > 1 else people
        for person in people.keys() - {mine}:
            for item in people[person]:
                collected.leave(item.shown, f"would be {student}, who is another here: name its student in --roster")
        chosen[student] = people[mine]
        if mine[0] == _GRADESCOPE + mine[1]:
            why = f"Gradescope's number of a hand-in: put its {_METADATA} there, or name the student in --roster"
            collected.leave(people[mine][0].shown, why, trouble=False)
        if not roster and mine[0] != student:
            collected.leave(people[mine][0].shown, f"taken as {student}", trouble=False)
    return chosen


def _submitters(source: Path, collected: Collected) -> Mapping[str, list[Owner]]:
    """By Gradescope's name of a hand-in, whose it is; empty without Gradescope's own list."""
    path = source / _METADATA
    if not path.is_file() or path.is_symlink() or path.stat().st_size > 2**24:
        return {}
    try:
        import yaml  # only for these

        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        found = {
            str(name): [_submitter(one) for one in row[":submitters"]]
            for name, row in rows.items()
            if row[":submitters"]
        }
    except Exception as error:  # whatever a parser of another's file may raise
        collected.leave(_METADATA, f"can't be read ({type(error).__name__}): whose the hand-ins are is not known")
        return {}
    return found


def _submitter(row: Mapping[str, object]) -> Owner:
    sid, email, name = (str(row.get(key) or "") for key in (":sid", ":email", ":name"))
    return Owner(sid or email or name, email or name, name)


def _collect_one(project: Project, chapter: Chapter, student: str, items: list[_Item], collected: Collected) -> None:
    """Put one student's hand-in in its place, whole."""
    others = [name for name in project.chapters if name != chapter.name]
    notebooks: dict[Path, str] = {}
    found: list[FoundNotebook] = []
    beside: dict[Path, dict[str, Path]] = {}  # by folder, what may come along with a notebook in it
    for item in items:
        if item.path.is_dir():
            files = files_of(item.path, SYSTEMS, _LARGEST)
            collected.left_out += [LeftOut(f"{printable(item.shown)}/{one.name}", one.reason) for one in files.left_out]
            rows = [(taken.path, taken.name) for taken in files.taken]
        else:
            rows = [(item.path, safe_name(item.owner.file or item.path.name))]
        for path, name in rows:
            if path.suffix.lower() == ".ipynb":
                inside = path.relative_to(item.path).as_posix() if item.path.is_dir() else ""
                notebooks[path] = f"{item.shown}/{inside}".rstrip("/")
                found.append(FoundNotebook(path, Path(name).name, item.owner.stamp))
            else:
                beside.setdefault(path.parent, {})[name] = path
    ranked = newest_first(found, chapter, others)
    if not ranked:
        shown = ", ".join(printable(item.shown) for item in items)
        reason = f"only notebooks of other chapters than {chapter.name}" if found else "nothing handed in: no notebook"
        collected.leave(shown, f"{reason} (of {student})", trouble=bool(found))
        return
    counted = ranked[0].path
    with replaced(project.build / "submitted" / student / chapter.name) as folder:
        shutil.copyfile(counted, folder / f"{chapter.name}.ipynb")
        for name, path in _along(counted, items, beside):
            try:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / name)
            except OSError as error:
                collected.leave(f"{student}/{name}", f"can't be copied: {error.strerror}", trouble=False)
    collected.students.append(student)
    for path, shown in notebooks.items():
        if path != counted:
            why = f"{student}'s newest counts: {notebooks[counted]}"
            reason = why if path in {one.path for one in ranked} else "another chapter's notebook"
            collected.leave(shown, printable(reason), trouble=False)


def _along(notebook: Path, items: list[_Item], beside: Mapping[Path, Mapping[str, Path]]) -> Iterator[tuple[str, Path]]:
    """What lies in the notebook's folder and below it, by its name seen from there; but for a name that is ours."""
    home = next((item.path for item in items if item.path.is_dir() and notebook.is_relative_to(item.path)), None)
    depth = len(notebook.relative_to(home).parts) - 1 if home else 0
    for place, files in beside.items():
        if place.is_relative_to(notebook.parent) if home else place == notebook.parent:
            for name, path in files.items():
                inside = "/".join(name.split("/")[depth:])
                if inside.split("/")[0].casefold() != RESERVED:
                    yield inside, path
