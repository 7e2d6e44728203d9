"""Hidden checks of chapter 9: a network to play with (p.09.1)."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch09_neural_networks.inputs import accuracy, rings
from autograder.testing import check
from autograder.testing.modules import repeats

SEEDS = tuple(range(8))


@check("p.09.1", core=True, weight=2, hint="Is the network trained until it gets no better, on columns of one scale?")
def test_eight_units_close_a_ring_and_two_do_not(student, rng):
    """On a crowd with a ring around it, drawn anew, networks of eight units succeed from seven of eight seeds at
    least, with either activation function, and networks of two from none."""
    X, y = rings(rng)
    assert student.success_rate(X, y, (2,), SEEDS) == 0
    for activation in ("tanh", "relu"):
        assert student.success_rate(X, y, (8,), SEEDS, activation=activation) >= 7 / 8


@check("p.09.1", hint="Scale within the model (a pipeline does that), so that new points are scaled alike.")
def test_points_may_be_anywhere(student, rng):
    """`small_net` learns points in any unit and around any place, and says the same of new ones there."""
    for side in (-1, 1):
        X, y = rings(rng, 300)
        X = side * (X + 100 * X.std(axis=0))  # so far from 0 that unscaled points drive every unit to one end
        model = student.small_net(X[:200], y[:200], hidden=(10,), seed=int(rng.integers(100)))
        assert accuracy(model, X[200:], y[200:]) > 0.9
        sure = np.asarray(model.predict_proba(X[200:]), dtype=float)
        assert sure.shape == (100, 2)
        assert np.mean(sure.argmax(axis=1) == y[200:]) > 0.9


@check("p.09.1", hint="Which arguments does your network get?")
def test_sizes_and_activation_matter(student, rng):
    """One unit draws one straight border, two layers bend it; a second layer changes the network, and so does ReLU
    instead of tanh."""
    X, y = rings(rng)
    assert accuracy(student.small_net(X, y, hidden=(1,)), X, y) < 0.85
    assert accuracy(student.small_net(X, y, hidden=(8, 8)), X, y) > 0.9
    # At the points themselves, two good networks may say the same: ask all around and in between.
    grid = np.stack(np.meshgrid(*(np.linspace(*ends, 12) for ends in np.percentile(X, [0, 100], axis=0).T)), axis=-1)
    settings = (((4,), "tanh"), ((4,), "relu"), ((4, 3), "tanh"), ((3,), "tanh"))
    said = [np.asarray(student.small_net(X, y, *one, 1).predict_proba(grid.reshape(-1, 2))) for one in settings]
    assert min(np.abs(one - other).max() for one, other in combinations(said, 2)) > 1e-3


@check("p.09.1", hint="What does the seed decide in your network?")
def test_seed_decides_the_small_net(student, rng):
    """The same seed gives the same network, another seed another one."""
    X, y = rings(rng, 80)
    repeats(
        lambda seed: np.asarray(student.small_net(X, y, (3,), seed=seed).predict_proba(X), dtype=float),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


@check("p.09.1", hint="Train one network for each seed, and count those with 95% or more.")
def test_successes_are_counted(student, rng):
    """`success_rate` is the share of seeds whose own network gets 95% of the points right or more, whatever seeds
    these are; exactly 95% is enough."""
    X, y = rings(rng, 120)
    seeds = [int(seed) for seed in rng.permutation(200)[:6]]
    shares = []
    for hidden in ((3,), (8,)):
        right = [accuracy(student.small_net(X, y, hidden, seed=seed), X, y) for seed in seeds]
        shares.append(student.success_rate(X, y, hidden, seeds))
        assert_allclose(shares[-1], np.mean(np.array(right) >= 0.95), rtol=1e-6)
    assert max(shares) > 0
    # Two places, and at each of them some points of the other class, which no network can have right.
    place, order = np.repeat([0, 1], 50), rng.permutation(100)
    for strays, wanted in ((5, 1.0), (6, 0.0)):
        y = place.copy()
        y[[*range(strays - 3), 50, 51, 52]] ^= 1
        X = 7.0 + 3.0 * np.column_stack([place, place])
        assert student.success_rate(X[order], y[order], (2,), seeds[:2]) == wanted


@check("p.09.1", hint="Which of its arguments does `success_rate` hand on?")
def test_rate_is_of_the_activation_asked_for(student, rng):
    """`success_rate` trains its networks with the activation function that is asked for."""
    X, y = rings(rng, 120)
    apart: list[tuple[int, float]] = []  # seeds from which ReLU ends otherwise than tanh
    for seed in rng.permutation(200)[:16].tolist():
        tanh, relu = (accuracy(student.small_net(X, y, (3,), name, seed), X, y) >= 0.95 for name in ("tanh", "relu"))
        apart += [(seed, float(relu))] if tanh != relu else []
        if len(apart) == 2:
            break
    for seed, wanted in apart:
        assert student.success_rate(X, y, (3,), [seed], activation="relu") == wanted
        assert student.success_rate(X, y, (3,), [seed], activation="tanh") == 1 - wanted


def slanted(a: float, b: float) -> Any:
    """A model whose probability of class 1 is a logistic function of a x + b y (runs in the student's
    process)."""
    import numpy as np

    class Slanted:
        def predict_proba(self, X):
            p = 1 / (1 + np.exp(-(np.asarray(X, dtype=float) @ [a, b])))
            return np.column_stack([1 - p, p])

    return Slanted()


@check("p.09.1", core=True, hint="Try it with few points, as many across as up and then not as many: which is a row?")
def test_the_map_shows_each_point(student, rng):
    """On a grid of any size, the map holds the probability of class 1 for each point: a row for each second
    coordinate, a column for each first one."""
    for _ in range(4):
        (a, b), k, r = rng.normal(size=2), int(rng.integers(2, 9)), int(rng.integers(2, 9))
        x, y = np.sort(rng.normal(0, 2, k)), np.sort(rng.normal(0, 2, r))
        found = np.asarray(student.decision_map(student.probe_(slanted)(float(a), float(b)), x, y), dtype=float)
        assert found.shape == (r, k)
        assert_allclose(found, 1 / (1 + np.exp(-(a * x + b * y[:, None]))), rtol=1e-4)
