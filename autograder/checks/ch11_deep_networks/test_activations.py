"""Hidden checks of chapter 11: activations (p.11.4 and tf2.11.3)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn
from torch.nn import functional

from autograder.checks.ch11_deep_networks.inputs import LETTERS
from autograder.testing import check
from autograder.testing.closed import chosen

BY_TORCH = {
    "relu": functional.relu,
    "leaky relu": functional.leaky_relu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "mish": functional.mish,
    "softmax": lambda z: functional.softmax(z, dim=1),
}
CASES = {  # the one that we would take, and others that will do
    "first try": ("relu", "leaky relu"),
    "half of them dead": ("leaky relu", "silu", "selu"),
    "normalises itself": ("selu",),
    "best, not fastest": ("silu",),
    "from -1 to 1": ("tanh",),
    "spam or not": ("sigmoid",),
    "any tags of ten": ("sigmoid",),
    "one class of ten": ("softmax",),
    "any number": ("none",),
}


@check("p.11.4", core=True, weight=2, hint="Try -2, 0 and 3 by hand.")
def test_what_activations_make(student, rng):
    """Each of the activations is right, for tables of any size."""
    for name, wanted in BY_TORCH.items():
        z = rng.normal(0, 2, tuple(int(n) for n in rng.integers(2, 7, 2)))
        found = np.asarray(student.activation(name, z), dtype=float)
        assert_allclose(found, wanted(torch.tensor(z)).numpy(), rtol=1e-5, atol=1e-6)


@check("p.11.4", hint="e to the power of 800 is more than a float can hold. What can be taken away, or turned round?")
def test_large_numbers_are_no_trouble(student, rng):
    """In the hundreds, on either side, what comes out is finite and right."""
    z = np.array([[-800.0, 0.0, 800.0], [300.0, -400.0, 399.0]])
    for name, wanted in BY_TORCH.items():
        found = np.asarray(student.activation(name, z), dtype=float)
        assert_allclose(found, wanted(torch.tensor(z)).numpy(), rtol=1e-5, atol=1e-6)


@check("p.11.4", hint="What has to come out of the layer? And how much may it cost?")
def test_an_activation_for_each_case(student, rng):
    """For each of the nine cases you choose an activation that fits."""
    student.activation("relu", [[1.0]])
    answer = student.P_11_4_CHOICE
    assert isinstance(answer, dict)
    assert answer.keys() == CASES.keys()
    options = ["relu", "leaky relu", "selu", "silu", "tanh", "sigmoid", "softmax", "none"]
    for case, fits in CASES.items():
        word = answer[case].strip().lower() if isinstance(answer[case], str) else ""
        chosen(answer[case], options, right=[word if word in fits else fits[0]])


@check("tf2.11.3", core=True, hint="What does it give at -1? Is anything raised to a power where z is large?")
def test_elu_and_selu(student, rng):
    """Both are right for numbers of any sign, size and shape, also in the hundreds."""
    numbers = [rng.normal(0, 3, shape).round(3) for shape in (6, 6, 5, (3, 4), (2, 1, 3))]
    for name, wanted in (("elu", functional.elu), ("selu", functional.selu)):
        for z in [*(one.tolist() for one in numbers), numbers[3], [-700.0, 0.0, 800.0]]:
            right = wanted(torch.tensor(z, dtype=torch.float64)).numpy()
            found = np.asarray(getattr(student, name)(z), dtype=float)
            assert found.shape == right.shape
            assert_allclose(found, right, rtol=1e-5, atol=1e-6)


@check(
    "tf2.11.3", core=True, hint="For which rows is a unit's gradient other than 0? It takes one of them to stay alive."
)
def test_dead_units_are_found(student, rng):
    """A unit is dead if no row of all gives it a gradient, and you find all of these."""
    for number in range(8):
        X, W = rng.normal(size=(20, 3)), rng.normal(size=(8, 3))
        b = rng.choice([-12.0, -1.5, 0.0, 12.0], 8)
        if number > 5:  # whole numbers, and units whose largest sum is just 0
            X, W = (
                np.where(part == 0, 1.0, part) for part in (rng.integers(-3, 4, (20, 3)), rng.integers(-3, 4, (8, 3)))
            )
            b = rng.permutation([-1.0, 0, 0, 0, 0, 1, 1, 1]) - (X @ W.T).max(axis=0)
        layer = nn.Linear(3, 8).double()
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W))
            layer.bias.copy_(torch.tensor(b))
        (torch.relu(layer(torch.tensor(X))) * torch.tensor(rng.normal(size=(20, 8)))).sum().backward()
        wanted = np.flatnonzero((layer.weight.grad == 0).all(dim=1).numpy()).tolist()
        found = np.asarray(student.dead_units(X, W, b), dtype=int)
        assert found.tolist() == wanted


@check("tf2.11.3", hint="Look at the left side of both curves: what comes out, and how steep is it?")
def test_advantages_over_relu(student, rng):
    """You choose the three advantages, and nothing else."""
    student.elu([1.0])
    chosen(student.TF2_11_3_CHOICE, LETTERS, right=["a", "d", "e"])
