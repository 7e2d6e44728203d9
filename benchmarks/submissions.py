"""The class: who hands in what. The same mix for every size, so that ten and thirty differ in number only."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.measured_chapter import EXERCISES

_WRAPS = "def shift_image(image, dx, dy):\n    return np.roll(image, (dy, dx), (0, 1))\n"
_SWAPPED = """\
def precision_recall(y_true, y_pred):
    hits = np.sum(y_true & y_pred)
    return float(hits / np.sum(y_true)), float(hits / np.sum(y_pred))
"""
_OVERFLOWS = """\
def softmax(logits):
    powers = torch.exp(logits)
    return powers / powers.sum(dim=1, keepdim=True)
"""
_KEEPS_CASE = "def word_counts(text):\n    return {word: text.split().count(word) for word in text.split()}\n"
_STOPS = "def fit_digits(X, y):\n    return fitted\n\nfit_digits(images, labels)\n"
# To stderr while the cell is run, not while it is tested: nbgrader gives a test cell that prints there no point.
_WARNS = "import sys\n\nprint('this may take a while', file=sys.stderr)\n"

RIGHT = "right"
UNTOUCHED = "untouched"
MIX = (RIGHT, "wraps", RIGHT, "half", "warns", "swapped", RIGHT, "stops", UNTOUCHED, "keeps_case")


def students(count: int) -> dict[str, str]:
    """Return `count` students, each with the kind of what is handed in."""
    return {f"student-{number:03d}": MIX[number % len(MIX)] for number in range(count)}


def answers(student: str, kind: str, reference: Mapping[str, str]) -> dict[str, str]:
    """Return one student's answers by cell id; a cell that is not named stays as released.

    Parameters
    ----------
    reference : the right answer of each cell.
    """
    given = {} if kind == UNTOUCHED else dict(reference)
    cell = {exercise.function: exercise.cell for exercise in EXERCISES}
    if kind == "wraps":
        given[cell["shift_image"]] = _WRAPS
    elif kind == "half":
        given = {name: given[name] for name in list(given)[: len(given) // 2]}
    elif kind == "warns":
        given[cell["softmax"]] = _WARNS + given[cell["softmax"]]
    elif kind == "swapped":
        given[cell["precision_recall"]] = _SWAPPED
        given[cell["softmax"]] = _OVERFLOWS
    elif kind == "stops":
        given[cell["fit_digits"]] = _STOPS
    elif kind == "keeps_case":
        given[cell["word_counts"]] = _KEEPS_CASE
    # No two hand-ins are the same text, as in a class.
    return {name: f"# {student}\n{source}" for name, source in given.items()}
