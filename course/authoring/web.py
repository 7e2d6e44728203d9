"""Chapters for who installs nothing: released notebooks that open in Colab or Binder, and a page for each.

`make_web` fills a folder, which is pushed to the public repository that ``published`` in the syllabus names: notebooks,
whose first cell fetches what is missing, the course's wheel, and what Binder reads. Nothing in it is secret.
"""

from __future__ import annotations

import ast
import functools
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.parse import quote

from course.authoring.wheel import build_wheel
from course.datasets.registry import info
from course.errors import SetupError
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter, Syllabus, load_syllabus

# What such a place has. It must not be replaced below a notebook that runs already, so the wheel is put in without it.
HOSTED = ("ipykernel", "matplotlib", "numpy", "pandas", "scikit-learn", "scipy", "torch")
SETUP = "web-setup"  # the id of the cell
_TOGETHER = {"gymnasium": ("box2d", "pygame")}  # imported by what is imported
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Published:
    """A repository on GitHub, which is where Colab and Binder look: ``OWNER/REPOSITORY``, and its branch."""

    repository: str
    branch: str

    @classmethod
    def of(cls, syllabus: Syllabus) -> Published | None:
        """Return what the syllabus says, ``https://github.com/OWNER/REPOSITORY[/tree/BRANCH]``; None for nowhere."""
        if not syllabus.published:
            return None
        repository, _, branch = syllabus.published.removeprefix("https://github.com/").partition("/tree/")
        return cls(repository, branch or "main")

    def colab(self, file: str) -> str:
        """The address that opens a notebook in Colab."""
        return f"https://colab.research.google.com/github/{self.repository}/blob/{self.branch}/{file}"

    def binder(self, file: str) -> str:
        """The address that opens a notebook in Binder."""
        branch = quote(self.branch, safe="")
        return f"https://mybinder.org/v2/gh/{self.repository}/{branch}?labpath={quote(file)}"

    def raw(self, file: str) -> str:
        """The address of a file itself."""
        return f"https://raw.githubusercontent.com/{self.repository}/{self.branch}/{file}"


def always(project: Project) -> list[str]:
    """Return what the course's wheel needs that is not `HOSTED`, as pip takes it."""
    return [one for one in _pyproject(project)["dependencies"] if _name(one) not in HOSTED]


def beyond(project: Project, chapter: Chapter) -> list[str]:
    """Return what a chapter imports of the extra ``deep``, as pip takes it."""
    known = {_name(one): one for one in _pyproject(project)["optional-dependencies"]["deep"]}
    found: set[str] = set()
    texts = [project.source / f"{chapter.name}.py", *sorted((project.solutions / chapter.name).glob("*.py"))]
    for module in _imported(texts):
        for name in map(_plain, _distributions().get(module, [module])):
            found |= {name, *_TOGETHER.get(name, ())}
    return [known[name] for name in sorted(found & known.keys())]


def make_web(project: Project, folder: Path) -> list[str]:
    """Fill `folder` with all chapters that are released, and return their names; other files in it stay.

    Raises
    ------
    SetupError : nothing is released, or the wheel can't be built.
    """
    syllabus = load_syllabus(project.syllabus)
    released = [one for one in syllabus if _released(project, one).is_file()]
    if not released:
        raise SetupError("Nothing is released yet: run `course release ch03` for each chapter that is to be shown.")
    published = Published.of(syllabus)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        wheel = build_wheel(project.root, Path(place))
        for old in folder.glob(f"{wheel.name.split('-')[0]}-*.whl"):
            old.unlink()
        shutil.copyfile(wheel, folder / wheel.name)
    for chapter in released:
        where = published.raw(wheel.name) if published else wheel.name
        wanted = [*always(project), *beyond(project, chapter)]
        write_atomically(folder / f"{chapter.name}.ipynb", _with_setup(_released(project, chapter), wanted, where))
    more = sorted({one for chapter in released for one in beyond(project, chapter)})
    (folder / "binder").mkdir(exist_ok=True)
    write_atomically(folder / "binder" / "requirements.txt", "\n".join([f"./{wheel.name}", "jupyterlab", *more, ""]))
    write_pages(project, folder, released)
    return [chapter.name for chapter in released]


