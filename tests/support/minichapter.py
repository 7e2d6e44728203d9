"""A miniature chapter for the platform's own tests: one exercise of each shape."""

from __future__ import annotations

from pathlib import Path

from course.project import Project

NAME, THEME = "ch99_mini", "numbers"

SYLLABUS = """\
[[chapter]]
name = "ch99_mini"
title = "A miniature chapter"

[[chapter.exercise]]
id = "p.99.1"
kind = "code"
title = "Twice as much"
section = "Numbers"
minutes = 20
difficulty = "easy"

[[chapter.exercise]]
id = "p.99.2"
kind = "code"
title = "A scaler of your own"
section = "Scaling"
minutes = 15
difficulty = "medium"

[[chapter.exercise]]
id = "p.99.3"
kind = "closed"
title = "How many corners?"
section = "Numbers"
minutes = 5
difficulty = "easy"
extra = true

[[chapter.exercise]]
id = "p.99.4"
kind = "text"
title = "Why scale?"
section = "Scaling"
minutes = 20
difficulty = "hard"
"""

SOURCE = """\
# %% [markdown]
# # A miniature chapter
#
# Every shape of exercise, once.
#
# ### Afterwards you can
#
# - multiply by two;
# - write a scaler;
# - count corners.
#
# ### Before you start
#
# You need to have read nothing. It takes {minutes} minutes in all, {minutes:core} without what is extra.

# %%
import numpy as np

# %% demo
print("a demo", np.arange(3))

# %% [markdown]
# ## Twice as much
#
# Write `double`.

# %% exercise="p.99.1" points=4
from solutions.ch99_mini.numbers import _factor, double

# %% [markdown]
# The second function of the same exercise is `halve`.

# %% exercise="p.99.1"
from solutions.ch99_mini.numbers import halve

# %% [markdown]
# ## A scaler of your own
#
# Write the class `Scaler`.

# %% exercise="p.99.2" points=3
from solutions.ch99_mini.numbers import Scaler

# %% [markdown]
# ## How many corners?

# %% exercise="p.99.3" points=1
from solutions.ch99_mini.numbers import CORNERS

# %% [markdown]
# ## Why scale?

# %% exercise="p.99.4" points=2
from solutions.ch99_mini.numbers import P_99_4

# %% [markdown]
# ## Further
#
# - Double something twice.
# - Halve it again.
"""

SOLUTIONS = '''\
"""Reference answers of the miniature chapter."""

import numpy as np


def _factor():
    """The number both functions share."""
    return 17 - 15


def double(values: np.ndarray) -> np.ndarray:
    """Return twice `values`, shape (n,).

    >>> double(np.array([1, 2])).tolist()
    [2, 4]
    >>> double(np.array([-3])).tolist()
    [-6]
    """
    # a comment inside the answer
    factor = _factor()
    return np.asarray(values) * factor


def halve(values: np.ndarray) -> np.ndarray:
    """Return half of `values`, shape (n,).

    >>> halve(np.array([2, 4])).tolist()
    [1.0, 2.0]
    """
    return np.asarray(values) / _factor()


class Scaler:
    """Subtract the mean that `fit` has seen.

    >>> Scaler().fit(np.array([1.0, 3.0])).transform(np.array([2.0])).tolist()
    [0.0]
    """

    _floor = 0.125 / 8

    def __init__(self) -> None:
        self.mean = self._floor

    def fit(self, values: np.ndarray) -> "Scaler":
        """Remember the mean of `values` and return the scaler itself.

        >>> Scaler().fit(np.array([1.0, 3.0])).mean
        2.0
        """
        self.mean = self._average(values)
        return self

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Return `values` less the mean."""
        return np.asarray(values) - self.mean

    # how the private part works is part of the answer
    def _average(self, values):
        return float(np.sum(values) / np.size(values))


# The number of corners of a cube.
CORNERS = 2**3

P_99_4 = """
Features on one scale let gradient descent
take steps of equal worth in every direction.
"""

P_99_4_RUBRIC = """
- 1 point: names the scale of the features
- 1 point: says what it does to the steps
"""
'''

CHECKS = '''\
"""Hidden checks of the miniature chapter."""

import numpy as np

from autograder.testing import check


@check("p.99.1", core=True)
def test_doubles(student, rng):
    """Every value comes back doubled."""
    values = rng.integers(-50, 50, 7)
    np.testing.assert_array_equal(student.double(values), values + values)


@check("p.99.1")
def test_halves(student, rng):
    """Every value comes back halved."""
    values = rng.integers(-50, 50, 7)
    np.testing.assert_allclose(student.halve(values), values / 2)


@check("p.99.2", core=True)
def test_centres(student, rng):
    """What was fitted has mean 0 once transformed."""
    values = rng.normal(5, 1, 9)
    scaler = student.Scaler()
    scaler.fit(values)
    assert abs(np.mean(scaler.transform(values))) < 1e-9


@check("p.99.3", core=True)
def test_corners(student, rng):
    """A cube has the corners you counted."""
    assert student.CORNERS == 4 + 4
'''

