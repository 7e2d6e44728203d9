"""The chapter that is measured: ten cells that import what chapter 3 imports, and twelve cheap checks.

The body of each check is written once. Ours asks the submission from outside (``student.shift_image(...)``); in
nbgrader's notebook the same lines stand in a hidden test cell (``shift_image(...)``).
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

from course.project import Project

NAME, THEME = "ch98_bench", "functions"
LOOSE = "atol=1e-6"  # in one check; `regrade` changes it


@dataclass(frozen=True)
class MeasuredExercise:
    """One exercise: its number, the function asked for, and the names of its checks."""

    number: int
    function: str
    checks: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"p.98.{self.number}"

    @property
    def cell(self) -> str:
        """The id of the cell the answer is written in."""
        return f"{self.id.replace('.', '-')}-{self.function}"


# Check: (sentence, body). `student.` is dropped where the check stands in the notebook itself.
CHECKS = {
    "moves": (
        "The image moves by the number of pixels asked for.",
        """
        image = rng.integers(1, 256, (28, 28), dtype=np.uint8)
        np.testing.assert_array_equal(student.shift_image(image, 3, 0)[:, 3:], image[:, :-3])
        """,
    ),
    "fills_with_background": (
        "What is shifted in from outside is 0.",
        """
        image = rng.integers(1, 256, (28, 28), dtype=np.uint8)
        np.testing.assert_array_equal(student.shift_image(image, 0, 4)[:4], 0)
        """,
    ),
    "precision": (
        "Precision is the share of the positive answers that are right.",
        f"""
        truth = np.repeat([True, False], [40, 60])
        found = np.concatenate([truth[:30], ~truth[30:]])
        answer = student.precision_recall(truth, found)
        np.testing.assert_allclose(answer[0], (truth & found).sum() / found.sum(), {LOOSE})
        """,
    ),
    "recall": (
        "Recall is the share of the positives that are found.",
        """
        truth = np.repeat([True, False], [40, 60])
        found = np.concatenate([truth[:30], ~truth[30:]])
        answer = student.precision_recall(truth, found)
        np.testing.assert_allclose(answer[1], (truth & found).sum() / truth.sum(), atol=1e-9)
        """,
    ),
    "no_gaps": (
        "No age is missing.",
        """
        table = pd.DataFrame({"Pclass": rng.integers(1, 4, 90), "Age": rng.uniform(1, 80, 90)})
        table.loc[::7, "Age"] = np.nan
        assert not student.fill_ages(table)["Age"].isna().any()
        """,
    ),
    "known_ages_stay": (
        "An age that is known stays.",
        """
        table = pd.DataFrame({"Pclass": rng.integers(1, 4, 90), "Age": rng.uniform(1, 80, 90)})
        known = table["Age"].to_numpy().copy()
        table.loc[::7, "Age"] = np.nan
        filled = student.fill_ages(table)["Age"].to_numpy()
        np.testing.assert_allclose(np.delete(filled, np.s_[::7]), np.delete(known, np.s_[::7]))
        """,
    ),
    "sums_to_one": (
        "The probabilities of each row sum to 1.",
        """
        logits = torch.tensor(rng.normal(0, 1, (6, 10)))
        np.testing.assert_allclose(student.softmax(logits).numpy().sum(axis=1), 1.0)
        """,
    ),
    "large_logits": (
        "Large logits give no NaN.",
        """
        logits = torch.tensor(rng.normal(0, 1, (6, 10)) + 5000.0)
        assert np.isfinite(student.softmax(logits).numpy()).all()
        """,
    ),
    "reads_digits": (
        "Nine of ten digits it has not seen are read.",
        """
        digits = load_digits()
        model = student.fit_digits(digits.data[:600], digits.target[:600])
        found = np.asarray(model.predict(digits.data[600:800]))
        assert np.mean(found == digits.target[600:800]) > 0.9
        """,
    ),
    "knows_all_labels": (
        "A label is one of those it was trained on.",
        """
        digits = load_digits()
        model = student.fit_digits(digits.data[:600], digits.target[:600])
        assert set(np.asarray(model.predict(digits.data[600:700])).tolist()) <= set(range(10))
        """,
    ),
    "counts_words": (
        "Each word comes with how often it is there.",
        """
        words = rng.choice(["ham", "spam", "eggs"], 40).tolist()
        assert student.word_counts(" ".join(words)) == {word: words.count(word) for word in words}
        """,
    ),
    "ignores_case": (
        "Upper and lower case are the same word.",
        """
        assert student.word_counts("Spam spam SPAM ham") == {"spam": 3, "ham": 1}
        """,
    ),
}

EXERCISES = (
    MeasuredExercise(1, "shift_image", ("moves", "fills_with_background")),
    MeasuredExercise(2, "precision_recall", ("precision", "recall")),
    MeasuredExercise(3, "fill_ages", ("no_gaps", "known_ages_stay")),
    MeasuredExercise(4, "softmax", ("sums_to_one", "large_logits")),
    MeasuredExercise(5, "fit_digits", ("reads_digits", "knows_all_labels")),
    MeasuredExercise(6, "word_counts", ("counts_words", "ignores_case")),
)

CHECK_IMPORTS = "import numpy as np\nimport pandas as pd\nimport torch\nfrom sklearn.datasets import load_digits\n"

_SOURCE_HEAD = """\
# %% [markdown]
# # A class to measure with

