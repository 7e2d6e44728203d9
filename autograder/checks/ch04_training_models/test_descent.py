"""Hidden checks of chapter 4: gradient descent (p.04.1 to p.04.4)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from autograder.checks.ch04_training_models import inputs
from autograder.testing import check
from autograder.testing.closed import ask_all, chosen

LETTERS = ("a", "b", "c", "d")
METHODS = ("normal equation", "batch", "mini-batch", "stochastic")


@check("p.04.1", core=True, weight=2, hint="A product of an (a, b) and a (b, c) matrix has a*c entries, each of them a "
       "sum of b products. How many rows does one step of each method use?")  # fmt: skip
def test_counts_multiplications(student, rng):
    """`multiplications` is right for each of the four methods, whatever the sizes."""
    sizes = [[*rng.permutation(np.arange(4, 11))[:2].tolist(), int(rng.integers(2, 4))] for _ in range(3)]
    cases = [(method, *size) for size in sizes for method in METHODS]
    ask_all(student.multiplications, inputs.counted_multiplications, cases)


@check("p.04.1", hint="Put the numbers of the task into `multiplications`: what does one step cost, what the normal "
       "equation? The SVD, too, grows with the square of the columns.")  # fmt: skip
def test_methods_for_many_features(student, rng):
    """You chose the methods that can be used with millions of features, and none that can't."""
    found = inputs.choice(student, "P_04_1_CHOICE", lambda: student.multiplications("batch", 6, 5, 2))
    chosen(found, ["SVD", *METHODS], right=["mini-batch", "stochastic"], allowed=["batch"])


@check("p.04.2", core=True, weight=2, hint="Work out the learning rate from the same matrix that the steps use: with "
       "`scale` that is the scaled one, with its column of ones.")  # fmt: skip
def test_counts_steps(student, rng):
    """`steps_to_fit` counts the steps of gradient descent, with and without scaling."""
    data = [*(inputs.stretched(rng, ratio) for ratio in (5, 1, 20)), inputs.far_up(rng)]
    cases = [(X, y, scale) for X, y in data for scale in (True, False)]
    found = [float(student.steps_to_fit(*case)) for case in cases]
    # One off is forgiven: whether the count is exact, another check asks, where the columns stay as they are.
    assert_allclose(found, [inputs.steps_by_eigenvalues(*case) for case in cases], rtol=0, atol=1)


@check("p.04.2", hint="How many steps have you taken when you first look at the error? And what do you return when "
       "5000 of them were not enough?")  # fmt: skip
def test_no_step_too_many(student, rng):
    """The count is exact: none where theta = 0 is good enough, and 5000 where it would take more."""
    cases = [(*data, False) for data in (inputs.about_zero(rng), inputs.stretched(rng, 5), inputs.stretched(rng, 200))]
    found = [float(student.steps_to_fit(*case)) for case in cases]
    assert found == [inputs.steps_by_eigenvalues(*case) for case in cases]


@check("p.04.2", hint="`np.std` divides by the number of rows m, other functions by m - 1: which one do you use?")
def test_deviation_is_that_of_numpy(student, rng):
    """With few rows, too, the columns are scaled by the standard deviation that was asked for."""
    for _ in range(5):
        X, y = inputs.few_rows(rng)
        assert abs(student.steps_to_fit(X, y, True) - inputs.steps_by_eigenvalues(X, y, True)) <= 1


@check("p.04.2", hint="Metres become millimetres: the weight becomes a thousandth. Which of the four minds how large a "
       "weight is?")  # fmt: skip
def test_who_minds_units(student, rng):
    """You chose the models whose predictions depend on the units of a column."""
    X, y = inputs.stretched(rng, 1)
    found = inputs.choice(student, "P_04_2_CHOICE", lambda: student.steps_to_fit(X, y, True))
    chosen(found, ["normal equation", "SVD", "ridge", "lasso"], right=["ridge", "lasso"])


