"""Chapters in Colab and Binder: what is published, and that it runs where only what these have is installed."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from typer.testing import CliRunner

from course.authoring.release import release
from course.authoring.web import HOSTED, SETUP, Published, always, beyond, make_web, page, write_pages
from course.authoring.wheel import build_wheel
from course.cli import app
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter, Syllabus, load_syllabus
from tests.support import minichapter
from tests.support.checkout import ROOT
from tests.support.wheels import closure, link, plain

ADDRESS = "https://github.com/ann/ml-course"
NOT_BEGUN = re.compile(r"not begun|write your answer|NotImplementedError")
CHAPTERS = [chapter for chapter in load_syllabus(ROOT / "course" / "syllabus.toml") if chapter.name in
            {path.stem for path in (ROOT / "source").glob("*.py")}]  # fmt: skip


def chapter_of(name: str) -> Chapter:
    return next(chapter for chapter in CHAPTERS if chapter.short == name)


def syllabus(published: str) -> Syllabus:
    return Syllabus(published=published)


def test_links_are_those_of_the_services() -> None:
    assert Published.of(syllabus("")) is None
    main = Published.of(syllabus(ADDRESS))
    assert main == Published("ann/ml-course", "main")
    assert main.colab("a.ipynb") == "https://colab.research.google.com/github/ann/ml-course/blob/main/a.ipynb"
    branch = Published.of(syllabus(f"{ADDRESS}/tree/2026/autumn"))
    assert branch is not None and branch.branch == "2026/autumn"
    assert branch.binder("a.ipynb") == "https://mybinder.org/v2/gh/ann/ml-course/2026%2Fautumn?labpath=a.ipynb"
    assert branch.raw("w.whl") == "https://raw.githubusercontent.com/ann/ml-course/2026/autumn/w.whl"


@pytest.mark.parametrize("address", ["http://github.com/a/b", "https://github.com/a", "https://example.org/a/b", "a b"])
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="published"):
        syllabus(address)


def test_a_page_says_what_a_chapter_needs() -> None:
    project = Project(ROOT)
    text = page(project, chapter_of("ch15"), Published("ann/ml-course", "main"))
    assert "# " + chapter_of("ch15").title in text and "[Open in Colab](https://colab" in text
    assert "It fetches besides: `transformers`" in text and "Without that there is a small stand-in" in text
    assert "Open in" not in page(project, chapter_of("ch15"), None)
    assert "besides" not in page(project, chapter_of("ch03"), None)
    assert [plain(Requirement(one).name) for one in beyond(project, chapter_of("ch19"))] == [
        "ale-py", "box2d", "gymnasium", "pygame",
    ]  # fmt: skip


def test_what_is_there_already_is_not_put_in_again() -> None:
    names = {plain(Requirement(one).name) for one in always(Project(ROOT))}
    assert not names & set(HOSTED) and {"pooch", "typer", "platformdirs"} <= names


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = minichapter.make_project(tmp_path_factory.mktemp("mini"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project.root)
    shutil.copytree(ROOT / "course", project.root / "course", dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("__pycache__", "syllabus.toml"))  # fmt: skip
    return project


def test_before_a_release_there_is_nothing_to_publish(mini: Project, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="Nothing is released yet: run `course release ch03`"):
        make_web(mini, tmp_path / "public")


def test_a_folder_is_filled_for_a_public_repository(mini: Project, tmp_path: Path) -> None:
    text = mini.syllabus.read_text(encoding="utf-8")
    mini.syllabus.write_text(f'published = "{ADDRESS}"\n{text}', encoding="utf-8")
    release(mini, load_syllabus(mini.syllabus).find(minichapter.NAME))
    public = tmp_path / "public"
    public.mkdir()
    for old in ("handson_course-0.0.1-py3-none-any.whl", "CNAME"):
        (public / old).write_text("old")
    assert make_web(mini, public) == [minichapter.NAME]
    (wheel,) = public.glob("*.whl")
    assert sorted(path.name for path in public.iterdir()) == sorted(
        ["CNAME", "README.md", "binder", wheel.name, f"{minichapter.NAME}.ipynb", f"{minichapter.NAME}.md"]
    )
    assert (public / "binder" / "requirements.txt").read_text().splitlines() == [f"./{wheel.name}", "jupyterlab"]
    notebook = nbformat.read(public / f"{minichapter.NAME}.ipynb", as_version=4)
    nbformat.validate(notebook)
    small, course = asked_of_pip(notebook)
    assert "torch" not in small and '"pooch>=1.8"' in small
    assert course == f'install --quiet --no-deps "{Published("ann/ml-course", "main").raw(wheel.name)}"'
    mini.syllabus.write_text(text, encoding="utf-8")
    make_web(mini, public)
    assert "Open in" not in (public / "README.md").read_text(encoding="utf-8")


def asked_of_pip(notebook: Any) -> list[str]:
    """What the first cell has `%pip` do, where the course's package is missing."""
    cell = notebook.cells[0]
    assert [one.id for one in notebook.cells].count(SETUP) == 1 and cell.id == SETUP
    (branch,) = [
        one for one in ast.parse(TransformerManager().transform_cell(cell.source)).body if isinstance(one, ast.If)
    ]
    assert ast.unparse(branch.test) == "find_spec('course') is None"
    calls = [one.value for one in branch.body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
    said = [tuple(ast.literal_eval(one) for one in call.args) for call in calls]
    assert len(said) == len(branch.body) and all(name == "pip" for name, _ in said)
    return [line for _, line in said]


def test_only_a_folder_of_its_own_becomes_public() -> None:
    said = CliRunner().invoke(app, ["web", str(ROOT)])
    assert said.exit_code == 2 and "a folder of its own" in said.output


class Hosted:
    """A machine with what Colab has and the course's wheel, as a kernel."""

    def __init__(self, folder: Path, more: Sequence[str] = ()) -> None:
        self.folder, site = folder, folder / "site"
        wheel = build_wheel(ROOT, folder / "wheel")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
        subprocess.run([*pip, "--no-index", "--target", site, wheel], check=True, capture_output=True)
        link(closure([*HOSTED, *always(Project(ROOT)), *more]) - {"handson-course"}, site)
        begin = "from ipykernel.kernelapp import launch_new_instance as go; go()"
        start = f"import sys; sys.path.insert(0, {str(site)!r}); {begin}"
        argv = [sys.executable, "-I", "-S", "-c", start, "-f", "{connection_file}"]
        spec = folder / "jupyter" / "kernels" / "hosted" / "kernel.json"
        spec.parent.mkdir(parents=True)
        spec.write_text(json.dumps({"argv": argv, "display_name": "Hosted", "language": "python"}))

    def run(self, notebook: Path) -> Any:
        """Run a notebook to its end, without any data set, and return it with outputs."""
        where = self.folder / notebook.stem
        where.mkdir()
        command = [sys.executable, "-P", "-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors"]
        command += [
            "--ExecutePreprocessor.kernel_name=hosted",
            "--output-dir",
            where,
            "--output",
            "out.ipynb",
            notebook,
        ]
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("COURSE_")}
        more = {"JUPYTER_PATH": str(self.folder / "jupyter"), "OMP_NUM_THREADS": "1", "COURSE_DATA_OFFLINE": "1"}
        more["COURSE_DATA_CACHE"] = str(where / "data")
        subprocess.run(command, cwd=where, env={**inherited, **more}, check=True, capture_output=True)
        return nbformat.read(where / "out.ipynb", as_version=4)


