"""Chapter 9, layers and their training (p.09.6 to p.09.9): wrong answers that must fail, and right ones that must
pass."""

from itertools import pairwise

import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.ch09_neural_networks.layers import backprop as right_backprop

# p.09.6


def _shapes(m, n_inputs, n_hidden, n_outputs):
    return {"X": (m, n_inputs), "W_h": (n_inputs, n_hidden), "b_h": (n_hidden,), "W_o": (n_hidden, n_outputs),
            "b_o": (n_outputs,), "Y": (m, n_outputs)}  # fmt: skip


@mutant("p.09.6", replaces="layer_shapes", fails="test_shapes_of_all_arrays")
def turned_weights(m, n_inputs, n_hidden, n_outputs):
    """Your weight matrices are turned, as PyTorch keeps them: here a row is for an input, a column for a unit."""
    return {**_shapes(m, n_inputs, n_hidden, n_outputs), "W_h": (n_hidden, n_inputs), "W_o": (n_outputs, n_hidden)}


@mutant("p.09.6", replaces="layer_shapes", fails="test_shapes_of_all_arrays")
def one_row_of_output(m, n_inputs, n_hidden, n_outputs):
    """The output has a row for each row of the batch."""
    return {**_shapes(m, n_inputs, n_hidden, n_outputs), "Y": (n_outputs,)}


@mutant("p.09.6", replaces="layer_shapes", fails="test_shapes_of_all_arrays")
def bias_for_each_input(m, n_inputs, n_hidden, n_outputs):
    """A layer has a bias for each of its units, not for each of its inputs."""
    return {**_shapes(m, n_inputs, n_hidden, n_outputs), "b_h": (n_inputs,), "b_o": (n_hidden,)}


@mutant("p.09.6", replaces="forward", fails="test_forward_pass_with_two_relus")
def linear_output(X, W_h, b_h, W_o, b_o):
    """The units of your output layer have no activation function: here they are ReLUs, too."""
    return np.maximum(np.asarray(X) @ W_h + b_h, 0) @ W_o + b_o


@mutant("p.09.6", replaces="forward", fails="test_forward_pass_with_two_relus")
def linear_hidden_layer(X, W_h, b_h, W_o, b_o):
    """Your hidden layer has no activation function, so that both layers together are one."""
    return np.maximum((np.asarray(X) @ W_h + b_h) @ W_o + b_o, 0)


@mutant("p.09.6", replaces="forward", fails="test_forward_pass_with_two_relus")
def biases_left_out(X, W_h, b_h, W_o, b_o):
    """You leave the biases out."""
    return np.maximum(np.maximum(np.asarray(X) @ W_h, 0) @ np.asarray(W_o), 0)


@alternative("p.09.6", replaces="forward")
def forward_in_single_precision(X, W_h, b_h, W_o, b_o):
    """In float32."""
    X, W_h, b_h, W_o, b_o = (np.asarray(one, dtype=np.float32) for one in (X, W_h, b_h, W_o, b_o))
    return np.maximum(np.maximum(X @ W_h + b_h, 0) @ W_o + b_o, 0)


@alternative("p.09.6", replaces="layer_shapes")
def of_arrays(m, n_inputs, n_hidden, n_outputs):
    """The shapes of real arrays, as lists."""
    X, W_h, W_o = np.zeros((m, n_inputs)), np.zeros((n_inputs, n_hidden)), np.zeros((n_hidden, n_outputs))
    arrays = {"Y": X @ W_h @ W_o, "X": X, "W_h": W_h, "W_o": W_o, "b_h": W_h[0], "b_o": W_o[0]}
    return {name: list(one.shape) for name, one in arrays.items()}


@alternative("p.09.6", replaces="forward")
def row_by_row(X, W_h, b_h, W_o, b_o):
    """One row after the other, as lists."""
    rows = []
    for x in np.asarray(X, dtype=float):
        signal = x
        for W, b in ((W_h, b_h), (W_o, b_o)):
            signal = np.array([max(float(signal @ w) + bias, 0.0) for w, bias in zip(np.transpose(W), b, strict=True)])
        rows.append(signal.tolist())
    return rows


