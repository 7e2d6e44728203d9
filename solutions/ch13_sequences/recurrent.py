"""Chapter 13, questions on recurrent networks (p.13.1 to p.13.5): the answers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

P_13_1 = """
*Sequence to sequence*: from the noise of a wheel, moment by moment, how worn it is at each; from a patient's pulse, the
pulse of the next hour after each minute.

*Sequence to vector*: from a recorded cough, which illness; from the delays of a train along its line, how late it will
be at its last stop.

*Vector to sequence*: from the height, age and weight of somebody who has to learn to walk again, a plan of exercises,
one after the other.
"""
P_13_1_RUBRIC = """
- 1 point: two of sequence to sequence and two of sequence to vector, which fit
- 1 point: one of vector to sequence, which fits
"""


def sequence_kind(n_in: int, n_out: int) -> str:
    """Return what a network turns into what, given the number of its time steps.

    Parameters
    ----------
    n_in, n_out : time steps that go in and that come out, 1 or more each. A single one
        is a vector.

    Returns
    -------
    ``"sequence to sequence"``, ``"sequence to vector"``, ``"vector to sequence"`` or
    ``"vector to vector"``.

    Examples
    --------
    >>> sequence_kind(56, 1)
    'sequence to vector'
    """
    names = {True: "sequence", False: "vector"}
    return f"{names[n_in > 1]} to {names[n_out > 1]}"


# For each application "sequence to sequence", "sequence to vector" or
# "vector to sequence".
P_13_1_CHOICE: dict[str, str] = {
    "translation": "sequence to sequence",
    "word classes": "sequence to sequence",
    "tomorrow, every day": "sequence to sequence",
    "review": "sequence to vector",
    "composer": "sequence to vector",
    "tomorrow": "sequence to vector",
    "caption": "vector to sequence",
    "tune": "vector to sequence",
    "product text": "vector to sequence",
}


def recurrent_shapes(
    n_batch: int,
    n_steps: int,
    n_features: int,
    n_hidden: int,
    n_layers: int = 1,
    batch_first: bool = True,
    bidirectional: bool = False,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of the input, the output and the last state of an ``nn.GRU`` or
    ``nn.RNN``.

    The parameters are those of the layer, beside the size of the batch and the number
    of time steps.

    Returns
    -------
    (input, output, state) : three shapes, as PyTorch has them.

    Examples
    --------
    >>> inputs, outputs, state = recurrent_shapes(1, 1, 1, 1)
    >>> len(inputs), len(outputs), len(state)
    (3, 3, 3)
    """
    directions = 2 if bidirectional else 1
    inputs, outputs = (n_batch, n_steps, n_features), (n_batch, n_steps, directions * n_hidden)
    if not batch_first:  # time comes first
        inputs, outputs = (n_steps, n_batch, n_features), (n_steps, n_batch, directions * n_hidden)
    return (
        inputs,
        outputs,
        (directions * n_layers, n_batch, n_hidden),
    )  # the state has no time, and `batch_first` no say


P_13_3 = """
Three layers: `num_layers=3`. Each layer then gets, at every time step, what the one below it gives at that step. She
gives (batch, days, features) and gets (batch, days, hidden) from the top layer, if `batch_first=True`.

Until now she has taken the last day from that, (batch, hidden), and made one number of it with a linear layer. To be
told after every day she leaves that selection out: `nn.Linear` works on the last dimension, whatever stands before it,
so that the same layer makes (batch, days, 1) of (batch, days, hidden). The targets need a value for every day as well.
"""
P_13_3_RUBRIC = """
- 1 point: layers on top of each other (`num_layers`), each given all time steps of the one below
- 1 point: one output: the last time step goes into the output layer; one per day: it is applied to all of them
"""


