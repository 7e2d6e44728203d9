"""What the cells to look at of graphs and compiled functions are there to show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def curves(names: dict[str, Any]) -> dict[str, np.ndarray]:
    """The curves of a picture, by their labels."""
    return {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in names["plt"].gca().get_lines()}


def test_the_derivative_is_that_of_the_curve_beside_it() -> None:
    names = shown("graphs_compiled", "slopes(")
    found = curves(names)
    steps = np.gradient(found["f"], names["x"])
    assert np.abs(steps - found["its derivative"])[1:-1].max() < 0.05


def test_sparse_forms_pay_below_a_third_and_a_half() -> None:
    names = shown("graphs_compiled", "sparse_numbers(")
    found, shares = curves(names), names["shares"]
    assert np.array_equal(found["coo"] < found["dense"], shares < 1 / 3)
    assert 0.45 < shares[found["csr"] < found["dense"]].max() < 0.5


def test_one_hidden_unit_matters_most() -> None:
    found = curves(shown("graphs_compiled", "with_output("))
    whole = found.pop("as it is")
    moved = sorted(np.abs(curve - whole).max() for curve in found.values())
    assert len(moved) == 4
    assert moved[-1] > 1.5 * moved[0] > 0


def test_forward_mode_pays_where_more_comes_out_than_goes_in() -> None:
    gain = np.array(shown("graphs_compiled", "traversals(")["gain"])
    n, m = np.indices(gain.shape)  # of outputs and inputs
    assert np.array_equal(gain > 0, n + 1 >= m + 1)


def test_the_mean_over_batches_is_far_off() -> None:
    found = curves(shown("graphs_compiled", "StreamingPrecision("))
    gap = found["of all predictions so far"] - found["mean over the batches"]
    assert np.all(gap[10:] > 0.1)


def test_an_if_makes_two_graphs_and_no_if_makes_one() -> None:
    names = shown("graphs_compiled", "graphs_of(")
    assert len(names["pieces"]) == 2
    assert len(names["whole"]) == 1


def test_the_resumed_training_lies_on_the_other_and_the_boundary_is_bent() -> None:
    names = shown("graphs_compiled", "logistic_regression(")
    assert names["resumed"] == names["straight"]
    assert names["resumed"][:12] == names["first"]
    assert np.mean((names["predict_proba"](names["theta"], names["F"]) > 0.5) == names["y"]) > 0.96
