"""Chapter 13, recurrent and convolutional networks for sequences: the answers.

Exercise 9: where this departs from the curriculum, it asks for more. The real table holds 62 days twice (two months of
2011 and 2014, measured), so making one row per day of it is part of the answer; so is training with early stopping, and
turning the 28 outputs into rides. A window, its 14 days ahead and all that is learned from it stay within one period.

Exercises 10 and 11, where they depart from the curriculum: training is a function of its own, with a size and a
number of steps, so that the same answer can be graded in seconds and run at full size. `make_windows` gives the notes
as numbers of categories, 47 of them, so that no note can be generated that is in no chorale. The drawings of
QuickDraw come with the course's data sets; reading the published format, one JSON text per line, is a function beside
that. Progress along a stroke goes by its points, not by its length in pixels; where a stroke is a single point, 0 and
1 are both accepted.

Exercise 12 is graded on the recordings of the data set, where the book asks for one's own.
"""

import copy
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

P_13_1 = """
*Sequence to sequence*: forecasting (after each day, the days that follow), tagging each word of a sentence, machine
translation, subtitles for a video, speech to text.

*Sequence to vector*: the mood of a review, the genre of a piece of music, tomorrow's value of a series, the language of
a text, which word was spoken.

*Vector to sequence*: a caption for a picture, music from a few settings of its style, a path from a goal.
"""

P_13_1_RUBRIC = """
- 1 point: two applications or more of sequence to sequence
- 1 point: two applications or more of sequence to vector
- 1 point: one application or more of vector to sequence
"""


def sequence_kind(n_in: int, n_out: int) -> str:
    """Return what a network turns into what, given the number of its time steps.

    Parameters
    ----------
    n_in, n_out : time steps that go in and that come out, 1 or more each. A single one is a vector.

    Returns
    -------
    ``"sequence to sequence"``, ``"sequence to vector"``, ``"vector to sequence"`` or ``"vector to vector"``.

    Examples
    --------
    >>> sequence_kind(56, 1)
    'sequence to vector'
    """
    names = {True: "sequence", False: "vector"}
    return f"{names[n_in > 1]} to {names[n_out > 1]}"


# For each application "sequence to sequence", "sequence to vector" or "vector to sequence".
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
    """Return the shapes of the input, the output and the last state of an ``nn.GRU`` or ``nn.RNN``.

    The parameters are those of the layer, beside the size of the batch and the number of time steps.

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
A deep recurrent network stacks layers: each gets the outputs of the one below at every time step. In PyTorch,
`num_layers` of `nn.RNN`, `nn.LSTM` or `nn.GRU` is all it takes.

For an output at each step, the same linear layer is applied to the top layer's output at *every* time step: `nn.Linear`
works on the last dimension, so that (batch, steps, hidden) becomes (batch, steps, outputs).

For one output per sequence, only the last time step of the top layer goes into the linear layer.
"""

P_13_3_RUBRIC = """
- 1 point: several layers on top of each other (`num_layers`), each fed with all steps of the one below
- 1 point: an output layer that is applied at every time step
- 1 point: for a single output, only the last time step's output is used
"""


def deep_network(n_features: int, n_hidden: int, n_layers: int, n_outputs: int) -> nn.Module:
    """Return a deep recurrent sequence-to-sequence network.

    Parameters
    ----------
    n_features, n_hidden, n_layers, n_outputs : numbers per time step that go in, units of each recurrent layer,
        recurrent layers, and numbers per time step that come out.

    Returns
    -------
    A module that takes float32 of shape (batch, steps, n_features) and gives (batch, steps, n_outputs). What it gives
    at a step depends on that step and those before it, and on no later one.

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
    """Cut a series into all its windows, and give for each day of a window the `horizon` days that follow that day.

    Parameters
    ----------
    series : (n,) numbers, with n at least `window` + `horizon`.
    window, horizon : days.

    Returns
    -------
    X : (m, window, 1), where m = n - window - horizon + 1; window i holds the days i, i + 1, …
    Y : (m, window, horizon); ``Y[i, t]`` are the days that come right after ``X[i, t]``.

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
    "sequence to vector, 7 outputs at the last step",
    "sequence to sequence, 7 outputs at every step",
]

P_13_5 = """
*Unstable gradients*: the same weights are used at every time step, so that gradients can explode or vanish over a long
sequence. Clipping the gradients, a smaller learning rate, an activation that saturates (tanh), layer normalisation and
dropout between time steps help. (Ordinary batch normalisation between time steps does not work well.)

*Short memory*: what was read long ago is washed out with every step. LSTM and GRU cells keep it longer; convolutional
layers that shorten the sequence, or attention, go further.

*Slow*: one step waits for the one before, so that training can't be spread over the time steps.
"""