# %%
import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

# %%
digits = load_digits()
images, labels = digits.data / 16, digits.target

# %%
people = pd.DataFrame({"Pclass": [1, 2, 3, 3], "Age": [38.0, None, 22.0, None]})
people.describe()
"""
_SOURCE_TAIL = """
# %%
baseline = KNeighborsClassifier(3).fit(images[:900], labels[:900])
print("baseline:", baseline.score(images[900:], labels[900:]))
"""

_SOLUTIONS = '''\
"""Reference answers."""

import numpy as np
import pandas as pd
import torch
from sklearn.neighbors import KNeighborsClassifier


def shift_image(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Return `image`, shape (h, w), moved `dx` pixels to the right and `dy` down (both >= 0).

    >>> shift_image(np.array([[1, 2]]), 1, 0).tolist()
    [[0, 1]]
    >>> shift_image(np.array([[3], [4]]), 0, 1).tolist()
    [[0], [3]]
    """
    height, width = image.shape
    moved = np.zeros_like(image)
    moved[dy:, dx:] = image[: height - dy, : width - dx]
    return moved


def precision_recall(y_true: np.ndarray, y_pred: np.ndarray) -> tuple[float, float]:
    """Return (precision, recall) of boolean labels, each of shape (n,).

    >>> precision_recall(np.array([True, True]), np.array([True, False]))
    (1.0, 0.5)
    >>> precision_recall(np.array([True, False]), np.array([True, True]))
    (0.5, 1.0)
    """
    hits = np.sum(y_true & y_pred)
    return float(hits / np.sum(y_pred)), float(hits / np.sum(y_true))


def fill_ages(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of `table` with each missing Age set to the median of its Pclass.

    >>> fill_ages(pd.DataFrame({"Pclass": [1, 1], "Age": [30.0, None]}))["Age"].tolist()
    [30.0, 30.0]
    >>> fill_ages(pd.DataFrame({"Pclass": [1, 2], "Age": [30.0, 9.0]}))["Age"].tolist()
    [30.0, 9.0]
    """
    medians = table.groupby("Pclass")["Age"].transform("median")
    return table.assign(Age=table["Age"].fillna(medians))


def softmax(logits: torch.Tensor) -> torch.Tensor:
    """Return the softmax of each row of `logits`, shape (n, k).

    >>> softmax(torch.zeros(1, 2)).tolist()
    [[0.5, 0.5]]
    >>> softmax(torch.ones(1, 4)).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    powers = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)


