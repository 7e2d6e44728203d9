"""Hidden checks of chapter 9: learning rates (tf2.10.10)."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from autograder.testing import check
from autograder.testing.closed import agrees


def _clouds(rng, n: int = 200, labels: tuple[int, ...] = (0, 1, 2, 3)) -> tuple[NDArray[Any], NDArray[Any]]:
    """Clouds around 0, one for each label, which a network tells apart after a few epochs: (n, 6), (n,)."""
    which = rng.permutation(np.arange(n) % len(labels))
    centres = np.linalg.qr(rng.normal(size=(6, 6)))[0][: len(labels)] * 2.5
    return centres[which] + rng.normal(0, 0.7, (n, 6)), np.array(labels)[which]


def _swept(student, *args: Any, **kwargs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rates, losses = (np.asarray(part, dtype=float) for part in student.lr_sweep(*args, **kwargs))
    assert rates.ndim == 1 and rates.shape == losses.shape
    assert not np.isnan(losses).any(), "a loss is not a number: it should be inf"
    return rates, losses


@check("tf2.10.10", core=True, weight=2, hint="How is the loss before training? After a step that is much too large?")
def test_the_sweep_tells_slow_good_and_too_fast(student, rng):
    """With the lowest rates hardly anything is learned, with the best one nearly all, and the highest ones are worse
    again or fail; where training fails, the loss is infinite."""
    X, y = _clouds(rng)
    _, losses = _swept(student, X, y, 1e-6, 1e4, 11, n_epochs=4, seed=int(rng.integers(1000)))
    best = int(losses.argmin())
    assert 0.5 < losses[0] < 4  # of four labels, one guesses a quarter: log 4 is 1.4
    assert losses[best] < 0.35 * losses[0]
    assert losses[-1] > max(5 * losses[best], 1.0)
    assert 0 < best < 10


@check("tf2.10.10", hint="From one rate to the next it is always the same factor: `np.geomspace`.")
def test_rates_grow_by_the_same_factor(student, rng):
    """There are as many rates as asked for, from the first one to the last, each the same factor above the one
    before."""
    X, y = _clouds(rng, 40)
    for n_rates in (2, 5, 8):
        low, high = 10.0 ** rng.uniform(-5, -4), 10.0 ** rng.uniform(-3, -1)
        rates, _ = _swept(student, X, y, low, high, n_rates=n_rates, n_epochs=1)
        assert rates.shape == (n_rates,)
        assert_allclose(rates, low * (high / low) ** (np.arange(n_rates) / (n_rates - 1)), rtol=1e-4)


@check("tf2.10.10", hint="What has your network learned already when a rate is tried?")
def test_each_rate_starts_afresh(student, rng):
    """The loss with some rate is the same, whatever other rates are tried before it; another seed gives another."""
    X, y = _clouds(rng, 120)
    seed = int(rng.integers(1000))
    _, losses = _swept(student, X, y, 1e-5, 1e-2, 4, n_epochs=2, seed=seed)
    _, fewer = _swept(student, X, y, 1e-3, 1e-2, 2, n_epochs=2, seed=seed)
    _, others = _swept(student, X, y, 1e-3, 1e-2, 2, n_epochs=2, seed=seed + 1)
    assert_allclose(fewer, losses[2:], rtol=1e-4)
    assert np.abs(others / fewer - 1).max() > 1e-4


@check("tf2.10.10", hint="Is the loss measured after training, on all rows that were passed in, as a mean over rows?")
def test_losses_are_cross_entropies(student, rng):
    """What is reported is a cross-entropy: with a rate of next to nothing it is that of an untrained network, and the
    more labels there are, the larger. It is measured after the last step, so that the very first step shows."""
    found = []
    for labels in ((3, 8), (0, 1, 2, 3, 4, 9)):
        X, y = _clouds(rng, 240, labels)
        losses = [_swept(student, X / 50, y, 1e-9, 1e-8, 2, n_epochs=1, seed=seed)[1].mean() for seed in range(8)]
        found.append(float(np.mean(losses)))
    # Small rows and small first weights: nearly equal probabilities.
    assert_allclose(found, [np.log(2), np.log(6)], atol=0.12)
    X, y = _clouds(rng, 10, (3, 8))  # one batch: what it costs during training is the same with any rate
    _, (untrained, after_a_step) = _swept(student, X, y, 1e-9, 0.1, 2, n_epochs=1)
    assert abs(after_a_step / untrained - 1) > 0.01


def _picked(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> float:
    lowest = losses.min()
    best = next(i for i, loss in enumerate(losses) if loss == lowest)
    failing = [i for i in range(best + 1, len(rates)) if losses[i] > 2 * lowest]
    return float(rates[failing[0]] / 10) if failing else float(rates[best])


@check("tf2.10.10", core=True, weight=2, hint="Find the rate of the lowest loss first, then go up from there.")
def test_a_tenth_of_the_rate_that_fails(student, rng):
    """From any sweep you pick a tenth of the first rate at which training fails, or that of the lowest loss where
    none fails."""
    cases = []
    for kind in range(24):
        n = int(rng.integers(4, 15))
        rates = 10.0 ** np.sort(rng.uniform(-5, 2, n))
        losses = np.abs(np.linspace(-2, rng.uniform(0.2, 3), n)) + rng.uniform(0.3, 1.2, n)
        if kind % 3 == 0:
            losses[-int(rng.integers(1, 3)) :] = np.inf
        if kind % 4 == 1:
            losses = np.sort(losses)[::-1].copy()  # falls to the end
        cases.append((rates, losses))
    rates = 10.0 ** np.arange(-4, 1)
    cases.append((rates, np.array([2.0, 0.5, 1.0, 0.75, 1.25])))  # exactly twice the lowest is not more than that
    cases.append((rates, np.array([2.0, 0.5, 0.75, 1.125, 1.5])))  # never twice the one before
    agrees(student.pick_rate, _picked, cases)