P_13_5_RUBRIC = """
- 1 point: unstable (exploding or vanishing) gradients, with a cure
- 1 point: short memory, with a cure (LSTM, GRU, convolutions, attention)
- 1 point: training is sequential, and so slow; or a second cure for one of the two
"""


def steps_remembered(w: float, least: float) -> float:
    """Return for how many steps h_t = w h_(t-1) + x_t still feels what it has read.

    A change of 1 in one x changes h by 1 at that step, by w one step later, and so on.

    Parameters
    ----------
    w : any number.
    least : between 0 and 1; a change of h smaller than this, whatever its sign, is not felt.

    Returns
    -------
    The largest number of steps after which the change is still felt; ``math.inf`` if it is always felt.

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
    """Return gradients which, taken together as one long vector, have a Euclidean norm of at most `max_norm`.

    Parameters
    ----------
    gradients : arrays of any shapes, one for each parameter.
    max_norm : positive.

    Returns
    -------
    Arrays of the same shapes: the same if their norm is small enough, else all of them scaled by one factor, so that
    the direction of the step is kept.

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

P_13_6 = """
An LSTM cell carries two states from step to step: the long-term state c and the short-term state h, which is its output
too.

Four small dense layers look at the input x and at the previous h. One, with tanh, proposes what is new (g). The other
three are *gates* with values between 0 and 1 (sigmoid): the forget gate f says what of the old c is kept, the input
gate i what of g is added, and the output gate o what of the new c is shown.

In one step: c = f · c + i · g, and then h = o · tanh(c), element by element. Since c is only scaled and added to, it
can be kept over many steps.
"""

P_13_6_RUBRIC = """
- 1 point: two states, long-term c and short-term h (which is the output)
- 1 point: forget, input and output gate with sigmoid, from x and the previous h
- 1 point: the candidate g with tanh, and c = f · c + i · g
- 1 point: h = o · tanh(c)
"""


