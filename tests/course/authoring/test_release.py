"""The students' version: what is in it, what is not, and that it needs the ``course`` package only."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator

from course.authoring.build import build, notebook_path
from course.authoring.inline import BEGIN
from course.authoring.leaks import leaks
from course.authoring.release import release
from course.console import PERSONS
from course.errors import AuthorError, OperatorError
from course.nbgrader_plugins.clear_solutions import ClearAnswers
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support import minichapter
from tests.support.checkout import ROOT


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A released miniature chapter, made once because a new gradebook takes seconds."""
    project = minichapter.make_project(tmp_path_factory.mktemp("released"))
    release(project, chapter_of(project))
    return project


@pytest.fixture
def project(released_once: Project, tmp_path: Path) -> Project:
    """A copy of it that a test may spoil."""
    shutil.copytree(released_once.root, tmp_path / "course")
    return Project(tmp_path / "course")


def chapter_of(project: Project) -> Chapter:
    return load_syllabus(project.syllabus).find("ch99")


def released_path(project: Project) -> Path:
    return project.build / "release" / "ch99_mini" / "ch99_mini.ipynb"


def cells_of(path: Path) -> dict[str, str]:
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def spoil(project: Project, cell_id: str, text: str) -> None:
    """Put `text` at the end of a released cell."""
    path = released_path(project)
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.id == cell_id).source += f"\n{text}"
    nbformat.write(notebook, path)


def test_the_release_is_one_valid_notebook(released_once):
    path = released_path(released_once)
    assert list(path.parent.iterdir()) == [path]
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert set(cells_of(path)) == set(cells_of(notebook_path(released_once, chapter_of(released_once))))


def test_a_student_gets_the_question_and_a_stub(released_once):
    cells = cells_of(released_path(released_once))
    assert cells["p-99-1-double"].endswith('"""\n    # YOUR CODE HERE\n    raise NotImplementedError()')
    assert cells["p-99-1-_factor"] == "# Room for helpers of your own."
    assert cells["p-99-3-CORNERS"] == "# The number of corners of a cube.\nCORNERS = ...  # YOUR ANSWER"
    assert cells["p-99-4"] == "YOUR ANSWER HERE"
    assert ">>> halve(np.array([2, 4])).tolist()" in cells["p-99-1-halve"]
    assert 'check("p.99.1", "double", "halve")' in cells["p-99-1-checks"]
    scaler = cells["p-99-2-Scaler"]
    assert scaler.count("raise NotImplementedError()") == 3
    assert scaler.count("# Room for helpers of your own.") == 2
    for cell in cells.values():
        assert BEGIN not in cell