def write_pages(project: Project, folder: Path, chapters: Iterable[Chapter] | None = None) -> None:
    """Write a page for each of the chapters (by default all), and ``README.md`` with a table of them."""
    syllabus = load_syllabus(project.syllabus)
    published, shown = Published.of(syllabus), list(syllabus if chapters is None else chapters)
    folder.mkdir(parents=True, exist_ok=True)
    for chapter in shown:
        write_atomically(folder / f"{chapter.name}.md", page(project, chapter, published))
    lines = [
        "# Without an installation",
        "",
        "Notebooks that run in your browser, on somebody else's machine. What works there and what does not stands on "
        "each chapter's page.",
        "",
        f"| chapter | minutes |{' |' * (published is not None)}",
        f"|---|---|{'---|' * (published is not None)}",
    ]
    for one in shown:
        minutes = f"| [{one.title}]({one.name}.md) | {_minutes(one)} |"
        lines.append(f"{minutes} {_links(one, published)} |" if published else minutes)
    write_atomically(folder / "README.md", "\n".join([*lines, ""]))


def page(project: Project, chapter: Chapter, published: Published | None) -> str:
    """Return a chapter's page: what opens it, what it needs there, and what can be known of one's answers."""
    core = sum(exercise.minutes or 0 for exercise in chapter.exercise if not exercise.extra)
    without = "" if core == _minutes(chapter) else f", {core} of them without what is extra"
    opened = (
        f"**{_links(chapter, published)}**"
        if published
        else f"On your own machine, `course start {chapter.short}` opens it."
    )
    return f"""\
# {chapter.title}

{len(chapter.exercise)} exercises, about {_minutes(chapter)} minutes{without}.

{opened}

## What it needs

{_needs(project, chapter)}

## What you learn of your answers

- Below each exercise a cell runs the examples of its text: one that you have not begun says so, one that is wrong says
  what was expected and what it got.
- The hidden checks are not in there. Download the notebook and hand it in on a course's hub, if you have an account
  there; or put it into `work/` of a clone of the course: `pytest autograder` tells each promise that your answers don't
  keep yet.
- The machine is yours for some hours, and forgets everything: *Save a copy in Drive* in Colab, or download it.
"""


def _needs(project: Project, chapter: Chapter) -> str:
    lines = [
        "- The notebook's first cell fetches the course's own package, where it is missing. "
        "The large libraries (NumPy, pandas, scikit-learn, PyTorch) are there already."
    ]
    if more := beyond(project, chapter):
        lines.append(f"- It fetches besides: {', '.join(f'`{_name(one)}`' for one in more)}.")
    if chapter.datasets:
        titles = ", ".join(info(name).title for name in chapter.datasets)
        lines.append(f"- Data: {titles}; downloaded when first used. Without that there is a small stand-in, labelled.")
    if chapter.limits.gpu != "never":
        lines.append("- A GPU makes it faster; in Colab: *Runtime, Change runtime type*.")
    return "\n".join(lines)


def _links(chapter: Chapter, published: Published | None) -> str:
    if published is None:
        return ""
    file = f"{chapter.name}.ipynb"
    return f"[Open in Colab]({published.colab(file)}) · [Open in Binder]({published.binder(file)})"


def _minutes(chapter: Chapter) -> int:
    return sum(exercise.minutes or 0 for exercise in chapter.exercise)


def _with_setup(path: Path, wanted: Sequence[str], wheel: str) -> str:
    """The text of a notebook with a first cell that fetches what is missing."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    asked = " ".join(f'"{one}"' for one in wanted)
    text = f"""\
# In Colab this fetches the course's own package. Where that is installed, nothing happens.
from importlib.util import find_spec

if find_spec("course") is None:
    %pip install --quiet {asked}
    %pip install --quiet --no-deps "{wheel}\""""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(text, id=SETUP))
    return str(nbformat.writes(notebook)) + "\n"


def _imported(texts: Iterable[Path]) -> set[str]:
    """The first names of all modules that some files import."""
    found: set[str] = set()
    for path in texts:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    """The names of distributions by those of their modules; it reads the metadata of all that is installed."""
    return packages_distributions()


def _released(project: Project, chapter: Chapter) -> Path:
    return project.build / "release" / chapter.name / f"{chapter.name}.ipynb"


def _pyproject(project: Project) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads(
        (project.root / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    return found


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    return _plain(match[0] if match else requirement)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
