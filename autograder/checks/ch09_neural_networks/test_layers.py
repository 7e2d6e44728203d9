"""Hidden checks of chapter 9: layers and their training (p.09.6 to p.09.9)."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch09_neural_networks.inputs import no_overflow
from autograder.testing import check
from autograder.testing.closed import agrees, chosen

# ---------------------------------------------------------------- p.09.6


def _shapes(m: int, n_inputs: int, n_hidden: int, n_outputs: int) -> dict[str, tuple[int, ...]]:
    """Of PyTorch's layers, whose weights are turned."""
    hidden, output = nn.Linear(n_inputs, n_hidden), nn.Linear(n_hidden, n_outputs)
    X = torch.zeros(m, n_inputs)
    arrays = {"X": X, "W_h": hidden.weight.T, "b_h": hidden.bias, "W_o": output.weight.T, "b_o": output.bias,
              "Y": output(hidden(X))}  # fmt: skip
    return {name: tuple(one.shape) for name, one in arrays.items()}


@check("p.09.6", core=True, hint="The inner sizes of a matrix product have to be the same: (m, n) times (n, k).")
def test_shapes_of_all_arrays(student, rng):
    """For any sizes you name the shapes of the batch, of both layers' weights and biases, and of the output."""
    agrees(student.layer_shapes, _shapes, [tuple(map(int, rng.integers(1, 60, 4))) for _ in range(10)])


@check("p.09.6", core=True, weight=2, hint="Which layers have an activation function? The exercise says: all of them.")
def test_forward_pass_with_two_relus(student, rng):
    """`forward` gives what a network of ReLU units gives, in the hidden layer and at the output."""
    for _ in range(8):
        m, n, h, k = map(int, rng.integers(2, 9, 4))
        X, W_h, b_h = rng.normal(size=(m, n)), rng.normal(size=(n, h)), rng.normal(size=h)
        W_o, b_o = rng.normal(size=(h, k)), rng.normal(size=k)
        found = np.asarray(student.forward(X, W_h, b_h, W_o, b_o), dtype=float)
        first, second = nn.Linear(n, h).double(), nn.Linear(h, k).double()
        for layer, W, b in ((first, W_h, b_h), (second, W_o, b_o)):
            layer.load_state_dict({"weight": torch.from_numpy(W.T.copy()), "bias": torch.from_numpy(b)})
        net = nn.Sequential(first, nn.ReLU(), second, nn.ReLU())
        assert found.shape == (m, k)
        assert_allclose(found, net(torch.from_numpy(X)).detach().numpy(), rtol=1e-5, atol=1e-5)


# ---------------------------------------------------------------- p.09.7


@check(
    "p.09.7", core=True, weight=2, hint="Take the largest sum of a row away from all of the row: does softmax change?"
)
def test_outputs_of_each_kind(student, rng):
    """You compute what sigmoid, softmax and no activation make of any weighted sums, also where all of a row are very
    large or very small, and nothing overflows on the way."""
    torch_twins: dict[str, Any] = {"sigmoid": torch.sigmoid, "softmax": lambda Z: torch.softmax(Z, dim=1),
                                   "none": lambda Z: Z}  # fmt: skip
    for name in ("sigmoid", "softmax", "none"):
        for scale, middle in ((1.0, 0.0), (5.0, 0.0), (300.0, 0.0), (2.0, 980.0), (2.0, -980.0)):
            Z = np.clip(rng.normal(middle, scale, tuple(rng.integers(2, 8, 2))), -1000, 1000)
            Z[0, :2] = [-1000, 1000] if scale == 300 else Z[0, :2]
            with no_overflow(student):
                found = np.asarray(student.output_activation(name, Z), dtype=float)
            assert found.shape == Z.shape
            assert_allclose(found, torch_twins[name](torch.from_numpy(Z)).numpy(), rtol=1e-4, atol=1e-6)


