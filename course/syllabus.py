"""The syllabus: which chapters and exercises exist, and the limits of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from course.errors import AuthorError, Problem, SetupError, near
from course.parsing import read_toml
from course.zone_names import ZoneName

Kind = Literal["code", "closed", "text"]
Difficulty = Literal["easy", "medium", "hard"]
FULL_SIZE = "-full-size"  # how the id of the cell ends that has the points of an exercise's full-size part
MINUTES_PER_POINT = 5
_MARKDOWN = re.compile(r"[*_`\[\]<>|\\$·]")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _plain(text: str) -> str:
    """Refuse what Markdown would not show as it is typed."""
    if found := _MARKDOWN.search(text):
        raise ValueError(f"has to be plain words, without {found[0]!r}: it stands in a line of the notebook")
    if text != text.strip() or not text.isprintable():
        raise ValueError("has to be one line without spaces around it")
    return text


class Exercise(_Row):
    """One exercise: its id in the curriculum (``p.03.2``), its kind, and its title.

    What else is said of it stands here alone: notebook, tables and statistics take it from here.

    Attributes
    ----------
    section : the book's section it belongs to, in a few words.
    minutes : how long a student works on it, by an honest guess; None if nobody has made one. Its points (of text and
        checks together, in the chapter's script) are about a fifth of that.
    difficulty : as students find it who have read the section.
    extra : whether it may be left out without missing what later ones need; else it is core.
    """

    id: str = Field(pattern=r"^(p|tf2|tf1)\.\d\d\.\d+$")
    kind: Kind
    title: str
    section: Annotated[str, AfterValidator(_plain)] = Field(default="", max_length=60)
    minutes: int | None = Field(default=None, gt=0, le=600)
    difficulty: Difficulty | None = None
    extra: bool = Field(default=False, strict=True)

    @property
    def part(self) -> str:
        """What a table says of it: core or extra."""
        return "extra" if self.extra else "core"

    @property
    def facts(self) -> tuple[str, ...]:
        """What is said of it beside its title, as far as it is known: ``("about 30 min", "medium", "§ Boosting")``."""
        minutes = f"about {self.minutes} min" if self.minutes else ""
        section = f"§ {self.section}" if self.section else ""
        said = (minutes, self.difficulty or "", "extra" if self.extra else "", section)
        return tuple(word for word in said if word)

    def is_worth(self, points: int) -> bool:
        """Whether so many points are right for its minutes, within a factor of two."""
        return self.minutes is None or self.minutes <= 2 * MINUTES_PER_POINT * points <= 4 * self.minutes

    @property
    def slug(self) -> str:
        """The id as nbformat and nbgrader allow it in a cell id: ``p-03-2``."""
        return self.id.replace(".", "-")

    @property
    def text_name(self) -> str:
        """The constant that holds the model answer of its text, if it has one: ``P_01_1``."""
        return self.id.upper().replace(".", "_")

    @property
    def checks_id(self) -> str:
        """The id of the cell that has the points of the checks; a text's has the slug alone."""
        return f"{self.slug}-checks"

    @property
    def full_size_id(self) -> str:
        """The id of the cell that has the points of its target on all the data, where a release has one."""
        return f"{self.slug}{FULL_SIZE}"


class Limits(_Row):
    """What a submission may use while it is graded. There is no network, and no chapter can open one.

    Attributes
    ----------
    cell_seconds : wall time of one cell; then it is interrupted, and the next one run.
    wall_seconds : wall time of the given cells and the answers together, and as much again for a student's own cells.
    cpu_seconds : CPU time of cells and checks, over all its processes.
    memory_mb : data allocated beyond the imports.
    processes : processes and threads at a time.
    file_mb, disk_mb : largest file, and all files together.
    output_kb : what one cell may print, display or return; a notebook may put out twenty times as much.
    notebook_mb : size of the notebook that is handed in.
    datasets : data sets of the course that answers may load; of the others they get stand-ins, because hidden checks
        ask about their rows.
    gpu : whether a submission is lent one: never; if there is one, else it is graded on the CPU, with the same grades;
        or required, and graded nowhere else.
    gpu_memory_mb : of the GPU's own memory.
    """

    cell_seconds: int = Field(default=120, gt=0)
    wall_seconds: int = Field(default=600, gt=0)
    cpu_seconds: int = Field(default=1800, gt=0)
    memory_mb: int = Field(default=4096, gt=0)
    processes: int = Field(default=256, ge=32)
    file_mb: int = Field(default=512, gt=0)
    disk_mb: int = Field(default=512, gt=0)
    output_kb: int = Field(default=1000, gt=0)
    notebook_mb: int = Field(default=20, gt=0)
    datasets: tuple[str, ...] = ()
    gpu: Literal["never", "if there is one", "required"] = "never"
    gpu_memory_mb: int = Field(default=4096, gt=0)


class Chapter(_Row):
    """One chapter; `name` is its file name in all four folders, e.g. ``ch03_classification``."""

    name: str = Field(pattern=r"^[a-z0-9]+_[a-z0-9_]+$")
    title: str
    datasets: tuple[str, ...] = ()
    limits: Limits = Limits()
    exercise: tuple[Exercise, ...] = ()

    @property
    def short(self) -> str:
        """The name's first part, which commands take too: ``ch03``."""
        return self.name.split("_")[0]


class Syllabus(_Row):
    """All chapters, in teaching order.

    Attributes
    ----------
    time_zone : IANA's name of the one that deadlines are meant in; a hub's ``courses.toml`` may say another.
    published : where `course web`'s folder is public, ``https://github.com/OWNER/REPOSITORY[/tree/BRANCH]``; empty for
        nowhere, and then no page has a link to Colab or Binder.
    """

    time_zone: ZoneName = "UTC"
    published: str = Field(default="", pattern=r"^(https://github\.com/[\w.-]+/[\w.-]+(/tree/[\w./-]+)?)?$")
    chapter: tuple[Chapter, ...] = ()

    def __iter__(self) -> Iterator[Chapter]:  # type: ignore[override]  # chapters, not pydantic's fields
        return iter(self.chapter)

    def find(self, name: str) -> Chapter:
        """Return the chapter called `name`, in full or in short (``ch03``).

        Raises
        ------
        SetupError : there is none, and the message lists the chapters that exist; or the short name is that of several,
            and the message names these.
        """
        found = [chapter for chapter in self.chapter if chapter.name == name]
        found = found or [chapter for chapter in self.chapter if chapter.short == name]
        if len(found) == 1:
            return found[0]
        if found:
            named = " or ".join(chapter.name for chapter in found)
            raise SetupError(f"{name!r} is short for several chapters: write {named}.")
        known = ", ".join(chapter.name for chapter in self.chapter) or "none"
        meant = near(name, [word for chapter in self.chapter for word in (chapter.name, chapter.short)])
        raise SetupError(f"There is no chapter {name!r} in the syllabus.{meant} Chapters: {known}.")


def load_syllabus(path: Path) -> Syllabus:
    """Read and validate ``syllabus.toml``.

    Raises
    ------
    AuthorError : the file is not TOML, has an unknown key, or names a chapter or an exercise twice.
    """
    syllabus = read_toml(path, Syllabus, AuthorError)
    if problems := list(_repeated(syllabus, path)):
        raise AuthorError(problems)
    return syllabus


def _repeated(syllabus: Syllabus, path: Path) -> Iterator[Problem]:
    lines = path.read_text(encoding="utf-8").splitlines()
    owner: dict[str, str] = {}
    for chapter in syllabus:
        for key, what in [(chapter.name, "chapter"), *((e.id, "exercise") for e in chapter.exercise)]:
            if key in owner:
                line = max((n for n, text in enumerate(lines, 1) if f'"{key}"' in text), default=0)
                message = f"{what} {key} is here twice (in {owner[key]} and {chapter.name}); an id has one home."
                yield Problem(path, line, message, chapter.name, key if what == "exercise" else "")
            owner[key] = chapter.name