def test_the_gradebook_knows_every_question(released_once):
    with Gradebook(f"sqlite:///{released_once.build / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_notebook("ch99_mini", "ch99_mini")
        assert {cell.name: cell.max_score for cell in notebook.grade_cells} == {
            "p-99-1-checks": 4,
            "p-99-2-checks": 3,
            "p-99-3-checks": 1,
            "p-99-4": 2,
        }


def test_releasing_again_replaces_the_release(project, capfd):
    source = project.source / "ch99_mini.py"
    source.write_text(source.read_text().replace("Every shape", "Each shape"))
    folder = release(project, chapter_of(project))
    assert folder == released_path(project).parent
    assert any("Each shape" in text for text in cells_of(released_path(project)).values())
    assert capfd.readouterr() == ("", "")


def test_stock_nbgrader_commands_give_the_same_release(project):
    before = released_path(project).read_bytes()
    shutil.rmtree(project.build / "release")
    shutil.copy(ROOT / "nbgrader_config.py", project.root)
    command = [sys.executable, "-P", "-m", "nbgrader", "generate_assignment", "ch99_mini", "--force"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # the miniature project has no grader of its own
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert released_path(project).read_bytes() == before


def test_a_broken_chapter_is_not_released(project):
    source = project.source / "ch99_mini.py"
    before = released_path(project).read_bytes()
    source.write_text(source.read_text().replace(" points=3", ""))
    with pytest.raises(AuthorError, match="has no points"):
        release(project, chapter_of(project))
    assert released_path(project).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "owner", "line"),
    [
        ("    return np.asarray(values) * factor", "solutions", "return np.asarray(values) * factor"),
        ("# try: return   np.asarray(values) / _factor()", "solutions", "return np.asarray(values) / _factor()"),
        ("    return self", "solutions", "return self"),
        ("CORNERS = 2**3", "solutions", "CORNERS = 2**3"),
        ("take steps of equal worth in every direction.", "solutions", "take steps of equal worth in every direction."),
        ("# a comment inside the answer", "solutions", "# a comment inside the answer"),
        ("- 1 point: names the scale of the features", "solutions", "- 1 point: names the scale of the features"),
        ('    """The number both functions share."""', "solutions", '"""The number both functions share."""'),
        ("values = rng.normal(5, 1, 9)", "test_numbers.py", "values = rng.normal(5, 1, 9)"),
        ("the answer adds 2 instead of multiplying.", "mutants", None),
        ("    return np.asarray(values) ** 2", "mutants", "return np.asarray(values) ** 2"),
        ("### END SOLUTION", "release", None),
    ],
)
def test_the_proof_finds_a_line_given_away_and_says_whose(project, text, owner, line):
    if owner == "mutants" and line is None:
        line = "adds 2 instead of multiplying."
        path = project.mutants / "ch99_mini" / "numbers.py"
        path.write_text(path.read_text().replace(f'"""{line}"""', f'"""\n    {line}\n    """'))
    spoil(project, "p-99-1-double", text)
    found = leaks(project, chapter_of(project))
    assert found
    assert any(owner in str(problem.path) and (line or text) in problem.message for problem in found)
    if line:
        written = [one.path.read_text().split("\n")[one.line - 1] for one in found if repr(line) in one.message]
        assert any(line in one for one in written)


def test_the_proof_looks_into_outputs_and_metadata(project):
    path = released_path(project)
    notebook = json.loads(path.read_text())
    notebook["metadata"]["note"] = "try return np.asarray(values) * factor"
    path.write_text(json.dumps(notebook))
    messages = [problem.message for problem in leaks(project, chapter_of(project))]
    assert any("'return np.asarray(values) * factor'" in message for message in messages)


def test_the_proof_finds_a_file_that_does_not_belong(project):
    (released_path(project).parent / "answers.py").write_text("x = 1")
    assert [problem.path.name for problem in leaks(project, chapter_of(project))] == ["answers.py"]


def test_what_the_author_shows_is_no_leak(project):
    source = project.source / "ch99_mini.py"
    source.write_text(
        source.read_text().replace("# ## Why scale?", "# ## Why scale?\n#\n# Try `CORNERS = 2**3` cubes.")
    )
    release(project, chapter_of(project))
    assert leaks(project, chapter_of(project)) == []


def test_a_bare_bracket_is_no_secret(project):
    with (project.checks / "ch99_mini" / "test_numbers.py").open("a") as file:
        file.write("\n\nSIZES = dict(\n    small=17,\n)\n")
    spoil(project, "p-99-1-checks", "(\n)\n")
    assert leaks(project, chapter_of(project)) == []
    spoil(project, "p-99-1-checks", "small=17,")
    assert [problem.line for problem in leaks(project, chapter_of(project))]


def test_a_release_that_gives_something_away_leaves_the_earlier_one(project, monkeypatch):
    """As if nbgrader had left the answers where they are."""
    before = released_path(project).read_bytes()
    monkeypatch.setattr(ClearAnswers, "preprocess_cell", lambda self, cell, resources, index: (cell, resources))
    with pytest.raises(AuthorError) as caught:
        release(project, chapter_of(project))
    text = str(caught.value)
    line = minichapter.SOLUTIONS.split("\n").index("    return np.asarray(values) * factor") + 1
    assert f"numbers.py:{line}: the release gives this line away: 'return np.asarray(values) * factor'" in text
    assert released_path(project).read_bytes() == before
    assert sorted(path.name for path in project.build.iterdir()) == ["gradebook.db", "release", "source"]


def test_a_stray_file_beside_the_notebook_stops_the_release(project):
    before = released_path(project).read_bytes()
    (notebook_path(project, chapter_of(project)).parent / "solution.txt").write_text("the answer")
    with pytest.raises(AuthorError, match=r"build/release/ch99_mini/solution\.txt: this file would be released"):
        release(project, chapter_of(project))
    assert [path.name for path in released_path(project).parent.iterdir()] == ["ch99_mini.ipynb"]
    assert released_path(project).read_bytes() == before


