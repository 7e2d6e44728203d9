"""Chapter 9, threshold units (p.09.2): wrong answers that must fail, and right ones that must pass."""

from functools import reduce

import numpy as np

from autograder.testing import alternative, mutant

EITHER = ([[1], [1]], [-0.5])


def _at(layers, low, high):
    """The same net for other levels of its inputs than 0 and 1."""
    (W, b), *rest = layers
    W = np.asarray(W, dtype=float) / (high - low)
    return [(W, np.asarray(b, dtype=float) - low * W.sum(axis=0)), *rest]


# the net, wrong


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def one_unit(low=0.0, high=1.0):
    """Your net is a single unit: that is one straight line, and none has (0, 1) and (1, 0) on one side, (0, 0) and
    (1, 1) on the other. It takes a hidden layer."""
    return _at([([[1], [1]], [-0.5])], low, high)


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def equal_or_not(low=0.0, high=1.0):
    """Your net answers 1 where both inputs are the same, which is the opposite of XOR: turn the last unit round."""
    return _at([([[1, -1], [1, -1]], [-1.5, 0.5]), EITHER], low, high)


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def biases_swapped(low=0.0, high=1.0):
    """Your hidden units have each other's thresholds: the one that stands for OR needs 1 input, the one for AND 2."""
    return _at([([[1, 1], [1, 1]], [-1.5, -0.5]), ([[1], [-2]], [-0.5])], low, high)


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def thresholds_for_biases(low=0.0, high=1.0):
    """You give thresholds where biases are asked for: a bias is added, so it has the opposite sign of the threshold."""
    return _at([([[1, -1], [-1, 1]], [0.5, 0.5]), ([[1], [1]], [0.5])], low, high)


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def both_hidden_units_alike(low=0.0, high=1.0):
    """Both of your hidden units say the same: each has to cut out one of the two points where the answer is 1."""
    return _at([([[1, 1], [-1, -1]], [-0.5, -0.5]), EITHER], low, high)


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def a_vector_of_output_weights(low=0.0, high=1.0):
    """The weights of your last layer are a row or a vector: a matrix is wanted, with one row for each hidden unit and
    one column for the unit."""
    return _at([([[1, -1], [-1, 1]], [-0.5, -0.5]), ([[1, 1]], [-0.5])], low, high)


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def for_zero_and_one(low=0.0, high=1.0):
    """Your weights are right for 0 and 1 only: the biases of the first layer depend on `low` and `high`."""
    return [([[1, 1], [1, 1]], [-0.5, -1.5]), ([[1], [-2]], [-0.5])]


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def as_if_low_were_zero(low=0.0, high=1.0):
    """You reckon as if `low` were 0, so that only `high` counts: the sums of the inputs are 2·low, low + high and
    2·high, and your thresholds have to lie between them."""
    return [([[1, 1], [1, 1]], [-0.5 * high, -1.5 * high]), ([[1], [-1]], [-0.5])]


@mutant("p.09.2", replaces="xor_net", fails="test_the_net_computes_xor")
def middle_of_the_levels(low=0.0, high=1.0):
    """You take the middle of the levels once and three times, which is right for `low` = 0 only: half way between
    2·low and low + high is (3·low + high) / 2."""
    middle = (low + high) / 2
    return [([[1, 1], [1, 1]], [-middle, -3 * middle]), ([[1], [-1]], [-0.5])]


# running a net, wrong


def _run(layers, X, step):
    signal = np.asarray(X, dtype=float)
    for W, b in layers:
        signal = step(signal @ np.asarray(W) + np.asarray(b)).astype(float)
    return signal.astype(int)


@mutant("p.09.2", replaces="threshold_net", fails="test_a_sum_of_zero_is_enough")
def more_than_zero(layers, X):
    """Your units answer 0 where the sum is exactly 0: `>=` is asked for, not `>`."""
    return _run(layers, X, lambda Z: Z > 0)


@mutant("p.09.2", replaces="threshold_net", fails="test_signals_go_through_every_layer")
def hidden_layers_without_a_step(layers, X):
    """Only your last layer has steps: without them, hidden layers together are one linear layer."""
    signal = np.asarray(X, dtype=float)
    for W, b in layers:
        signal = signal @ np.asarray(W) + np.asarray(b)
    return (signal >= 0).astype(int)


