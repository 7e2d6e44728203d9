"""Chapter 13, questions on recurrent networks (p.13.1 to p.13.5): wrong answers, and right ones."""

import math
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.13.1


@mutant("p.13.1", replaces="sequence_kind", fails="test_kinds_are_told_apart")
def the_other_way_round(n_in, n_out):
    """You name what comes out before what goes in."""
    names = ("vector", "sequence")
    return f"{names[n_out > 1]} to {names[n_in > 1]}"


@mutant("p.13.1", replaces="sequence_kind", fails="test_kinds_are_told_apart")
def longer_wins(n_in, n_out):
    """You compare the two lengths: a sequence may well be turned into a longer or a shorter one."""
    if n_in == n_out:
        return "sequence to sequence"
    return "sequence to vector" if n_in > n_out else "vector to sequence"


@mutant("p.13.1", replaces="P_13_1_CHOICE", fails="test_applications_are_sorted", constant=True)
def forecasts_are_all_one():
    """A forecast after each day of a year is a sequence that comes out; one for tomorrow alone is not."""
    sequence, vector, start = ("sequence to sequence", "sequence to vector", "vector to sequence")
    return {
        "translation": sequence, "word classes": sequence, "tomorrow, every day": vector,
        "review": vector, "composer": vector, "tomorrow": vector,
        "caption": start, "tune": start, "product text": start,
    }  # fmt: skip


@alternative("p.13.1", replaces="sequence_kind")
def by_table(n_in, n_out):
    """With a table."""
    table = [["vector to vector", "vector to sequence"], ["sequence to vector", "sequence to sequence"]]
    return table[min(n_in, 2) - 1][min(n_out, 2) - 1]


# ---------------------------------------------------------------- p.13.2


