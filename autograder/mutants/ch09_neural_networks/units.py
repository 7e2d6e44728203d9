"""Chapter 9, single units (p.09.3 to p.09.5): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch

from autograder.testing import alternative, mutant

# p.09.3


def _perceptron(X, y, max_epochs, *, bias=True, strict=False):
    """Yield the mistakes of each epoch."""
    X, w, b = np.asarray(X, dtype=float), np.zeros(np.shape(X)[1]), 0.0
    for _ in range(max_epochs):
        mistakes = 0
        for x, label in zip(X, y, strict=True):
            z = w @ x + b
            error = label - int(z > 0 if strict else z >= 0)
            w, b = w + error * x, b + error * bias
            mistakes += abs(error)
        yield mistakes


def _first_clean(mistakes):
    return next((epoch for epoch, wrong in enumerate(mistakes, 1) if wrong == 0), None)


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def clean_epoch_left_out(X, y, max_epochs):
    """You leave the epoch without a mistake out: it counts as well."""
    found = _first_clean(_perceptron(X, y, max_epochs))
    return found - 1 if found else None


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def no_bias(X, y, max_epochs):
    """Your bias is never changed: the line then always goes through the origin."""
    return _first_clean(_perceptron(X, y, max_epochs, bias=False))


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def one_at_more_than_zero(X, y, max_epochs):
    """You call a row 1 only if the sum is above 0: 0 is enough."""
    return _first_clean(_perceptron(X, y, max_epochs, strict=True))


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def gives_up_with_a_number(X, y, max_epochs):
    """Where no epoch was without a mistake, you return `max_epochs`: None is asked for."""
    return _first_clean(_perceptron(X, y, max_epochs)) or max_epochs


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def gives_up_too_soon(X, y, max_epochs):
    """You give up one epoch too soon: epoch number `max_epochs` may be the one without a mistake."""
    return _first_clean(_perceptron(X, y, max_epochs - 1))


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def corrects_the_right_ones(X, y, max_epochs):
    """A sum of 0 is no mistake where 1 is right: nothing is added then."""
    rows = np.column_stack([np.asarray(X, dtype=float), np.ones(len(X))])
    w = np.zeros(rows.shape[1])
    for epoch in range(1, max_epochs + 1):
        before = w
        for row, sign in zip(rows, 2 * np.asarray(y) - 1, strict=True):
            w = w if sign * (row @ w) > 0 else w + sign * row
        if before is w:
            return epoch
    return None


@mutant("p.09.3", replaces="perceptron_epochs", fails="test_epochs_until_no_mistake")
def corrects_once_an_epoch(X, y, max_epochs):
    """You judge all rows of an epoch by the same weights, and correct at its end: correct at once, so that the next row
    meets the new weights."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    w, b = np.zeros(X.shape[1]), 0.0
    for epoch in range(1, max_epochs + 1):
        error = y - (X @ w + b >= 0)
        if not error.any():
            return epoch
        w, b = w + error @ X, b + error.sum()
    return None


@alternative("p.09.3", replaces="perceptron_epochs")
def with_signs(X, y, max_epochs):
    """Labels -1 and 1, the bias as a weight."""
    rows = np.column_stack([np.asarray(X, dtype=float), np.ones(len(X))])
    w = np.zeros(rows.shape[1])
    for epoch in range(max_epochs):
        before = w
        for row, sign in zip(rows, 2 * np.asarray(y) - 1, strict=True):
            w = w if (row @ w >= 0) == (sign > 0) else w + sign * row
        if before is w:
            return np.int64(epoch + 1)
    return None


# p.09.4


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


@mutant("p.09.4", replaces="unit_gradient", fails="test_gradient_of_one_unit")
def slope_left_out(activation, w, b, x, y):
    """You leave out the slope of the activation function: it belongs into the chain rule."""
    a = _sigmoid(np.dot(w, x) + b) if activation == "sigmoid" else 0.0
    return [*(2 * (a - y) * np.asarray(x)), 2 * (a - y)] if activation == "sigmoid" else [0.0] * (len(x) + 1)


@mutant("p.09.4", replaces="unit_gradient", fails="test_gradient_of_one_unit")
def as_if_soft(activation, w, b, x, y):
    """You treat the step as if it had a slope: it is flat on both sides of its jump."""
    a = _sigmoid(np.dot(w, x) + b)
    delta = 2 * (a - y) * a * (1 - a)
    return [*(delta * np.asarray(x)), delta]


@mutant("p.09.4", replaces="unit_gradient", fails="test_gradient_of_one_unit")
def two_left_out(activation, w, b, x, y):
    """The derivative of a square has a factor of 2."""
    return [value / 2 for value in gradient_by_torch(activation, w, b, x, y)]


@mutant("p.09.4", replaces="unit_gradient", fails="test_gradient_of_one_unit")
def rule_of_the_perceptron(activation, w, b, x, y):
    """For a step you take error times input: that is how a perceptron is corrected, but no gradient, as the step is
    flat on both sides of its jump."""
    if activation == "sigmoid":
        return gradient_by_torch(activation, w, b, x, y)
    error = 2 * (float(np.dot(w, x) + b >= 0) - y)
    return [*(error * np.asarray(x)), error]


