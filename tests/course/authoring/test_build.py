"""The builder: the notebook it makes, and one clear message for each mistake an author can make."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.nbgraderformat import MetadataValidator

from course.authoring.build import assemble, build, notebook_path
from course.errors import AuthorError
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support import minichapter
from tests.support.checkout import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return minichapter.make_project(tmp_path)


def chapter_of(project: Project) -> Chapter:
    return load_syllabus(project.syllabus).find("ch99")


def built(project: Project):
    return nbformat.read(build(project, chapter_of(project)), as_version=4)


def cell(notebook, name: str):
    return next(one for one in notebook.cells if one.id == name)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems_of(project: Project) -> list[str]:
    with pytest.raises(AuthorError) as caught:
        build(project, chapter_of(project))
    return [str(problem).replace(f"{project.root}{os.sep}", "") for problem in caught.value.problems]


def test_the_notebook_is_where_nbgrader_looks_and_is_valid(project):
    path = build(project, chapter_of(project))
    assert path == project.root / "build" / "source" / "ch99_mini" / "ch99_mini.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in notebook.metadata


def test_each_exercise_has_the_cells_it_should(project):
    cells = [one for one in built(project).cells if "nbgrader" in one.metadata]
    assert [one.id for one in cells] == [one.metadata.nbgrader.grade_id for one in cells]
    assert {one.id: one.metadata.nbgrader.get("points") for one in cells} == {
        "p-99-1-_factor": None,
        "p-99-1-double": None,
        "p-99-1-halve": None,
        "p-99-1-checks": 4,
        "p-99-2-Scaler": None,
        "p-99-2-checks": 3,
        "p-99-3-CORNERS": None,
        "p-99-3-checks": 1,
        "p-99-4": 2,
    }
    assert {one.metadata.course.exercise for one in cells} == {"p.99.1", "p.99.2", "p.99.3", "p.99.4"}
    for one in cells:
        flags = one.metadata.nbgrader
        expected = (True, False, True) if one.id.endswith("-checks") else (one.id == "p-99-4", True, False)
        assert (flags.grade, flags.solution, flags.locked) == expected


def test_the_test_cell_follows_the_last_cell_of_its_exercise(project):
    ids = [one.id for one in built(project).cells]
    assert ids.index("p-99-1-checks") == ids.index("p-99-1-halve") + 1


def test_the_test_cell_is_one_call_that_names_the_public_answers(project):
    notebook = built(project)
    source = cell(notebook, "p-99-1-checks").source
    assert source.endswith('\nfrom course.examples import check, hint\n\ncheck("p.99.1", "double", "halve")')
    assert cell(notebook, "p-99-3-checks").source.endswith('\n\ncheck("p.99.3", filled=["CORNERS"])')


def test_ipython_runs_every_cell_as_it_is_written(project):
    """IPython removes what it takes for a pasted prompt, in strings too: then no example would be left."""
    for one in built(project).cells:
        if one.cell_type == "code":
            assert TransformerManager().transform_cell(one.source) == f"{one.source}\n"


def test_a_demo_cell_is_marked_and_a_plain_cell_is_not(project):
    code = [one for one in built(project).cells if one.cell_type == "code" and "nbgrader" not in one.metadata]
    assert [dict(one.metadata) for one in code] == [{}, {"course": {"demo": True}, "tags": ["demo"]}]


def test_a_free_text_cell_holds_model_answer_and_rubric(project):
    text = cell(built(project), "p-99-4")
    assert text.cell_type == "markdown"
    assert text.source.startswith("Features on one scale")
    assert text.source.endswith("- 1 point: says what it does to the steps")


def test_ids_are_unique_even_for_equal_cells_and_stay_when_a_cell_is_put_in(project):
    before = [one.id for one in built(project).cells]
    source = project.source / "ch99_mini.py"
    edit(source, "# %% demo", "# %% [markdown]\n# New.\n\n# %% [markdown]\n# New.\n\n# %% demo")
    after = [one.id for one in built(project).cells]
    assert len(set(after)) == len(after) == len(before) + 2
    assert [name for name in after if name in before] == before


def test_builds_are_byte_identical_whatever_the_hash_seed_and_the_folder(project, tmp_path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from course.authoring.build import build; from course.project import Project\n"
        "from course.syllabus import load_syllabus\n"
        "project = Project(Path(sys.argv[2]))\n"
        "print(build(project, load_syllabus(project.syllabus).find('ch99')))\n"
    )
    results = set()
    for seed, where in (("1", ROOT), ("2", tmp_path), ("3", Path("/"))):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", script, str(ROOT), str(project.root)]
        subprocess.run(command, check=True, cwd=where, env=environment, capture_output=True)
        results.add(notebook_path(project, chapter_of(project)).read_bytes())
    assert len(results) == 1
    assert results.pop().endswith(b"}\n")


def test_the_source_folder_holds_the_notebook_alone(project):
    path = build(project, chapter_of(project))
    assert list(path.parent.iterdir()) == [path]
    assert sorted(one.name for one in project.build.iterdir()) == ["source"]


def test_a_failed_build_leaves_the_previous_one(project):
    path = build(project, chapter_of(project))
    before = path.read_bytes()
    edit(project.source / "ch99_mini.py", "_factor, double", "_factor, dobule")
    with pytest.raises(AuthorError):
        build(project, chapter_of(project))
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_previous_build_and_no_draft(project, monkeypatch):
    path = build(project, chapter_of(project))
    before = path.read_bytes()
    edit(project.source / "ch99_mini.py", "Every shape", "Each shape")

    def refuse(draft, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course.files.os.replace", refuse)
    with pytest.raises(OSError, match="No space"):
        build(project, chapter_of(project))
    assert path.read_bytes() == before
    assert [found.name for found in project.build.rglob("*") if found.is_file()] == [path.name]


def test_a_probe_beside_a_free_text_has_its_own_points(project):
    edit(project.source / "ch99_mini.py", "points=2\n", "points=2 probe_points=3\n")
    edit(project.source / "ch99_mini.py", "import P_99_4", "import P_99_4, SPEED")
    solutions = project.solutions / "ch99_mini" / "numbers.py"
    solutions.write_text(solutions.read_text() + "\nSPEED = 0.25\n")
    notebook = built(project)
    assert cell(notebook, "p-99-4").metadata.nbgrader.points == 2
    assert cell(notebook, "p-99-4-checks").metadata.nbgrader.points == 3
    assert 'check("p.99.4", filled=["SPEED"])' in cell(notebook, "p-99-4-checks").source
    assert cell(notebook, "p-99-4-SPEED").metadata.nbgrader.solution


def test_the_script_runs_as_it_stands(project):
    environment = {**os.environ, "PYTHONPATH": str(project.root), "PYTHONDONTWRITEBYTECODE": "1"}
    script = str(project.source / "ch99_mini.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a demo [0 1 2]\n", "")


SOURCE, SOLUTIONS = "source/ch99_mini.py", "solutions/ch99_mini/numbers.py"
DOUBLE_EXAMPLES = minichapter.SOLUTIONS.split("shape (n,).\n")[1].split('    """')[0]