# p.09.7


def _exp(Z, axis):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def _logistic(Z):
    return (1 + np.tanh(Z / 2)) / 2


@mutant("p.09.7", replaces="output_activation", fails="test_outputs_of_each_kind")
def softmax_over_the_batch(name, Z):
    """Your softmax divides by the total of a column: the probabilities of one row have to add up to 1."""
    Z = np.asarray(Z, dtype=float)
    return _exp(Z, 0) if name == "softmax" else _logistic(Z) if name == "sigmoid" else Z


@mutant("p.09.7", replaces="output_activation", fails="test_outputs_of_each_kind")
def overflows(name, Z):
    """exp(1000) is infinite, and infinite by infinite is not a number: take the largest sum of each row away first."""
    Z = np.asarray(Z, dtype=float)
    with np.errstate(all="ignore"):
        E = np.exp(Z)
        return E / E.sum(axis=1, keepdims=True) if name == "softmax" else _logistic(Z) if name == "sigmoid" else Z


@mutant("p.09.7", replaces="output_activation", fails="test_outputs_of_each_kind")
def cut_off(name, Z):
    """You cut large sums off: two of a row that are above the limit become the same. Take the row's largest sum away
    instead."""
    Z = np.asarray(Z, dtype=float)
    E = np.exp(np.clip(Z, -500, 500))
    return E / E.sum(axis=1, keepdims=True) if name == "softmax" else E / (1 + E) if name == "sigmoid" else Z


@mutant("p.09.7", replaces="output_activation", fails="test_outputs_of_each_kind")
def exp_of_minus_z(name, Z):
    """In 1 / (1 + exp(-z)) the exponential overflows where z is far below 0: `scipy.special.expit` doesn't."""
    Z = np.asarray(Z, dtype=float)
    return _exp(Z, 1) if name == "softmax" else 1 / (1 + np.exp(-Z)) if name == "sigmoid" else Z


@mutant("p.09.7", replaces="output_activation", fails="test_outputs_of_each_kind")
def sigmoids_only(name, Z):
    """Sigmoids of several units don't add up to 1: softmax divides by the total of the row."""
    return _logistic(np.asarray(Z, dtype=float)) if name != "none" else np.asarray(Z)


@mutant("p.09.7", replaces="P_09_7_CHOICE", fails="test_layers_for_three_tasks", constant=True)
def one_unit_with_softmax():
    """Softmax over one unit is always 1: for yes or no take a sigmoid, or two units."""
    return {"spam": "1 softmax", "digits": "10 softmax", "price": "1 none"}


@mutant("p.09.7", replaces="P_09_7_CHOICE", fails="test_layers_for_three_tasks", constant=True)
def ten_sigmoids():
    """Ten sigmoids would allow for several digits at a time: a picture shows one, so take softmax."""
    return {"spam": "1 sigmoid", "digits": "10 sigmoid", "price": "1 none"}


@mutant("p.09.7", replaces="P_09_7_CHOICE", fails="test_layers_for_three_tasks", constant=True)
def price_below_one():
    """A sigmoid never gets above 1, and prices do: leave the sum as it is."""
    return {"spam": "1 sigmoid", "digits": "10 softmax", "price": "1 sigmoid"}


@alternative(
    "p.09.7",
    replaces="output_activation",
    also={"P_09_7_CHOICE": {"spam": "2 Softmax", "digits": "10 softmax", "price": "1 none"}},
)
def output_by_torch(name, Z):
    """PyTorch's; softmax over two units for spam."""
    Z = torch.as_tensor(np.asarray(Z, dtype=float))
    return {"sigmoid": torch.sigmoid, "softmax": lambda Z: torch.softmax(Z, -1), "none": torch.clone}[name](Z)


