"""Hidden checks of chapter 4: epoch by epoch (p.04.5 to p.04.7)."""

import numpy as np

from autograder.checks.ch04_training_models import inputs
from autograder.testing import check
from autograder.testing.closed import ask_all, chosen

LETTERS = ("a", "b", "c", "d")
DESCENTS = ("batch", "mini-batch", "stochastic")


@check("p.04.5", core=True, hint="Two questions, in this order: is the training error rising? If not, is the "
       "validation error?")  # fmt: skip
def test_reads_the_curves(student, rng):
    """`what_to_do` tells from two error curves whether to lower the rate, to stop, or to go on."""
    advice = {}
    for make, times in ((inputs.curves, 10), (inputs.short_curves, 3)):
        for wanted in np.repeat(["go on", "stop", "lower the rate"], times).tolist():
            training, validation = make(rng, wanted)
            advice[tuple(training), tuple(validation)] = wanted
    cases = [(list(one), list(other)) for one, other in advice]
    ask_all(student.what_to_do, lambda one, other: advice[tuple(one), tuple(other)], cases)


@check("p.04.6", core=True, hint="How many epochs ago was the lowest error? For a list of n errors the newest epoch "
       "has number n - 1.")  # fmt: skip
def test_stops_after_the_patience(student, rng):
    """`should_stop` waits out the noise and stops once there has been no progress for long enough."""
    cases = [(errors, int(rng.integers(1, 9))) for errors in inputs.histories(rng, 30)]
    flat = [([9.0, *[9.0] * waited], 4) for waited in range(1, 7)]  # as long as the patience, shorter, longer
    # The second-best is older: what is not the newest record must not count as one.
    second = [([5.5, 5.0, *[6.0] * waited], 4) for waited in range(1, 7)]
    few = [([5.0, 6.0, 4.0, 4.5], 3), ([7.0], 1)]
    ask_all(student.should_stop, inputs.stops_by_walking, [*few, *flat, *second, *cases])


@check("p.04.6", core=True, hint="Which epoch would you go back to?")
def test_keeps_the_best_epoch(student, rng):
    """`best_epoch` finds the epoch with the lowest validation error, the first of several that are equal."""
    histories = [[7.0], [7.0, 7.0], *inputs.histories(rng, 20)]
    ask_all(student.best_epoch, lambda errors: errors.index(min(errors)), [(errors,) for errors in histories])


@check("p.04.6", hint="Look at the noisy curve above: what would stopping at its first rise have cost?")
def test_stop_at_the_first_rise(student, rng):
    """Your letter says when to stop."""
    found = inputs.choice(student, "P_04_6_CHOICE", lambda: student.should_stop([2.0, 1.0, 3.0], 2))
    chosen(found, LETTERS, right=["b"])


@check("p.04.7", core=True, hint="How many batches are there in one epoch, counting one that is not full?")
def test_counts_updates(student, rng):
    """`updates` counts the steps of all epochs."""
    sizes = rng.integers([20, 1, 1], [90, 30, 6], (12, 3)).tolist()
    ask_all(student.updates, inputs.updates_by_reading, [(53, 10, 2), (60, 12, 3), (5, 8, 2), *map(tuple, sizes)])


@check("p.04.7", core=True, hint="Try all batches with `itertools.combinations(range(len(G)), batch_size)`: take the "
       "mean of each, and the squared distance to the mean of all rows.")  # fmt: skip
def test_measures_the_noise(student, rng):
    """`gradient_noise` is the mean squared distance between the gradients of a batch and of all rows."""
    cases = []
    for m in (5, 8, 3):
        G = rng.normal(rng.normal(), rng.uniform(0.5, 3), (m, int(rng.integers(1, 4))))
        cases += [(G, size) for size in range(1, m + 1)]
    ask_all(student.gradient_noise, inputs.noise_of_all_batches, cases)


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