def holds(hosted: Hosted, name: str, folder: Path) -> Any:
    """Publish a chapter and run it; what is not yet written says so, and nothing else fails."""
    project, chapter = Project(ROOT, folder / "build"), chapter_of(name)
    release(project, chapter)
    make_web(project, folder / "public")
    done = hosted.run(folder / "public" / f"{chapter.name}.ipynb")
    for cell in done.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                said = "\n".join([output.evalue, *output.traceback])
                assert NOT_BEGUN.search(said), f"{cell.id}: {said}"
    assert done.cells[0].id == SETUP and not done.cells[0].outputs  # everything is there
    checked = [cell for cell in done.cells if cell.id.endswith("-checks")]
    assert checked and all("not begun" in json.dumps(cell.outputs) for cell in checked)
    return done


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Hosted:
    return Hosted(tmp_path_factory.mktemp("hosted"))


def test_a_published_notebook_runs_with_what_colab_has(hosted: Hosted, tmp_path: Path) -> None:
    there = {path.name for path in (hosted.folder / "site").iterdir()}
    assert {"course", "numpy", "torch", "sklearn"} <= there
    assert not there & {"transformers", "nbgrader", "autograder", "jupytext", "gymnasium", "jupyterlab"}
    done = holds(hosted, "ch03", tmp_path)
    assert "stand-in" in json.dumps([cell.get("outputs") for cell in done.cells])


@pytest.mark.full
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_published_notebook_does(chapter: Chapter, tmp_path: Path) -> None:
    more = beyond(Project(ROOT), chapter)
    for one in more:
        distribution(Requirement(one).name)
    holds(Hosted(tmp_path / "hosted", more), chapter.short, tmp_path)


def test_the_sites_pages_are_of_all_chapters(tmp_path: Path) -> None:
    write_pages(Project(ROOT), tmp_path / "chapters")
    names = {path.stem for path in (tmp_path / "chapters").iterdir()}
    assert names == {chapter.name for chapter in CHAPTERS} | {"README"}