def test_trouble_of_nbgrader_is_the_operators_and_keeps_the_earlier_release(project):
    before = released_path(project).read_bytes()
    (project.build / "gradebook.db").write_bytes(b"not a database" * 100)
    with pytest.raises(OperatorError, match=r"could not release ch99_mini: .*file is not a database"):
        release(project, chapter_of(project))
    assert released_path(project).read_bytes() == before


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own way to add a row
def test_questions_that_have_submissions_do_not_change(project):
    with Gradebook(f"sqlite:///{project.build / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ann")
        gradebook.add_submission("ch99_mini", "ann")
    source = project.source / "ch99_mini.py"
    source.write_text(source.read_text().replace("import CORNERS", "import CORNERS, EDGES"))
    solutions = project.solutions / "ch99_mini" / "numbers.py"
    solutions.write_text(solutions.read_text() + "\nEDGES = 12\n")
    with pytest.raises(OperatorError, match="Cannot add or remove cells"):
        release(project, chapter_of(project))
    assert released_path(project).is_file()


def cleared(source: str) -> str:
    """What a cell of a chapter becomes."""
    cell = nbformat.v4.new_code_cell(source, metadata={"course": {}})
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    ClearAnswers(enforce_metadata=False).preprocess(notebook, {})
    return notebook.cells[0].source


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        (
            "N: dict[str, int] = {\n    'a': 1,\n    'b c': 2,\n}",
            'N: dict[str, int] = {  # YOUR ANSWER\n    "a": ...,\n    "b c": ...,\n}',
        ),
        ("N = {1: 'a', None: 'b'}", "N = {  # YOUR ANSWER\n    1: ...,\n    None: ...,\n}"),
        ("N = {_key(): 1}", "N = ...  # YOUR ANSWER"),
        ("N = {**M}", "N = ...  # YOUR ANSWER"),
        ("N = {}", "N = ...  # YOUR ANSWER"),
        ("A = 1\nB = 2", "A = ...  # YOUR ANSWER\nB = ...  # YOUR ANSWER"),
        ("_A = 1", "# Room for helpers of your own."),
        ("A = 1\nprint(A)", "# Room for helpers of your own."),
        ("def _f():\n    x = 1\n    return x", "# Room for helpers of your own."),
        ("# a comment alone", "# Room for helpers of your own."),
        ("this is no python", "# YOUR CODE HERE\nraise NotImplementedError()"),
    ],
)
def test_a_region_at_top_level_becomes_a_stub_that_runs(source, stub):
    assert cleared(f"x = 0\n### BEGIN SOLUTION\n{source}\n### END SOLUTION\ny = 0") == f"x = 0\n{stub}\ny = 0"


def test_a_region_within_a_function_keeps_nbgraders_stub():
    text = "def f():\n    if True:\n        ### BEGIN SOLUTION\n        x = 1\n        ### END SOLUTION\n    return 2"
    stub = "        # YOUR CODE HERE\n        raise NotImplementedError()"
    assert cleared(text) == f"def f():\n    if True:\n{stub}\n    return 2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("### BEGIN SOLUTION\nx = 1", "line 1 has no end"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "line 2 begins a solution within a solution"),
    ],
)
def test_markers_that_do_not_match_are_refused(text, message):
    with pytest.raises(RuntimeError, match=message):
        cleared(text)