def lstm_step(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the new states (h, c) of an LSTM cell after one time step.

    Parameters
    ----------
    x : (B, F), the inputs of B sequences.
    h, c : (B, H), their short-term and long-term states.
    W_x, W_h, b : (4 H, F), (4 H, H) and (4 H,), weights and biases of the four layers, one below the other in PyTorch's
        order: input gate, forget gate, candidate, output gate.

    Returns
    -------
    h, c : (B, H) each.

    Examples
    --------
    With all weights 0 each gate is half open, and nothing new is proposed:

    >>> x, h, c = np.zeros((1, 3)), np.zeros((1, 2)), [[2.0, 4.0]]
    >>> h, c = lstm_step(x, h, c, np.zeros((8, 3)), np.zeros((8, 2)), np.zeros(8))
    >>> c.tolist()
    [[1.0, 2.0]]
    """
    x, h, c = (np.asarray(values, dtype=float) for values in (x, h, c))
    layers = x @ np.transpose(W_x) + h @ np.transpose(W_h) + np.asarray(b)  # (B, 4 H)
    i, f, g, o = np.split(layers, 4, axis=1)
    i, f, o = (expit(gate) for gate in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


P_13_7 = """
A convolutional layer with a stride makes the sequence shorter, and keeps what is useful in it: the recurrent layers
above then have fewer steps to remember, and so can learn longer patterns. It also finds local patterns that are a few
steps long, such as a week's course, wherever they are.

It computes all time steps at the same time, so it is quick; and a network of convolutional layers alone has no memory
that could fade and no recurrent gradient that could explode.
"""

P_13_7_RUBRIC = """
- 1 point: shortens the sequence (stride), so that longer patterns can be learned
- 1 point: finds local patterns, or filters what is useful
- 1 point: works on all time steps at once, so it is quick
"""


def conv_length(length: int, kernel: int, stride: int = 1) -> int:
    """Return how long a sequence is after a one-dimensional convolutional layer without padding.

    Parameters
    ----------
    length : time steps that go in, at least `kernel`.
    kernel, stride : of the layer.

    Examples
    --------
    >>> conv_length(5, 5)
    1
    >>> conv_length(112, 4, stride=2)
    55
    """
    return (length - kernel) // stride + 1


def steps_seen(layers: Sequence[tuple[int, int]]) -> int:
    """Return how many time steps of its input one output of a stack of convolutional layers depends on.

    Parameters
    ----------
    layers : (kernel, stride) of each layer, the lowest first; with no layer an output is a time step.

    Examples
    --------
    >>> steps_seen([(4, 2)])
    4
    """
    seen, apart = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * apart  # neighbouring inputs of this layer are `apart` time steps from each other
        apart *= stride
    return seen


P_13_8 = """
Take a few frames per second; more adds little but cost. The same convolutional network turns each frame into a vector
of features; a pretrained one will do, with its last layer left out. That makes a video a sequence of vectors.

A recurrent network (or a transformer) reads the sequence and hands on its last state: sequence to vector. A dense layer
with softmax turns that into the probabilities of the classes; cross entropy is the loss.

Sound, if it helps, is a second sequence with a network of its own, joined before the last layer. A network of 3D
convolutions, over time as well as the picture, is another good answer.
"""

P_13_8_RUBRIC = """
- 1 point: one convolutional network for each frame (or 3D convolutions)
- 1 point: its features go, frame after frame, into a recurrent network or a transformer
- 1 point: one prediction per video, with softmax over the classes
"""


def video_shapes(
    n_videos: int, seconds: int, per_second: int, size: tuple[int, int], n_features: int, n_classes: int
) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the data on their way from colour videos to classes.

    The network takes `per_second` frames of each second. A convolutional network takes frames as PyTorch's do,
    channels first, and has no notion of time: all frames of all videos are one batch for it. A recurrent layer with
    ``batch_first=True`` reads the features, and a dense layer makes logits of its last output.

    Parameters
    ----------
    n_videos, seconds : how many videos, and how long each is.
    per_second : frames that are taken of each second.
    size : height and width of a frame, in pixels.
    n_features : of a frame, out of the convolutional network.
    n_classes : of videos.

    Returns
    -------
    The shapes of ``"videos"`` (one axis for the videos, then one for time), ``"frames"`` (into the convolutional
    network), ``"features"`` (into the recurrent layer) and ``"logits"``.

    Examples
    --------
    >>> video_shapes(2, 10, 3, size=(64, 48), n_features=128, n_classes=5)["videos"]
    (2, 30, 3, 64, 48)
    """
    steps = seconds * per_second
    return {
        "videos": (n_videos, steps, 3, *size),
        "frames": (n_videos * steps, 3, *size),
        "features": (n_videos, steps, n_features),
        "logits": (n_videos, n_classes),
    }


HORIZON = 14  # days ahead


def daily_features(table: pd.DataFrame) -> NDArray[np.float32]:
    """Return what a network is shown of each day.

    Parameters
    ----------
    table : has the columns ``service_date`` (dates), ``day_type`` (``"A"`` for Saturdays, ``"U"`` for Sundays and
        holidays, ``"W"`` for other days), ``bus`` and ``rail_boardings`` (rides). Some days may be there twice, with
        the same numbers, and the rows need not be in order.

    Returns
    -------
    (n_days, 5) : one row for each day, the earliest first: rides by rail in millions, rides by bus in millions, and
        three columns which are 1 if the *next* day is of type A, U or W, else 0. Of the day after the last one nothing
        is known: there all three are 0.

    Examples
    --------
    >>> dates = pd.to_datetime(["2019-03-03", "2019-03-02", "2019-03-03"])
    >>> table = pd.DataFrame({"service_date": dates, "day_type": ["U", "A", "U"],
    ...                       "bus": [250_000, 500_000, 250_000], "rail_boardings": [250_000, 750_000, 250_000]})
    >>> daily_features(table).round(2).tolist()
    [[0.75, 0.5, 0.0, 1.0, 0.0], [0.25, 0.25, 0.0, 0.0, 0.0]]
    """
    days = table.drop_duplicates("service_date").sort_values("service_date")
    next_type = days["day_type"].shift(-1)
    columns = [days["rail_boardings"] / 1e6, days["bus"] / 1e6, *(next_type == kind for kind in "AUW")]
    return np.column_stack(columns).astype(np.float32)


class Seq2SeqBothDataset(Dataset[tuple[Tensor, Tensor]]):
    """Windows of a series, and for *each* day of a window the 14 days that follow that day.

    Parameters
    ----------
    series : (n, 5) floats; column 0 is rail, column 1 is bus.
    window : days in a window.

    Item i is a pair of float32 tensors:

    - (window, 5), the days i, i + 1, …, i + window - 1;
    - (window, 28), row t for day i + t of the series: the next 14 values of rail, then the next 14 of bus.

    There is one item for each window that is followed by 14 days of the series.

    Examples
    --------
    >>> series = np.arange(100.0).reshape(20, 5)
    >>> dataset = Seq2SeqBothDataset(series, window=3)
    >>> len(dataset)
    4
    >>> X, target = dataset[0]
    >>> X[:, 0].tolist(), tuple(target.shape)
    ([0.0, 5.0, 10.0], (3, 28))
    >>> target[0, [0, 13, 14]].tolist()
    [5.0, 70.0, 6.0]
    """

    def __init__(self, series: ArrayLike, window: int = 56) -> None:
        self.series = torch.as_tensor(np.asarray(series), dtype=torch.float32)
        self.window = window

    def __len__(self) -> int:
        return max(0, len(self.series) - self.window - HORIZON + 1)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        if not 0 <= i < len(self):
            raise IndexError(i)
        end = i + self.window
        both = self.series[i + 1 : end + HORIZON, :2]
        ahead = both.unfold(0, HORIZON, 1)  # (window, 2, HORIZON)
        return self.series[i:end], ahead.flatten(1)


class Seq2SeqBoth(nn.Module):
    """Maps windows (B, T, 5) to forecasts (B, T, 28): after each day those of the 14 days that follow it.

    As in the targets of `Seq2SeqBothDataset`, rail comes first, and values are in millions. What is said after day t
    depends on day t and the days before it, and on no later day.

    Parameters
    ----------
    hidden_size : size of the recurrent state; the default is small enough to train in seconds on one core.

    Examples
    --------
    >>> tuple(Seq2SeqBoth()(torch.zeros(4, 56, 5)).shape)
    (4, 56, 28)
    """

    def __init__(self, hidden_size: int = 32) -> None:
        super().__init__()
        self.rnn = nn.GRU(5, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * HORIZON)

    def forward(self, X: Tensor) -> Tensor:
        states, _ = self.rnn(X)  # (B, T, hidden_size)
        output: Tensor = self.head(states)
        return output


def _mean_absolute_error(model: nn.Module, X: Tensor, Y: Tensor) -> float:
    model.eval()
    with torch.no_grad():
        return float((model(X) - Y).abs().mean())


def fit_forecaster(
    model: nn.Module,
    series: ArrayLike,
    n_train: int,
    n_valid: int,
    *,
    window: int = 56,
    n_epochs: int = 100,
    patience: int = 10,
    seed: int = 42,
) -> list[float]:
    """Train `model` in place, until it gets no better; leave it with the weights of its best epoch.

    Parameters
    ----------
    model : any module that maps (B, T, 5) to (B, T, 28) as `Seq2SeqBoth` does; it may work in another way while it is
        trained (dropout).
    series : (n, 5) floats, a row for each day. It is trained on the first `n_train` days and validated on the next
        `n_valid`: windows, and the 14 days ahead of each of their days, lie within these. Later days are the test
        period, which makes no difference; and the validation period decides only when to stop.
    window : days in a window.
    n_epochs : largest number of epochs. A training that is given fewer goes through the same epochs, only fewer.
    patience : training ends when the validation loss has not been lower than its lowest value for so many epochs.
    seed : decides all that is random; the same seed and model give the same result.

    Returns
    -------
    The validation loss after each epoch that was run: the mean absolute error, in millions, over all windows of the
    validation period, all their days and all 28 outputs, in evaluation mode.

    Examples
    --------
    >>> days = np.tile(np.eye(7, 5, dtype=np.float32), (20, 1))
    >>> losses = fit_forecaster(Seq2SeqBoth(8), days, 80, 40, window=14, n_epochs=3)
    >>> len(losses), losses[0] > losses[2]
    (3, True)
    """
    torch.manual_seed(seed)
    series = np.asarray(series, dtype=np.float32)
    loader = DataLoader(Seq2SeqBothDataset(series[:n_train], window), batch_size=32, shuffle=True)
    valid = Seq2SeqBothDataset(series[n_train : n_train + n_valid], window)
    X_valid, Y_valid = (torch.stack(parts) for parts in zip(*(valid[i] for i in range(len(valid))), strict=True))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    best: dict[str, Any] = {}
    losses: list[float] = []
    while len(losses) < n_epochs:
        model.train()
        for X, Y in loader:
            optimizer.zero_grad()
            nn.functional.huber_loss(model(X), Y).backward()
            optimizer.step()
        losses.append(_mean_absolute_error(model, X_valid, Y_valid))
        best_epoch = int(np.argmin(losses))
        if best_epoch == len(losses) - 1:
            best = copy.deepcopy(model.state_dict())  # the state itself would go on changing
        elif len(losses) - 1 - best_epoch >= patience:
            break
    model.load_state_dict(best)
    return losses


def forecast(model: nn.Module, recent: ArrayLike) -> NDArray[np.float64]:
    """Return the rides of the 14 days after the last one of `recent`.

    Parameters
    ----------
    model : maps (B, T, 5) to (B, T, 28) as `Seq2SeqBoth` does, in millions. It is left in the mode (training or
        evaluation) that it is in, but asked in evaluation mode.
    recent : (T, 5), the last days as `daily_features` gives them.

    Returns
    -------
    (14, 2) rides: a row for each day, rail in column 0 and bus in column 1.

    Examples
    --------
    >>> class Copier(nn.Module):
    ...     def forward(self, X):
    ...         return X[:, :, :2].repeat_interleave(14, dim=2)
    >>> forecast(Copier(), [[0.5, 0.25, 0.0, 0.0, 1.0]] * 3)[[0, 13]].round().tolist()
    [[500000.0, 250000.0], [500000.0, 250000.0]]
    """
    training = model.training
    model.eval()
    with torch.no_grad():
        output = model(torch.as_tensor(np.asarray(recent), dtype=torch.float32)[None])  # (1, T, 28)
    model.train(training)
    rides: NDArray[np.float64] = output[0, -1].reshape(2, HORIZON).T.double().numpy() * 1e6
    return rides


LOWEST, N_NOTES = 36, 47


def _ids(pitches: ArrayLike) -> NDArray[np.int64]:
    """Number the notes: 0 is silence, 1 the lowest pitch."""
    pitches = np.asarray(pitches, dtype=np.int64)
    return np.where(pitches == 0, 0, pitches - LOWEST + 1)


def _pitches(ids: ArrayLike) -> NDArray[np.int64]:
    """Undo `_ids`."""
    ids = np.asarray(ids, dtype=np.int64)
    return np.where(ids == 0, 0, ids + LOWEST - 1)


def make_windows(chorales: Sequence[ArrayLike], length: int, shift: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut chorales into windows, each a sequence of notes and the sequence of the notes that come next.

    A chorale is read chord by chord, and each chord from its first voice to its last. Notes become whole numbers from 0
    to 46: silence stays 0, and the pitches 36, 37, … 81 become 1, 2, … 46.

    Parameters
    ----------
    chorales : pieces, each (steps, 4) pitches; 0 where a voice is silent. A piece may be shorter than a window.
    length : chords in a window.
    shift : the windows of a piece begin at its chords 0, shift, 2 shift, … as long as all of a window lies within the
        piece.

    Returns
    -------
    X, Y : both (windows, 4 * length - 1) whole numbers, in the order of the pieces. A row of X holds all notes of a
        window but the last, and Y has at each place the note that follows the one that X has there.

    Examples
    --------
    >>> X, Y = make_windows([[[72, 67, 60, 48], [72, 67, 0, 47]]], length=2, shift=1)
    >>> X.tolist()
    [[37, 32, 25, 13, 37, 32, 0]]
    >>> Y.tolist()
    [[32, 25, 13, 37, 32, 0, 12]]
    """
    pieces = [_ids(piece) for piece in chorales]
    starts = [(piece, i) for piece in pieces for i in range(0, len(piece) - length + 1, shift)]
    windows = np.array([piece[i : i + length].ravel() for piece, i in starts], dtype=np.int64)
    windows = windows.reshape(len(starts), 4 * length)
    return windows[:, :-1], windows[:, 1:]


class ChoraleNet(nn.Module):
    """A network that reads notes one by one, and at each says how probable every next note is.

    What it says at one place may depend on the notes up to there, and on none that come later.

    Parameters
    ----------
    hidden : size of its layers; 8 is for trying out, 128 for music.

    Examples
    --------
    >>> net = ChoraleNet(hidden=8)
    >>> net(torch.zeros(2, 11, dtype=torch.int64)).shape
    torch.Size([2, 11, 47])
    """

    def __init__(self, hidden: int = 128) -> None:
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.voice = nn.Embedding(4, hidden)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, N_NOTES)

    def forward(self, notes: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        notes : (B, T) int64, 0 to 46; the first is the first voice of a chord, and T is any number from 1.

        Returns
        -------
        (B, T, 47) one logit for each note that could come after place t; a softmax makes probabilities of them.
        """
        voices = torch.arange(notes.shape[1]) % 4
        states, _ = self.rnn(self.note(notes) + self.voice(voices))  # (B, T, hidden)
        return self.out(states)


def fit_chorales(
    chorales: Sequence[ArrayLike], length: int = 32, hidden: int = 128, n_steps: int = 1000, seed: int = 42
) -> ChoraleNet:
    """Train a `ChoraleNet` to predict the next note.

    Parameters
    ----------
    chorales : pieces, each (steps, 4) pitches.
    length : chords in a window.
    hidden : size of the net.
    n_steps : number of updates of the weights, each made with some 32 windows.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> scale = [[[pitch, 64, 55, 48] for pitch in (72, 74, 76, 77, 79, 77, 76, 74)]]
    >>> net = fit_chorales(scale, length=4, hidden=8, n_steps=2)
    >>> net(torch.zeros(1, 5, dtype=torch.int64)).shape
    torch.Size([1, 5, 47])
    """
    torch.manual_seed(seed)
    X, Y = (torch.from_numpy(windows) for windows in make_windows(chorales, length, shift=max(1, length // 4)))
    model = ChoraleNet(hidden)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    for _ in range(n_steps):
        rows = torch.randint(len(X), (32,))
        loss = cross_entropy(model(X[rows]).flatten(0, 1), Y[rows].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


def generate(
    model: nn.Module, chords: ArrayLike, n: int, temperature: float = 1.0, seed: int = 42
) -> NDArray[np.int64]:
    """Continue a piece, one note at a time.

    Parameters
    ----------
    model : takes notes and returns logits, as a `ChoraleNet` does. It may have dropout.
    chords : (steps, 4) pitches with which the piece begins; 0 for silence.
    n : number of chords to add. Each of their notes is drawn from the probabilities that the model gives after all
        notes before it, or at least those of the last 16 chords, the notes just drawn included.
    temperature : logits are divided by it before they become probabilities: below 1 the piece becomes safer, above 1
        bolder. With 0, the most probable note is always taken.
    seed : the same seed draws the same notes.

    Returns
    -------
    (steps + n, 4) pitches: those given, then the new ones.

    Examples
    --------
    >>> piece = generate(ChoraleNet(hidden=8), [[72, 67, 60, 48], [74, 67, 59, 55]], n=3)
    >>> piece.shape
    (5, 4)
    >>> piece[:2].tolist()
    [[72, 67, 60, 48], [74, 67, 59, 55]]
    """
    draw = torch.Generator().manual_seed(seed)
    notes = _ids(chords).ravel().tolist()
    model.eval()
    for _ in range(4 * n):
        first = 4 * max(0, len(notes) // 4 - 64)  # a chord's first voice
        with torch.no_grad():
            logits = model(torch.tensor([notes[first:]]))[0, -1]
        if temperature == 0:
            note = logits.argmax()
        else:
            note = torch.multinomial((logits / temperature).softmax(dim=0), 1, generator=draw)
        notes.append(int(note))
    return _pitches(notes).reshape(-1, 4)


def read_ndjson(text: str) -> tuple[list[str], list[list[NDArray[np.float32]]]]:
    """Read drawings in the format in which QuickDraw publishes them.

    Parameters
    ----------
    text : on every line one drawing in JSON, with keys of which you need ``"word"``, what was to be drawn, and
        ``"drawing"``, a list of strokes: each a list of all its x and a list of all its y. Some lines may be blank.

    Returns
    -------
    words : what was to be drawn, one word for each drawing.
    drawings : for each its strokes in the order in which they were drawn; a stroke is (points, 2), x and y.

    Examples
    --------
    >>> words, drawings = read_ndjson('{"word": "line", "drawing": [[[0, 5, 9], [7, 7, 8]]]}')
    >>> words
    ['line']
    >>> drawings[0][0].tolist()
    [[0.0, 7.0], [5.0, 7.0], [9.0, 8.0]]
    """
    records = [json.loads(line) for line in text.splitlines() if line.strip()]
    drawings = [[np.array(stroke[:2], dtype=np.float32).T for stroke in record["drawing"]] for record in records]
    return [record["word"] for record in records], drawings


def sketch_to_seq(drawing: Sequence[ArrayLike]) -> NDArray[np.float32]:
    """Turn a drawing into one sequence of points.

    Parameters
    ----------
    drawing : strokes in the order in which they were drawn, each (points, 2), x and y, one point or more.

    Returns
    -------
    (T, 3) a row for each point, in the order in which they were drawn:

    - x and y, moved so that the smallest x and the smallest y of the drawing are 0, and divided by its width or its
      height, whichever is larger (if it has neither, they are 0);
    - the progress along the stroke: 0 at its first point, 1 at its last, in equal steps from point to point. For a
      stroke of one point, 0 and 1 are both right.

    Examples
    --------
    >>> sketch_to_seq([[[10, 20], [10, 25], [10, 30]], [[30, 20], [20, 20]]]).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.25, 0.5], [0.0, 0.5, 1.0], [1.0, 0.0, 0.0], [0.5, 0.0, 1.0]]
    """
    strokes = [np.asarray(stroke, dtype=np.float32) for stroke in drawing]
    points = np.concatenate(strokes)  # (T, 2)
    points = points - points.min(axis=0)  # a new array: the drawing is the caller's
    points /= points.max() or 1
    progress = np.concatenate([np.linspace(0, 1, len(stroke), dtype=np.float32) for stroke in strokes])
    return np.column_stack([points, progress])


def collate(batch: Sequence[tuple[ArrayLike, int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Pack sequences of different lengths into one tensor, as the `collate_fn` of a DataLoader does.

    Parameters
    ----------
    batch : pairs of a sequence, (T, 3), and its class.

    Returns
    -------
    X : (B, longest T, 3) float32, the sequences with zeros behind the shorter ones.
    lengths : (B,) int64, how many rows of each are points.
    labels : (B,) int64.

    Examples
    --------
    >>> X, lengths, labels = collate([([[0.1, 0.2, 0.0], [0.3, 0.4, 1.0]], 5), ([[0.5, 0.6, 1.0]], 7)])
    >>> X.shape, lengths.tolist(), labels.tolist()
    (torch.Size([2, 2, 3]), [2, 1], [5, 7])
    >>> X[1, 1].tolist()
    [0.0, 0.0, 0.0]
    """
    sequences = [torch.as_tensor(np.asarray(sequence, dtype=np.float32)) for sequence, _ in batch]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return pad_sequence(sequences, batch_first=True), lengths, torch.tensor([int(label) for _, label in batch])


class SketchNet(nn.Module):
    """A network that says what a sketch shows.

    Parameters
    ----------
    n_classes : number of things that may be shown.
    hidden : size of its layers; 8 is for trying out, 64 for sketches.

    Examples
    --------
    >>> net = SketchNet(n_classes=5, hidden=8)
    >>> net(torch.rand(2, 9, 3), torch.tensor([9, 4])).shape
    torch.Size([2, 5])
    """

    def __init__(self, n_classes: int, hidden: int = 64) -> None:
        super().__init__()
        self.conv = nn.Conv1d(3, hidden, kernel_size=5, padding=2)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, n_classes)

    def forward(self, X: Tensor, lengths: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        X : (B, T, 3) float32 sequences of points, padded.
        lengths : (B,) int64, how many rows of each sequence are points: 1 or more. What the other rows hold, and how
            many of them there are, makes no difference.

        Returns
        -------
        (B, n_classes)
        """
        real = torch.arange(X.shape[1]) < lengths[:, None]  # (B, T)
        X = X.masked_fill(~real[..., None], 0.0)  # the convolution looks two points ahead
        features = torch.relu(self.conv(X.mT)).mT  # (B, T, hidden)
        packed = pack_padded_sequence(features, lengths, batch_first=True, enforce_sorted=False)
        _, last = self.rnn(packed)  # (2, B, hidden), the state after the last point, and backwards after the first
        return self.out(torch.cat([last[0], last[1]], dim=1))


def fit_sketches(
    drawings: Sequence[Sequence[ArrayLike]],
    labels: ArrayLike,
    n_classes: int,
    hidden: int = 64,
    n_steps: int = 1000,
    seed: int = 42,
) -> SketchNet:
    """Train a `SketchNet`.

    Parameters
    ----------
    drawings : strokes, as `sketch_to_seq` takes them.
    labels : (n,) their classes, 0 to n_classes - 1.
    hidden : size of the net.
    n_steps : number of updates of the weights, each made with some 32 drawings.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> lines = [[[[0, 0], [0, 9]]], [[[0, 0], [9, 0]]]]
    >>> net = fit_sketches(lines, [0, 1], n_classes=2, hidden=8, n_steps=2)
    >>> net(torch.rand(1, 6, 3), torch.tensor([6])).shape
    torch.Size([1, 2])
    """
    torch.manual_seed(seed)
    examples = list(zip(map(sketch_to_seq, drawings), np.asarray(labels).tolist(), strict=True))
    model = SketchNet(n_classes, hidden)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    for _ in range(n_steps):
        X, lengths, y = collate([examples[i] for i in torch.randint(len(examples), (32,))])
        loss = cross_entropy(model(X, lengths), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


def to_mono(wave: ArrayLike) -> NDArray[np.float64]:
    """Return one channel, the mean of all channels of a recording.

    Parameters
    ----------
    wave : (channels, samples), or (samples,) where there is only one; numbers of any kind, such as int16.

    Returns
    -------
    (samples,) floats.

    Examples
    --------
    >>> to_mono([[1, 2, 3], [3, 2, 1]]).tolist()
    [2.0, 2.0, 2.0]
    """
    wave = np.asarray(wave, dtype=float)
    return wave if wave.ndim == 1 else wave.mean(axis=0)


def _loudness(wave: ArrayLike, size: int) -> NDArray[np.float64]:
    """Root mean square of each `size` samples, smoothed over five of them."""
    wave = np.asarray(wave, dtype=float)
    frames = wave[: len(wave) // size * size].reshape(-1, size)
    return np.convolve(np.sqrt((frames**2).mean(axis=1)), np.full(5, 0.2), mode="same")


def split_on_silence(wave: ArrayLike, rate: int) -> list[tuple[int, int]]:
    """Return where the words of a recording are.

    Words last 0.15 seconds or longer, with pauses of 0.2 seconds or more between them, and are at least ten times as
    loud as the background, of which there is a second or more in all. A word may have a dip of up to 0.06 seconds in
    it; and a click of up to 0.03 seconds is no word. How loud the recording is as a whole can't be known.

    Parameters
    ----------
    wave : (samples,) numbers.
    rate : samples per second.

    Returns
    -------
    (begin, end) of each word, in samples, in order; each may be 0.06 seconds off.

    Examples
    --------
    >>> tone = np.sin(np.arange(4000))
    >>> len(split_on_silence(np.concatenate([tone, np.zeros(8000), tone]), rate=8000))
    2
    """
    frame = rate // 100
    loud = _loudness(wave, frame)
    floor, top = np.quantile(loud, [0.1, 0.95])
    heard = np.concatenate([[False], loud > floor + 0.1 * (top - floor), [False]])
    words: list[list[int]] = []
    for begin, end in np.flatnonzero(np.diff(heard)).reshape(-1, 2):
        if words and begin - words[-1][1] < 10:  # frames: a dip
            words[-1][1] = int(end)
        else:
            words.append([int(begin), int(end)])
    return [(begin * frame, end * frame) for begin, end in words if end - begin >= 12]


def _mel_filters(n_mels: int, size: int, rate: int) -> NDArray[np.float64]:
    """Triangles over the frequencies of a Fourier transform of `size` samples, (n_mels, size // 2 + 1)."""
    mels = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), n_mels + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    return np.clip(np.minimum((frequencies - low) / (centre - low), (high - frequencies) / (high - centre)), 0, None)


def log_mel(wave: ArrayLike, rate: int, n_mels: int = 24) -> NDArray[np.float64]:
    """Return the logarithm of the power of a wave in bands of the mel scale, moment by moment.

    The wave is cut into frames of 0.032 seconds, one every 0.010 seconds; the last begins where a whole one still fits.
    Bands are triangles whose centres are equally far from each other on the mel scale, between 0 and half the rate.

    Parameters
    ----------
    wave : (samples,) numbers, at least one frame.
    rate : samples per second, 8,000 or more.
    n_mels : number of bands.

    Returns
    -------
    (n_mels, frames) finite floats, also where nothing at all is heard; low bands first. Natural logarithm.

    Examples
    --------
    >>> log_mel(np.zeros(8000), rate=8000).shape
    (24, 97)
    """
    size, step = round(0.032 * rate), round(0.010 * rate)
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(wave, dtype=float), size)[::step]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2  # (frames, size // 2 + 1)
    return np.log(_mel_filters(n_mels, size, rate) @ power.T + 1e-6)


def _pictures(words: Sequence[ArrayLike], rate: int) -> tuple[Tensor, Tensor]:
    """Return the mel pictures of words, padded, (n, frames, n_mels), and how many frames each has."""
    pictures = []
    for word in words:
        picture = log_mel(word, rate).T
        picture = (picture - picture.mean()) / (picture.std() + 1e-6)  # a louder word has the same picture
        pictures.append(torch.tensor(picture, dtype=torch.float32))
    return pad_sequence(pictures, batch_first=True), torch.tensor([len(picture) for picture in pictures])


class _WordNetwork(nn.Module):
    """A GRU over the frames of a word, and one logit from its last state."""

    def __init__(self, n_mels: int = 24, n_hidden: int = 24) -> None:
        super().__init__()
        self.memory = nn.GRU(n_mels, n_hidden, batch_first=True)
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, pictures: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(pictures, lengths, batch_first=True, enforce_sorted=False)
        _, state = self.memory(packed)  # the state after each word's own last frame
        logits: Tensor = self.head(state[-1])[:, 0]
        return logits


def fit_words(words: Sequence[ArrayLike], labels: ArrayLike, rate: int, seed: int = 0) -> object:
    """Return a model that has learned to tell two meanings apart: from 120 words, well enough to name at least nine out
    of ten others rightly. There may be several words that mean the same.

    Parameters
    ----------
    words : waves of any lengths, (samples,) each, at least 0.15 seconds.
    labels : (n,) whole numbers, 0 or 1, in the order of the words.
    rate : samples per second.
    seed : of all that is drawn at random.

    Examples
    --------
    >>> high, low = np.sin(np.arange(4000)), np.sin(np.arange(4000) / 9)
    >>> model = fit_words([high, low] * 20, [1, 0] * 20, rate=8000)
    >>> name_words(model, [low, low, high], rate=8000).tolist()
    [0, 0, 1]
    """
    torch.manual_seed(seed)
    pictures, lengths = _pictures(words, rate)
    targets = torch.tensor(np.asarray(labels), dtype=torch.float32)
    model = _WordNetwork()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(20):
        for batch in torch.randperm(len(targets)).split(32):
            loss = binary_cross_entropy_with_logits(model(pictures[batch], lengths[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
    return model.eval()


def name_words(model: Any, words: Sequence[ArrayLike], rate: int) -> NDArray[np.int64]:
    """Return the label, 0 or 1, that a model of `fit_words` gives to each word, (n,) whole numbers.

    Examples
    --------
    >>> tones = [np.sin(np.arange(2000)), np.sin(np.arange(3000) / 9)] * 15
    >>> name_words(fit_words(tones, [0, 1] * 15, rate=8000), tones[:2], rate=8000).tolist()
    [0, 1]
    """
    with torch.no_grad():
        logits: Tensor = model(*_pictures(words, rate))
    return (logits > 0).numpy().astype(np.int64)