OTHER = """
[[chapter]]
name = "ch98_other"
title = "Other"
exercise = [{id = "p.98.1", kind = "code", title = "x"}]
"""
EXERCISE_4 = '# %% exercise="p.99.4"'

# What is changed in which file, and then: the file of the message, text of the line it has to name, its words.
MISTAKES = [
    (SOURCE, 'exercise="p.99.2" points', 'exercise="p.99.7" points', SOURCE, '"p.99.7"', "not in the syllabus"),
    (SOURCE, 'exercise="p.99.3"', 'exercise="p.98.1"', SOURCE, '"p.98.1"', "belongs to chapter ch98_other"),
    (SOURCE, " points=3", "", SOURCE, '"p.99.2"', "p.99.2 has no points: add points=N"),
    (SOURCE, '"p.99.1"\n', '"p.99.1" points=5\n', SOURCE, "points=5", "points of p.99.1 stand on line"),
    (SOURCE, "import halve", "import halfe", SOURCE, "halfe", "does not define halfe. Did you mean 'halve'?"),
    (SOURCE, "import halve", "import double ", SOURCE, "double ", "double is an answer of p.99.1 already"),
    (SOURCE, "import CORNERS", "import CORNERS\nx = 1", SOURCE, "x = 1", "holds nothing but"),
    (SOURCE, "import numpy as np", "import numpy", SOURCE, "np.arange", "np is used here (and"),
    (SOURCE, "# %%\nimport", "# %% demo\nimport", SOLUTIONS, "def double", "np is used here (and"),
    (SOURCE, "# %%\nimport", "# %% demo\nimport", SOLUTIONS, "def double", "only a demo cell defines it"),
    (SOURCE, '("a demo"', "(_factor", SOURCE, "print(_factor", "_factor is used here, but the notebook does not"),
    (SOURCE, "import halve", "import halve\n\n# %%\n_factor()", SOURCE, "_factor()", "only hidden code defines it"),
    (SOURCE, "numpy as np", "numpy as np (", SOURCE, "as np (", "not valid Python"),
    (SOURCE, '("a demo"', "(", SOURCE, "print(,", "not valid Python"),
    (SOURCE, "import numpy as np", "from numpy import *\nimport numpy as np", SOURCE, "*", "hides which names exist"),
    (SOURCE, '("a demo"', "(__file__", SOURCE, "__file__", "__file__ does not exist in a notebook"),
    (SOURCE, "print(", "import solutions\nprint(", SOURCE, "import solutions", "students don't have solutions"),
    (SOURCE, " points=2", " points=2 probe_points=1", SOURCE, EXERCISE_4, "if it imports a probe"),
    (SOURCE, " points=1", " points=1 probe_points=1", SOURCE, '"p.99.3"', "probe_points are for free-text"),
    (SOURCE, "P_99_4", "P_99_4_RUBRIC", SOURCE, EXERCISE_4, "has to import its model answer, P_99_4"),
    (SOLUTIONS, "= _factor()", "= _facto()", SOLUTIONS, "_facto()", "_facto is used here, but the notebook"),
    (SOLUTIONS, "double(np.array([-3", "double(npy.array([-3", SOLUTIONS, "def double", "npy is used here, but"),
    (SOLUTIONS, "- 1 point: n", "- 2 points: n", SOLUTIONS, "P_99_4_RUBRIC", "adds up to 3, but p.99.4 has points=2"),
    (SOLUTIONS, "- 1 point: n", "- n", SOLUTIONS, "P_99_4_RUBRIC", "lines '- N points: what earns them'"),
    (SOLUTIONS, "P_99_4_RUBRIC", "P_99_4_RUBRICS", SOURCE, EXERCISE_4, "does not define P_99_4_RUBRIC"),
    (SOLUTIONS, 'P_99_4 = """', 'P_99_4 = 1, """', SOLUTIONS, "P_99_4 = 1", "one string constant: the model answer"),
    (SOLUTIONS, "17 - 15", "17 -", SOLUTIONS, "17 -", "not valid Python"),
    (SOLUTIONS, '    """Return half of', '    x = """Return half of', SOLUTIONS, "def halve", "has no docstring"),
    (SOURCE, "print(", "first = 1\n\n# %% demo\nprint(first, ", SOURCE, "print(first", "define first (line 19): each"),
    (SOURCE, "print(", "np = 2\nprint(", SOURCE, "# %% demo", "np is what all cells share: a cell to look at may"),
    (
        SOURCE,
        "print(",
        "def double():\n    pass\n\n\nprint(",
        SOURCE,
        "# %% demo",
        "double is an answer: a cell",
    ),
    (
        SOLUTIONS,
        "class Scaler:",
        "class Scaled:",
        SOURCE,
        "import Scaler",
        "does not define Scaler. Did you mean 'Scaled'?",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "place", "at", "message"), MISTAKES)
