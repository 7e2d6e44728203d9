"""The pictures and figures of support vectors show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "svm_support_vectors"


def test_low_gamma_and_low_c_underfit() -> None:
    table = np.array(shown(CHAPTER, "training_accuracies(")["table"])
    assert table[0, 0] == table.min() < table[0, -1] < table[-1, -1]
    assert table[0, 0] < table[-1, 0]


@needs_mirror
@pytest.mark.full
def test_a_kernel_knows_prices_better_than_a_line() -> None:
    names = shown(CHAPTER, "fit_svr(")
    errors = [float(axis.get_title().split()[-1]) for axis in names["axes"]]
    assert errors[1] < 0.9 * errors[0]


@needs_mirror
@pytest.mark.full
def test_two_thousand_digits_are_enough_for_nine_in_ten() -> None:
    names = shown(CHAPTER, "fit_svm(")
    right = np.mean(names["labels"] == names["y_test"])
    mnist, rows = names["mnist"], names["rows"]
    neighbours = KNeighborsClassifier().fit(mnist.X_train[rows], mnist.y_train[rows])
    assert right > max(0.9, neighbours.score(names["X_test"], names["y_test"]))