def fit_digits(X: np.ndarray, y: np.ndarray) -> KNeighborsClassifier:
    """Return a classifier fitted to `X`, shape (n, 64), and labels `y`, shape (n,).

    >>> fit_digits(np.eye(9, 64), np.zeros(9, int)).predict(np.eye(1, 64)).tolist()
    [0]
    >>> fit_digits(np.eye(9, 64), np.ones(9, int)).predict(np.eye(1, 64)).tolist()
    [1]
    """
    nearest = KNeighborsClassifier(n_neighbors=3, weights="distance")
    return nearest.fit(X, y)


def word_counts(text: str) -> dict[str, int]:
    """Return how often each word of `text`, in lower case, is there.

    >>> word_counts("ham Ham")
    {'ham': 2}
    >>> word_counts("eggs")
    {'eggs': 1}
    """
    found: dict[str, int] = {}
    for word in text.lower().split():
        found[word] = found.get(word, 0) + 1
    return found
'''

_MUTANTS = '''\
"""Known misconceptions."""

import numpy as np
import torch

from autograder.testing import mutant


@mutant("p.98.1", replaces="shift_image", fails="test_fills_with_background")
def wraps(image, dx, dy):
    """The shift wraps round."""
    return np.roll(image, (dy, dx), (0, 1))


@mutant("p.98.2", replaces="precision_recall", fails="test_precision")
def swapped(y_true, y_pred):
    """Precision and recall have changed places."""
    hits = np.sum(y_true & y_pred)
    return float(hits / np.sum(y_true)), float(hits / np.sum(y_pred))


@mutant("p.98.4", replaces="softmax", fails="test_large_logits")
def overflows(logits):
    """The exponential of a large number overflows."""
    return torch.exp(logits) / torch.exp(logits).sum(dim=1, keepdim=True)


@mutant("p.98.6", replaces="word_counts", fails="test_ignores_case")
def keeps_case(text):
    """Words that differ in case are counted apart."""
    return {word: text.split().count(word) for word in text.split()}
'''


def body(check: str) -> str:
    """Return the lines of a check, not indented, which ask `student`."""
    return textwrap.dedent(CHECKS[check][1]).strip()


def write_chapter(project: Project) -> None:
    """Write the chapter's files, and a syllabus that holds nothing else."""
    files = {
        project.syllabus: _syllabus(),
        project.source / f"{NAME}.py": _source(),
        project.solutions / "__init__.py": "",
        project.solutions / NAME / f"{THEME}.py": _SOLUTIONS,
        project.mutants / NAME / f"{THEME}.py": _MUTANTS,
        checks_file(project): _checks(),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def checks_file(project: Project) -> Path:
    """Return where the chapter's checks are."""
    return project.checks / NAME / f"test_{THEME}.py"


def _syllabus() -> str:
    text = f'[[chapter]]\nname = "{NAME}"\ntitle = "A class to measure with"\n'
    for exercise in EXERCISES:
        title = exercise.function.replace("_", " ").capitalize()
        text += f'\n[[chapter.exercise]]\nid = "{exercise.id}"\nkind = "code"\ntitle = "{title}"\n'
    return text


def _source() -> str:
    cells = [
        f"\n# %% [markdown]\n# ## {exercise.function}\n"
        f'\n# %% exercise="{exercise.id}" points={len(exercise.checks)}\n'
        f"from solutions.{NAME}.{THEME} import {exercise.function}\n"
        for exercise in EXERCISES
    ]
    return _SOURCE_HEAD + "".join(cells) + _SOURCE_TAIL


def _checks() -> str:
    text = f'"""Hidden checks."""\n\n{CHECK_IMPORTS}\nfrom autograder.testing import check\n'
    for exercise in EXERCISES:
        for name in exercise.checks:
            head = f'\n\n@check("{exercise.id}")\ndef test_{name}(student, rng):\n    """{CHECKS[name][0]}"""\n'
            text += head + textwrap.indent(body(name), "    ") + "\n"
    return text