@check("p.09.7", hint="How many numbers have to come out, and between which bounds do they lie?")
def test_layers_for_three_tasks(student, rng):
    """You choose the size and the activation function of the output layer for each of the three tasks."""
    student.output_activation("softmax", [[0.0, 1.0]])
    sizes, functions = ("1", "2", "10"), ("sigmoid", "softmax", "none")
    options = [f"{size} {function}" for size in sizes for function in functions]
    found = student.P_09_7_CHOICE
    assert isinstance(found, dict) and found.keys() == {"spam", "digits", "price"}
    two = str(found["spam"]).strip().lower() == "2 softmax"  # says the same with one number more
    chosen(found["spam"], options, right=["2 softmax"] if two else ["1 sigmoid"])
    chosen(found["digits"], options, right=["10 softmax"])
    chosen(found["price"], options, right=["1 none"])


# ---------------------------------------------------------------- p.09.8


@check("p.09.8", core=True, weight=2, hint="Compare with differences: move one weight by 0.000001, and see by how much "
       "the loss changes.")  # fmt: skip
def test_gradients_are_right(student, rng):
    """For one to four layers of any sizes, you get the gradient of the loss with respect to every weight and bias."""
    for depth in (1, 2, 2, 3, 4):
        sizes = [int(size) for size in rng.integers(2, 7, depth + 1)]
        m = int(rng.integers(2, 9))
        W = [rng.normal(0, 0.7, (n, k)) for n, k in pairwise(sizes)]
        b = [rng.normal(0, 0.5, k) for k in sizes[1:]]
        X, Y = rng.normal(size=(m, sizes[0])), rng.normal(size=(m, sizes[-1]))
        wanted = _by_autograd(W, b, X, Y)
        found = student.backprop(W, b, X, Y)
        assert isinstance(found, list | tuple) and len(found) == 2
        for mine, theirs in zip(wanted, found, strict=True):
            assert len(theirs) == depth
            for one, other in zip(mine, theirs, strict=True):
                value = np.asarray(other, dtype=float)
                assert value.shape == one.shape
                assert_allclose(value, one, rtol=1e-4, atol=1e-6)


def _by_autograd(W: Any, b: Any, X: Any, Y: Any) -> tuple[list[Any], list[Any]]:
    weights, biases = ([torch.tensor(one, requires_grad=True) for one in part] for part in (W, b))
    signal = torch.tensor(X)
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        signal = signal @ weight + bias
        signal = torch.tanh(signal) if i < len(weights) - 1 else signal
    nn.functional.mse_loss(signal, torch.tensor(Y)).backward()
    return [one.grad.numpy() for one in weights], [one.grad.numpy() for one in biases]


@check("p.09.8", hint="`-=` and `+=` work in the caller's own array.")
def test_weights_are_left_alone(student, rng):
    """No weights are changed: a gradient is asked for, no step."""
    W, b = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))], [rng.normal(size=4), rng.normal(size=2)]
    X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    (W_grads, _), (W_after, b_after, *_) = student.watch_("backprop", W, b, X, Y)
    assert_allclose(np.asarray(W_grads[0], dtype=float), _by_autograd(W, b, X, Y)[0][0], rtol=1e-4, atol=1e-6)
    for mine, theirs in zip([*W, *b], [*W_after, *b_after], strict=True):
        np.testing.assert_array_equal(mine, theirs)


# ---------------------------------------------------------------- p.09.9


def _counted(sizes: list[int]) -> int:
    layers = [nn.Linear(n, k) for n, k in pairwise(sizes)]
    return sum(one.numel() for layer in layers for one in layer.parameters())


@check("p.09.9", core=True, hint="How many inputs does each unit of a layer have, and what else does it add?")
def test_weights_and_biases_are_counted(student, rng):
    """For any number of layers you count all weights and biases."""
    cases = [([int(size) for size in rng.integers(1, 60, int(rng.integers(2, 7)))],) for _ in range(10)]
    agrees(student.n_parameters, _counted, cases)


@check("p.09.9", hint="Which of them leave the network less freedom, or tell it more?")
def test_cures_of_overfitting(student, rng):
    """You choose all the changes that help a network which overfits, and none that makes it worse or has nothing to do
    with it."""
    student.n_parameters([3, 2])
    right = ["fewer units", "early stopping", "larger alpha", "more training rows"]
    others = ["more hidden layers", "more epochs", "scaling the targets", "training on the test rows"]
    chosen(student.P_09_9_CHOICE, [*right, *others], right=right)