@mutant("p.13.2", replaces="recurrent_shapes", fails="test_shapes_of_one_layer")
def only_the_last_step(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """The output has an entry for every time step; the last one alone is the state."""
    return (n_batch, n_steps, n_features), (n_batch, n_hidden), (n_layers, n_batch, n_hidden)


@mutant("p.13.2", replaces="recurrent_shapes", fails="test_shapes_of_one_layer")
def features_come_out(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """At each step come out as many numbers as there are hidden units, not as many as went in."""
    shape = (n_batch, n_steps, n_features)
    return shape, shape, (n_layers, n_batch, n_hidden)


@mutant("p.13.2", replaces="recurrent_shapes", fails="test_shapes_with_time_first")
def state_turned_round(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """`batch_first` turns input and output round, but never the state: its first dimension is the layers."""
    ways = 1 + bidirectional
    if batch_first:
        inputs, result = (n_batch, n_steps, n_features), (n_batch, n_steps, ways * n_hidden)
        return inputs, result, (ways * n_layers, n_batch, n_hidden)
    inputs, result = (n_steps, n_batch, n_features), (n_steps, n_batch, ways * n_hidden)
    return inputs, result, (n_batch, ways * n_layers, n_hidden)


@mutant("p.13.2", replaces="recurrent_shapes", fails="test_shapes_of_deep_and_bidirectional_layers")
def directions_are_added_up(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """The outputs of both directions are put side by side, which doubles the last dimension."""
    first = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    return (*first, n_features), (*first, n_hidden), ((1 + bidirectional) * n_layers, n_batch, n_hidden)


@mutant("p.13.2", replaces="recurrent_shapes", fails="test_shapes_of_deep_and_bidirectional_layers")
def state_of_the_top_layer(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """Your last state is that of the top layer alone: each layer has one, and all of them are returned."""
    first, ways = (n_batch, n_steps) if batch_first else (n_steps, n_batch), 1 + bidirectional
    return (*first, n_features), (*first, ways * n_hidden), (ways, n_batch, n_hidden)


@mutant("p.13.2", replaces="recurrent_shapes", fails="test_shapes_of_deep_and_bidirectional_layers")
def directions_side_by_side(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """Side by side are the directions in the output only: in the state each has a place of its own in the first
    dimension, as layers have."""
    first, ways = (n_batch, n_steps) if batch_first else (n_steps, n_batch), 1 + bidirectional
    return (*first, n_features), (*first, ways * n_hidden), (n_layers, n_batch, ways * n_hidden)


@alternative("p.13.2", replaces="recurrent_shapes")
def ask_the_layer(n_batch, n_steps, n_features, n_hidden, n_layers=1, batch_first=True, bidirectional=False):
    """Made and asked, with lists for shapes."""
    layer = nn.RNN(n_features, n_hidden, n_layers, batch_first=batch_first, bidirectional=bidirectional)
    first = (n_batch, n_steps) if batch_first else (n_steps, n_batch)
    inputs = torch.zeros(*first, n_features)
    result, state = layer(inputs)
    return list(inputs.shape), list(result.shape), list(state.shape)


# ---------------------------------------------------------------- p.13.3


class _Net(nn.Module):
    def __init__(self, memory, head, use):
        super().__init__()
        self.memory, self.head, self.use = memory, head, use

    def forward(self, X):
        return self.use(self, X)


@mutant("p.13.3", replaces="deep_network", fails="test_an_output_at_every_step")
def one_output_for_all(n_features, n_hidden, n_layers, n_outputs):
    """You keep the last time step only: that is sequence to vector."""
    memory = nn.GRU(n_features, n_hidden, n_layers, batch_first=True)
    return _Net(memory, nn.Linear(n_hidden, n_outputs), lambda net, X: net.head(net.memory(X)[0][:, -1]))


@mutant("p.13.3", replaces="deep_network", fails="test_what_comes_later_changes_nothing")
def batch_is_time(n_features, n_hidden, n_layers, n_outputs):
    """Without `batch_first=True` the layer takes your sequences for time steps, so that one flows into the next."""
    memory = nn.GRU(n_features, n_hidden, n_layers)
    return _Net(memory, nn.Linear(n_hidden, n_outputs), lambda net, X: net.head(net.memory(X)[0]))


@mutant("p.13.3", replaces="deep_network", fails="test_what_comes_later_changes_nothing")
def reads_backwards_too(n_features, n_hidden, n_layers, n_outputs):
    """A bidirectional layer knows at each step what comes later."""
    memory = nn.GRU(n_features, n_hidden, n_layers, batch_first=True, bidirectional=True)
    return _Net(memory, nn.Linear(2 * n_hidden, n_outputs), lambda net, X: net.head(net.memory(X)[0]))


@mutant("p.13.3", replaces="deep_network", fails="test_layers_are_stacked")
def one_layer_is_enough(n_features, n_hidden, n_layers, n_outputs):
    """`n_layers` has no effect: hand it to the recurrent layer."""
    memory = nn.GRU(n_features, n_hidden, batch_first=True)
    return _Net(memory, nn.Linear(n_hidden, n_outputs), lambda net, X: net.head(net.memory(X)[0]))


@mutant("p.13.3", replaces="deep_network", fails="test_layers_are_stacked")
def as_many_units_as_ever(n_features, n_hidden, n_layers, n_outputs):
    """`n_hidden` has no effect: your layers have the same number of units, whatever is asked for."""
    memory = nn.GRU(n_features, 32, n_layers, batch_first=True)
    return _Net(memory, nn.Linear(32, n_outputs), lambda net, X: net.head(net.memory(X)[0]))


@mutant("p.13.3", replaces="deep_network", fails="test_layers_are_stacked")
def stacked_in_a_plain_list(n_features, n_hidden, n_layers, n_outputs):
    """Your layers are in a plain list, so that no optimiser finds them: use `nn.ModuleList`, or `num_layers`."""
    layers = [nn.GRU(n_hidden if n else n_features, n_hidden, batch_first=True) for n in range(n_layers)]

    def use(net, X):
        for layer in net.memory:
            X, _ = layer(X)
        return net.head(X)

    return _Net(layers, nn.Linear(n_hidden, n_outputs), use)


@alternative("p.13.3", replaces="deep_network")
def lstms_one_by_one(n_features, n_hidden, n_layers, n_outputs):
    """A list of LSTM layers, and a convolution of width 1 for the head."""

    def use(net, X):
        for layer in net.memory:
            X, _ = layer(X)
        return net.head(X.transpose(1, 2)).transpose(1, 2)

    sizes = [n_features, *[n_hidden] * n_layers]
    layers = [nn.LSTM(a, b, batch_first=True) for a, b in pairwise(sizes)]
    return _Net(nn.ModuleList(layers), nn.Conv1d(n_hidden, n_outputs, 1), use)


# ---------------------------------------------------------------- p.13.4


def _windows(series, window, horizon, first):
    values = np.asarray(series, dtype=float)
    m = len(values) - window - horizon + 1
    X = np.array([values[i : i + window] for i in range(m)])[..., None]
    Y = np.array([[values[i + t + first : i + t + first + horizon] for t in range(window)] for i in range(m)])
    return X, Y


@mutant("p.13.4", replaces="next_values", fails="test_each_day_has_the_days_that_follow_it")
def from_the_day_itself(series, window, horizon):
    """Your targets begin with the day itself, which the network has just been shown."""
    return _windows(series, window, horizon, first=0)


@mutant("p.13.4", replaces="next_values", fails="test_each_day_has_the_days_that_follow_it")
def one_window_too_few(series, window, horizon):
    """The last window is missing: the days after it are still in the series."""
    X, Y = _windows(series, window, horizon, first=1)
    return X[:-1], Y[:-1]


@mutant("p.13.4", replaces="next_values", fails="test_each_day_has_the_days_that_follow_it")
def the_same_for_every_day(series, window, horizon):
    """Every day of your window gets the days after the *window*: each is to have those after itself."""
    X, Y = _windows(series, window, horizon, first=1)
    return X, np.repeat(Y[:, -1:], window, axis=1)


@mutant("p.13.4", replaces="next_values", fails="test_each_day_has_the_days_that_follow_it")
def squeezed(series, window, horizon):
    """You drop all dimensions of size 1: where there is one window, or one day ahead, they are still wanted."""
    X, Y = _windows(series, window, horizon, first=1)
    return X, Y.squeeze()


@mutant("p.13.4", replaces="P_13_4_CHOICE", fails="test_networks_that_give_five_values", constant=True)
def only_the_last_step_counts():
    """Five outputs at every step give five values for the days to come, too: those of the last step."""
    return ["sequence to vector, 5 outputs at the last step"]


@mutant("p.13.4", replaces="P_13_4_CHOICE", fails="test_networks_that_give_five_values", constant=True)
def anything_with_steps():
    """With one output at every step, the last step gives one day only."""
    return [
        "sequence to vector, 5 outputs at the last step",
        "sequence to sequence, 5 outputs at every step",
        "sequence to sequence, 1 output at every step",
    ]


@alternative("p.13.4", replaces="next_values")
def with_sliding_windows(series, window, horizon):
    """With numpy's sliding windows."""
    view = np.lib.stride_tricks.sliding_window_view
    ahead = view(np.asarray(series, dtype=float)[1:], horizon)
    Y = view(ahead, window, axis=0).transpose(0, 2, 1)
    return view(np.asarray(series, dtype=float), window)[: len(Y), :, None].copy(), Y.copy()


@alternative("p.13.4", replaces="next_values")
def unfolded_in_single_precision(series, window, horizon):
    """With PyTorch's `unfold`, in float32, as a network takes it."""
    values = torch.as_tensor(np.asarray(series), dtype=torch.float32)
    m = len(values) - window - horizon + 1
    ahead = values[1:].unfold(0, horizon, 1).unfold(0, window, 1)  # (m, horizon, window)
    return values.unfold(0, window, 1)[:m, :, None], ahead.mT


# ---------------------------------------------------------------- p.13.5


@mutant("p.13.5", replaces="steps_remembered", fails="test_memory_fades")
def the_limit_is_not_felt(w, least):
    """A change that is exactly as large as the limit is still felt: only what is smaller is not."""
    if abs(w) >= 1:
        return math.inf
    steps, left = 0, abs(w)
    while left > least:
        steps, left = steps + 1, left * abs(w)
    return steps


@mutant("p.13.5", replaces="steps_remembered", fails="test_memory_fades")
def to_the_nearest_step(w, least):
    """You round to the nearest step, at which it may be felt no longer: round down."""
    if abs(w) >= 1:
        return math.inf
    return round(math.log(least) / math.log(abs(w))) if w else 0


@mutant("p.13.5", replaces="steps_remembered", fails="test_memory_fades")
def one_step_more(w, least):
    """You count one step too many: after that one, less is left than is felt."""
    if abs(w) >= 1:
        return math.inf
    steps, left = 1, abs(w)
    while left >= least:
        steps, left = steps + 1, left * abs(w)
    return steps


@mutant("p.13.5", replaces="steps_remembered", fails="test_memory_fades")
def sign_is_not_taken_away(w, least):
    """With a negative w the change flips its sign at each step; how large it is counts."""
    if w >= 1:
        return math.inf
    steps, left = 0, w
    while left >= least:
        steps, left = steps + 1, left * w
    return steps


@mutant("p.13.5", replaces="clipped", fails="test_gradients_are_clipped_together")
def each_by_itself(gradients, max_norm):
    """You scale each parameter's gradient by itself, which turns the direction of the step."""
    parts = [np.asarray(part, dtype=float) for part in gradients]
    return [part * min(1.0, max_norm / max(np.linalg.norm(part), 1e-12)) for part in parts]


@mutant("p.13.5", replaces="clipped", fails="test_gradients_are_clipped_together")
def by_value(gradients, max_norm):
    """You clip each number: their norm together is to be bounded, and the direction kept."""
    return [np.clip(np.asarray(part, dtype=float), -max_norm, max_norm) for part in gradients]


@mutant("p.13.5", replaces="clipped", fails="test_gradients_are_clipped_together")
def always_to_the_norm(gradients, max_norm):
    """Gradients that are small enough are left as they are; you make them larger."""
    parts = [np.asarray(part, dtype=float) for part in gradients]
    norm = math.sqrt(sum((part**2).sum() for part in parts)) or 1.0
    return [part * max_norm / norm for part in parts]


@mutant("p.13.5", replaces="clipped", fails="test_gradients_are_clipped_together")
def norm_without_its_root(gradients, max_norm):
    """A norm is the *root* of the sum of squares: without it your factor is another."""
    parts = [np.asarray(part, dtype=float) for part in gradients]
    squares = sum((part**2).sum() for part in parts)
    return [part * min(1.0, max_norm / squares) if squares else part for part in parts]


@mutant("p.13.5", replaces="clipped", fails="test_no_gradient_is_no_trouble")
def no_gradient_at_all(gradients, max_norm):
    """A norm of 0 makes your factor no number: look at that case first."""
    parts = [np.asarray(part, dtype=float) for part in gradients]
    norm = np.sqrt(sum((part**2).sum() for part in parts))
    with np.errstate(all="ignore"):
        factor = np.float64(max_norm) / norm
        return [part * np.minimum(factor, 1.0) if norm else part * factor for part in parts]


@mutant("p.13.5", replaces="P_13_5_CHOICE", fails="test_what_helps_against_unstable_gradients", constant=True)
def relu_everywhere():
    """ReLU lets the state of a recurrent layer grow with every step; an activation that saturates holds it."""
    return ["gradient clipping", "ReLU in the recurrent layer", "layer normalisation", "a smaller learning rate"]


@alternative("p.13.5", replaces="steps_remembered")
def by_trying(w, least):
    """With a power at each step."""
    if abs(w) >= 1:
        return float("inf")
    n = 0
    while abs(w) ** (n + 1) >= least:
        n += 1
    return n


@alternative("p.13.5", replaces="steps_remembered")
def by_logarithms(w, least):
    """The quotient of logarithms, rounded down."""
    size = abs(w)
    if size >= 1:
        return math.inf
    return math.floor(math.log(least) / math.log(size)) if size else 0


@alternative("p.13.5", replaces="clipped")
def with_torch(gradients, max_norm):
    """By PyTorch."""
    held = [nn.Parameter(torch.zeros(np.shape(part), dtype=torch.float64)) for part in gradients]
    for parameter, part in zip(held, gradients, strict=True):
        parameter.grad = torch.tensor(np.asarray(part, dtype=float))
    nn.utils.clip_grad_norm_(held, max_norm)
    return [parameter.grad for parameter in held]