@check("p.04.3", core=True, hint="The gradient of the mean log loss is X.T @ (p - y) / m, where p holds the "
       "probabilities: the sigmoid of X @ theta.")  # fmt: skip
def test_descends_the_log_loss(student, rng):
    """A few steps from any starting point lead where the gradient of the mean log loss points."""
    for _ in range(3):
        X, y = inputs.undecided(rng, 12, 3)
        starts = rng.normal(0, 2, (4, 3))
        rate, steps = float(rng.uniform(0.2, 0.5)), int(rng.integers(2, 6))
        found = np.asarray(student.end_points(X, y, starts, rate, steps))
        assert_allclose(found, inputs.numerical_end_points(X, y, starts, rate, steps), atol=1e-5)


@check("p.04.3", hint="With enough steps it should not matter where a descent begins: does each of yours have "
       "parameters of its own?")  # fmt: skip
def test_all_descents_meet(student, rng):
    """After many steps all descents are at the one minimum, which scikit-learn finds as well."""
    X, y = inputs.undecided(rng, 60, 2)
    lowest = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8).fit(X, y).coef_[0]
    starts = rng.normal(0, 4, (5, 2))
    rate = 4 / np.linalg.eigvalsh(X.T @ X / len(X))[-1]  # as large as is safe anywhere
    found = np.asarray(student.end_points(X, y, starts, rate, 4000))
    assert_allclose(found, np.tile(lowest, (5, 1)), atol=0.01)


@check("p.04.3", hint="Look at the picture above: all descents end at one point. Which property of the cost is behind "
       "that?")  # fmt: skip
def test_why_no_trap(student, rng):
    """Your letter says whether logistic regression has traps, and for the right reason."""
    X, y = inputs.undecided(rng, 8, 2)
    found = inputs.choice(student, "P_04_3_CHOICE", lambda: student.end_points(X, y, np.zeros((1, 2)), 0.1, 1))
    chosen(found, LETTERS, right=["c"])


@check("p.04.3", hint="`theta -= ...` changes the array that it works on: make a copy first.")
def test_starts_are_left_alone(student, rng):
    """The starting points that were given are as before."""
    X, y = inputs.undecided(rng, 10, 2)
    starts = rng.normal(size=(3, 2))
    ends, (_, _, after, *_) = student.watch_("end_points", X, y, starts, 0.3, 3)
    assert_array_equal(after, starts)
    assert not np.allclose(ends, starts)


@check("p.04.4", core=True, weight=2, hint="Each step has its own rows and its own rate: take the mean over the rows "
       "of the step, and divide the rate by 1 + decay * t, where t is 0 in the first step.")  # fmt: skip
def test_takes_the_steps_asked(student, rng):
    """`descend` takes one step for each batch, from its rows alone, with a learning rate that decays as asked."""
    for decay in (0.0, float(rng.uniform(0.1, 2))):
        for sizes in ([1] * 8, [3] * 8, [10] * 8, [4, 4, 2, 4, 4, 2]):  # the last batch of an epoch may be smaller
            X, y = inputs.noisy_line(rng, 10, 3)
            batches = [rng.permutation(10)[:size].tolist() for size in sizes]
            found = np.asarray(student.descend(X, y, batches, 0.05, decay))
            assert_allclose(found, inputs.numerical_descent(X, y, batches, 0.05, decay), atol=1e-6)


@check("p.04.4", hint="Near the minimum the gradient of a single row is still not 0. What makes a step small all the "
       "same?")  # fmt: skip
def test_same_model_or_not(student, rng):
    """You chose whether all variants end in the same place, and what is needed for it."""
    X, y = np.ones((2, 1)), np.ones(2)
    found = inputs.choice(student, "P_04_4_CHOICE", lambda: student.descend(X, y, [[0]], 0.1, 0.0))
    options = ["yes", "no", "more epochs", "smaller rate", "shrinking rate", "other row order"]
    chosen(found, options, right=["no", "shrinking rate"])