@pytest.fixture(scope="module")
def student_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Jupyter kernel that has a wheel of ``course`` and third-party packages, and nothing of this checkout.

    ``-S`` keeps the editable install of this checkout out: it comes in by a ``.pth`` file.
    """
    home = tmp_path_factory.mktemp("student")
    tree, packages = home / "tree", home / "packages"
    shutil.copytree(ROOT / "course", tree / "course", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for name in ("README.md", "LICENSE"):  # the metadata names them; their text is not what is tested
        (tree / name).write_text("")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "-w", home, tree], check=True, capture_output=True)
    [wheel] = home.glob("*.whl")
    subprocess.run([*pip, "install", *offline, "--target", packages, wheel], check=True, capture_output=True)
    paths = [str(packages), sysconfig.get_path("purelib")]
    start = f"import sys; sys.path[:0] = {paths!r}; from ipykernel.kernelapp import launch_new_instance as go; go()"
    spec = home / "jupyter" / "kernels" / "student" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-I", "-S", "-c", start, "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Student", "language": "python"}))
    return home


def run_as_student(home: Path, notebook, where: Path):
    """Run a notebook to its end in that kernel and return it with outputs."""
    where.mkdir()
    nbformat.write(notebook, where / "in.ipynb")
    # "nbconvert" is run as a program: its event loop then has nothing to do with pytest's.
    command = [sys.executable, "-P", "-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors"]
    command += ["--ExecutePreprocessor.kernel_name=student", "--output", "out.ipynb", "in.ipynb"]
    environment = {**os.environ, "JUPYTER_PATH": str(home / "jupyter"), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, cwd=where, env=environment, check=True, capture_output=True)
    return nbformat.read(where / "out.ipynb", as_version=4)


def said(notebook, cell_id: str) -> str:
    """What a cell printed, or the error it raised."""
    outputs = next(cell for cell in notebook.cells if cell.id == cell_id).outputs
    return "".join(one.get("text", "") + "\n".join(one.get("traceback", [])) for one in outputs)


def card(notebook, cell_id: str) -> dict[str, str]:
    """What a cell showed, by kind."""
    (output,) = next(cell for cell in notebook.cells if cell.id == cell_id).outputs
    return dict(output.data)


PROOF = """\
import importlib.util, course
print(course.__file__)
print([name for name in ("autograder", "solutions", "hub_config") if importlib.util.find_spec(name)])
"""


def test_a_wheel_of_course_alone_runs_the_released_notebook(released_once, student_python, tmp_path):
    notebook = nbformat.read(released_path(released_once), as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROOF, id="proof"))
    done = run_as_student(student_python, notebook, tmp_path / "run")
    home, others = said(done, "proof").splitlines()
    assert Path(home).is_relative_to(student_python / "packages")
    assert others == "[]"
    stub = "not begun yet; write your answer in place of `raise NotImplementedError()`, and run that cell."
    assert said(done, "p-99-1-checks") == f"double, halve: {stub}"
    assert said(done, "p-99-2-checks") == f"Scaler: {stub}"
    assert "CORNERS: not begun yet" in said(done, "p-99-3-checks")
    fails = {cell.id for cell in done.cells for one in cell.get("outputs", ()) if one.output_type == "error"}
    assert fails == {"p-99-1-checks", "p-99-2-checks", "p-99-3-checks"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--help",), "submit"),
        (("grade", "ch03"), "is not a checkout of the course"),
        (("sumbit", "ch03"), "Did you mean 'submit'?"),
    ],
)
def test_a_students_course_command_has_a_students_commands(student_python, tmp_path, words, told):
    paths = [str(student_python / "packages"), sysconfig.get_path("purelib")]
    start = (
        f"import sys; sys.path[:0] = {paths!r}; sys.argv = {['course', *words]!r}; from course.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", start], cwd=tmp_path, capture_output=True, text=True)
    said_all = " ".join((done.stdout + done.stderr).split())
    assert told in said_all
    assert "Traceback" not in said_all
    if words == ("--help",):
        assert "Learn" in said_all
        assert not [panel for panel in PERSONS[1:] if panel in said_all]


def test_an_answered_notebook_passes_its_visible_tests_there(released_once, student_python, tmp_path):
    notebook = nbformat.read(released_path(released_once), as_version=4)
    build(released_once, chapter_of(released_once))
    answers = cells_of(notebook_path(released_once, chapter_of(released_once)))
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    done = run_as_student(student_python, notebook, tmp_path / "run")
    told = ["3 of 3 examples agree.", "2 of 2 examples agree.", "1 of 1 answers filled in."]
    for number, line in enumerate(told, 1):
        shown = card(done, f"p-99-{number}-checks")
        assert shown["text/plain"] == f"p.99.{number}: {line}\nHidden checks on other inputs decide the points."
        assert shown["text/html"].startswith("<section")
