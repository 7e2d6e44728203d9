"""Hidden checks of chapter 4: gradient descent (p.04.1 to p.04.7)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from autograder.checks.ch04_training_models import inputs
from autograder.testing import check
from autograder.testing.closed import agrees, chosen

LETTERS = ("a", "b", "c", "d")
METHODS = ("normal equation", "batch", "mini-batch", "stochastic")
DESCENTS = METHODS[1:]


@check("p.04.1", core=True, weight=2, hint="A product of an (a, b) and a (b, c) matrix has a*c entries, each of them a "
       "sum of b products. How many rows does one step of each method use?")  # fmt: skip
def test_counts_multiplications(student, rng):
    """`multiplications` is right for each of the four methods, whatever the sizes."""
    sizes = [[*rng.permutation(np.arange(4, 11))[:2].tolist(), int(rng.integers(2, 4))] for _ in range(3)]
    cases = [(method, *size) for size in sizes for method in METHODS]
    agrees(student.multiplications, inputs.counted_multiplications, cases)


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
    for X, y in (*(inputs.stretched(rng, ratio) for ratio in (5, 1, 20)), inputs.far_up(rng)):
        for scale in (True, False):
            found = float(student.steps_to_fit(X, y, scale))
            # One off is forgiven: rounding may decide at the threshold.
            assert abs(found - inputs.steps_by_eigenvalues(X, y, scale)) <= 1


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


@check("p.04.5", core=True, hint="Two questions, in this order: is the training error rising? If not, is the "
       "validation error?")  # fmt: skip
def test_reads_the_curves(student, rng):
    """`what_to_do` tells from two error curves whether to lower the rate, to stop, or to go on."""
    advice = {}
    for wanted in np.repeat(["go on", "stop", "lower the rate"], 10).tolist():
        training, validation = inputs.curves(rng, wanted)
        advice[tuple(training), tuple(validation)] = wanted
    cases = [(list(one), list(other)) for one, other in advice]
    agrees(student.what_to_do, lambda one, other: advice[tuple(one), tuple(other)], cases)


@check("p.04.6", core=True, hint="How many epochs ago was the lowest error? For a list of n errors the newest epoch "
       "has number n - 1.")  # fmt: skip
def test_stops_after_the_patience(student, rng):
    """`should_stop` waits out the noise and stops once there has been no progress for long enough."""
    histories = [inputs.noisy_errors(rng, int(n)) for n in rng.integers(2, 60, 30)]
    cases = [(errors, int(rng.integers(1, 9))) for errors in histories]
    flat = [([9.0, *[9.0] * waited], 4) for waited in range(1, 7)]  # as long as the patience, shorter, longer
    # The second-best is older: what is not the newest record must not count as one.
    second = [([5.5, 5.0, *[6.0] * waited], 4) for waited in range(1, 7)]
    agrees(student.should_stop, inputs.stops_by_walking, [([5.0, 6.0, 4.0, 4.5], 3), *flat, *second, *cases])


@check("p.04.6", core=True, hint="Which epoch would you go back to?")
def test_keeps_the_best_epoch(student, rng):
    """`best_epoch` finds the epoch with the lowest validation error, the first of several that are equal."""
    histories = [inputs.noisy_errors(rng, int(n)) for n in rng.integers(2, 60, 20)]
    agrees(student.best_epoch, lambda errors: errors.index(min(errors)), [(errors,) for errors in histories])


@check("p.04.6", hint="Look at the noisy curve above: what would stopping at its first rise have cost?")
def test_stop_at_the_first_rise(student, rng):
    """Your letter says when to stop."""
    found = inputs.choice(student, "P_04_6_CHOICE", lambda: student.should_stop([2.0, 1.0, 3.0], 2))
    chosen(found, LETTERS, right=["b"])


@check("p.04.7", core=True, hint="How many batches are there in one epoch, counting one that is not full?")
def test_counts_updates(student, rng):
    """`updates` counts the steps of all epochs."""
    sizes = rng.integers([20, 1, 1], [90, 30, 6], (12, 3)).tolist()
    agrees(student.updates, inputs.updates_by_reading, [(sizes[0][0], 6, 3), (53, 10, 2), *map(tuple, sizes)])


@check("p.04.7", core=True, hint="Try all batches with `itertools.combinations(range(len(G)), batch_size)`: take the "
       "mean of each, and the squared distance to the mean of all rows.")  # fmt: skip
def test_measures_the_noise(student, rng):
    """`gradient_noise` is the mean squared distance between the gradients of a batch and of all rows."""
    cases = []
    for m in (5, 8, 3):
        G = rng.normal(rng.normal(), rng.uniform(0.5, 3), (m, int(rng.integers(1, 4))))
        cases += [(G, size) for size in range(1, m + 1)]
    agrees(student.gradient_noise, inputs.noise_of_all_batches, cases)


def _named(student, name: str) -> object:
    return inputs.choice(student, name, lambda: student.updates(7, 2, 1))


@check("p.04.7", hint="Compare `updates` after a single epoch.")
def test_who_is_near_first(student, rng):
    """You chose who comes near the minimum first."""
    chosen(_named(student, "P_04_7_FIRST"), DESCENTS, right=["stochastic"])


@check("p.04.7", hint="Whose `gradient_noise` is 0?")
def test_who_settles(student, rng):
    """You chose who comes to rest at the minimum."""
    chosen(_named(student, "P_04_7_SETTLES"), DESCENTS, right=["batch"])


@check("p.04.7", hint="A step is the learning rate times a noisy gradient. The noise stays.")
def test_how_the_others_settle(student, rng):
    """You chose what brings the other variants to rest."""
    options = ["larger batches", "more epochs", "shrinking rate", "larger rate"]
    chosen(_named(student, "P_04_7_REMEDY"), options, right=["shrinking rate"])


@check("p.04.3", hint="`theta -= ...` changes the array that it works on: make a copy first.")
def test_starts_are_left_alone(student, rng):
    """The starting points that were given are as before."""
    X, y = inputs.undecided(rng, 10, 2)
    starts = rng.normal(size=(3, 2))
    ends, (_, _, after, *_) = student.watch_("end_points", X, y, starts, 0.3, 3)
    assert_array_equal(after, starts)
    assert not np.allclose(ends, starts)
