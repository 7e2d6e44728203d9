"""Promises on what training does: it repeats, learns, stops in time, and leaves the held-out rows alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.engine.wire.proxy import Student
from autograder.testing.modules.tensors import NOISE, Array, apart, leaves


def repeats(run: Callable[[int], Any], seeds: tuple[int, int] = (1, 2)) -> None:
    """Assert that a seed decides the result: the same seed gives the same, another seed another.

    Parameters
    ----------
    run : gets a seed; returns numbers, arrays or tensors, or containers of them, e.g.
        ``lambda seed: weights_of(student.train(X, seed=seed))``.

    Raises
    ------
    AssertionError : the same seed gives two results, or two seeds one.
    """
    first, second, again = (leaves(run(seed)) for seed in (seeds[0], seeds[1], seeds[0]))
    assert apart(first, again) <= NOISE, "the same seed gives another result"
    assert apart(first, second) > NOISE, "another seed gives the same result"


def stir(student: Student, rng: np.random.Generator) -> None:
    """Have the global random numbers of the submission's process begin elsewhere: called before each run of `repeats`,
    and after what seeds them itself, it shows what draws without the seed."""
    student.seed_(int(rng.integers(2**31)))


def learns(train: Callable[[int], Any], measure: Callable[[Any], float], few: int, many: int, *, to: float) -> float:
    """Assert that training lowers the loss; return the loss after `many` epochs as a share of that after `few`.

    Parameters
    ----------
    train : gets a number of epochs, returns the model; each time from the same start.
    measure : the loss of a model, measured by the check from the model's outputs: what a training loop reports is
        a claim.
    to : the share that must be reached, below 1.

    Raises
    ------
    AssertionError : the share is larger, or a loss is not finite.
    """
    before, after = float(measure(train(few))), float(measure(train(many)))
    assert np.isfinite([before, after]).all(), "the loss is not finite"
    assert after <= to * before, f"training takes the loss from {before:.4g} to {after:.4g} only"
    return after / before


def beats(found: ArrayLike, target: ArrayLike, naive: ArrayLike, *, by: float = 1.0) -> float:
    """Assert that forecasts are better than naive ones; return the ratio of both mean absolute errors.

    Parameters
    ----------
    found, target, naive : of one shape and unit.
    by : the ratio has to be below this.

    Raises
    ------
    AssertionError : another shape, something that is not finite, or too large an error.
    ValueError : `naive` and `target` are no sensible baseline: other shapes, or equal.
    """
    value, right, other = (np.asarray(values, dtype=float) for values in (found, target, naive))
    reference = float(np.abs(other - right).mean()) if other.shape == right.shape and right.size else 0.0
    if not 0 < reference < np.inf:
        raise ValueError("the baseline has another shape than the target, or no error")
    assert value.shape == right.shape, f"the forecasts have shape {value.shape}, not {right.shape}"
    assert np.isfinite(value).all(), "the forecasts are not finite"
    ratio = float(np.abs(value - right).mean()) / reference
    assert ratio < by, f"the error is {ratio:.3f} times that of the naive forecast"
    return ratio


def stops_early(
    train: Callable[[int], tuple[Any, Sequence[float]]],
    measure: Callable[[Any], float],
    *,
    n_epochs: int,
    patience: int,
    rtol: float = 1e-3,
) -> int:
    """Assert that training ends once patience has run out, with the weights of the best epoch; return its number.

    The validation losses are a claim; what backs them is the loss measured here, and a second training that ends at the
    best epoch. Choose data on which validation gets worse soon: then weights that were not brought back show.

    Parameters
    ----------
    train : gets the largest number of epochs; returns the model and its validation losses, one for each epoch that was
        run. The same start and seed each time.
    measure : the validation loss of a model, measured by the check from the model's outputs.
    n_epochs : enough for patience to run out.
    patience : epochs without a new lowest loss after which training ends.

    Raises
    ------
    AssertionError : one of these does not hold.
    """
    model, losses = train(n_epochs)
    history = np.asarray(losses, dtype=float)
    assert history.ndim == 1 and history.size and np.isfinite(history).all(), "there is no loss for each epoch"
    best = int(history.argmin())
    ends = min(n_epochs, best + 1 + patience)
    assert len(history) == ends, f"the best of {len(history)} epochs is number {best + 1}: it should end at {ends}"
    assert np.isclose(measure(model), history[best], rtol=rtol, atol=0), "the weights are not the best epoch's"
    shorter, losses = train(best + 1)
    again = np.asarray(losses, dtype=float)
    assert np.allclose(again, history[: best + 1], rtol=rtol, atol=0) if again.shape == (best + 1,) else False, (
        "a training that ends at the best epoch has other losses"
    )
    assert np.isclose(measure(shorter), history[best], rtol=rtol, atol=0), "the losses are not the model's"
    return best + 1


def ignores_rows(
    learn: Callable[[Array], Any], values: ArrayLike, held_out: slice, seen: slice, rng: np.random.Generator
) -> None:
    """Assert that what is learned depends on the rows of `seen`, and not at all on those of `held_out`.

    Parameters
    ----------
    learn : gets an array like `values`, returns all that was learned (weights, scales) as numbers or arrays, or
        containers of them; always from the same seed.
    values : (n, …) floats, one row for each step or example.
    rng : draws what the rows are changed to: values of both signs, larger than before.

    Raises
    ------
    AssertionError : one of these does not hold.
    ValueError : a slice has no rows.
    """
    values = np.asarray(values, dtype=float)

    def altered(rows: slice) -> Array:
        if not values[rows].size:
            raise ValueError("there are no rows to alter")
        other = values.copy()
        # Up and down: to absolute errors, a target that is above the output is as good as one that is far above it.
        signs = rng.choice([-1.0, 1.0], values[rows].shape)
        other[rows] = signs * (np.abs(values[rows]) * rng.uniform(1.5, 2.5, signs.shape) + values.std())
        return other

    first, blind, seeing = (leaves(learn(table)) for table in (values.copy(), altered(held_out), altered(seen)))
    assert apart(first, seeing) > NOISE, "what is learned does not depend on the training rows"
    assert apart(first, blind) <= NOISE, "what is learned depends on the rows that are held out"