@alternative("p.09.7", replaces="output_activation")
def output_in_single_precision(name, Z):
    """In float32, softmax by way of its logarithm."""
    Z = torch.as_tensor(np.asarray(Z, dtype=np.float32))
    return Z.sigmoid() if name == "sigmoid" else Z.log_softmax(1).exp() if name == "softmax" else Z


# p.09.8


def _part(weights, biases, X, Y, *, slope=lambda a: 1 - a**2, mean=True, last_linear=True):
    """Gradients with something missing."""
    signals = [np.asarray(X, dtype=float)]
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        Z = signals[-1] @ np.asarray(W) + np.asarray(b)
        signals.append(Z if last_linear and i == len(weights) - 1 else np.tanh(Z))
    delta = 2 * (signals[-1] - np.asarray(Y)) / (signals[-1].size if mean else len(signals[-1]))
    W_grads, b_grads = [], []
    for W, inputs in zip(weights[::-1], signals[-2::-1], strict=True):
        W_grads.insert(0, inputs.T @ delta)
        b_grads.insert(0, delta.sum(axis=0))
        delta = delta @ np.transpose(W) * slope(inputs)
    return W_grads, b_grads


@mutant("p.09.8", replaces="backprop", fails="test_gradients_are_right")
def slope_of_tanh_left_out(weights, biases, X, Y):
    """On the way back you leave out the slope of tanh, 1 - tanh²."""
    return _part(weights, biases, X, Y, slope=np.ones_like)


@mutant("p.09.8", replaces="backprop", fails="test_gradients_are_right")
def tanh_of_tanh(weights, biases, X, Y):
    """You apply tanh to what a layer has given, which is a tanh already: its slope is 1 minus the square of that."""
    return _part(weights, biases, X, Y, slope=lambda a: 1 - np.tanh(a) ** 2)


@mutant("p.09.8", replaces="backprop", fails="test_gradients_are_right")
def factor_left_out(weights, biases, X, Y):
    """The derivative of a square has a factor of 2."""
    return tuple([one / 2 for one in part] for part in right_backprop(weights, biases, X, Y))


@mutant("p.09.8", replaces="backprop", fails="test_gradients_are_right")
def mean_over_rows_only(weights, biases, X, Y):
    """You divide by the number of rows: the loss is a mean over all numbers of the output, m·k of them."""
    return _part(weights, biases, X, Y, mean=False)


@mutant("p.09.8", replaces="backprop", fails="test_gradients_are_right")
def tanh_at_the_end(weights, biases, X, Y):
    """You apply tanh to the last layer as well: its sums are left as they are."""
    return _part(weights, biases, X, Y, last_linear=False)


@mutant("p.09.8", replaces="backprop", fails="test_gradients_are_right")
def last_layer_first(weights, biases, X, Y):
    """Your gradients come in the order in which they are found, from the last layer to the first: turn the lists
    round."""
    W_grads, b_grads = _part(weights, biases, X, Y)
    return W_grads[::-1], b_grads[::-1]


@mutant("p.09.8", replaces="backprop", fails="test_weights_are_left_alone")
def takes_a_step(weights, biases, X, Y):
    """You take a step with the weights: only their gradients are asked for."""
    found = _part(weights, biases, X, Y)
    for W, grad in zip(weights, found[0], strict=True):
        if isinstance(W, np.ndarray) and W.dtype == float:
            W -= 0.1 * grad
    return found


@alternative("p.09.8", replaces="backprop")
def by_autograd(weights, biases, X, Y):
    """PyTorch works them out."""
    parts = [[torch.tensor(np.array(one, dtype=float), requires_grad=True) for one in part]
             for part in (weights, biases)]  # fmt: skip
    signal = torch.tensor(np.array(X, dtype=float))
    for i, (W, b) in enumerate(zip(*parts, strict=True)):
        signal = (torch.tanh(signal) if i else signal) @ W + b
    ((signal - torch.tensor(np.array(Y, dtype=float))) ** 2).mean().backward()
    return tuple([one.grad for one in part] for part in parts)