def test_each_mistake_is_one_message_with_its_place(project, file, old, new, place, at, message):
    project.syllabus.write_text(minichapter.SYLLABUS + OTHER, encoding="utf-8")
    edit(project.root / file, old, new)
    found = problems_of(project)
    lines = (project.root / place).read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines, 1) if at in text)
    matching = [one for one in found if one.startswith(f"{place}:{line}: ") and message in one]
    assert len(matching) == 1, found
    # A wrong id also leaves the right exercise without a cell; nothing else may follow from one mistake.
    follows = [one for one in found if one not in matching and "has no cell" not in one]
    assert not follows


def test_a_code_exercise_needs_two_examples(project):
    solutions = project.solutions / "ch99_mini" / "numbers.py"
    edit(
        solutions,
        "    >>> double(np.array([1, 2])).tolist()\n    [2, 4]\n    >>> double(np.array([-3])).tolist()\n",
        "",
    )
    edit(solutions, "    [-6]\n", "")
    assert [one.split(": ", 1)[1] for one in problems_of(project)] == [
        "the docstrings of p.99.1 (double, halve) hold 1 doctest examples with a result; they need 2."
    ]


def test_an_exercise_without_a_cell_is_named(project):
    edit(
        project.source / "ch99_mini.py",
        '# %% exercise="p.99.3" points=1\nfrom solutions.ch99_mini.numbers import CORNERS\n',
        "",
    )
    assert problems_of(project) == [
        'source/ch99_mini.py: exercise p.99.3 of the syllabus has no cell: add one marked exercise="p.99.3".'
    ]