@mutant("p.09.2", replaces="threshold_net", fails="test_signals_go_through_every_layer")
def sums_of_the_last_layer(layers, X):
    """You return the weighted sums of the last layer: its units answer 0 or 1, too."""
    *hidden, (W, b) = layers
    return _run(hidden, X, lambda Z: Z >= 0) @ np.asarray(W) + np.asarray(b)


@mutant("p.09.2", replaces="threshold_net", fails="test_signals_go_through_every_layer")
def without_bias(layers, X):
    """You leave the biases out."""
    return _run([(W, np.zeros(len(b))) for W, b in layers], X, lambda Z: Z >= 0)


@mutant("p.09.2", replaces="threshold_net", fails="test_signals_go_through_every_layer")
def bias_as_threshold(layers, X):
    """You compare the sum with the bias: the bias is added to it, and the sum compared with 0."""
    return _run([(W, -np.asarray(b)) for W, b in layers], X, lambda Z: Z >= 0)


@mutant("p.09.2", replaces="threshold_net", fails="test_one_row_and_one_unit")
def squeezed(layers, X):
    """You drop dimensions of size 1: keep the rows and columns, also where there is one of them."""
    return np.squeeze(_run(layers, X, lambda Z: Z >= 0))


@mutant("p.09.2", replaces="threshold_net", fails="test_layers_are_left_alone")
def biases_subtracted_in_place(layers, X):
    """You work in the caller's arrays: `*=` and `+=` change them; make new ones."""
    found = _run(layers, X, lambda Z: Z >= 0)
    for _, b in layers:
        if isinstance(b, np.ndarray):
            b *= -1
    return found


# right


@alternative("p.09.2", replaces="xor_net")
def either_but_not_both(low=0.0, high=1.0):
    """OR and AND in the hidden layer; plain lists."""
    return [[[[1, 1], [1, 1]], [-low - high, -2 * high]], [[[1], [-2]], [-1]]]


@alternative("p.09.2", replaces="xor_net")
def de_morgan(low=0.0, high=1.0):
    """NAND and OR, then AND; float32."""
    layers = _at([([[-0.7, 0.3], [-0.7, 0.3]], [0.9, -0.2]), ([[1], [1]], [-2])], low, high)
    return [tuple(np.asarray(part, dtype=np.float32) for part in layer) for layer in layers]


@alternative("p.09.2", replaces="xor_net")
def at_the_very_edge(low=0.0, high=1.0):
    """Thresholds that the sums just reach, in single precision."""
    hidden = (np.ones((2, 2)), [-low - high, -2 * high])
    return [tuple(np.asarray(part, dtype=np.float32) for part in layer) for layer in (hidden, ([[1], [-1]], [-1]))]


@alternative("p.09.2", replaces="xor_net")
def inputs_handed_on(low=0.0, high=1.0):
    """Three layers: the inputs are handed on beside their AND, and one more layer hands the answer on."""
    middle = (low + high) / 2
    hand_on = ([[1, 0, 1], [0, 1, 1]], [-middle, -middle, -1.5 * high - 0.5 * low])
    return (hand_on, ([[2], [2], [-4]], [-1]), ([[3]], [-1]))


@alternative("p.09.2", replaces="threshold_net")
def unit_by_unit(layers, X):
    """Loops, in lists."""
    rows = [list(map(float, row)) for row in X]
    for W, b in layers:
        units = list(zip(np.asarray(W).T.tolist(), b, strict=True))
        rows = [[int(sum(map(float.__mul__, row, map(float, w))) + bias >= 0) for w, bias in units] for row in rows]
        rows = [list(map(float, row)) for row in rows]
    return rows


@alternative("p.09.2", replaces="threshold_net")
def steps_of_torch(layers, X):
    """PyTorch's step function."""
    import torch

    def step(signal, layer):
        W, b = (torch.as_tensor(np.array(part, dtype=float)) for part in layer)
        return torch.heaviside(signal @ W + b, torch.ones(1, dtype=torch.float64))

    return reduce(step, layers, torch.as_tensor(np.array(X, dtype=float)))


@alternative("p.09.2", replaces="threshold_net")
def bias_as_a_weight(layers, X):
    """A column of ones for the biases, and signs instead of a comparison."""
    signal = np.array(X, dtype=float)
    for W, b in layers:
        ones = np.ones((len(signal), 1))
        Z = np.hstack([signal, ones]) @ np.vstack([np.asarray(W, dtype=float), np.asarray(b, dtype=float)])
        signal = np.heaviside(Z, 1.0)
    return signal