@mutant("p.09.4", replaces="unit_gradient", fails="test_gradient_of_one_unit")
def as_for_cross_entropy(activation, w, b, x, y):
    """(a - y) times the input is the gradient of the cross-entropy: here the loss is a square, so the slope of the
    sigmoid, a (1 - a), and a factor of 2 stay."""
    error = _sigmoid(np.dot(w, x) + b) - y if activation == "sigmoid" else 0.0
    return [*(error * np.asarray(x)), error]


@alternative("p.09.4", replaces="unit_gradient")
def gradient_in_single_precision(activation, w, b, x, y):
    """By NumPy in float32, the slope of a step by a factor of 0."""
    row, weights = np.float32([*x, 1]), np.float32([*w, b])
    a = _sigmoid(row @ weights)
    return 2 * (a - np.float32(y)) * a * (1 - a) * row * np.float32(activation != "step")


@alternative("p.09.4", replaces="unit_gradient")
def gradient_by_torch(activation, w, b, x, y):
    """PyTorch works it out."""
    if activation == "step":
        return np.zeros(len(w) + 1)
    weights = torch.tensor([*np.asarray(w, dtype=float), float(b)], dtype=torch.float64, requires_grad=True)
    row = torch.tensor([*np.asarray(x, dtype=float), 1.0], dtype=torch.float64)
    ((torch.sigmoid(weights @ row) - y) ** 2).backward()
    return weights.grad


# p.09.5


@mutant("p.09.5", replaces="leaky_relu", fails="test_leaky_relu")
def larger_of_both(z, slope=0.01):
    """The larger of z and slope·z is right for slopes below 1 only."""
    return np.maximum(np.asarray(z, dtype=float), slope * np.asarray(z, dtype=float))


@mutant("p.09.5", replaces="leaky_relu", fails="test_leaky_relu")
def whole_numbers_stay_whole(z, slope=0.01):
    """You write into a copy of z: where that holds whole numbers, what is written there is cut off. Make it floats
    first."""
    z = np.array(z)
    z[z < 0] = slope * z[z < 0]
    return z


@mutant("p.09.5", replaces="leaky_relu", fails="test_leaky_relu")
def no_leak(z, slope=0.01):
    """That is ReLU: on the left, the slope is not 0 but `slope`."""
    return np.maximum(np.asarray(z, dtype=float), 0)


@mutant("p.09.5", replaces="elu", fails="test_elu")
def one_not_taken_away(z, alpha=1.0):
    """You forget the -1: the function has to be 0 at 0."""
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)))


@mutant("p.09.5", replaces="elu", fails="test_elu")
def alpha_inside(z, alpha=1.0):
    """alpha is a factor in front of the bracket, not within the exponential."""
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, np.expm1(alpha * np.minimum(z, 0)))


@mutant("p.09.5", replaces="elu", fails="test_elu")
def exp_of_both_sides(z, alpha=1.0):
    """`np.where` gets both sides, whole: exp(z) of large numbers overflows before it is left out. Give it
    `np.minimum(z, 0)`."""
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))


@mutant("p.09.5", replaces="swish", fails="test_swish")
def exp_in_a_denominator(z, beta=1.0):
    """exp(-beta·z) overflows far on the left, also where one divides by it: `scipy.special.expit` is the logistic
    function that doesn't."""
    z = np.asarray(z, dtype=float)
    return z / (1 + np.exp(-beta * z))


@mutant("p.09.5", replaces="swish", fails="test_swish")
def beta_outside(z, beta=1.0):
    """beta multiplies z within the logistic function, not the result."""
    z = np.asarray(z, dtype=float)
    return beta * z * _sigmoid(np.clip(z, -700, 700))


@mutant("p.09.5", replaces="swish", fails="test_swish")
def logistic_alone(z, beta=1.0):
    """You return the logistic function alone: it has to be multiplied by z."""
    return _sigmoid(np.clip(beta * np.asarray(z, dtype=float), -700, 700))


def _torch(function):
    return lambda z, setting: function(torch.as_tensor(np.asarray(z, dtype=float)), setting)


def _single(function, usual):
    return lambda z, setting=usual: function(torch.as_tensor(np.asarray(z, dtype=np.float32)), setting).numpy()


@alternative("p.09.5", replaces="leaky_relu")
def two_parts(z, slope=0.01):
    """The positive part and the negative one."""
    z = np.array(z, dtype=float)
    return z.clip(min=0) + slope * z.clip(max=0)


@alternative("p.09.5", replaces="elu", also={"leaky_relu": _single(torch.nn.functional.leaky_relu, 0.01),
             "swish": _single(lambda z, beta: z * torch.sigmoid(beta * z), 1.0)})  # fmt: skip
def in_single_precision(z, alpha=1.0):
    """All three in float32, with PyTorch."""
    return _single(lambda z, alpha: torch.where(z > 0, z, alpha * (torch.exp(z.clamp(max=0)) - 1)), 1.0)(z, alpha)


@alternative("p.09.5", replaces="elu")
def elu_of_torch(z, alpha=1.0):
    """PyTorch's."""
    return _torch(torch.nn.functional.elu)(z, alpha)


@alternative("p.09.5", replaces="swish")
def by_tanh(z, beta=1.0):
    """The logistic function from tanh, which doesn't overflow."""
    z = np.asarray(z, dtype=float)
    return z * (1 + np.tanh(beta * z / 2)) / 2