@alternative("p.09.8", replaces="backprop")
def backprop_in_single_precision(weights, biases, X, Y):
    """In float32."""
    weights, biases = ([np.asarray(one, dtype=np.float32) for one in part] for part in (weights, biases))
    return _part(weights, biases, np.float32(X), np.float32(Y))


@alternative("p.09.8", replaces="backprop")
def by_differences(weights, biases, X, Y):
    """No backward pass at all: differences, weight by weight. Slow, but right."""
    parts = [[np.array(one, dtype=float) for one in part] for part in (weights, biases)]

    def loss():
        signal = np.asarray(X, dtype=float)
        for i, (W, b) in enumerate(zip(*parts, strict=True)):
            signal = (np.tanh(signal) if i else signal) @ W + b
        return np.mean((signal - np.asarray(Y)) ** 2)

    found = [[np.zeros_like(one) for one in part] for part in parts]
    for part, grads in zip(parts, found, strict=True):
        for one, grad in zip(part, grads, strict=True):
            for place in np.ndindex(one.shape):
                kept, sides = one[place], []
                for step in (1e-6, -1e-6):
                    one[place] = kept + step
                    sides.append(loss())
                one[place] = kept
                grad[place] = (sides[0] - sides[1]) / 2e-6
    return found


@alternative("p.09.8", replaces="backprop")
def as_lists(weights, biases, X, Y):
    """Lists of lists."""
    return [[one.tolist() for one in part] for part in right_backprop(weights, biases, X, Y)]


# p.09.9


@mutant("p.09.9", replaces="n_parameters", fails="test_weights_and_biases_are_counted")
def weights_alone(sizes):
    """You count the weights alone: each unit has a bias as well."""
    return sum(n * k for n, k in pairwise(sizes))


@mutant("p.09.9", replaces="n_parameters", fails="test_weights_and_biases_are_counted")
def bias_for_inputs(sizes):
    """You count biases of the inputs, too: only units have one."""
    return weights_alone(sizes) + sum(sizes)


@mutant("p.09.9", replaces="n_parameters", fails="test_weights_and_biases_are_counted")
def bias_for_each_layer(sizes):
    """You count one bias for each layer: every unit has its own."""
    return weights_alone(sizes) + len(sizes) - 1


@mutant("p.09.9", replaces="P_09_9_CHOICE", fails="test_cures_of_overfitting", constant=True)
def scaled_targets():
    """Scaling the targets helps training along, but leaves the network as free to overfit as before."""
    return ["fewer units", "early stopping", "larger alpha", "more training rows", "scaling the targets"]


@mutant("p.09.9", replaces="P_09_9_CHOICE", fails="test_cures_of_overfitting", constant=True)
def trained_longer():
    """More epochs make overfitting worse: stopping early is the cure."""
    return ["fewer units", "early stopping", "larger alpha", "more training rows", "more epochs"]


@mutant("p.09.9", replaces="P_09_9_CHOICE", fails="test_cures_of_overfitting", constant=True)
def rows_forgotten():
    """More training rows are missing: the more there is to fit, the less of it is chance."""
    return ["fewer units", "early stopping", "larger alpha"]


@mutant("p.09.9", replaces="P_09_9_CHOICE", fails="test_cures_of_overfitting", constant=True)
def deeper():
    """More hidden layers give the network more freedom to overfit."""
    return ["fewer units", "early stopping", "larger alpha", "more training rows", "more hidden layers"]


@mutant("p.09.9", replaces="P_09_9_CHOICE", fails="test_cures_of_overfitting", constant=True)
def learns_the_test():
    """Training on the test rows cures nothing: there is nothing left to measure with."""
    return ["fewer units", "early stopping", "larger alpha", "training on the test rows"]


@alternative(
    "p.09.9",
    replaces="n_parameters",
    also={"P_09_9_CHOICE": {"Early stopping", "larger alpha", "more training rows", "fewer units"}},
)
def by_dot_products(sizes):
    """With NumPy; the choice as a set."""
    sizes = np.asarray(sizes)
    return sizes[:-1] @ sizes[1:] + sizes[1:].sum()