def deep_network(n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> nn.Module:
    """Return a deep recurrent sequence-to-sequence network.

    Parameters
    ----------
    n_features, n_hidden, n_layers, n_outputs : numbers per time step that go in, units
        of each recurrent layer, recurrent layers, and numbers per time step that come
        out.

    Returns
    -------
    A module that takes float32 of shape (batch, steps, n_features) and gives
    (batch, steps, n_outputs). What it gives at a step depends on that step and those
    before it, and on no later one.

    Examples
    --------
    >>> deep_network(3, 8, 2, 5)(torch.zeros(4, 7, 3)).shape
    torch.Size([4, 7, 5])
    """
    return _DeepNetwork(n_features, n_hidden, n_layers, n_outputs)


class _DeepNetwork(nn.Module):
    def __init__(self, n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> None:
        super().__init__()
        self.memory = nn.GRU(n_features, n_hidden, n_layers, batch_first=True)
        self.head = nn.Linear(n_hidden, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        outputs, _ = self.memory(X)  # (B, T, n_hidden)
        result: Tensor = self.head(outputs)  # (B, T, n_outputs)
        return result


def next_values(series: ArrayLike, window: int, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut a series into all its windows,
    and give for each day of a window the `horizon` days that follow that day.

    Parameters
    ----------
    series : (n,) numbers, with n at least `window` + `horizon`.
    window, horizon : days.

    Returns
    -------
    X : (m, window, 1), where m = n - window - horizon + 1; window i holds the days
        i, i + 1, …
    Y : (m, window, horizon); ``Y[i, t]`` are the days that come right after
        ``X[i, t]``.

    Examples
    --------
    >>> X, Y = next_values([1, 2, 3, 4], window=2, horizon=1)
    >>> X[:, :, 0].tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    values = np.asarray(series, dtype=float)
    m = len(values) - window - horizon + 1
    days = np.arange(m)[:, None] + np.arange(window)  # (m, window), the day of each step
    return values[days][..., None], values[days[..., None] + np.arange(1, horizon + 1)]


# All that can, in any order.
P_13_4_CHOICE: list[str] = [
    "sequence to vector, 5 outputs at the last step",
    "sequence to sequence, 5 outputs at every step",
]
P_13_5 = """
- *Gradients that explode or fade.* On the way back through ten thousand minutes a gradient is multiplied by nearly the
  same numbers ten thousand times over, because all steps share their weights. Cut gradients off at a largest norm,
  take smaller steps, keep tanh, which can't grow, or normalise within each step (layer norm).
- *It forgets.* Every minute is mixed into the same state, and after some hundred of them little of the first is left. A
  cell with a line of its own for what is to be kept (LSTM, GRU) holds on for longer; otherwise make the sequence
  shorter, by means over ten minutes or a convolution with a stride, or look back directly (attention).
- *It takes ages.* Minute 10,000 can't be computed before minute 9,999 has been, so that many cores don't help. Shorter
  sequences do, or layers that look at all minutes at once.
"""
P_13_5_RUBRIC = """
- 1 point: unstable (exploding or vanishing) gradients because the same weights are used again and again, with a cure
- 1 point: short memory, with a cure (LSTM, GRU, convolutions, attention)
- 1 point: one step waits for the other, which is slow; or another trouble with a cure
"""


def steps_remembered(w: float, least: float) -> float:
    """Return for how many steps h_t = w h_(t-1) + x_t still feels what it has read.

    A change of 1 in one x changes h by 1 at that step, by w one step later, and so on.

    Parameters
    ----------
    w : any number.
    least : between 0 and 1; a change of h smaller than this, whatever its sign, is not
        felt.

    Returns
    -------
    The largest number of steps after which the change is still felt; ``math.inf`` if it
    is always felt.

    Examples
    --------
    >>> steps_remembered(0.5, 0.2)
    2
    """
    size, steps = abs(w), 0
    if size >= 1:
        return math.inf
    left = size
    while left >= least:
        steps, left = steps + 1, left * size
    return steps


def clipped(gradients: Sequence[ArrayLike], max_norm: float) -> list[NDArray[np.float64]]:
    """Return gradients which, taken together as one long vector,
    have a Euclidean norm of at most `max_norm`.

    Parameters
    ----------
    gradients : arrays of any shapes, one for each parameter.
    max_norm : positive.

    Returns
    -------
    Arrays of the same shapes: the same if their norm is small enough, else all of them
    scaled by one factor, so that the direction of the step is kept.

    Examples
    --------
    >>> [part.tolist() for part in clipped([[3.0], [4.0]], max_norm=10.0)]
    [[3.0], [4.0]]
    >>> [part.round(3).tolist() for part in clipped([[0.0, 6.0], [8.0]], max_norm=5.0)]
    [[0.0, 3.0], [4.0]]
    """
    parts = [np.asarray(part, dtype=float) for part in gradients]
    norm = math.sqrt(sum(float((part**2).sum()) for part in parts))
    factor = min(1.0, max_norm / norm) if norm else 1.0
    return [factor * part for part in parts]


# All that help, in any order.
P_13_5_CHOICE: list[str] = [
    "gradient clipping",
    "a saturating activation such as tanh",
    "layer normalisation",
    "a smaller learning rate",
]