def test_all_mistakes_come_at_once(project):
    edit(project.source / "ch99_mini.py", " points=3", "")
    edit(project.source / "ch99_mini.py", "import halve", "import halfe")
    edit(project.source / "ch99_mini.py", "import numpy as np", "import numpy")
    found = "\n".join(problems_of(project))
    assert "has no points" in found
    assert "halfe" in found
    assert "np is used here" in found


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("source/ch99_mini.py", "source/ch99_mini.py: the file is missing: chapter ch99_mini needs it."),
        (SOLUTIONS, "solutions/ch99_mini: there is no <theme>.py in it: chapter ch99_mini needs its answers."),
    ],
)
def test_a_missing_file_is_one_message(project, file, message):
    (project.root / file).unlink()
    assert message in problems_of(project)


def test_a_theme_that_is_not_there_is_named(project):
    edit(
        project.root / SOURCE,
        "from solutions.ch99_mini.numbers import halve",
        "from solutions.ch99_mini.number import halve",
    )
    (found,) = problems_of(project)
    assert found.endswith("there is no number.py in solutions/ch99_mini. Did you mean 'numbers'?")


def test_one_id_in_two_chapters_is_refused_by_the_syllabus(project):
    project.syllabus.write_text(minichapter.SYLLABUS + OTHER.replace("p.98.1", "p.99.3"), encoding="utf-8")
    with pytest.raises(AuthorError) as caught:
        load_syllabus(project.syllabus)
    line = project.syllabus.read_text().count("\n")
    assert str(caught.value) == (
        f"{project.syllabus}:{line}: exercise p.99.3 is here twice (in ch99_mini and ch98_other); an id has one home."
    )


def sources_of(project):
    return [cell.source for cell in built(project).cells]


def test_a_cell_to_look_at_begins_with_the_answers_that_it_shows(project):
    edit(
        project.root / SOURCE,
        "# %% [markdown]\n# ## Why",
        "# %% demo\nprint(CORNERS, halve(double(np.ones(2))))\n\n# %% [markdown]\n# ## Why",
    )
    sources = sources_of(project)
    assert 'needs("double", "halve", "CORNERS")\nprint(CORNERS, halve(double(np.ones(2))))' in sources
    assert "import numpy as np\nfrom course.look import needs" in sources
    assert 'print("a demo", np.arange(3))' in sources


def test_where_none_shows_an_answer_nothing_is_added(project):
    assert not any("course.look" in source for source in sources_of(project))


def test_points_that_do_not_suit_the_minutes_are_told(project):
    """The exercise has 3 points, and 15 minutes in the syllabus."""
    for minutes, told in ((10, False), (15, False), (30, False), (7, True), (31, True)):
        text = minichapter.SYLLABUS.replace("minutes = 15\n", f"minutes = {minutes}\n")
        project.syllabus.write_text(text, encoding="utf-8")
        draft = assemble(project, load_syllabus(project.syllabus).find("ch99"))
        found = [str(one) for one in draft.problems if f"p.99.2 has 3 points for {minutes} minutes" in str(one)]
        assert len(found) == told, minutes


def test_the_test_cell_stands_before_a_closing_question(project):
    """A text that comes after the functions of its exercise leaves their examples where they are."""
    edit(project.syllabus, 'kind = "code"\ntitle = "A scaler', 'kind = "text"\ntitle = "A scaler')
    solutions = project.root / SOLUTIONS
    texts = 'P_99_2 = "A lot."\nP_99_2_RUBRIC = "- 3 points: says how much"\n'
    solutions.write_text(solutions.read_text(encoding="utf-8") + texts, encoding="utf-8")
    source = project.root / SOURCE
    edit(source, " points=3", " points=3 probe_points=3")
    closing = '\n# %% [markdown]\n# How much?\n\n# %% exercise="p.99.2"\n'
    closing += "from solutions.ch99_mini.numbers import P_99_2\n"
    source.write_text(source.read_text(encoding="utf-8") + closing, encoding="utf-8")
    draft = assemble(project, load_syllabus(project.syllabus).find("ch99"))
    assert not draft.problems
    ids = [cell.id for cell in draft.notebook.cells]
    assert ids.index("p-99-2-Scaler") < ids.index("p-99-2-checks") < ids.index("p-99-2") == len(ids) - 1