_MUTANTS_1 = [
    ("square", "double", "test_doubles", "squares instead of doubling", "np.asarray(values) ** 2"),
    ("same", "double", "test_doubles", "hands back the input", "np.asarray(values)"),
    ("plus_two", "double", "test_doubles", "adds 2 instead of multiplying", "np.asarray(values) + 2"),
    ("negated", "double", "test_doubles", "loses the sign", "np.abs(values) * 2"),
    ("whole", "halve", "test_halves", "rounds down to whole numbers", "np.asarray(values) // 2"),
    ("quarter", "halve", "test_halves", "halves twice", "np.asarray(values) / 4"),
]
_ALTERNATIVES_1 = [
    ("by_sum", "double", "np.asarray(values) + np.asarray(values)"),
    ("by_list", "double", "np.array([value * 2 for value in values])"),
    ("by_product", "halve", "np.asarray(values) * 0.5"),
]
_MUTANTS_2 = [
    ("no_fit", "keeps mean 0", "0.0"),
    ("first", "takes the first value", "float(values[0])"),
    ("largest", "takes the largest value", "float(np.max(values))"),
    ("smallest", "takes the smallest value", "float(np.min(values))"),
    ("total", "forgets to divide", "float(np.sum(values))"),
    ("short", "divides by one too few", "float(np.sum(values) / (len(values) - 1))"),
]
_ALTERNATIVES_2 = [
    ("by_mean", "float(np.mean(values))"),
    ("by_average", "float(np.average(values))"),
    ("by_builtin", "sum(values) / len(values)"),
]


def _class(decorator: str, name: str, doc: str, mean: str) -> str:
    return f'''

{decorator}
class {name.title().replace("_", "")}:
    """{doc}."""

    def fit(self, values):
        self.mean = {mean}
        return self

    def transform(self, values):
        return np.asarray(values) - self.mean
'''


def _function(decorator: str, name: str, doc: str, value: str) -> str:
    return f'\n\n{decorator}\ndef {name}(values):\n    """{doc}."""\n    return {value}\n'


def mutants_text() -> str:
    """Return ``autograder/mutants/ch99_mini/numbers.py``: six mutants and three alternatives per code exercise."""
    text = '"""Wrong answers that must fail, right ones that must pass."""\n\nimport numpy as np\n\n'
    text += "from autograder.testing import alternative, mutant\n"
    for name, replaced, fails, doc, value in _MUTANTS_1:
        text += _function(f'@mutant("p.99.1", replaces="{replaced}", fails="{fails}")', name, doc, value)
    for name, replaced, value in _ALTERNATIVES_1:
        text += _function(f'@alternative("p.99.1", replaces="{replaced}")', name, "Another way", value)
    for name, doc, mean in _MUTANTS_2:
        text += _class('@mutant("p.99.2", replaces="Scaler", fails="test_centres")', name, doc, mean)
    for name, mean in _ALTERNATIVES_2:
        text += _class('@alternative("p.99.2", replaces="Scaler")', name, "Another way", mean)
    return text


TARGET = """

@check("p.99.1", full=True)
def test_doubles_a_million(student, rng):
    \"\"\"A million values come back doubled.\"\"\"
    values = rng.integers(-50, 50, 1_000_000)
    np.testing.assert_array_equal(student.double(values), 2 * values)
"""


def add_target(project: Project) -> tuple[Path, Path]:
    """Give the first exercise a target on all the data, worth 2 points; return the script and the file of checks."""
    source, checks = project.source / f"{NAME}.py", project.checks / NAME / f"test_{THEME}.py"
    marker = '# %% exercise="p.99.1" points=4'
    source.write_text(source.read_text(encoding="utf-8").replace(marker, f"{marker} full_size_points=2"), "utf-8")
    checks.write_text(checks.read_text(encoding="utf-8") + TARGET, encoding="utf-8")
    return source, checks


_PROBE_CHECK = '''

@check("p.99.4", core=True)
def test_scales(student, rng):
    """The largest value becomes 1."""
    values = rng.uniform(1, 9, 5)
    np.testing.assert_allclose(student.scale(values).max(), 1)
'''
_PROBE_ANSWER = '''

def scale(values: np.ndarray) -> np.ndarray:
    """Return `values`, shape (n,), over the largest of them.

    >>> scale(np.array([1.0, 2.0])).tolist()
    [0.5, 1.0]
    >>> scale(np.array([4.0])).tolist()
    [1.0]
    """
    return values / np.max(values)
'''


def add_probe(project: Project) -> None:
    """Give the text of the last exercise a function beside it, worth 3 points, as many exercises have."""
    source, checks = project.source / f"{NAME}.py", project.checks / NAME / f"test_{THEME}.py"
    text = source.read_text(encoding="utf-8").replace('"p.99.4" points=2', '"p.99.4" points=2 probe_points=3')
    more = '\n# %% exercise="p.99.4"\nfrom solutions.ch99_mini.numbers import scale\n'
    source.write_text(text + more, encoding="utf-8")
    for path, added in ((checks, _PROBE_CHECK), (project.solutions / NAME / f"{THEME}.py", _PROBE_ANSWER)):
        path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")


def make_project(root: Path) -> Project:
    """Write the miniature chapter under `root` and return its project."""
    project = Project(root)
    files = {
        project.syllabus: SYLLABUS,
        project.source / f"{NAME}.py": SOURCE,
        project.solutions / "__init__.py": "",
        project.solutions / NAME / f"{THEME}.py": SOLUTIONS,
        project.checks / NAME / f"test_{THEME}.py": CHECKS,
        project.mutants / NAME / f"{THEME}.py": mutants_text(),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return project
