"""Chapter 11, activations (p.11.4 and tf2.11.3): wrong answers, and right ones."""

import numpy as np
import torch
from torch.nn import functional

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.11.4


def _by_torch(name, z):
    z = torch.tensor(np.asarray(z, dtype=float))
    return getattr(functional, name.replace(" ", "_"))(z, **({"dim": 1} if name == "softmax" else {}))


@mutant("p.11.4", replaces="activation", fails="test_what_activations_make")
def sigmoid_for_silu(name, z):
    """SiLU is z *times* its sigmoid."""
    return torch.sigmoid(torch.tensor(z)).numpy() if name == "silu" else _by_torch(name, z).numpy()


@mutant("p.11.4", replaces="activation", fails="test_what_activations_make")
def softmax_of_the_table(name, z):
    """Your softmax is taken over the whole table, or over the columns: each row has probabilities of its own."""
    found = _by_torch(name, z).numpy()
    return found / len(found) if name == "softmax" else found


@mutant("p.11.4", replaces="activation", fails="test_what_activations_make")
def steep_leak(name, z):
    """The leak has a slope of 0.01."""
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, 0.1 * z) if name == "leaky relu" else _by_torch(name, z).numpy()


@mutant("p.11.4", replaces="activation", fails="test_large_numbers_are_no_trouble")
def powers_overflow(name, z):
    """e to the power of some hundreds overflows: take the largest number of each row away first, or turn the fraction
    round."""
    z = np.asarray(z, dtype=float)
    with np.errstate(all="ignore"):
        if name == "softmax":
            return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return z * np.tanh(np.log(1 + np.exp(z))) if name == "mish" else _by_torch(name, z).numpy()


@mutant("p.11.4", replaces="P_11_4_CHOICE", fails="test_an_activation_for_each_case", constant=True)
def softmax_for_tags():
    """A softmax shares out one among all ten: where any of them may fit, each has a sigmoid of its own."""
    return {
        "first try": "relu", "half of them dead": "leaky relu", "normalises itself": "selu",
        "best, not fastest": "silu", "from -1 to 1": "tanh", "spam or not": "sigmoid",
        "any tags of ten": "softmax", "one class of ten": "softmax", "any number": "none",
    }  # fmt: skip


@mutant("p.11.4", replaces="P_11_4_CHOICE", fails="test_an_activation_for_each_case", constant=True)
def relu_for_any_number():
    """After ReLU there is no number below 0: an output that may be anything has no activation."""
    return {
        "first try": "relu", "half of them dead": "leaky relu", "normalises itself": "selu",
        "best, not fastest": "silu", "from -1 to 1": "tanh", "spam or not": "sigmoid",
        "any tags of ten": "sigmoid", "one class of ten": "softmax", "any number": "relu",
    }  # fmt: skip


@mutant("p.11.4", replaces="activation", fails="test_what_activations_make")
def gelu_by_a_curve(name, z):
    """Your GELU is one of its approximations: z times the probability itself is asked for."""
    found = _by_torch(name, z) if name != "gelu" else functional.gelu(torch.tensor(z), approximate="tanh")
    return found.numpy()


@alternative("p.11.4", replaces="activation")
def by_pytorch(name, z):
    """PyTorch's functions, as tensors."""
    return _by_torch(name, z)


@alternative("p.11.4", replaces="activation")
def by_single_tensors(name, z):
    """PyTorch's functions, in float32."""
    z = torch.tensor(z, dtype=torch.float32)
    return getattr(functional, name.replace(" ", "_"))(z, **({"dim": -1} if name == "softmax" else {})).numpy()


# ---------------------------------------------------------------- tf2.11.3


@mutant("tf2.11.3", replaces="elu", fails="test_elu_and_selu")
def elu_that_overflows(z):
    """You work out e^z on the right side, too, where it overflows."""
    z = np.asarray(z, dtype=float)
    with np.errstate(all="ignore"):
        return np.maximum(z, 0) + (z <= 0) * (np.exp(z) - 1)


@mutant("tf2.11.3", replaces="selu", fails="test_elu_and_selu")
def selu_without_scale(z):
    """λ multiplies both sides."""
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, 1.0507009873554805 * 1.6732632423543772 * np.expm1(np.minimum(z, 0)))


@mutant("tf2.11.3", replaces="dead_units", fails="test_dead_units_are_found")
def resting_units(X, W, b):
    """A unit that gives 0 for some rows is not dead: one row that it answers to is enough to learn from."""
    return np.flatnonzero(((X @ W.T + b) <= 0).any(axis=0)).tolist()


@mutant("tf2.11.3", replaces="dead_units", fails="test_dead_units_are_found")
def bias_forgotten(X, W, b):
    """You leave out the biases."""
    return np.flatnonzero(((X @ W.T) <= 0).all(axis=0)).tolist()


@mutant("tf2.11.3", replaces="dead_units", fails="test_dead_units_are_found")
def alive_at_the_corner(X, W, b):
    """A unit whose sum is just 0 gets no gradient either: it is dead as well."""
    return np.flatnonzero((np.asarray(X) @ np.asarray(W).T + b < 0).all(axis=0)).tolist()


@mutant("tf2.11.3", replaces="TF2_11_3_CHOICE", fails="test_advantages_over_relu", constant=True)
def they_are_faster():
    """An exponential takes longer than a comparison."""
    return ["a", "b", "d", "e"]


@alternative(
    "tf2.11.3", replaces="elu", also={"selu": lambda z: functional.selu(torch.as_tensor(np.asarray(z, float)))}
)
def elu_by_pytorch(z):
    """PyTorch's functions."""
    return functional.elu(torch.as_tensor(np.asarray(z, dtype=float)))


@alternative("tf2.11.3", replaces="elu", also={"selu": lambda z: functional.selu(torch.tensor(z).float()).numpy()})
def elu_in_single_precision(z):
    """PyTorch's functions, in float32."""
    return functional.elu(torch.tensor(z).float()).numpy()


@alternative("tf2.11.3", replaces="dead_units")
def by_the_largest(X, W, b):
    """The largest input that a unit gets, as an array."""
    return np.argwhere((np.asarray(X) @ np.asarray(W).T + b).max(axis=0) <= 0).ravel()
