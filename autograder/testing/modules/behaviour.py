"""Promises on what a model's outputs depend on: the past only, its mode, no padding."""

# No `from __future__ import annotations`: the source of the probe must stand alone, so it quotes its types.
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.engine.wire.proxy import Student
from autograder.testing.modules.state import mode, weights_kept
from autograder.testing.modules.tensors import NOISE, Array, apart, leaf, leaves, tensor


def is_causal(model: Any, X: ArrayLike, other: ArrayLike, t: int, *, reach: int = 1) -> None:
    """Assert that outputs up to step `t` are made from the inputs up to `t`, from earlier ones too, and no later ones.

    Parameters
    ----------
    model : maps (batch, time, …) to (batch, time, …), a handle on a module; time may be shorter on the output side,
        where the last outputs belong to the last inputs.
    X, other : inputs of the same shape, which differ at every step; changes are taken from `other`.
    t : index of a step, with some before and after it.
    reach : inputs that are `reach` steps before `t`, or more, must matter to the output at `t`.

    Raises
    ------
    AssertionError : a later input changes an output up to `t`, an earlier one does not matter, or later outputs
        don't depend on later inputs.
    ValueError : `t`, `reach` or `other` leave nothing to change.
    """
    X, other = np.asarray(X), np.asarray(other)
    steps = X.shape[1]
    if not reach <= t < steps - 1 or reach < 1 or X.shape != other.shape or np.any(_equal_steps(X, other)):
        raise ValueError("there is nothing to change before or after t")
    later, earlier = X.copy(), X.copy()
    later[:, t + 1 :] = other[:, t + 1 :]
    earlier[:, : t - reach + 1] = other[:, : t - reach + 1]
    with mode(model, False):
        found, with_later, with_earlier = (leaf(model(tensor(values))) for values in (X, later, earlier))
    assert found.ndim >= 2 and found.shape[0] == len(X), "the output is not (batch, time, …)"
    assert found.shape == with_later.shape == with_earlier.shape, "the output's shape depends on the values"
    at = t - (steps - found.shape[1])  # the output step that belongs to input step t
    assert 0 <= at < found.shape[1] - 1, "the output has too few steps, or more than the input"
    assert apart([found[:, : at + 1]], [with_later[:, : at + 1]]) <= NOISE, "an output depends on later inputs"
    assert apart([found[:, at + 1 :]], [with_later[:, at + 1 :]]) > NOISE, "later inputs don't matter later"
    assert apart([found[:, at]], [with_earlier[:, at]]) > NOISE, "earlier inputs don't matter"


def has_two_modes(model: Any, X: ArrayLike, *, random: bool = True) -> None:
    """Assert that the model works in one way while it is trained and in another when it is used.

    In evaluation mode it gives the same each time, and each row's output does not depend on the other rows; in training
    mode it gives something else (dropout, batch norm), and with `random` (dropout) something else each time.

    Parameters
    ----------
    X : (batch, …), at least two rows; the outputs are (batch, …) too.

    Raises
    ------
    AssertionError : one of these does not hold.
    """
    sent = tensor(X)
    with weights_kept(model):  # batch norm's running statistics move with each call in training mode
        with mode(model, False):
            one, two, row = (leaf(model(values)) for values in (sent, sent, sent[:1]))
        with mode(model, True):
            three, four = (leaf(model(sent)) for _ in range(2))
    assert one.ndim and len(one) == len(sent), "the outputs are not one for each row"
    assert apart([one], [two]) <= NOISE, "it is random in evaluation mode"
    assert apart([one[:1]], [row]) <= NOISE, "in evaluation mode a row depends on the others"
    assert apart([one], [three]) > NOISE, "training mode makes no difference"
    assert not random or apart([three], [four]) > NOISE, "nothing is random in training mode"


def evaluates(student: Student, model: Any, use: Callable[[], Any]) -> None:
    """Assert that `use` works in evaluation mode, whatever mode the model is in, and leaves it in that mode.

    Parameters
    ----------
    model : one for which the mode makes a difference (see `has_two_modes`).
    use : e.g. ``lambda: student.predict(model, X)``; returns numbers, arrays or tensors, or containers of them.

    Raises
    ------
    AssertionError : the results differ, or the mode of a part of the model does.
    """
    modes = student.probe_(_modes)
    results = []
    for training in (True, True, False):
        with mode(model, training):
            before = modes(model)
            results.append(leaves(use()))
            assert isinstance(before, dict) and modes(model) == before, "the model is left in another mode"
            assert model.training is training, "the model is left in another mode"
    assert apart(results[0], results[1]) <= NOISE, "what is used is random: it is still in training mode"
    assert apart(results[0], results[2]) <= NOISE, "the result depends on the mode the model was in"


def ignores_padding(
    model: Any,
    X: ArrayLike,
    other: ArrayLike,
    lengths: ArrayLike,
    *,
    fill: float,
    extra: int = 5,
    with_lengths: bool = True,
) -> None:
    """Assert that padding makes no difference: more of it, or none, gives the same outputs; real steps do matter.

    Parameters
    ----------
    model : a handle on a module that is called with (batch, time, …) inputs and (batch,) lengths, and returns
        (batch, …), one output for each sequence.
    X : (batch, time, …), padded with `fill` behind each sequence's end.
    other : inputs of the same shape, which differ at each sequence's last step.
    lengths : (batch,) whole numbers, not all the same, the largest `time`.
    extra : how many steps of padding are added.
    with_lengths : False for a model that is called with the inputs alone, and finds the padding by `fill`.

    Raises
    ------
    AssertionError : padding changes an output, or a sequence's last step does not.
    ValueError : no sequence is padded, or the last steps are the same in `other`.
    """
    X, other, lengths = np.asarray(X), np.asarray(other), np.asarray(lengths)
    rows, last = np.arange(len(X)), lengths - 1
    if not 0 < lengths.min() < lengths.max() == X.shape[1]:
        raise ValueError("no sequence is padded, or all are")
    if any(np.array_equal(X[row, last[row]], other[row, last[row]]) for row in rows):
        raise ValueError("a last step is the same in both inputs")
    longer = np.concatenate([X, np.full((len(X), extra, *X.shape[2:]), fill, dtype=X.dtype)], axis=1)
    changed = X.copy()
    changed[rows, last] = other[rows, last]

    def called(values: Array, of: Array) -> Array:
        return leaf(model(tensor(values), tensor(of)) if with_lengths else model(tensor(values)))

    with mode(model, False):
        found, padded, moved = (called(values, lengths) for values in (X, longer, changed))
        alone = [called(X[row : row + 1, : lengths[row]], lengths[row : row + 1]) for row in rows]
    assert found.ndim and len(found) == len(X), "the outputs are not one for each sequence"
    assert apart([found], [padded]) <= NOISE, "more padding changes the outputs"
    assert apart([found[row : row + 1] for row in rows], alone) <= NOISE, "without padding the outputs are others"
    for row in rows:
        assert apart([found[row]], [moved[row]]) > NOISE, "the last step of a sequence does not matter"


def _equal_steps(X: Array, other: Array) -> Array:
    """Return for each step whether both are the same there: (time,) truth values."""
    return np.array([np.array_equal(X[:, step], other[:, step]) for step in range(X.shape[1])])


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


def _modes(model: "Any") -> "Any":
    return {name: part.training for name, part in model.named_modules()}
